"""The application FollowMe() beside its plain case: declined, a second number, nobody at all."""

from __future__ import annotations

import asyncio

from ..cases import forwarded, lost
from ..stage import BOOK, Stage
from .transfers import ANNA

BERTA = "67000202"
MOBILE, OTHER = "29111222", "29111333"


@BOOK.tell(16)
async def follow_me_declined(stage: Stage) -> None:
    """Who answers the mobile presses 2: nobody answered Anna's call."""
    await stage.set("FM/201", "1")
    stage.plan(MOBILE, "180@0.5 200@3 press:2@6")
    call = stage.outside(ANNA)
    await stage.over(call)
    stage.expect(call, dialed=ANNA, rings=..., **lost("no_answer", hung_up_by="pbx"))


@BOOK.tell(20)
async def follow_me_second_number(stage: Stage) -> None:
    """Berta's first number, Centis, rings 5 s; then her mobile, which presses 1."""
    await stage.set("FM/202", "1")
    stage.plan("203", "180@0.1")
    stage.plan(OTHER, "180@0.5 200@2 press:1@5")
    call = stage.outside(BERTA)
    await stage.taken(OTHER)
    await stage.hang_up_after(call, 7)
    fields = forwarded(OTHER, frm="202", dialed=BERTA, answered_at=..., rings=...)
    stage.expect(call, OTHER, **fields)


@BOOK.tell(32)
async def follow_me_nobody(stage: Stage) -> None:
    """The mobile rings 20 s, and the PBX ends the call."""
    await stage.set("FM/201", "1")
    stage.plan(MOBILE, "180@0.5")
    call = stage.outside(ANNA)
    await stage.over(call)
    stage.expect(call, dialed=ANNA, **lost("no_answer", hung_up_by="pbx"))


@BOOK.tell(24)
async def follow_me_abandoned_late(stage: Stage) -> None:
    await stage.set("FM/201", "1")
    stage.plan(MOBILE, "180@0.5")
    call = stage.outside(ANNA)
    await asyncio.sleep(17.5)
    call.hang_up()
    await stage.over(call)
    stage.expect(call, dialed=ANNA, **lost("abandoned", hung_up_by="caller"))
