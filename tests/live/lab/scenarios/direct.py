"""One phone and one caller: every way that can end, at times either side of the limit."""

from __future__ import annotations

import asyncio

from ..cases import Case, answered, enter, leg, lost
from ..stage import BOOK, Stage

ANNA = "67000201"


def _direct(name: str, after: float, verdict: str, **more: object) -> Case:
    return Case(
        name,
        ANNA,
        answered("201", leg("201", "answered"), verdict=verdict, extension="201", unit="registry"),
        {"201": f"180@0.1 200@{0.1 + after}"},
        "201",
        seconds=after + 3,
    )


enter(
    _direct("direct_1s", 1, "met"),
    _direct("direct_4s", 4, "met"),
    _direct("direct_9s", 9, "met"),
    _direct("direct_14s5", 14.5, "met"),
    _direct("direct_15s5", 15.5, "breached"),
    _direct("direct_22s", 22, "breached"),
    Case(
        "direct_callee_hangs_up",
        ANNA,
        answered("201", leg("201", "answered"), extension="201", hung_up_by="answerer"),
        {"201": "180@0.1 200@2 bye@3.5"},
        "201",
        talk=10,
    ),
    Case(
        "direct_no_rtp",
        ANNA,
        answered("201", leg("201", "answered"), extension="201"),
        {"201": "180@0.1 200@2"},
        "201",
        rtp=False,
    ),
    Case(
        "direct_plain_dialplan",
        "68000202",
        answered("202", leg("202", "answered"), extension="202"),
        {"202": "180@0.1 200@2"},
        "202",
    ),
    Case(
        "direct_country_code",
        "+37167000201",
        answered("201", leg("201", "answered"), extension="201", dialed=...),
        {"201": "180@0.1 200@2"},
        "201",
    ),
    Case(
        "abandoned_3s",
        ANNA,
        lost("abandoned", leg("201", "cancelled"), verdict="exempt", hung_up_by="caller"),
        {"201": "180@0.1"},
        cancel=3.1,
    ),
    Case(
        "abandoned_18s",
        ANNA,
        lost("abandoned", leg("201", "cancelled"), hung_up_by="caller"),
        {"201": "180@0.1"},
        cancel=18.1,
        seconds=20,
    ),
    Case(
        "abandoned_before_ring",
        ANNA,
        lost("abandoned", verdict="exempt", hung_up_by="caller"),
        {"201": "180@4"},
        cancel=1.5,
    ),
    Case(
        "no_answer_25s",
        ANNA,
        lost("no_answer", leg("201", "no_answer"), hung_up_by="pbx"),
        {"201": "180@0.1"},
        seconds=28,
    ),
    Case(
        "busy_486",
        ANNA,
        lost("busy", leg("201", "busy")),
        {"201": "486@0.2"},
    ),
    Case(
        "busy_after_ring",
        ANNA,
        lost("busy", leg("201", "busy")),
        {"201": "180@0.1 486@3.1"},
    ),
    Case(
        "rejected_603",
        ANNA,
        lost("rejected", leg("201", "rejected")),
        {"201": "180@0.1 603@3.1"},
    ),
    Case(
        "unreachable_unregistered",
        "67000205",
        lost("unreachable", verdict="exempt", extension="205"),
    ),
    Case(
        "unreachable_unregistered_plain",
        "68000205",
        lost("unreachable", verdict="exempt", extension="205"),
    ),
    Case(
        "unreachable_dead_port",
        "67000206",
        lost("unreachable", leg("206", "unreachable"), verdict="exempt", extension="206"),
        database={"RT/206": "6"},
        seconds=9,
    ),
    Case(
        "do_not_disturb",
        ANNA,
        lost("busy", extension="201"),
        database={"DND/201": "YES"},
    ),
    Case(
        "do_not_disturb_voicemail",
        ANNA,
        lost("voicemail", extension="201", hung_up_by="caller"),
        database={"DND/201": "YES", "VM/201": "play"},
    ),
    Case(
        "voicemail_played",
        ANNA,
        lost("voicemail", leg("201", "no_answer"), hung_up_by="caller"),
        {"201": "180@0.1"},
        database={"RT/201": "6", "VM/201": "play"},
        talk=3,
        seconds=12,
    ),
    Case(
        "voicemail_app",
        ANNA,
        lost("voicemail", leg("201", "no_answer"), hung_up_by="caller"),
        {"201": "180@0.1"},
        database={"RT/201": "6", "VM/201": "app"},
        talk=4,
        seconds=13,
        versions=("22",),
    ),
    Case(
        "voicemail_on_busy",
        ANNA,
        lost("voicemail", leg("201", "busy"), hung_up_by="caller"),
        {"201": "486@0.2"},
        database={"VM/201": "play"},
    ),
    Case(
        "ivr_then_4s",
        "67000900",
        answered("101", leg("101", "answered"), extension="900", unit="it"),
        {"101": "180@0.1 200@4.1"},
        "101",
        seconds=9,
    ),
    Case(
        "ivr_then_17s",
        "67000900",
        answered("101", leg("101", "answered"), verdict="breached", extension="900"),
        {"101": "180@0.1 200@17.1"},
        "101",
        seconds=22,
    ),
    Case(
        "ivr_abandoned",
        "67000900",
        lost("abandoned", verdict="exempt", hung_up_by="caller"),
        cancel=1.0,
    ),
    Case(
        "ivr_abandoned_ringing",
        "67000900",
        lost("abandoned", leg("101", "cancelled"), verdict="exempt", hung_up_by="caller"),
        {"101": "180@0.1"},
        cancel=5.0,
    ),
    Case(
        "announcement_only",
        "67000902",
        lost(..., verdict=..., hung_up_by="pbx"),
        talk=10,
    ),
    Case(
        "announcement_early_media",
        "67000903",
        answered("101", leg("101", "answered"), extension="903"),
        {"101": "180@0.1 200@2.1"},
        "101",
        seconds=9,
    ),
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

INTERNAL = {"direction": "internal", "verdict": "exempt", "complete": True, "transfers": 0}
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
