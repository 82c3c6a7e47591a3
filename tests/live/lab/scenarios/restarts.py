"""The PBX ends in the middle of calls, on purpose: nobody is to blame for what became of them."""

from __future__ import annotations

import asyncio
from typing import Any

from ..dialog import Dialog
from ..stage import BOOK, Stage
from .transfers import ANNA

RING = "180@0.1"
BERTA = "67000202"
UNTIL = ("ended_at", "rings")


def _cut_off(stage: Stage, call: Dialog, verdict: Any, answer: str | None = None) -> None:
    """Nothing that the PBX did to it counts against anybody."""
    unseen: dict[str, Any] = dict.fromkeys(UNTIL, ...)
    stage.expect(call, answer, hung_up_by=..., complete=..., verdict=verdict, **unseen)


@BOOK.tell(30)
async def restart_while_phones_ring(stage: Stage) -> None:
    """`core restart now`: one phone rings, one is talking."""
    stage.plan("201", RING)
    stage.plan("202", f"{RING} 200@2")
    talking = stage.outside(BERTA, caller="29555009")
    ringing = stage.outside(ANNA)
    await stage.taken("202")
    await asyncio.sleep(2)
    await stage.pbx.restart("core restart now")
    _cut_off(stage, ringing, "unknown")
    _cut_off(stage, talking, ..., "202")


@BOOK.tell(45)
async def restart_after_the_limit(stage: Stage) -> None:
    """The phone has rung 17 s when the PBX is restarted: who knows whether Anna would have come."""
    stage.plan("201", RING)
    call = stage.outside(ANNA)
    await asyncio.sleep(17)
    await stage.pbx.restart("core restart now")
    _cut_off(stage, call, "unknown")


@BOOK.tell(40)
async def restart_gracefully(stage: Stage) -> None:
    """`core restart gracefully` waits for the calls that there are: they are judged as ever."""
    stage.plan("201", f"{RING} 200@4")
    call = stage.outside(ANNA)
    await stage.rung("201")
    restart = asyncio.ensure_future(stage.pbx.restart("core restart gracefully"))
    await stage.taken("201")
    await stage.hang_up_after(call, 1.5)
    await restart
    stage.expect(call, "201", dialed=ANNA, disposition="answered", answered_by="201", verdict="met")
