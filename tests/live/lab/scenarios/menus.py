"""Menus, conferences and machines that answer: none of them is a person."""

from __future__ import annotations

import asyncio

from ..cases import Case, answered, enter, leg, lost
from ..dialog import Dialog
from ..stage import BOOK, Stage

MENU, ANNA = "67000901", "67000201"


async def _choose(stage: Stage, digit: str) -> Dialog:
    call = stage.outside(MENU)
    async with asyncio.timeout(5):
        await call.up.wait()
    await asyncio.sleep(1)
    call.press(digit)
    return call


@BOOK.tell(8)
async def menu_digit_to_extension(stage: Stage) -> None:
    stage.plan("201", "180@0.1 200@3")
    call = await _choose(stage, "1")
    await stage.taken("201")
    await stage.hang_up_after(call, 1.5)
    stage.expect(call, "201", dialed=MENU, **answered("201", leg("201", "answered")))


@BOOK.tell(9)
async def menu_digit_to_queue(stage: Stage) -> None:
    stage.plan("101", "180@0.1")
    stage.plan("102", "180@0.1 200@3")
    stage.plan("103", "180@0.1")
    call = await _choose(stage, "2")
    await stage.taken("102")
    await stage.hang_up_after(call, 1.5)
    stage.expect(call, "102", dialed=MENU, **answered("102", answered_via="queue"))


@BOOK.tell(9)
async def menu_digit_to_group(stage: Stage) -> None:
    for who in ("201", "202"):
        stage.plan(who, "180@0.1")
    stage.plan("203", "180@0.1 200@3")
    call = await _choose(stage, "3")
    await stage.taken("203")
    await stage.hang_up_after(call, 1.5)
    stage.expect(call, "203", dialed=MENU, **answered("203", answered_via="group"))


@BOOK.tell(14)
async def menu_no_digit(stage: Stage) -> None:
    """Nothing pressed: after the text and the wait it goes to 101."""
    stage.plan("101", "180@0.1 200@2")
    call = stage.outside(MENU)
    await stage.taken("101")
    await stage.hang_up_after(call, 1.5)
    stage.expect(call, "101", dialed=MENU, **answered("101", leg("101", "answered")))


@BOOK.tell(9)
async def menu_digit_abandoned(stage: Stage) -> None:
    stage.plan("201", "180@0.1")
    call = await _choose(stage, "1")
    await asyncio.sleep(4)
    call.hang_up()
    await stage.over(call)
    gone = lost("abandoned", leg("201", "cancelled"), verdict="exempt", hung_up_by="caller")
    stage.expect(call, dialed=MENU, **gone)


@BOOK.tell(12)
async def menu_digit_forwarded(stage: Stage) -> None:
    await stage.set("CFU/201", "202")
    await stage.set("RT/201", "4")
    stage.plan("201", "180@0.1")
    stage.plan("202", "180@0.1 200@2")
    await stage.foresee(ANNA)
    call = await _choose(stage, "1")
    await stage.taken("202")
    await stage.hang_up_after(call, 1.5)
    fields = answered("202", leg("201", "no_answer"), leg("202", "answered"))
    fields |= {"answered_via": "forward", "forwarded_from": "201", "forwarded_to": "202"}
    stage.expect(call, "202", dialed=MENU, **fields)


@BOOK.tell(12)
async def press_one_accepted(stage: Stage) -> None:
    """The mobile's owner presses 1, and has the caller."""
    await stage.set("P1/201", "29111222")
    stage.plan("29111222", "180@0.5 200@3 press:1@5")
    await stage.foresee(ANNA)
    call = stage.outside(ANNA)
    async with asyncio.timeout(20):
        await call.up.wait()
    await stage.hang_up_after(call, 1.5)
    fields = answered("29111222", answered_via="forward", forwarded_from="201")
    fields |= {"forwarded_to": "29111222", "answered_at": ..., "rings": ...}
    stage.expect(call, "29111222", dialed=ANNA, **fields)


@BOOK.tell(16)
async def press_one_refused(stage: Stage) -> None:
    """A mobile operator's voicemail picks up and never presses 1: nobody answered."""
    await stage.set("P1/201", "29111222")
    stage.plan("29111222", "180@0.5 200@3")
    await stage.foresee(ANNA)
    call = stage.outside(ANNA)
    await stage.over(call)
    record = lost("no_answer", dialed=ANNA, rings=..., hung_up_by="pbx")
    stage.expect(call, **record)


@BOOK.tell(16)
async def press_one_refused_then_colleague(stage: Stage) -> None:
    await stage.set("P1/201", "29111222")
    await stage.set("CFU/201", "202")
    stage.plan("29111222", "180@0.5 200@2")
    stage.plan("202", "180@0.1 200@2")
    await stage.foresee(ANNA)
    call = stage.outside(ANNA)
    await stage.taken("202")
    await stage.hang_up_after(call, 1.5)
    fields = answered("202", answered_via="forward", forwarded_from="201", forwarded_to="202")
    stage.expect(call, "202", dialed=ANNA, **fields)


@BOOK.tell(7)
async def conference(stage: Stage) -> None:
    """An outside caller and a colleague meet in a room: nobody was called."""
    call = stage.outside("67000800")
    await asyncio.sleep(1)
    inside = stage.inside("201", "800")
    await stage.talk(call, 2)
    inside.hang_up()
    stage.expect(call, direction="inbound", dialed="67000800", extension="800", verdict="exempt")


enter(
    Case(
        "mobile_announcement_then_480",
        ANNA,
        lost(
            ...,
            verdict="breached",
            ring_source="progress",
            forwarded_from="201",
            forwarded_to="29111222",
        ),
        {"29111222": "183@0.5 480@4"},
        database={"CF/201": "29111222"},
    ),
)
