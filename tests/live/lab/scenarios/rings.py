"""Odd rings, odd callers, two devices, and calls that nobody from outside made."""

from __future__ import annotations

import asyncio
from typing import Any

from ..cases import Case, answered, enter, leg, lost
from ..stage import BOOK, Stage
from .direct import ANNA

enter(
    Case(
        "ring_183_only",
        ANNA,
        answered("201", leg("201", "answered"), ring_source="progress"),
        {"201": "183@0.4 200@3.4"},
        "201",
    ),
    Case(
        "ring_183_then_180",
        ANNA,
        answered("201", leg("201", "answered"), ring_source="progress"),
        {"201": "183@0.4 180@2.4 200@7"},
        "201",
        seconds=10,
    ),
    Case(
        "ring_180_twice",
        ANNA,
        answered("201", leg("201", "answered"), ring_source="ringing"),
        {"201": "180@0.1 180@3.1 200@7"},
        "201",
        seconds=10,
    ),
    Case(
        "ring_180_then_183",
        ANNA,
        answered("201", leg("201", "answered"), ring_source="ringing"),
        {"201": "180@0.1 183@2.1 200@6.5"},
        "201",
        seconds=10,
    ),
    Case(
        "answer_without_180",
        ANNA,
        answered("201", leg("201", "answered"), ring_source="dial"),
        {"201": "200@3"},
        "201",
    ),
    Case(
        "slow_first_ring",
        ANNA,
        answered("201", leg("201", "answered"), ring_source="ringing"),
        {"201": "180@2.5 200@6"},
        "201",
        seconds=9,
    ),
    Case(
        "slow_first_ring_14s5",
        ANNA,
        answered("201", leg("201", "answered"), ring_source="ringing"),
        {"201": "180@2.5 200@17"},
        "201",
        seconds=20,
    ),
    Case(
        "two_devices_first",
        "67000204",
        answered("204", leg("204", "answered"), leg("204", "answered_elsewhere")),
        {"204": "180@0.1 200@3", "204b": "180@0.3"},
        "204",
    ),
    Case(
        "two_devices_second",
        "67000204",
        answered("204", leg("204", "answered"), leg("204", "answered_elsewhere")),
        {"204": "180@0.2", "204b": "180@0.1 200@3"},
        "204b",
    ),
    Case(
        "anonymous_caller",
        ANNA,
        answered("201", leg("201", "answered"), caller=...),
        {"201": "180@0.1 200@2"},
        "201",
        caller="anonymous",
    ),
    Case(
        "outside_caller_with_extension_number",
        ANNA,
        answered("201", leg("201", "answered")),
        {"201": "180@0.1 200@2"},
        "201",
        caller="202",
    ),
    Case(
        "caller_is_the_persons_mobile",
        ANNA,
        answered("201", leg("201", "answered")),
        {"201": "180@0.1 200@2"},
        "201",
        caller="29111222",
    ),
)

INTERNAL: dict[str, Any] = {
    "direction": "internal",
    "verdict": "exempt",
    "complete": True,
    "transfers": 0,
}
OUTBOUND = INTERNAL | {"direction": "outbound"}


@BOOK.tell(6)
async def internal_call(stage: Stage) -> None:
    stage.plan("202", "180@0.1 200@2")
    call = stage.inside("201", "202")
    await stage.talk(call, 1.5)
    stage.expect(
        call,
        "202",
        dialed="202",
        extension="202",
        disposition="answered",
        answered_by="202",
        answered_via="direct",
        final_party="202",
        hung_up_by="caller",
        legs=[leg("202", "answered")],
        **INTERNAL,
    )


@BOOK.tell(6)
async def internal_no_answer(stage: Stage) -> None:
    stage.plan("202", "180@0.1")
    call = stage.inside("201", "202")
    await asyncio.sleep(4)
    call.hang_up()
    await stage.over(call)
    legs = [leg("202", "cancelled")]
    stage.expect(call, dialed="202", disposition="abandoned", legs=legs, **INTERNAL)


@BOOK.tell(7)
async def outgoing_call(stage: Stage) -> None:
    stage.plan("29777888", "180@0.6 200@3")
    call = stage.inside("201", "29777888")
    await stage.talk(call, 1.5)
    stage.expect(
        call,
        "29777888",
        caller="201",
        dialed="29777888",
        disposition="answered",
        answered_by="29777888",
        hung_up_by="caller",
        legs=[leg("29777888", "answered")],
        **OUTBOUND,
    )


@BOOK.tell(7)
async def outgoing_busy(stage: Stage) -> None:
    stage.plan("29777888", "183@0.4 486@2")
    call = stage.inside("201", "29777888")
    await stage.over(call)
    stage.expect(call, dialed="29777888", disposition="busy", answered_by=None, **OUTBOUND)


@BOOK.tell(7)
async def cancel_crosses_answer(stage: Stage) -> None:
    """The caller's CANCEL and the phone's 200 pass one another: the caller got a 487."""
    stage.plan("201", "180@0.1")
    call = stage.outside(ANNA)
    leg_201 = await stage.rung("201")
    await asyncio.sleep(3)
    call.cancel()
    leg_201.say(200)
    await stage.over(call)
    stage.expect(
        call,
        dialed=ANNA,
        direction="inbound",
        disposition="abandoned",
        answered_by=None,
        answered_via=None,
        answered_at=None,
        rings=1,
        verdict="exempt",
        complete=True,
        hung_up_by="caller",
    )


@BOOK.tell(14)
async def overlapping_calls(stage: Stage) -> None:
    """Three callers, three phones, interleaved."""
    stage.plan("201", "180@0.1 200@9.1")
    stage.plan("202", "180@0.2 200@3")
    stage.plan("203", "180@0.1")
    first = stage.outside(ANNA, "29555001")
    await asyncio.sleep(1)
    second = stage.outside("67000202", "29555002")
    await asyncio.sleep(1)
    third = stage.outside("68000203", "29555003")
    await asyncio.sleep(5)
    third.hang_up()
    await asyncio.gather(stage.talk(first, 2), stage.talk(second, 5))
    stage.expect(first, "201", dialed=ANNA, **answered("201", leg("201", "answered")))
    stage.expect(second, "202", dialed="67000202", **answered("202", leg("202", "answered")))
    gone = lost("abandoned", leg("203", "cancelled"), verdict="exempt", hung_up_by="caller")
    stage.expect(third, dialed="68000203", **gone)
