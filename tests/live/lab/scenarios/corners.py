"""What hand-written dialplans, phones and administrators also do."""

from __future__ import annotations

import asyncio

from ..cases import Case, answered, enter, forwarded, leg, lost
from ..stage import BOOK, BY_WIRE, Stage
from .rings import INTERNAL, OUTBOUND
from .transfers import ANNA, ends_with, record, talking

RING = "180@0.1"
ELSEWHERE = "answered_elsewhere"
LEGAL_PHONES = leg("301", ELSEWHERE), leg("302", "answered")
SENT_TO_LEGAL = {
    "answered_via": "group",
    "extension": "201",
    "forwarded_from": "201",
    "forwarded_to": "604",
}
UNTOLD = lost("unknown", verdict="unknown", complete=True)
"""The PBX itself ended it: on AMI that looks as if the caller had, and the word of it was lost."""

enter(
    Case(
        "ringing_said_before_a_phone_rings",
        "67000910",
        answered("201", leg("201", "answered"), verdict=BY_WIRE),
        {"201": f"{RING} 200@2"},
        "201",
    ),
    Case(
        "music_while_it_rings",
        "67000911",
        answered("201", leg("201", "answered")),
        {"201": f"{RING} 200@3"},
        "201",
    ),
    Case(
        "same_phone_twice",
        "67000912",
        answered("201", leg("201", "no_answer"), leg("201", "answered"), verdict=BY_WIRE),
        {"201": f"{RING}|{RING} 200@2"},
        "201",
        seconds=11,
    ),
    Case(
        "same_phone_twice_abandoned",
        "67000912",
        lost("abandoned", leg("201", "no_answer"), leg("201", "cancelled"), hung_up_by="caller"),
        {"201": f"{RING}|{RING}"},
        cancel=17,
        seconds=20,
    ),
    Case(
        "survey_after_the_call",
        "67000913",
        answered("201", leg("201", "answered"), hung_up_by=...),
        {"201": f"{RING} 200@2 bye@4"},
        "201",
        talk=10,
        seconds=12,
    ),
    Case(
        "time_limit",
        "67000914",
        answered("201", leg("201", "answered"), hung_up_by="pbx"),
        {"201": f"{RING} 200@2"},
        "201",
        talk=10,
        seconds=10,
    ),
    Case(
        "member_then_group",
        "67000915",
        answered(
            "302",
            leg("201", "no_answer"),
            leg("301", ELSEWHERE),
            leg("302", "answered"),
            answered_via="group",
            extension="201",
        ),
        {"201": RING, "301": RING, "302": f"{RING} 200@2"},
        "302",
        seconds=12,
    ),
    Case(
        "queue_then_group",
        "67000918",
        answered("302", answered_via="group", verdict="exempt", unit=None),
        {"201": RING, "202": RING, "301": RING, "302": f"{RING} 200@2"},
        "302",
        seconds=12,
    ),
    Case(
        "nested_group_inner",
        "67000606",
        answered(
            "302",
            leg("203", ELSEWHERE),
            leg("301", ELSEWHERE),
            leg("302", "answered"),
            answered_via="group",
            extension="606",
        ),
        {"203": RING, "301": RING, "302": f"{RING} 200@2"},
        "302",
    ),
    Case(
        "nested_group_outer",
        "67000606",
        answered(
            "203",
            leg("203", "answered"),
            leg("301", ELSEWHERE),
            leg("302", ELSEWHERE),
            answered_via="group",
            extension="606",
        ),
        {"203": f"{RING} 200@2", "301": RING, "302": RING},
        "203",
    ),
    Case(
        "cf_to_group_of_another_unit",
        ANNA,
        answered(
            "302",
            *LEGAL_PHONES,
            **SENT_TO_LEGAL,
        ),
        {"301": RING, "302": f"{RING} 200@2"},
        "302",
        database={"CF/201": "604"},
    ),
    Case(
        "moved_302_to_group",
        ANNA,
        answered(
            "302",
            leg("201", "forwarded", forwarded_to="604"),
            *LEGAL_PHONES,
            **SENT_TO_LEGAL,
        ),
        {"201": "302:604@0.2", "301": RING, "302": f"{RING} 200@2"},
        "302",
    ),
    Case(
        "cf_to_queue",
        ANNA,
        answered(
            "202",
            leg("201", ELSEWHERE),
            leg("202", "answered"),
            answered_via="queue",
            extension="201",
            forwarded_from="201",
            forwarded_to="704",
        ),
        {"201": RING, "202": f"{RING} 200@2"},
        "202",
        database={"CF/201": "704"},
    ),
    Case(
        "cf_to_queue_abandoned",
        ANNA,
        lost("abandoned", hung_up_by="caller", verdict="exempt", extension="201",
             forwarded_from="201", forwarded_to="703"),
        {"301": RING, "302": RING},
        database={"CF/201": "703"},
        cancel=4,
    ),
    Case(
        "queue_member_moved_302",
        "67000706",
        forwarded(
            "203",
            leg("202", "forwarded", forwarded_to="203"),
            leg("203", "answered"),
            frm="202",
            extension="706",
        ),
        {"202": "302:203@0.2", "203": f"{RING} 200@2"},
        "203",
    ),
    Case(
        "queue_member_with_cf",
        "67000706",
        forwarded(
            "302",
            leg("202", "busy"),
            leg("29111222", "busy"),
            leg("302", "answered"),
            frm="301",
            extension="706",
        ),
        {"202": "486@0.1|486@0.1|486@0.1", "29111222": "486@0.1|486@0.1|486@0.1",
         "302": f"{RING} 200@2"},
        "302",
        database={"CF/301": "302"},
        seconds=14,
    ),
    Case(
        "queue_of_nobody_then_group",
        "67000919",
        answered("302", leg("301", ELSEWHERE), leg("302", "answered"), answered_via="group",
                 verdict="exempt", unit="legal"),
        {"301": RING, "302": f"{RING} 200@2"},
        "302",
    ),
    Case("queue_of_nobody", "67000923", lost(..., verdict=...)),
    Case(
        "queue_ringall_one_moves",
        "67000922",
        answered(
            "202",
            leg("201", "forwarded"),
            leg("202", "answered"),
            leg("203", ELSEWHERE),
            leg("301", ELSEWHERE),
            answered_via="queue",
        ),
        {"201": "302:301@0.5", "202": f"{RING} 200@4", "203": RING, "301": RING},
        "202",
    ),
    Case(
        "queue_ringall_one_moves_and_answers",
        "67000922",
        forwarded("301", leg("201", "forwarded"), leg("202", ELSEWHERE), leg("203", ELSEWHERE),
                  leg("301", "answered"), extension="922"),
        {"201": "302:301@0.5", "202": RING, "203": RING, "301": f"{RING} 200@3"},
        "301",
    ),
    Case(
        "queue_ringall_one_refuses",
        "67000922",
        answered("203", leg("201", "rejected"), leg("202", ELSEWHERE), leg("203", "answered"),
                 answered_via="queue"),
        {"201": f"{RING} 603@1", "202": RING, "203": f"{RING} 200@4"},
        "203",
    ),
    Case(
        "group_member_with_cf_mobile_answers",
        "67000607",
        forwarded("29111222", leg("202", ELSEWHERE), leg("29111222", "answered"),
                  extension="607"),
        {"29111222": "180@0.5 200@3", "202": RING},
        "29111222",
        database={"CF/201": "29111222"},
    ),
    Case(
        "group_member_with_cf_colleague_answers",
        "67000607",
        answered("202", leg("202", "answered"), leg("29111222", ELSEWHERE), answered_via="group",
                 extension="607"),
        {"29111222": "180@0.5", "202": f"{RING} 200@3"},
        "202",
        database={"CF/201": "29111222"},
    ),
    Case(
        "group_member_with_cfu",
        "67000607",
        forwarded("203", leg("201", "no_answer"), leg("202", ELSEWHERE), leg("203", "answered"),
                  extension="607"),
        {"201": RING, "202": RING, "203": f"{RING} 200@2"},
        "203",
        database={"CFU/201": "203", "RT/201": "5"},
        seconds=12,
    ),
    Case(
        "two_devices_one_refuses",
        "67000204",
        answered("204", leg("204", "answered"), leg("204", "rejected")),
        {"204": "180@0.1 200@4", "204b": "180@0.1 603@1"},
        "204",
    ),
    Case(
        "two_devices_both_refuse",
        "67000204",
        lost("rejected", leg("204", "rejected"), leg("204", "rejected"), verdict=...),
        {"204": "180@0.1 603@2", "204b": "180@0.1 603@1"},
    ),
    Case(
        "slow_hangup_handler_caller",
        "67000920",
        answered("201", leg("201", "answered")),
        {"201": f"{RING} 200@2"},
        "201",
        seconds=10,
    ),
    Case(
        "slow_hangup_handler_callee",
        "67000920",
        answered("201", leg("201", "answered"), hung_up_by="answerer"),
        {"201": f"{RING} 200@2 bye@4"},
        "201",
        talk=10,
        seconds=12,
    ),
    Case(
        "slow_hangup_handler_abandoned",
        "67000920",
        lost("abandoned", leg("201", "cancelled"), hung_up_by="caller", verdict="exempt"),
        {"201": RING},
        cancel=3,
        seconds=8,
    ),
    Case("time_out_while_ringing", "67000921", UNTOLD, {"201": RING}, seconds=9),
    Case(
        "announcement_between_two_rings",
        "67000924",
        answered("302", leg("201", "no_answer"), leg("301", ELSEWHERE), leg("302", "answered"),
                 answered_via="group", extension="201"),
        {"201": RING, "301": RING, "302": f"{RING} 200@2"},
        "302",
        seconds=14,
    ),
    Case(
        "announcement_between_two_rings_abandoned",
        "67000924",
        lost("abandoned", leg("201", "no_answer"), leg("301", "cancelled"), leg("302", "cancelled"),
             hung_up_by="caller", verdict=BY_WIRE),
        {"201": RING, "301": RING, "302": RING},
        cancel=10,
        seconds=14,
    ),
    Case(
        "group_behind_an_answer_abandoned",
        "67000925",
        lost("abandoned", leg("201", "cancelled"), leg("202", "cancelled"), verdict="exempt"),
        {"201": RING, "202": RING},
        cancel=6,
        seconds=9,
    ),
    Case(
        "group_behind_an_answer",
        "67000925",
        answered("202", leg("201", ELSEWHERE), leg("202", "answered"), answered_via="group"),
        {"201": RING, "202": f"{RING} 200@3"},
        "202",
    ),
    Case(
        "phone_then_queue",
        "67000926",
        answered("202", answered_via="queue", extension="201", verdict=BY_WIRE),
        {"201": f"{RING}|{RING}", "202": f"{RING} 200@2", "203": RING},
        "202",
        seconds=12,
    ),
    Case(
        "phone_then_queue_abandoned",
        "67000926",
        lost("abandoned", verdict=BY_WIRE, extension="201"),
        {"201": f"{RING}|{RING}", "202": RING, "203": RING},
        cancel=19,
        seconds=22,
    ),
    Case(
        "group_that_rings_again",
        "67000927",
        answered("202", leg("201", "no_answer"), leg("202", "no_answer"), leg("201", ELSEWHERE),
                 leg("202", "answered"), answered_via="group"),
        {"201": f"{RING}|{RING}", "202": f"{RING}|{RING} 200@2"},
        "202",
        seconds=12,
    ),
    Case(
        "group_with_dead_phones",
        "67000608",
        answered("201", answered_via="group"),
        {"201": f"{RING} 200@3"},
        "201",
    ),
    Case("reply_480", ANNA, lost("unreachable", leg("201", "unreachable"), verdict="exempt"),
         {"201": "480@0.2"}),
    Case("reply_404", ANNA, lost("unreachable", leg("201", "unreachable"), verdict="exempt"),
         {"201": "404@0.2"}),
    Case("reply_503", ANNA, lost("unreachable", leg("201", "unreachable"), verdict="exempt"),
         {"201": "503@0.2"}),
    Case("reply_600", ANNA, lost("busy", leg("201", "busy"), hung_up_by="pbx"), {"201": "600@0.2"}),
    Case("ring_then_480", ANNA, lost("no_answer", leg("201", "no_answer"), verdict=...),
         {"201": f"{RING} 480@6"}, seconds=9),
    Case("ring_then_503", ANNA, lost(..., verdict=...), {"201": f"{RING} 503@6"}, seconds=9),
)  # fmt: skip


@BOOK.tell(13)
async def recording_then_the_operator(stage: Stage) -> None:
    """Nobody answers; the caller presses 0 in the recording and gets 203."""
    stage.plan("201", RING)
    stage.plan("203", f"{RING} 200@2")
    call = stage.outside("67000916")
    await asyncio.sleep(6)
    call.press("0")
    took = await stage.taken("203")
    await stage.hang_up_after(call, 1.5)
    fields = answered("203", leg("201", "no_answer"), leg("203", "answered"))
    open_fields = dict.fromkeys(("answered_via", "forwarded_from", "forwarded_to"), ...)
    stage.expect(call, took, dialed="67000916", **fields | open_fields | {"verdict": BY_WIRE})


@BOOK.tell(9)
async def somebody_listens(stage: Stage) -> None:
    """A supervisor listens to the call of 201: nobody's call is answered by that."""
    call, anna = await talking(stage)
    spy = stage.inside("103", "917")
    await asyncio.sleep(1.5)
    spy.hang_up()
    await ends_with(stage, call, anna)
    stage.expect(call, anna, **record("201", 0))
    stage.expect(spy, direction="internal", answered_by=None, verdict="exempt")


@BOOK.tell(10)
async def transferred_by_an_operator_panel(stage: Stage) -> None:
    """A panel's blind transfer (AMI) of the caller to Berta."""
    stage.plan("202", f"{RING} 200@1")
    call, anna = await talking(stage)
    channel = next(name for name in await stage.pbx.control.channels() if "SIP/201" in name)
    where = {"Channel": channel, "Context": "from-internal", "Exten": "202"}
    await stage.pbx.control.action("BlindTransfer", **where)
    await ends_with(stage, call, await stage.taken("202"))
    stage.expect(call, anna, **record("202", 1))


@BOOK.tell(10)
async def transfer_to_a_phone_that_sends_on(stage: Stage) -> None:
    stage.plan("202", "302:203@0.2")
    stage.plan("203", f"{RING} 200@2")
    call, anna = await talking(stage)
    anna.refer("202")
    await ends_with(stage, call, await stage.taken("203"))
    stage.expect(call, anna, **record("203", 1))


@BOOK.tell(14)
async def transfer_to_a_phone_that_nobody_answers(stage: Stage) -> None:
    """Berta's calls go on to Centis after five seconds."""
    await stage.set("CFU/202", "203")
    await stage.set("RT/202", "5")
    stage.plan("202", RING)
    stage.plan("203", f"{RING} 200@2")
    call, anna = await talking(stage)
    anna.refer("202")
    await ends_with(stage, call, await stage.taken("203"))
    stage.expect(call, anna, **record("203", 1))


@BOOK.tell(9)
async def transfer_to_a_busy_phone(stage: Stage) -> None:
    stage.plan("202", "486@0.2")
    call, anna = await talking(stage)
    anna.refer("202")
    await stage.over(call)
    stage.expect(call, anna, **record("201", 0) | {"hung_up_by": ...})


@BOOK.tell(16)
async def second_caller_waits_in_the_queue(stage: Stage) -> None:
    """One member, two callers: the second one's phone rings when the first one has gone."""
    stage.plan("203", f"{RING} 200@2", f"{RING} 200@2")
    first = stage.outside("67000928")
    await asyncio.sleep(1)
    second = stage.outside("67000928", "29555002")
    took = await stage.taken("203", caller="29555001")
    await asyncio.sleep(3)
    first.hang_up()
    again = await stage.taken("203", caller="29555002")
    await asyncio.sleep(1)
    second.hang_up()
    await stage.over(second)
    fields = answered("203", leg("203", "answered"), answered_via="queue")
    stage.expect(first, took, dialed="67000928", **fields)
    stage.expect(second, again, dialed="67000928", **fields | {"legs": ...})


async def _hang_up_by_hand(stage: Stage) -> None:
    channel = next(name for name in await stage.pbx.control.channels() if "trunk" in name)
    await stage.pbx.control.action("Hangup", Channel=channel)


@BOOK.tell(8)
async def administrator_ends_a_ringing_call(stage: Stage) -> None:
    stage.plan("201", RING)
    call = stage.outside(ANNA)
    await asyncio.sleep(3)
    await _hang_up_by_hand(stage)
    await stage.over(call)
    stage.expect(call, dialed=ANNA, **UNTOLD)


@BOOK.tell(8)
async def administrator_ends_a_call(stage: Stage) -> None:
    call, anna = await talking(stage)
    await _hang_up_by_hand(stage)
    await stage.over(call)
    stage.expect(call, anna, **record("201", 0) | {"hung_up_by": "pbx"})


@BOOK.tell(11)
async def transfer_blind_to_recording(stage: Stage) -> None:
    """A recording is nobody: the caller was with Anna last."""
    call, anna = await talking(stage)
    anna.refer("902")
    await stage.over(call)
    stage.expect(call, anna, **record("201", 0) | {"hung_up_by": ...})


@BOOK.tell(11)
async def internal_transferred_blind(stage: Stage) -> None:
    stage.plan("202", f"{RING} 200@1")
    stage.plan("203", f"{RING} 200@1")
    call = stage.inside("201", "202")
    berta = await stage.taken("202")
    await asyncio.sleep(1)
    berta.refer("203")
    await ends_with(stage, call, await stage.taken("203"))
    fields = answered("202", leg("202", "answered"), final_party="203")
    stage.expect(call, berta, **fields | INTERNAL | {"dialed": "202", "legs": ..., "transfers": 1})


@BOOK.tell(9)
async def outgoing_transferred(stage: Stage) -> None:
    """Anna calls out and gives the one outside to Berta."""
    stage.plan("29777888", f"{RING} 200@1")
    stage.plan("202", f"{RING} 200@1")
    call = stage.inside("201", "29777888")
    await stage.taken("29777888")
    await asyncio.sleep(1)
    call.refer("202")
    berta = await stage.taken("202")
    await asyncio.sleep(1.5)
    berta.hang_up()
    stage.expect(
        call,
        "29777888",
        dialed="29777888",
        disposition="answered",
        answered_by="29777888",
        ended_at=...,
        **OUTBOUND | {"transfers": ...},
    )


@BOOK.tell(7)
async def outgoing_abandoned(stage: Stage) -> None:
    stage.plan("29777888", RING)
    call = stage.inside("201", "29777888")
    await asyncio.sleep(3)
    call.hang_up()
    await stage.over(call)
    stage.expect(call, dialed="29777888", disposition="abandoned", answered_by=None, **OUTBOUND)
