"""Transfers to and from everything else: groups, queues, forwards, pickups, and back again."""

from __future__ import annotations

import asyncio

from ..cases import answered, forwarded
from ..stage import BOOK, Stage
from .transfers import ANNA, SECOND, ends_with, record, talking

RING = "180@0.1"


@BOOK.tell(12)
async def transfer_then_pickup(stage: Stage) -> None:
    """Anna sends the caller to Berta, whose phone Centis picks up."""
    stage.plan("202", RING)
    call, anna = await talking(stage)
    anna.refer("202")
    await stage.rung("202")
    await asyncio.sleep(2)
    pick = stage.inside("203", "*82202")
    async with asyncio.timeout(5):
        await pick.up.wait()
    await ends_with(stage, call, pick)
    stage.expect(call, anna, **record("203", 1))


@BOOK.tell(12)
async def transfer_to_forwarded(stage: Stage) -> None:
    await stage.set("CF/202", "203")
    stage.plan("203", SECOND)
    call, anna = await talking(stage)
    await stage.foresee("202")
    anna.refer("202")
    await ends_with(stage, call, await stage.taken("203"))
    stage.expect(call, anna, **record("203", 1))


@BOOK.tell(12)
async def transfer_to_group(stage: Stage) -> None:
    for who in ("301", "302"):
        stage.plan(who, RING if who == "301" else SECOND)
    call, anna = await talking(stage)
    anna.refer("604")
    await ends_with(stage, call, await stage.taken("302"))
    stage.expect(call, anna, **record("302", 1))


@BOOK.tell(12)
async def transfer_to_queue(stage: Stage) -> None:
    stage.plan("301", RING)
    stage.plan("302", SECOND)
    call, anna = await talking(stage)
    anna.refer("703")
    await ends_with(stage, call, await stage.taken("302"))
    stage.expect(call, anna, **record("302", 1))


@BOOK.tell(12)
async def transfer_of_forwarded(stage: Stage) -> None:
    """Berta has Anna's caller by a forward, and sends her on to Centis."""
    await stage.set("CF/201", "202")
    stage.plan("202", f"{RING} 200@2")
    stage.plan("203", SECOND)
    await stage.foresee(ANNA)
    call = stage.outside(ANNA)
    berta = await stage.taken("202")
    await asyncio.sleep(1)
    berta.refer("203")
    await ends_with(stage, call, await stage.taken("203"))
    fields = forwarded("202", dialed=ANNA)
    stage.expect(call, berta, **fields | {"transfers": 1, "final_party": "203"})


@BOOK.tell(14)
async def transfer_from_queue_attended(stage: Stage) -> None:
    stage.plan("301", RING)
    stage.plan("302", f"{RING} 200@2")
    stage.plan("202", SECOND)
    call = stage.outside("67000703")
    liga = await stage.taken("302")
    await asyncio.sleep(1)
    liga.hold()
    consult = stage.inside("302", "202")
    berta = await stage.taken("202")
    await asyncio.sleep(1)
    liga.refer("202", replaces=consult)
    await asyncio.sleep(0.5)
    liga.hang_up()
    consult.hang_up()
    await ends_with(stage, call, berta)
    fields = answered("302", answered_via="queue", dialed="67000703")
    stage.expect(call, liga, **fields | {"transfers": 1, "final_party": "202"})
    inner = {"direction": "internal", "dialed": "202", "verdict": "exempt"}
    stage.expect(consult, ended_at=..., rings=..., answered_at=..., **inner)


@BOOK.tell(12)
async def transfer_back(stage: Stage) -> None:
    """To Berta, and back to Anna."""
    stage.plan("201", "180@0.1 200@2", SECOND)
    stage.plan("202", SECOND)
    call = stage.outside(ANNA)
    anna = await stage.taken("201")
    await asyncio.sleep(1)
    anna.refer("202")
    berta = await stage.taken("202")
    await asyncio.sleep(1)
    berta.refer("201")
    again = await stage.phones["201"].incoming(2)
    async with asyncio.timeout(10):
        await again.up.wait()
    await ends_with(stage, call, again)
    stage.expect(call, anna, **record("201", 2))


@BOOK.tell(14)
async def transfer_attended_dtmf_hangs_up_early(stage: Stage) -> None:
    """Anna presses *5202 and hangs up while Berta's phone still rings."""
    stage.plan("202", f"{RING} 200@4")
    call, anna = await talking(stage)
    anna.press("*5202")
    await stage.rung("202")
    await asyncio.sleep(1)
    anna.bye()
    await ends_with(stage, call, await stage.taken("202"))
    stage.expect(call, anna, **record("202", 1))


@BOOK.tell(10)
async def park_by_dtmf(stage: Stage) -> None:
    call, anna = await talking(stage)
    anna.press("#72")
    await asyncio.sleep(3)
    back = stage.inside("203", "811")
    async with asyncio.timeout(5):
        await back.up.wait()
    await ends_with(stage, call, back)
    stage.expect(call, anna, **record("203", 0))
