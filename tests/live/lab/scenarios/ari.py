"""A house without a dialplan of its own: an ARI application rings phones and joins them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from ..ari import Ari
from ..cases import answered, leg, lost
from ..dialog import Dialog
from ..stage import BOOK, Stage

tell = partial(BOOK.tell, house="ari")
ANNA, GROUP = "64000201", "64000650"
RING = "180@0.1"
ELSEWHERE = "answered_elsewhere"


async def _joined(ari: Ari, caller: str, phone: str) -> str:
    """The two in a bridge, once the phone is answered."""
    await ari.answer(caller)
    return await ari.bridge(caller, phone)


async def _talks(stage: Stage, call: Dialog, seconds: float = 1.5) -> None:
    async with asyncio.timeout(10):
        await call.up.wait()
    await stage.hang_up_after(call, seconds)


def by_group(by: str, *legs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return answered(by, *legs, **{"answered_via": "group"} | more)


async def _one(stage: Stage, plan: str) -> tuple[Dialog, str]:
    """A caller of Anna's whose phone the application rings until it is answered."""
    stage.plan("201", plan)
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(ANNA)
        caller = await ari.arrived()
        await ari.ring(caller)
        phone = await ari.up(await ari.dial("PJSIP/201", caller))
        await _joined(ari, caller, phone)
        await _talks(stage, call)
        await ari.gone(caller)
        await ari.hang_up(phone)
    return call, phone


@tell(8)
async def ari_direct(stage: Stage) -> None:
    call, _ = await _one(stage, f"{RING} 200@3")
    stage.expect(call, "201", dialed=ANNA, **answered("201", leg("201", "answered")))


@tell(21)
async def ari_direct_late(stage: Stage) -> None:
    call, _ = await _one(stage, f"{RING} 200@17")
    fields = answered("201", leg("201", "answered"), verdict="breached")
    stage.expect(call, "201", dialed=ANNA, **fields)


async def _race(stage: Stage, plans: dict[str, str]) -> Dialog:
    """All these phones ring; the first to answer has the caller, the others are hung up."""
    for who, plan in plans.items():
        stage.plan(who, plan)
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(GROUP)
        caller = await ari.arrived()
        await ari.ring(caller)
        phones = [await ari.dial(f"PJSIP/{who}", caller) for who in plans]
        first = await ari.up(*phones)
        for phone in phones:
            if phone != first:
                await ari.hang_up(phone)
        await _joined(ari, caller, first)
        await _talks(stage, call)
        await ari.gone(caller)
        await ari.hang_up(first)
    return call


@tell(9)
async def ari_group(stage: Stage) -> None:
    call = await _race(stage, {"201": RING, "202": f"{RING} 200@3"})
    legs = leg("201", ELSEWHERE), leg("202", "answered")
    stage.expect(call, "202", dialed=GROUP, **by_group("202", *legs))


@tell(21)
async def ari_group_late(stage: Stage) -> None:
    call = await _race(stage, {"201": RING, "202": f"{RING} 200@17"})
    legs = leg("201", ELSEWHERE), leg("202", "answered")
    stage.expect(call, "202", dialed=GROUP, **by_group("202", *legs, verdict="breached"))


async def _left(stage: Stage, number: str, plans: dict[str, str], after: float) -> Dialog:
    """The phones ring until the caller gives up; then the application takes them back."""
    for who, plan in plans.items():
        stage.plan(who, plan)
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(number)
        caller = await ari.arrived()
        await ari.ring(caller)
        phones = [await ari.dial(f"PJSIP/{who}", caller) for who in plans]
        await asyncio.sleep(after)
        call.hang_up()
        await ari.gone(caller)
        for phone in phones:
            await ari.hang_up(phone)
    return call


@tell(21)
async def ari_group_abandoned(stage: Stage) -> None:
    call = await _left(stage, GROUP, {"201": RING, "202": RING}, 18)
    legs = leg("201", "cancelled"), leg("202", "cancelled")
    stage.expect(call, dialed=GROUP, **lost("abandoned", *legs, hung_up_by="caller"))


@tell(9)
async def ari_abandoned_early(stage: Stage) -> None:
    call = await _left(stage, ANNA, {"201": RING}, 5)
    gone = lost("abandoned", leg("201", "cancelled"), verdict="exempt", hung_up_by="caller")
    stage.expect(call, dialed=ANNA, **gone)


@tell(12)
async def ari_no_answer(stage: Stage) -> None:
    """The application waits no longer: it hangs the ringing phone up, then the caller."""
    stage.plan("201", RING)
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(ANNA)
        caller = await ari.arrived()
        await ari.ring(caller)
        phone = await ari.dial("PJSIP/201", caller)
        await asyncio.sleep(7)
        await ari.hang_up(phone)
        await asyncio.sleep(0.3)
        await ari.hang_up(caller)
        await stage.over(call)
    gone = lost("no_answer", leg("201", "no_answer"), hung_up_by="pbx")
    stage.expect(call, dialed=ANNA, **gone)


@tell(12)
async def ari_time_out_of_dial(stage: Stage) -> None:
    """The dial has a time-out of its own: Asterisk ends the ringing phone after it."""
    stage.plan("201", RING)
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(ANNA)
        caller = await ari.arrived()
        await ari.ring(caller)
        phone = await ari.dial("PJSIP/201", caller, 6)
        await ari.gone(phone)
        await asyncio.sleep(0.3)
        await ari.hang_up(caller)
        await stage.over(call)
    gone = lost("no_answer", leg("201", "no_answer"), hung_up_by="pbx")
    stage.expect(call, dialed=ANNA, **gone)


@tell(14)
async def ari_second_phone_after_the_first(stage: Stage) -> None:
    """Anna's phone rings 6 s, then Berta's: one after the other."""
    stage.plan("201", RING)
    stage.plan("202", f"{RING} 200@3")
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(GROUP)
        caller = await ari.arrived()
        await ari.ring(caller)
        first = await ari.dial("PJSIP/201", caller)
        await asyncio.sleep(6)
        await ari.hang_up(first)
        second = await ari.up(await ari.dial("PJSIP/202", caller))
        await _joined(ari, caller, second)
        await _talks(stage, call)
        await ari.gone(caller)
        await ari.hang_up(second)
    legs = leg("201", "no_answer"), leg("202", "answered")
    stage.expect(call, "202", dialed=GROUP, **by_group("202", *legs))


@tell(12)
async def ari_first_refuses(stage: Stage) -> None:
    """Anna's phone refuses; Berta's, which is rung beside it, answers."""
    call = await _race(stage, {"201": f"{RING} 603@1", "202": f"{RING} 200@4"})
    legs = leg("201", "rejected"), leg("202", "answered")
    stage.expect(call, "202", dialed=GROUP, **by_group("202", *legs))


async def _refused(stage: Stage, plan: str) -> Dialog:
    """The only phone says no, and the application hangs the caller up."""
    stage.plan("201", plan)
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(ANNA)
        caller = await ari.arrived()
        await ari.ring(caller)
        await ari.gone(await ari.dial("PJSIP/201", caller))
        await ari.hang_up(caller)
        await stage.over(call)
    return call


@tell(9)
async def ari_refused(stage: Stage) -> None:
    call = await _refused(stage, f"{RING} 603@2")
    gone = lost("rejected", leg("201", "rejected"), hung_up_by="pbx", verdict=...)
    stage.expect(call, dialed=ANNA, **gone)


@tell(9)
async def ari_busy(stage: Stage) -> None:
    call = await _refused(stage, "486@0.1")
    gone = lost("busy", leg("201", "busy"), hung_up_by="pbx", verdict=...)
    stage.expect(call, dialed=ANNA, **gone)


async def _queued(stage: Stage, plan: str) -> Dialog:
    """The caller waits with music in a holding bridge until a phone answers."""
    stage.plan("201", plan)
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(GROUP)
        caller = await ari.arrived()
        await ari.answer(caller)
        waiting = await ari.hold()
        await ari.add(waiting, caller)
        await asyncio.sleep(1)
        phone = await ari.up(await ari.dial("PJSIP/201", caller))
        await ari.take_out(waiting, caller)
        await ari.bridge(caller, phone)
        await stage.hang_up_after(call, 2)
        await ari.gone(caller)
        await ari.hang_up(phone)
    return call


@tell(10)
async def ari_queue(stage: Stage) -> None:
    """Music in a bridge is no answer: the phone that answers is."""
    call = await _queued(stage, f"{RING} 200@4")
    fields = answered("201", leg("201", "answered"), answered_via=...)
    stage.expect(call, "201", dialed=GROUP, **fields)


@tell(23)
async def ari_queue_late(stage: Stage) -> None:
    call = await _queued(stage, f"{RING} 200@17")
    fields = answered("201", leg("201", "answered"), answered_via=..., verdict="breached")
    stage.expect(call, "201", dialed=GROUP, **fields)


@tell(21)
async def ari_queue_abandoned(stage: Stage) -> None:
    """The caller waits with music, 17 s of them while a phone rings, and gives up."""
    stage.plan("201", RING)
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(GROUP)
        caller = await ari.arrived()
        await ari.answer(caller)
        await ari.add(await ari.hold(), caller)
        phone = await ari.dial("PJSIP/201", caller)
        await asyncio.sleep(17)
        call.hang_up()
        await ari.gone(caller)
        await ari.hang_up(phone)
    gone = lost("abandoned", leg("201", "cancelled"), hung_up_by="caller")
    stage.expect(call, dialed=GROUP, **gone)


@tell(10)
async def ari_given_up_between_two_tries(stage: Stage) -> None:
    """The phone has stopped ringing, the caller waits with music for the next try, and gives up."""
    stage.plan("201", RING)
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(GROUP)
        caller = await ari.arrived()
        await ari.answer(caller)
        await ari.add(await ari.hold(), caller)
        phone = await ari.dial("PJSIP/201", caller)
        await asyncio.sleep(5)
        await ari.hang_up(phone)
        await asyncio.sleep(1.5)
        call.hang_up()
        await ari.gone(caller)
    gone = lost("abandoned", leg("201", "no_answer"), hung_up_by="caller", verdict="exempt")
    stage.expect(call, dialed=GROUP, rings=..., **gone)


@tell(9)
async def ari_announcement(stage: Stage) -> None:
    """A text and a hang-up: nobody was rung."""
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(GROUP)
        caller = await ari.arrived()
        await ari.answer(caller)
        await ari.play(caller, "sound:/lab/sounds/silence3")
        await asyncio.sleep(3.5)
        await ari.hang_up(caller)
        await stage.over(call)
    stage.expect(call, dialed=GROUP, **lost("abandoned", verdict="exempt", legs=[]))


@tell(10)
async def ari_colleague_joins(stage: Stage) -> None:
    """Berta's phone is rung into the talk of Anna and the caller: three in one bridge."""
    stage.plan("201", f"{RING} 200@2")
    stage.plan("202", f"{RING} 200@1")
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(ANNA)
        caller = await ari.arrived()
        await ari.ring(caller)
        anna = await ari.up(await ari.dial("PJSIP/201", caller))
        bridge = await _joined(ari, caller, anna)
        berta = await ari.up(await ari.dial("PJSIP/202", caller))
        await ari.add(bridge, berta)
        await _talks(stage, call, 2)
        await ari.gone(caller)
        await ari.hang_up(anna)
        await ari.hang_up(berta)
    fields = answered("201", final_party=..., transfers=...)
    stage.expect(call, "201", dialed=ANNA, **fields)


@tell(9)
async def ari_originated_phone(stage: Stage) -> None:
    """The phone is originated, with no tie to the caller but the bridge at its end."""
    stage.plan("201", f"{RING} 200@3")
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(ANNA)
        caller = await ari.arrived()
        await ari.ring(caller)
        phone = await ari.up(await ari.originate("PJSIP/201", "29555001"))
        await _joined(ari, caller, phone)
        await _talks(stage, call)
        await ari.gone(caller)
        await ari.hang_up(phone)
    fields = answered("201", verdict=..., complete=..., answered_via=...)
    stage.expect(call, "201", dialed=ANNA, ring_started_at=..., rings=..., **fields)


@tell(12)
async def ari_mobile(stage: Stage) -> None:
    """Anna's phone and her mobile are rung; the mobile answers."""
    stage.plan("201", RING)
    stage.plan("29111222", "180@0.5 200@3")
    async with Ari.open(stage.pbx.host) as ari:
        call = stage.outside(ANNA)
        caller = await ari.arrived()
        await ari.ring(caller)
        phone = await ari.dial("PJSIP/201", caller)
        mobile = await ari.up(await ari.dial("PJSIP/29111222@trunk", caller))
        await ari.hang_up(phone)
        await _joined(ari, caller, mobile)
        await _talks(stage, call)
        await ari.gone(caller)
        await ari.hang_up(mobile)
    legs = leg("201", ELSEWHERE), leg("29111222", "answered")
    fields = answered("29111222", *legs, answered_via="forward", forwarded_from="201")
    stage.expect(call, "29111222", dialed=ANNA, **fields | {"forwarded_to": "29111222"})
