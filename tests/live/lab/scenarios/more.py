"""What happens when two things come together: forwards of transfers, pickups of forwards, …"""

from __future__ import annotations

import asyncio
from typing import Any

from ..cases import Case, answered, enter, forwarded, leg, lost
from ..stage import BOOK, Stage
from .pickups import picked, taken
from .rings import INTERNAL
from .transfers import ANNA

RING = "180@0.1"
ELSEWHERE = "answered_elsewhere"

enter(
    Case(
        "dead_port_abandoned",
        "67000206",
        lost("abandoned", verdict="exempt", hung_up_by="caller"),
        cancel=4,
    ),
    Case(
        "cf_to_unregistered",
        ANNA,
        lost("unreachable", verdict="exempt", forwarded_from="201", forwarded_to="205"),
        database={"CF/201": "205"},
    ),
    Case(
        "cf_to_busy_with_cfb",
        ANNA,
        forwarded("203", leg("202", "busy"), leg("203", "answered")),
        {"202": "486@0.1", "203": f"{RING} 200@2"},
        "203",
        database={"CF/201": "202", "CFB/202": "203"},
    ),
    Case(
        "cf_ring_goes_on_over_the_forward",
        ANNA,
        forwarded("29111222", leg("201", "no_answer"), leg("29111222", "answered")),
        {"201": RING, "29111222": "183@2 200@8"},
        "29111222",
        database={"CFU/201": "29111222", "RT/201": "6"},
        seconds=17,
    ),
    Case(
        "cfu_late_by_two_steps",
        ANNA,
        forwarded(
            "203",
            leg("201", "no_answer"),
            leg("202", "no_answer"),
            leg("203", "answered"),
            verdict="breached",
        ),
        {"201": RING, "202": RING, "203": f"{RING} 200@4"},
        "203",
        database={"CFU/201": "202", "RT/201": "6", "CFU/202": "203", "RT/202": "6"},
        seconds=20,
    ),
    Case(
        "group_with_mobile_mobile_answers",
        "67000605",
        answered(
            "29111222",
            leg("202", ELSEWHERE),
            leg("29111222", "answered"),
            answered_via=...,
            forwarded_from=...,
            forwarded_to=...,
        ),
        {"202": RING, "29111222": "180@0.6 200@4"},
        "29111222",
    ),
    Case(
        "queue_mobile_member",
        "67000706",
        answered(
            "29111222",
            leg("202", "no_answer"),
            leg("29111222", "answered"),
            answered_via=...,
            forwarded_from=...,
            forwarded_to=...,
        ),
        {"202": RING, "29111222": "180@0.6 200@3"},
        "29111222",
        seconds=13,
    ),
    Case(
        "caller_hangs_up_while_mobile_has_not_rung",
        ANNA,
        lost("abandoned", verdict="exempt", forwarded_from="201", forwarded_to="29111222"),
        {"29111222": "180@5"},
        database={"CF/201": "29111222"},
        cancel=2,
    ),
)


@BOOK.tell(12)
async def queue_exit_by_digit(stage: Stage) -> None:
    """The caller presses 1 in the queue and gets 203."""
    stage.plan("202", RING)
    stage.plan("203", f"{RING} 200@2")
    call = stage.outside("67000706")
    await asyncio.sleep(3)
    call.press("1")
    took = await stage.taken("203")
    await stage.hang_up_after(call, 1.5)
    stage.expect(call, took, dialed="67000706", **answered("203", answered_via=...))


@BOOK.tell(8)
async def internal_forwarded(stage: Stage) -> None:
    await stage.set("CF/201", "202")
    stage.plan("202", f"{RING} 200@2")
    await stage.foresee("201", caller="203")
    call = stage.inside("203", "201")
    took = await stage.taken("202")
    await stage.hang_up_after(call, 1)
    fields = forwarded("202", leg("202", "answered"))
    stage.expect(call, took, **fields | INTERNAL | {"dialed": "201"})


@BOOK.tell(8)
async def internal_to_group(stage: Stage) -> None:
    stage.plan("301", RING)
    stage.plan("302", f"{RING} 200@2")
    call = stage.inside("203", "604")
    took = await stage.taken("302")
    await stage.hang_up_after(call, 1)
    fields = answered("302", leg("301", ELSEWHERE), leg("302", "answered"), answered_via="group")
    stage.expect(call, took, **fields | INTERNAL | {"dialed": "604", "extension": "604"})


@BOOK.tell(8)
async def pickup_of_183(stage: Stage) -> None:
    """The phone only ever sent a 183."""
    stage.plan("201", "183@0.3")
    call = stage.outside(ANNA)
    await asyncio.sleep(3)
    pick = stage.inside("202", "*82201")
    async with asyncio.timeout(5):
        while not (pick.up.is_set() or pick.over.is_set()):
            await asyncio.sleep(0.02)
    if pick.up.is_set():
        await taken(stage, call, pick)
        stage.expect(call, pick, **picked("202", "201", dialed=ANNA, ring_source="progress"))
    else:
        call.hang_up()
        await stage.over(call)
        stage.expect(call, **lost("abandoned", leg("201", "cancelled"), verdict="exempt"))


@BOOK.tell(10)
async def click_to_dial_local(stage: Stage) -> None:
    """As FreePBX does it: the clicker is called through a Local channel."""
    stage.plan("201", f"{RING} 200@1.5")
    stage.plan("29777888", "180@0.5 200@3")
    await stage.pbx.control.action(
        "Originate",
        Channel="Local/201@from-internal",
        Context="from-internal",
        Exten="29777888",
        Priority="1",
        CallerID="Anna <201>",
        Async="true",
    )
    anna = await stage.rung("201")
    took = await stage.taken("29777888")
    await stage.hang_up_after(anna, 1.5)
    fields: dict[str, Any] = {"direction": "outbound", "verdict": "exempt"}
    times = dict.fromkeys(("started_at", "ring_started_at", "answered_at", "rings"), ...)
    stage.expect(anna, took, caller="201", **fields, **times)


@BOOK.tell(10)
async def click_to_dial_colleague(stage: Stage) -> None:
    stage.plan("201", f"{RING} 200@1.5")
    stage.plan("202", f"{RING} 200@2")
    await stage.pbx.control.action(
        "Originate",
        Channel=f"{stage.pbx.technology}/201",
        Context="from-internal",
        Exten="202",
        Priority="1",
        CallerID="Anna <201>",
        Async="true",
    )
    anna = await stage.rung("201")
    took = await stage.taken("202")
    await stage.hang_up_after(anna, 1.5)
    fields: dict[str, Any] = {"direction": "outbound", "verdict": "exempt"}
    legs = [leg("202", "answered")]
    stage.expect(anna, took, caller="201", answered_by="202", legs=legs, **fields, rings=...)
