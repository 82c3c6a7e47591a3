"""After the first answer: transfers, parking, an operator's redirect, click-to-dial."""

from __future__ import annotations

import asyncio
from typing import Any

from ..cases import answered
from ..dialog import Dialog
from ..stage import BOOK, Stage

ANNA = "67000201"
SECOND = "180@0.1 200@1.5"


async def talking(stage: Stage, first: str = "180@0.1 200@2") -> tuple[Dialog, Dialog]:
    """The caller and Anna's side of their call, a second into the talk."""
    stage.plan("201", first)
    call = stage.outside(ANNA)
    leg_201 = await stage.taken("201")
    await asyncio.sleep(1)
    return call, leg_201


async def ends_with(stage: Stage, call: Dialog, final: Dialog, seconds: float = 1.5) -> None:
    """The caller hangs up, and it is this phone that the PBX then tells so: they did talk."""
    await asyncio.sleep(seconds)
    assert final.up.is_set()
    assert not final.over.is_set(), "the last party is not on the line"
    call.hang_up()
    await stage.over(final, 2)


def record(final: str, transfers: int, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"dialed": ANNA, "final_party": final, "transfers": transfers}
    return answered("201", **fields | more)


@BOOK.tell(9)
async def transfer_blind_refer(stage: Stage) -> None:
    stage.plan("202", SECOND)
    call, anna = await talking(stage)
    anna.refer("202")
    await ends_with(stage, call, await stage.taken("202"))
    stage.expect(call, anna, **record("202", 1))


@BOOK.tell(10)
async def transfer_blind_dtmf(stage: Stage) -> None:
    stage.plan("202", SECOND)
    call, anna = await talking(stage)
    anna.press("##202")
    await ends_with(stage, call, await stage.taken("202"))
    stage.expect(call, anna, **record("202", 1))


@BOOK.tell(10)
async def transfer_blind_to_mobile(stage: Stage) -> None:
    stage.plan("29111333", "180@0.5 200@2")
    call, anna = await talking(stage)
    anna.refer("29111333")
    await ends_with(stage, call, await stage.taken("29111333"))
    stage.expect(call, anna, **record("29111333", 1))


@BOOK.tell(12)
async def transfer_blind_unanswered(stage: Stage) -> None:
    await stage.set("RT/202", "5")
    stage.plan("202", "180@0.1")
    call, anna = await talking(stage)
    anna.refer("202")
    await stage.over(call)
    stage.expect(call, anna, **record("201", 0, hung_up_by=...))


@BOOK.tell(9)
async def transfer_blind_target_hangs_up(stage: Stage) -> None:
    stage.plan("202", "180@0.1 200@1 bye@3")
    call, anna = await talking(stage)
    anna.refer("202")
    await stage.over(call)
    stage.expect(call, anna, **record("202", 1, hung_up_by="answerer"))


@BOOK.tell(9)
async def transfer_blind_abandoned(stage: Stage) -> None:
    """The caller gives up while the second phone rings: the first answer stands."""
    stage.plan("202", "180@0.1")
    call, anna = await talking(stage)
    anna.refer("202")
    await stage.rung("202")
    await asyncio.sleep(2)
    call.hang_up()
    stage.expect(call, anna, **record("201", 0))


@BOOK.tell(12)
async def transfer_attended_dtmf(stage: Stage) -> None:
    stage.plan("202", SECOND)
    call, anna = await talking(stage)
    anna.press("*5202")
    berta = await stage.taken("202")
    await asyncio.sleep(1)
    anna.bye()
    await ends_with(stage, call, berta)
    stage.expect(call, anna, **record("202", 1))


@BOOK.tell(12)
async def transfer_attended_dtmf_aborted(stage: Stage) -> None:
    stage.plan("202", SECOND)
    call, anna = await talking(stage)
    anna.press("*5202")
    await stage.taken("202")
    await asyncio.sleep(1)
    anna.press("*1")
    await ends_with(stage, call, anna, 3)
    stage.expect(call, anna, **record("201", 0))


@BOOK.tell(20)
async def transfer_attended_dtmf_unanswered(stage: Stage) -> None:
    """202 does not answer within 8 seconds; the caller is back with Anna."""
    stage.plan("202", "180@0.1")
    call, anna = await talking(stage)
    anna.press("*5202")
    consult = await stage.rung("202")
    await stage.over(consult)
    await ends_with(stage, call, anna, 3)
    stage.expect(call, anna, **record("201", 0))


def _consulted(stage: Stage, consult: Dialog, **more: Any) -> None:
    fields = {"direction": "internal", "dialed": "202", "verdict": "exempt"} | more
    stage.expect(consult, ended_at=..., rings=..., **fields)


@BOOK.tell(12)
async def transfer_attended_refer(stage: Stage) -> None:
    stage.plan("202", SECOND)
    call, anna = await talking(stage)
    anna.hold()
    consult = stage.inside("201", "202")
    berta = await stage.taken("202")
    await asyncio.sleep(1)
    anna.refer("202", replaces=consult)
    await asyncio.sleep(0.5)
    anna.hang_up()
    consult.hang_up()
    await ends_with(stage, call, berta)
    stage.expect(call, anna, **record("202", 1))
    _consulted(stage, consult, answered_at=..., disposition="answered", answered_by="202")


@BOOK.tell(12)
async def transfer_attended_refer_early(stage: Stage) -> None:
    """Semi-attended: Anna transfers while Berta's phone still rings."""
    stage.plan("202", "180@0.1 200@4")
    call, anna = await talking(stage)
    anna.hold()
    consult = stage.inside("201", "202")
    await stage.rung("202")
    await asyncio.sleep(1.5)
    anna.refer("202", replaces=consult)
    await asyncio.sleep(0.5)
    anna.hang_up()
    await ends_with(stage, call, await stage.taken("202"))
    stage.expect(call, anna, **record("202", 1))
    _consulted(stage, consult, answered_at=..., ring_started_at=...)


@BOOK.tell(12)
async def consultation_given_up(stage: Stage) -> None:
    """Anna asks Berta on a second line and returns to the caller: no transfer."""
    stage.plan("202", SECOND)
    call, anna = await talking(stage)
    anna.hold()
    consult = stage.inside("201", "202")
    await stage.talk(consult, 1)
    anna.hold(False)
    await ends_with(stage, call, anna)
    stage.expect(call, anna, **record("201", 0))
    took = await stage.rung("202")
    fields = {"direction": "internal", "dialed": "202", "verdict": "exempt", "answered_by": "202"}
    stage.expect(consult, took, **fields, disposition="answered", hung_up_by="caller")


@BOOK.tell(12)
async def transfer_twice(stage: Stage) -> None:
    stage.plan("202", "180@0.1 200@1")
    stage.plan("203", "180@0.1 200@1")
    call, anna = await talking(stage)
    anna.refer("202")
    berta = await stage.taken("202")
    await asyncio.sleep(1)
    berta.refer("203")
    await ends_with(stage, call, await stage.taken("203"))
    stage.expect(call, anna, **record("203", 2))


@BOOK.tell(14)
async def transfer_blind_then_attended(stage: Stage) -> None:
    stage.plan("202", "180@0.1 200@1")
    stage.plan("203", "180@0.1 200@1")
    call, anna = await talking(stage)
    anna.refer("202")
    berta = await stage.taken("202")
    await asyncio.sleep(1)
    berta.press("*5203")
    centis = await stage.taken("203")
    await asyncio.sleep(1)
    berta.bye()
    await ends_with(stage, call, centis)
    stage.expect(call, anna, **record("203", 2))


@BOOK.tell(12)
async def transfer_of_pickup(stage: Stage) -> None:
    """Berta picks Anna's call up and sends it on to Centis."""
    stage.plan("201", "180@0.1")
    stage.plan("203", "180@0.1 200@1")
    call = stage.outside(ANNA)
    await asyncio.sleep(2)
    pick = stage.inside("202", "*8")
    async with asyncio.timeout(5):
        await pick.up.wait()
    await asyncio.sleep(1)
    pick.refer("203")
    await ends_with(stage, call, await stage.taken("203"))
    fields = answered("202", answered_via="pickup", picked_up_for="201", transfers=1)
    stage.expect(call, pick, dialed=ANNA, **fields | {"final_party": "203"})
