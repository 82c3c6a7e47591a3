"""One phone and one caller: every way that can end, at times either side of the limit."""

from __future__ import annotations

from typing import Any

from ..cases import Case, answered, enter, leg, lost

ANNA = "67000201"


def _direct(name: str, after: float, verdict: str, **more: Any) -> Case:
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
)
