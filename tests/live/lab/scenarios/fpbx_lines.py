"""The house with FreePBX: ring groups, queues, menus, the time of day."""

from __future__ import annotations

import asyncio
from typing import Any

from ..cases import Case, answered, leg, lost
from ..dialog import Dialog
from ..stage import Stage
from .fpbx import CONFIRMED, ELSEWHERE, MOBILE, OTHER, PRESSED, RING, play, tell

GROUP, CONFIRMING, HUNT, MIXED = "66000460", "66000461", "66000462", "66000463"
QUEUE, EARLY, BUSY_AFTER, FREE_ONLY = "66000450", "66000451", "66000452", "66000453"
MENU = "66000470"
ALL = ("201", "202", "203")
UNCHOSEN = lost("abandoned", verdict="exempt", hung_up_by="pbx", legs=[])
"""A menu or an announcement that ends the call before anybody was dialled."""


def by_group(by: str, *legs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return answered(by, *legs, **{"answered_via": "group"} | more)


def by_queue(by: str, *legs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return answered(by, *legs, **{"answered_via": "queue"} | more)


play(
    Case(
        "fpbx_group",
        GROUP,
        by_group("202", leg("201", ELSEWHERE), leg("202", "answered"), leg("203", ELSEWHERE)),
        {"201": RING, "202": f"{RING} 200@3", "203": RING},
        "202",
    ),
    Case(
        "fpbx_group_rings_out",
        GROUP,
        lost("no_answer", *(leg(who, "no_answer") for who in ALL), hung_up_by="pbx"),
        dict.fromkeys(ALL, RING),
        seconds=22,
    ),
    Case(
        "fpbx_group_member_with_cf",
        GROUP,
        answered(
            "301",
            leg("202", ELSEWHERE),
            leg("203", ELSEWHERE),
            leg("301", "answered"),
            answered_via=...,
            forwarded_from=...,
            forwarded_to=...,
            verdict=...,
        ),
        {"202": RING, "203": RING, "301": f"{RING} 200@3"},
        "301",
        database={"CF/201": "301"},
    ),
    Case(
        "fpbx_group_member_do_not_disturb",
        GROUP,
        by_group("202", leg("202", "answered"), leg("203", ELSEWHERE)),
        {"202": f"{RING} 200@2", "203": RING},
        "202",
        database={"DND/201": "YES"},
    ),
    Case(
        "fpbx_group_confirming_phone",
        CONFIRMING,
        by_group("201", leg("201", "answered"), leg(OTHER, ELSEWHERE)),
        {"201": f"{RING} 200@3", OTHER: "180@0.5"},
        "201",
    ),
    Case(
        "fpbx_group_confirming_press_one",
        CONFIRMING,
        by_group(OTHER, leg("201", ELSEWHERE), leg(OTHER, "answered"), **PRESSED),
        {"201": RING, OTHER: "180@0.5 200@2 press:1@3.5"},
        OTHER,
        talk=4,
        seconds=10,
    ),
    Case(
        "fpbx_group_confirming_rings_out",
        CONFIRMING,
        lost("no_answer", leg("201", "no_answer"), leg(OTHER, "no_answer"), hung_up_by="pbx"),
        {"201": RING, OTHER: "180@0.5"},
        seconds=22,
    ),
    Case(
        "fpbx_group_confirming_given_up",
        CONFIRMING,
        lost(
            "abandoned",
            leg("201", "cancelled"),
            leg(OTHER, "cancelled"),
            verdict="exempt",
            hung_up_by="caller",
        ),
        {"201": RING, OTHER: "180@0.5"},
        cancel=5,
    ),
    Case(
        "fpbx_hunt_second",
        HUNT,
        by_group("202", leg("201", "no_answer"), leg("202", "answered")),
        {"201": RING, "202": f"{RING} 200@2"},
        "202",
        seconds=11,
    ),
    Case(
        "fpbx_hunt_nobody_then_busy",
        HUNT,
        lost("no_answer", leg("201", "no_answer"), leg("202", "no_answer"), hung_up_by="pbx"),
        {"201": RING, "202": RING},
        seconds=16,
    ),
    Case(
        "fpbx_group_outside_member",
        MIXED,
        by_group(
            MOBILE,
            leg("203", ELSEWHERE),
            leg(MOBILE, "answered"),
            forwarded_from=None,
            forwarded_to=None,
        ),
        {"203": RING, MOBILE: "180@0.5 200@3"},
        MOBILE,
    ),
    Case(
        "fpbx_group_rings_out_into_recording",
        MIXED,
        lost("voicemail", leg("203", "no_answer"), leg(MOBILE, "no_answer")),
        {"203": RING, MOBILE: "180@0.5"},
        talk=3,
        seconds=14,
    ),
    Case(
        "fpbx_group_into_next_group",
        "66000464",
        by_group("203", verdict=...),
        {"301": RING, "302": RING, "201": RING, "202": RING, "203": f"{RING} 200@2"},
        "203",
        seconds=12,
    ),
    Case(
        "fpbx_queue",
        QUEUE,
        by_queue("202", leg("201", ELSEWHERE), leg("202", "answered")),
        {"201": RING, "202": f"{RING} 200@3"},
        "202",
    ),
    Case(
        "fpbx_queue_time_is_up",
        QUEUE,
        lost("no_answer", leg("201", "no_answer"), leg("202", "no_answer"), hung_up_by="pbx"),
        {"201": RING, "202": RING},
        seconds=12,
        talk=60,
    ),
    Case(
        "fpbx_queue_given_up",
        QUEUE,
        lost(
            "abandoned",
            leg("201", "cancelled"),
            leg("202", "cancelled"),
            verdict="exempt",
            hung_up_by="caller",
        ),
        {"201": RING, "202": RING},
        cancel=5,
    ),
    Case(
        "fpbx_queue_given_up_late",
        EARLY,
        lost("abandoned", hung_up_by="caller"),
        {"201": RING, "202": RING, "203": RING},
        cancel=18,
        seconds=20,
    ),
    Case(  # nobody's phone rings just then; the queue would have tried again
        "fpbx_queue_given_up_between_two_tries",
        BUSY_AFTER,
        lost("abandoned", verdict="exempt", hung_up_by="caller"),
        {"202": RING, "203": RING},
        cancel=5.9,
    ),
    Case(
        "fpbx_queue_second_try",
        BUSY_AFTER,
        by_queue("202"),
        {"203": RING, "202": f"{RING}|{RING} 200@2"},
        "202",
        seconds=14,
    ),
    Case(
        "fpbx_queue_then_busy_tone",
        BUSY_AFTER,
        lost("no_answer", hung_up_by=...),
        {"203": RING, "202": RING},
        seconds=28,
        talk=60,
    ),
    Case(
        "fpbx_queue_then_recording",
        EARLY,
        lost("voicemail", forwarded_from=None, forwarded_to=None),
        {"201": RING, "202": RING, "203": RING},
        talk=3,
        seconds=27,
    ),
    Case(
        "fpbx_queue_member_follows_me",
        QUEUE,
        by_queue("202", leg("201", ELSEWHERE), leg("202", "answered"), leg(MOBILE, ELSEWHERE)),
        {"201": RING, "202": f"{RING} 200@7", MOBILE: "180@0.5"},
        "202",
        database=CONFIRMED,
        seconds=12,
    ),
    Case(
        "fpbx_queue_member_follows_me_rings_out",
        QUEUE,
        lost("no_answer", forwarded_from=None, forwarded_to=None, hung_up_by="pbx"),
        {"201": RING, "202": RING, MOBILE: "180@0.5"},
        database=CONFIRMED,
        seconds=12,
        talk=60,
    ),
    Case(
        "fpbx_queue_member_follows_me_then_recording",
        EARLY,
        lost("voicemail", forwarded_from=None, forwarded_to=None),
        {"201": RING, "202": RING, "203": RING, MOBILE: "180@0.5"},
        talk=3,
        database=CONFIRMED,
        seconds=27,
    ),
    Case(
        "fpbx_queue_member_with_cf",
        QUEUE,
        answered(
            "301",
            leg("202", ELSEWHERE),
            leg("301", "answered"),
            forwarded_from="201",
            forwarded_to="301",
            answered_via="forward",
            verdict=...,
        ),
        {"202": RING, "301": f"{RING} 200@3"},
        "301",
        database={"CF/201": "301"},
    ),
    Case(
        "fpbx_time_condition_open",
        "66000480",
        by_group("201"),
        {"201": f"{RING} 200@2", "202": RING, "203": RING},
        "201",
        database={"TC/1": "true"},
    ),
    Case(
        "fpbx_time_condition_closed",
        "66000480",
        UNCHOSEN,
        database={"TC/1": "false"},
        talk=20,
    ),
    Case("fpbx_announcement", "66000482", UNCHOSEN, talk=20),
    Case(
        "fpbx_blackhole_congestion", "66000481", lost(..., verdict=..., hung_up_by="pbx"), talk=20
    ),
    Case("fpbx_on_hold_for_ever", "66000483", lost("abandoned", verdict="exempt"), cancel=4),
)


async def _choose(stage: Stage, digit: str) -> Dialog:
    call = stage.outside(MENU)
    async with asyncio.timeout(5):
        await call.up.wait()
    await asyncio.sleep(1.5)
    call.press(digit)
    return call


@tell(10)
async def fpbx_menu_to_extension(stage: Stage) -> None:
    stage.plan("201", f"{RING} 200@2")
    call = await _choose(stage, "1")
    await stage.taken("201")
    await stage.hang_up_after(call, 1.5)
    stage.expect(call, "201", dialed=MENU, **answered("201", leg("201", "answered")))


@tell(12)
async def fpbx_menu_to_busy_phone(stage: Stage) -> None:
    """The line is up already, so the dialplan can only play the tone."""
    stage.plan("201", "486@0.1")
    call = await _choose(stage, "1")
    await stage.over(call)
    gone = lost("busy", leg("201", "busy"), verdict=..., hung_up_by="pbx")
    stage.expect(call, dialed=MENU, **gone)


@tell(15)
async def fpbx_menu_to_silent_phone(stage: Stage) -> None:
    """A congestion tone after the phone rang out: nobody answered."""
    await stage.set("AMPUSER/201/ringtimer", "5")
    stage.plan("201", RING)
    call = await _choose(stage, "1")
    await stage.over(call)
    gone = lost("no_answer", leg("201", "no_answer"), hung_up_by="pbx")
    stage.expect(call, dialed=MENU, **gone)


@tell(14)
async def fpbx_menu_to_queue(stage: Stage) -> None:
    stage.plan("201", RING)
    stage.plan("202", RING)
    stage.plan("203", f"{RING} 200@2")
    call = await _choose(stage, "3")
    await stage.taken("203")
    await stage.hang_up_after(call, 1.5)
    stage.expect(call, "203", dialed=MENU, **by_queue("203"))


@tell(10)
async def fpbx_menu_to_busy_tone(stage: Stage) -> None:
    """A digit that leads to a tone: no phone rang."""
    call = await _choose(stage, "4")
    await stage.over(call)
    stage.expect(call, dialed=MENU, **lost(..., verdict=..., hung_up_by="pbx"))


@tell(18)
async def fpbx_menu_silent_caller(stage: Stage) -> None:
    """Nothing pressed: after three tries the PBX hangs up. No phone rang."""
    call = stage.outside(MENU)
    await stage.over(call)
    stage.expect(call, dialed=MENU, **UNCHOSEN)


@tell(10)
async def fpbx_menu_left(stage: Stage) -> None:
    call = await _choose(stage, "9")
    await asyncio.sleep(2)
    call.hang_up()
    stage.expect(call, dialed=MENU, **lost("abandoned", verdict="exempt", hung_up_by="caller"))


@tell(10)
async def fpbx_queue_passes_by_a_talking_member(stage: Stage) -> None:
    """Queue 453 rings nobody who is in a call: only Berta's phone rings."""
    stage.plan("201", f"{RING} 200@0.5")
    stage.plan("202", f"{RING} 200@3")
    first = stage.outside("66000201", caller="29555009")
    anna = await stage.taken("201")
    await asyncio.sleep(0.5)
    call = stage.outside(FREE_ONLY)
    await stage.taken("202")
    await stage.hang_up_after(call, 1.5)
    first.hang_up()
    await stage.over(anna)
    stage.expect(call, "202", dialed=FREE_ONLY, **by_queue("202", leg("202", "answered")))
    stage.expect(first, anna, dialed="66000201", **answered("201", leg("201", "answered")))
