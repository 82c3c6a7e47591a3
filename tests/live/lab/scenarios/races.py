"""Pickups with two callers, two pickers, no caller at all, or without a code."""

from __future__ import annotations

import asyncio

from .. import sip
from ..cases import answered, leg, lost
from ..dialog import Dialog
from ..stage import BOOK, Stage
from .pickups import ANNA, picked, taken


@BOOK.tell(8)
async def pickup_invite_replaces(stage: Stage) -> None:
    """A lamp key: the picker's phone knows the ringing dialog and replaces it."""
    stage.plan("201", "180@0.1")
    call = stage.outside(ANNA)
    ringing = await stage.rung("201")
    await asyncio.sleep(3)
    asterisk = sip.tag(ringing.invite["From"])
    pick = stage.phones["202"].replace(ringing.call_id, asterisk, ringing.tag, "201")
    await taken(stage, call, pick)
    stage.expect(call, pick, **picked("202", "201", dialed=ANNA))


@BOOK.tell(8)
async def pickup_picker_hangs_up(stage: Stage) -> None:
    stage.plan("201", "180@0.1")
    call = stage.outside(ANNA)
    await asyncio.sleep(2)
    pick = stage.inside("202", "*8")
    await stage.talk(pick, 1.5)
    await stage.over(call)
    stage.expect(call, pick, **picked("202", "201", dialed=ANNA, hung_up_by="answerer"))


@BOOK.tell(8)
async def pickup_two_devices(stage: Stage) -> None:
    """One of two devices of one extension is picked up; the other just stops."""
    stage.plan("204", "180@0.1")
    stage.plan("204b", "180@0.2")
    call = stage.outside("67000204")
    await asyncio.sleep(3)
    pick = stage.inside("202", "*82204")
    await taken(stage, call, pick)
    stage.expect(call, pick, **picked("202", "204", legs=..., dialed="67000204"))


@BOOK.tell(10)
async def pickup_one_of_two_calls(stage: Stage) -> None:
    """Two phones ring for two callers; Berta takes the second one's."""
    stage.plan("201", "180@0.1 200@6")
    stage.plan("203", "180@0.1")
    first = stage.outside(ANNA, "29555001")
    second = stage.outside("67000203", "29555002")
    await asyncio.sleep(3)
    pick = stage.inside("202", "*82203")
    await taken(stage, second, pick)
    await stage.taken("201")
    await stage.hang_up_after(first, 1)
    stage.expect(first, "201", **answered("201", leg("201", "answered"), dialed=ANNA))
    stage.expect(second, pick, **picked("202", "203", dialed="67000203"))


@BOOK.tell(10)
async def pickup_two_calls_of_one_phone(stage: Stage) -> None:
    """Anna's phone rings for two callers (call waiting); both are picked up, one by one."""
    stage.plan("201", "180@0.1")
    first = stage.outside(ANNA, "29555001")
    await asyncio.sleep(0.5)
    second = stage.outside(ANNA, "29555002")
    await asyncio.sleep(2)
    one = stage.inside("202", "*82201")
    await asyncio.sleep(1)
    two = stage.inside("203", "*82201")
    async with asyncio.timeout(10):
        await asyncio.gather(first.up.wait(), second.up.wait())
    by_one = first if _came_first(stage, first, second) else second
    other = second if by_one is first else first
    await stage.hang_up_after(first, 1)
    await stage.hang_up_after(second, 1)
    stage.expect(by_one, one, **picked("202", "201", dialed=ANNA))
    stage.expect(other, two, **picked("203", "201", dialed=ANNA))


def _came_first(stage: Stage, one: Dialog, other: Dialog) -> bool:
    """Which caller got the first 200 on the wire."""
    for packet in stage.log.packets:
        answer = packet.message.status == 200 and packet.message.method == "INVITE"
        if answer and packet.call in (one.call_id, other.call_id):
            return packet.call == one.call_id
    raise LookupError("neither was answered")


@BOOK.tell(8)
async def pickup_race(stage: Stage) -> None:
    """Two colleagues press *8 in the same moment; the wire says who got the caller."""
    stage.plan("201", "180@0.1")
    call = stage.outside(ANNA)
    await asyncio.sleep(3)
    picks = {who: stage.inside(who, "*8") for who in ("202", "203")}
    async with asyncio.timeout(10):
        await call.up.wait()
    await asyncio.sleep(1)
    # the loser may have been told yes too, and was let go at once
    held = [who for who, pick in picks.items() if pick.up.is_set() and not pick.over.is_set()]
    (winner,) = held
    await stage.hang_up_after(call, 1)
    stage.expect(call, picks[winner], **picked(winner, "201", dialed=ANNA))


@BOOK.tell(3)
async def pickup_fails_nothing_rings(stage: Stage) -> None:
    """No call at all comes of it."""
    await stage.over(stage.inside("202", "*8"))


@BOOK.tell(8)
async def pickup_fails_other_group(stage: Stage) -> None:
    """Another unit's *8 does not reach this phone; its owner answers."""
    stage.plan("201", "180@0.1 200@4.5")
    call = stage.outside(ANNA)
    await asyncio.sleep(2)
    await stage.over(stage.inside("301", "*8"))
    await stage.taken("201")
    await stage.hang_up_after(call, 1)
    stage.expect(call, "201", **answered("201", leg("201", "answered"), dialed=ANNA))


@BOOK.tell(8)
async def pickup_fails_then_abandoned(stage: Stage) -> None:
    stage.plan("201", "180@0.1")
    call = stage.outside(ANNA)
    await asyncio.sleep(2)
    await stage.over(stage.inside("202", "*82203"))
    await asyncio.sleep(2)
    call.hang_up()
    await stage.over(call)
    gone = lost("abandoned", leg("201", "cancelled"), verdict="exempt", hung_up_by="caller")
    stage.expect(call, dialed=ANNA, **gone)


@BOOK.tell(8)
async def pickup_internal(stage: Stage) -> None:
    """An internal call is picked up as well."""
    stage.plan("201", "180@0.1")
    call = stage.inside("203", "201")
    await asyncio.sleep(2.5)
    pick = stage.inside("202", "*8")
    await taken(stage, call, pick)
    stage.expect(call, pick, **picked("202", "201", direction="internal", verdict="exempt"))
