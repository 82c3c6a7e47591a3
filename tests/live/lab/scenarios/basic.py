"""The small office of Asterisk's own sample configuration (configs/basic-pbx), as it is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

from ..cases import Case, answered, enter, leg, lost
from ..dialog import Dialog
from ..stage import BOOK, Stage

HOUSE = "basic"
tell = partial(BOOK.tell, house=HOUSE)
LINDSEY = "2565551106"
MENU, SALES = "2565551100", "2565551200"
SELLERS = ("1105", "1109", "1112")
RING = "180@0.1"
ELSEWHERE = "answered_elsewhere"
RANG_OUT = lost("no_answer", leg("1106", "no_answer"), hung_up_by="pbx")


def by_queue(by: str, *legs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return answered(by, *legs, **{"answered_via": "queue"} | more)


def play(*cases: Case) -> None:
    """Enters them for this house."""
    enter(*(replace(case, house=HOUSE) for case in cases))


play(
    Case(
        "basic_direct",
        LINDSEY,
        answered("1106", leg("1106", "answered")),
        {"1106": f"{RING} 200@3"},
        "1106",
    ),
    Case(
        "basic_direct_late",
        LINDSEY,
        answered("1106", leg("1106", "answered"), verdict="breached"),
        {"1106": f"{RING} 200@16.5"},
        "1106",
        seconds=20,
    ),
    Case(
        "basic_abandoned",
        LINDSEY,
        lost("abandoned", leg("1106", "cancelled"), verdict="exempt", hung_up_by="caller"),
        {"1106": RING},
        cancel=5,
    ),
    Case(
        "basic_no_answer_mailbox",
        LINDSEY,
        lost("voicemail", leg("1106", "no_answer")),
        {"1106": RING},
        talk=3,
        seconds=36,
        versions=("22",),
    ),
    Case(
        "basic_no_answer_no_mailbox",
        LINDSEY,
        RANG_OUT,
        {"1106": RING},
        seconds=34,
        versions=("16",),
    ),
    Case(
        "basic_busy_mailbox",
        LINDSEY,
        lost("voicemail", leg("1106", "busy")),
        {"1106": "486@0.1"},
        talk=3,
        versions=("22",),
    ),
    Case(
        "basic_busy_no_mailbox",
        LINDSEY,
        lost("busy", leg("1106", "busy"), verdict=..., hung_up_by="pbx"),
        {"1106": "486@0.1"},
        versions=("16",),
    ),
    Case(
        "basic_moved_302",
        LINDSEY,
        answered(
            "1101",
            leg("1106", "forwarded", forwarded_to="1101"),
            leg("1101", "answered"),
            answered_via="forward",
            forwarded_from="1106",
            forwarded_to="1101",
        ),
        {"1106": "302:1101@0.2", "1101": f"{RING} 200@2"},
        "1101",
    ),
    Case(
        "basic_queue",
        SALES,
        by_queue("1109", leg("1105", ELSEWHERE), leg("1109", "answered"), leg("1112", ELSEWHERE)),
        {"1105": RING, "1109": f"{RING} 200@3", "1112": RING},
        "1109",
    ),
    Case(
        "basic_queue_second_try_late",
        SALES,
        by_queue("1109", verdict="breached"),
        {"1105": RING, "1109": f"{RING}|{RING} 200@3", "1112": RING},
        "1109",
        seconds=30,
    ),
    Case(
        "basic_queue_given_up",
        SALES,
        lost(
            "abandoned",
            *(leg(who, "cancelled") for who in SELLERS),
            verdict="exempt",
            hung_up_by="caller",
        ),
        dict.fromkeys(SELLERS, RING),
        cancel=5,
    ),
)


async def _choose(stage: Stage, digit: str) -> Dialog:
    call = stage.outside(MENU)
    async with asyncio.timeout(5):
        await call.up.wait()
    await asyncio.sleep(1)
    call.press(digit)
    return call


@tell(10)
async def basic_menu_to_operator(stage: Stage) -> None:
    stage.plan("1111", f"{RING} 200@3")
    call = await _choose(stage, "0")
    await stage.taken("1111")
    await stage.hang_up_after(call, 1.5)
    stage.expect(call, "1111", dialed=MENU, **answered("1111", leg("1111", "answered")))


@tell(10)
async def basic_menu_to_sales(stage: Stage) -> None:
    for who in SELLERS:
        stage.plan(who, f"{RING} 200@3" if who == "1112" else RING)
    call = await _choose(stage, "1")
    await stage.taken("1112")
    await stage.hang_up_after(call, 1.5)
    stage.expect(call, "1112", dialed=MENU, **by_queue("1112"))


@tell(10)
async def basic_menu_left(stage: Stage) -> None:
    call = stage.outside(MENU)
    async with asyncio.timeout(5):
        await call.up.wait()
    await stage.hang_up_after(call, 4)
    stage.expect(call, dialed=MENU, **lost("abandoned", verdict="exempt", hung_up_by="caller"))


@tell(10)
async def basic_transfer_blind(stage: Stage) -> None:
    stage.plan("1106", f"{RING} 200@2")
    stage.plan("1101", f"{RING} 200@1.5")
    call = stage.outside(LINDSEY)
    lindsey = await stage.taken("1106")
    await asyncio.sleep(1)
    lindsey.refer("1101")
    maria = await stage.taken("1101")
    await asyncio.sleep(1.5)
    call.hang_up()
    await stage.over(maria, 2)
    fields = answered("1106", final_party="1101", transfers=1)
    stage.expect(call, lindsey, dialed=LINDSEY, **fields)


@tell(8)
async def basic_outgoing(stage: Stage) -> None:
    """Maria calls a citizen by the carrier's endpoint."""
    stage.plan("12565559876", "180@0.5 200@2")
    call = stage.inside("1101", "5559876")
    await stage.talk(call, 1.5)
    fields = {"direction": "outbound", "disposition": "answered", "verdict": "exempt"}
    stage.expect(call, "12565559876", ring_started_at=..., rings=..., **fields)  # as 2565551101
