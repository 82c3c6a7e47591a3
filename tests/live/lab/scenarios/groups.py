"""Several phones ring for one number: all at once, one after another, late, all in vain."""

from __future__ import annotations

import asyncio
from typing import Any

from ..cases import Case, answered, enter, leg, lost
from ..stage import BOOK, Stage

GROUP, HUNT, LOCAL, STAGGERED = "67000600", "67000601", "67000602", "67000603"
ELSEWHERE = "answered_elsewhere"
ALL = ("201", "202", "203")


def ringing(**answers: str) -> dict[str, str]:
    """All three ring; `p202="200@3"` says what a phone does besides."""
    return {who: f"180@0.1 {answers.get('p' + who, '')}" for who in ALL}


def by_group(by: str, extension: str, **more: Any) -> dict[str, Any]:
    """One of three took it; the others stopped ringing."""
    legs = [leg(who, "answered" if who == by else ELSEWHERE) for who in ALL]
    more = {"answered_via": "group", "extension": extension, "unit": "registry"} | more
    return answered(by, *legs, **more)


enter(
    Case("group_ringall", GROUP, by_group("202", "600"), ringing(p202="200@3"), "202"),
    Case("group_ringall_local", LOCAL, by_group("203", "602"), ringing(p203="200@3"), "203"),
    Case(
        "group_ringall_local_no_rtp",
        LOCAL,
        by_group("203", "602"),
        ringing(p203="200@3"),
        "203",
        rtp=False,
    ),
    Case(
        "group_late",
        GROUP,
        by_group("201", "600", verdict="breached"),
        ringing(p201="200@16.5"),
        "201",
        seconds=19,
    ),
    Case(
        "group_one_busy",
        GROUP,
        answered(
            "203",
            leg("201", "busy"),
            leg("202", ELSEWHERE),
            leg("203", "answered"),
            answered_via="group",
        ),
        {"201": "486@0.1", "202": "180@0.1", "203": "180@0.1 200@3"},
        "203",
    ),
    Case(
        "group_first_ring_is_not_the_answerer",
        GROUP,
        by_group("203", "600"),
        {"201": "180@0.1", "202": "180@1", "203": "180@2.5 200@6"},
        "203",
        seconds=9,
    ),
    Case(
        "group_no_answer",
        GROUP,
        lost("no_answer", *(leg(who, "no_answer") for who in ALL), hung_up_by="pbx"),
        ringing(),
        seconds=28,
    ),
    Case(
        "group_abandoned",
        GROUP,
        lost("abandoned", *(leg(who, "cancelled") for who in ALL), verdict="exempt"),
        ringing(),
        cancel=5,
    ),
    Case(
        "group_all_busy",
        "67000604",
        lost("busy", leg("301", "busy"), leg("302", "busy")),
        {"301": "486@0.1", "302": "486@0.2"},
    ),
    Case(
        "group_302_inside",
        GROUP,
        answered("202", legs=..., answered_via=..., forwarded_from=..., forwarded_to=...),
        {"201": "302:301@0.5", "202": "180@0.1 200@4", "203": "180@0.1", "301": "180@0.1"},
        "202",
    ),
    Case(
        "hunt_first",
        HUNT,
        answered("201", leg("201", "answered"), answered_via="group", extension="601"),
        ringing(p201="200@3"),
        "201",
    ),
    Case(
        "hunt_second",
        HUNT,
        answered("202", leg("201", "no_answer"), leg("202", "answered"), answered_via="group"),
        ringing(p202="200@3"),
        "202",
        seconds=13,
    ),
    Case(
        "hunt_late",
        HUNT,
        answered(
            "203",
            leg("201", "no_answer"),
            leg("202", "no_answer"),
            leg("203", "answered"),
            answered_via="group",
            verdict="breached",
        ),
        ringing(p203="200@5"),
        "203",
        seconds=20,
    ),
    Case(
        "hunt_busy_then_second",
        HUNT,
        answered("202", leg("201", "busy"), leg("202", "answered"), answered_via="group"),
        {"201": "486@0.1", "202": "180@0.1 200@3"},
        "202",
    ),
    Case(
        "hunt_abandoned",
        HUNT,
        lost("abandoned", leg("201", "no_answer"), leg("202", "cancelled"), verdict="exempt"),
        ringing(),
        cancel=9,
        seconds=11,
    ),
    Case(
        "hunt_no_answer",
        HUNT,
        lost("no_answer", *(leg(who, "no_answer") for who in ALL)),
        ringing(),
        seconds=27,
    ),
    Case(
        "group_staggered",
        STAGGERED,
        answered("202", leg("201", ELSEWHERE), leg("202", "answered"), answered_via="group"),
        {"201": "180@0.1", "202": "180@0.1 200@4"},
        "202",
        seconds=12,
    ),
    Case(
        "group_staggered_late",
        STAGGERED,
        answered(
            "202",
            leg("201", ELSEWHERE),
            leg("202", "answered"),
            answered_via="group",
            verdict="breached",
        ),
        {"201": "180@0.1", "202": "180@0.1 200@12"},
        "202",
        seconds=20,
    ),
)


@BOOK.tell(7)
async def group_glare(stage: Stage) -> None:
    """Two phones send their 200 in the same millisecond; the caller gets one of them."""
    for who in ALL:
        stage.plan(who, "180@0.1")
    call = stage.outside(GROUP)
    legs = {who: await stage.rung(who) for who in ALL}
    await asyncio.sleep(3)
    legs["201"].say(200)
    legs["202"].say(200)
    async with asyncio.timeout(5):
        await call.up.wait()
    await asyncio.sleep(1)
    (winner,) = [who for who in ("201", "202") if not legs[who].over.is_set()]
    await stage.hang_up_after(call, 1)
    stage.expect(call, legs[winner], dialed=GROUP, **by_group(winner, "600"))


@BOOK.tell(12)
async def call_waiting(stage: Stage) -> None:
    """Anna talks, a second caller's call rings; she holds the first and takes the second."""
    stage.plan("201", "180@0.1 200@1", "180@0.1 200@4")
    first = stage.outside("67000201", "29555001")
    await asyncio.sleep(2.5)
    second = stage.outside("67000201", "29555002")
    held = await stage.rung("201", 1)
    await asyncio.sleep(3.5)
    held.hold()
    async with asyncio.timeout(10):
        await second.up.wait()
    await stage.hang_up_after(second, 1)
    held.hold(False)
    await stage.hang_up_after(first, 1)
    waiting = await stage.rung("201", 2)
    taken = answered("201", leg("201", "answered"), dialed="67000201")
    stage.expect(first, held, **taken, answered_while_serving=False)
    stage.expect(second, waiting, **taken, answered_while_serving=True)


@BOOK.tell(7)
async def hold_and_resume(stage: Stage) -> None:
    stage.plan("201", "180@0.1 200@1.5")
    call = stage.outside("67000201")
    leg_201 = await stage.taken("201")
    await asyncio.sleep(0.5)
    leg_201.hold()
    await asyncio.sleep(1)
    leg_201.hold(False)
    await stage.hang_up_after(call, 1)
    stage.expect(call, leg_201, **answered("201", leg("201", "answered"), dialed="67000201"))
