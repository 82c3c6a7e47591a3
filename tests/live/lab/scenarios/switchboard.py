"""Parking, an operator's redirect, click-to-dial, and a recorder that comes too late."""

from __future__ import annotations

import asyncio
from typing import Any

from .. import truth
from ..cases import answered, leg
from ..dialog import Dialog
from ..stage import BOOK, Stage
from .transfers import ANNA, SECOND, ends_with, record, talking


@BOOK.tell(10)
async def park_and_retrieve(stage: Stage) -> None:
    call, anna = await talking(stage)
    anna.refer("700")
    await asyncio.sleep(2)
    back = stage.inside("202", "811")
    async with asyncio.timeout(5):
        await back.up.wait()
    await ends_with(stage, call, back)
    stage.expect(call, anna, **record("202", 0))


@BOOK.tell(16)
async def park_time_out(stage: Stage) -> None:
    """Nobody fetches the caller: Anna's phone rings again, and she answers again."""
    stage.plan("201", "180@0.1 200@2", "180@0.1 200@2")
    call, anna = await talking(stage, "180@0.1 200@2")
    anna.refer("700")
    again = await stage.rung("201", 2)
    async with asyncio.timeout(15):
        await again.ringing.wait()
        await again.up.wait()
    await ends_with(stage, call, again)
    stage.expect(call, anna, **record("201", 0))


@BOOK.tell(10)
async def park_abandoned(stage: Stage) -> None:
    call, anna = await talking(stage)
    anna.refer("700")
    await asyncio.sleep(2)
    call.hang_up()
    stage.expect(call, anna, **record("201", 0))


async def _redirect(stage: Stage, number: str) -> None:
    channel = next(name for name in await stage.pbx.control.channels() if "trunk" in name)
    await stage.pbx.control.action(
        "Redirect", Channel=channel, Context="from-internal", Exten=number, Priority="1"
    )


@BOOK.tell(9)
async def redirect_while_ringing(stage: Stage) -> None:
    """An operator moves the ringing call to Berta."""
    stage.plan("201", "180@0.1")
    stage.plan("202", SECOND)
    call = stage.outside(ANNA)
    await asyncio.sleep(2.5)
    await _redirect(stage, "202")
    await ends_with(stage, call, await stage.taken("202"))
    fields = answered("202", answered_via="transfer", dialed=ANNA, extension="201")
    stage.expect(call, "202", **fields)


@BOOK.tell(9)
async def redirect_while_talking(stage: Stage) -> None:
    stage.plan("202", SECOND)
    call, anna = await talking(stage)
    await _redirect(stage, "202")
    await ends_with(stage, call, await stage.taken("202"))
    stage.expect(call, anna, **record("202", 1))


async def _originate(stage: Stage, number: str) -> None:
    await stage.pbx.control.action(
        "Originate",
        Channel=f"{stage.pbx.technology}/201",
        Context="from-internal",
        Exten=number,
        Priority="1",
        CallerID="Anna <201>",
        Timeout="20000",
        Async="true",
    )


@BOOK.tell(10)
async def click_to_dial(stage: Stage) -> None:
    """Anna's phone rings first: she is the caller, and the one outside is called."""
    stage.plan("201", "180@0.1 200@1.5")
    stage.plan("29777888", "180@0.5 200@3")
    await _originate(stage, "29777888")
    anna = await stage.rung("201")
    await stage.taken("29777888")
    await stage.hang_up_after(anna, 1.5)
    stage.expect(
        anna,
        "29777888",
        caller="201",
        direction="outbound",
        dialed="29777888",
        disposition="answered",
        answered_by="29777888",
        verdict="exempt",
        legs=[leg("29777888", "answered")],
        ring_started_at=...,
    )


@BOOK.tell(8)
async def click_to_dial_unanswered(stage: Stage) -> None:
    """The clicker never takes her own phone: nothing was called, and no member was missed."""
    stage.plan("201", "180@0.1 486@3")
    await _originate(stage, "29777888")
    anna = await stage.rung("201")
    await stage.over(anna)
    stage.expect(anna, direction="outbound", verdict="exempt", answered_by=None, caller=...)
    assert truth.answer(stage.log, anna) is None


@BOOK.tell(9, joins_at=3.0)
async def late_join_talking(stage: Stage) -> None:
    """The recorder comes when they talk already."""
    stage.plan("201", "180@0.1 200@1.5")
    call = stage.outside(ANNA)
    await stage.talk(call, 4)
    unseen(stage, call)


@BOOK.tell(9, joins_at=3.0)
async def late_join_ringing(stage: Stage) -> None:
    stage.plan("201", "180@0.1 200@5")
    call = stage.outside(ANNA)
    await stage.talk(call, 1.5)
    unseen(stage, call)


@BOOK.tell(12, joins_at=3.0)
async def late_join_queue(stage: Stage) -> None:
    for who in ("101", "103"):
        stage.plan(who, "180@0.1")
    stage.plan("102", "180@0.1 200@5")
    call = stage.outside("67000701")
    await ends_with(stage, call, await stage.taken("102"))
    unseen(stage, call)


def unseen(stage: Stage, call: Dialog) -> None:
    """A call that was found running, and answered so soon after its start that it was met."""
    keep: dict[str, Any] = dict.fromkeys(
        ("started_at", "ring_started_at", "answered_at", "ended_at", "rings"), ...
    )
    stage.expect(call, complete=False, verdict="met", **keep)
