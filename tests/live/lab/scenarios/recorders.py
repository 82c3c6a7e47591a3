"""The same calls as others see them: recorders that leave early, and ones that see everything."""

from __future__ import annotations

import asyncio
from typing import Any

from ..cases import answered, forwarded, leg
from ..dialog import Dialog
from ..stage import BOOK, Stage
from .groups import GROUP, by_group, ringing
from .pickups import picked, taken
from .switchboard import unseen
from .transfers import ANNA, ends_with, record, talking

BERTA = "180@0.1 200@3"


@BOOK.tell(8, leaves_at=2.0)
async def cut_off_ringing(stage: Stage) -> None:
    """The stream ends while the phone rings."""
    stage.plan("201", "180@0.1 200@4")
    call = stage.outside(ANNA)
    await stage.talk(call, 1)
    _cut(stage, call)


@BOOK.tell(8, leaves_at=4.0)
async def cut_off_talking(stage: Stage) -> None:
    stage.plan("201", "180@0.1 200@2")
    call = stage.outside(ANNA)
    await stage.talk(call, 4)
    _cut(stage, call, verdict="met")


@BOOK.tell(9, leaves_at=4.0)
async def cut_off_forwarding(stage: Stage) -> None:
    await stage.set("CF/201", "202")
    stage.plan("202", "180@0.1 200@6")
    await stage.foresee(ANNA)
    call = stage.outside(ANNA)
    await stage.talk(call, 1)
    _cut(stage, call)


def _cut(stage: Stage, call: Dialog, verdict: str = "unknown") -> None:
    keep: dict[str, Any] = dict.fromkeys(
        ("ring_started_at", "answered_at", "ended_at", "rings"), ...
    )
    stage.expect(call, dialed=ANNA, complete=False, verdict=verdict, **keep)


@BOOK.tell(9, joins_at=3.0)
async def late_join_forwarded(stage: Stage) -> None:
    await stage.set("CF/201", "202")
    stage.plan("202", "180@0.1 200@5")
    await stage.foresee(ANNA)
    call = stage.outside(ANNA)
    await stage.talk(call, 1)
    unseen(stage, call)


@BOOK.tell(9, joins_at=2.0)
async def late_join_then_pickup(stage: Stage) -> None:
    stage.plan("201", "180@0.1")
    call = stage.outside(ANNA)
    await asyncio.sleep(4)
    await taken(stage, call, stage.inside("202", "*8"))
    unseen(stage, call)


@BOOK.tell(12, joins_at=3.8)
async def late_join_then_transfer(stage: Stage) -> None:
    stage.plan("202", "180@0.1 200@3")
    call, anna = await talking(stage, "180@0.1 200@3")
    await asyncio.sleep(1)
    anna.refer("202")
    await ends_with(stage, call, await stage.taken("202"))
    unseen(stage, call)


@BOOK.tell(7, login="wide")
async def wide_direct(stage: Stage) -> None:
    stage.plan("201", BERTA)
    call = stage.outside(ANNA)
    await stage.talk(call, 1.5)
    stage.expect(call, "201", dialed=ANNA, **answered("201", leg("201", "answered")))


@BOOK.tell(7, login="wide")
async def wide_pickup(stage: Stage) -> None:
    stage.plan("201", "180@0.1")
    call = stage.outside(ANNA)
    await asyncio.sleep(3)
    pick = stage.inside("202", "*8")
    await taken(stage, call, pick)
    stage.expect(call, pick, dialed=ANNA, **picked("202", "201"))


@BOOK.tell(7, login="wide")
async def wide_forward(stage: Stage) -> None:
    await stage.set("CF/201", "202")
    stage.plan("202", BERTA)
    await stage.foresee("68000201")
    call = stage.outside("68000201")
    await stage.talk(call, 1.5)
    stage.expect(call, "202", **forwarded("202", leg("202", "answered")))


@BOOK.tell(7, login="wide")
async def wide_group(stage: Stage) -> None:
    for who, plan in ringing(p202="200@3").items():
        stage.plan(who, plan)
    call = stage.outside(GROUP)
    await stage.talk(call, 1.5)
    stage.expect(call, "202", **by_group("202", "600"))


@BOOK.tell(9, login="wide")
async def wide_queue(stage: Stage) -> None:
    stage.plan("301", "180@0.1")
    stage.plan("302", BERTA)
    call = stage.outside("67000703")
    took = await stage.taken("302")
    await stage.hang_up_after(call, 1.5)
    stage.expect(call, took, **answered("302", answered_via="queue"))


@BOOK.tell(11, login="wide")
async def wide_transfer(stage: Stage) -> None:
    stage.plan("202", "180@0.1 200@1.5")
    call, anna = await talking(stage)
    anna.press("*5202")
    berta = await stage.taken("202")
    await asyncio.sleep(1)
    anna.bye()
    await ends_with(stage, call, berta)
    stage.expect(call, anna, **record("202", 1))
