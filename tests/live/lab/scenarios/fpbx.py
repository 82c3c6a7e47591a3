"""The house with FreePBX: what its members' forwards, follow-me and mailboxes make of a call."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from ..cases import Case, answered, enter, forwarded, leg, lost
from ..stage import BOOK

HOUSE = "fpbx"
tell = partial(BOOK.tell, house=HOUSE)
ANNA, BERTA = "66000201", "66000202"
MOBILE, OTHER = "29111222", "29111333"
RING = "180@0.1"
ELSEWHERE = "answered_elsewhere"


def play(*cases: Case) -> None:
    """Enters them for this house."""
    enter(*(replace(case, house=HOUSE) for case in cases))


def follow_me(numbers: str, **more: str) -> dict[str, str]:
    """AstDB of Anna's follow-me as FreePBX keeps it: prering, then these numbers too."""
    kept = {"ddial": "DIRECT", "grplist": numbers, "grptime": "8", "prering": "4"}
    kept |= {"strategy": "ringallv2-prim", "grpconf": "", "postdest": ""} | more
    return {f"AMPUSER/201/followme/{key}": value for key, value in kept.items()}


CONFIRMED = follow_me(f"201-{MOBILE}#", grpconf="ENABLED")
BY_MOBILE: dict[str, Any] = {"answered_via": "forward", "forwarded_to": MOBILE, "extension": "201"}
"""Anna's call answered at the number that her follow-me rings."""
PRESSED: dict[str, Any] = {"answered_at": ..., "rings": ...}
"""The answer is the moment at which 1 is pressed, which no packet of the call itself tells."""

play(
    Case(
        "fpbx_direct",
        ANNA,
        answered("201", leg("201", "answered")),
        {"201": f"{RING} 200@3"},
        "201",
    ),
    Case(
        "fpbx_direct_late",
        ANNA,
        answered("201", leg("201", "answered"), verdict="breached"),
        {"201": f"{RING} 200@16.5"},
        "201",
        seconds=20,
    ),
    Case(
        "fpbx_abandoned",
        ANNA,
        lost("abandoned", leg("201", "cancelled"), hung_up_by="caller"),
        {"201": RING},
        cancel=17,
        seconds=19,
    ),
    Case(
        "fpbx_no_answer_congestion",
        ANNA,
        lost("no_answer", leg("201", "no_answer"), hung_up_by="pbx"),
        {"201": RING},
        database={"AMPUSER/201/ringtimer": "6"},
        seconds=12,
    ),
    Case(
        "fpbx_no_answer_recording",
        ANNA,
        lost("voicemail", leg("201", "no_answer")),
        {"201": RING},
        talk=3,
        database={"AMPUSER/201/ringtimer": "6", "AMPUSER/201/voicemail": "default"},
        seconds=12,
    ),
    Case(
        "fpbx_busy_phone",
        ANNA,
        lost("busy", leg("201", "busy"), verdict=..., hung_up_by=...),
        {"201": "486@0.1"},
    ),
    Case(
        "fpbx_busy_recording",
        ANNA,
        lost("voicemail", leg("201", "busy"), verdict=...),
        {"201": "486@0.1"},
        talk=3,
        database={"AMPUSER/201/voicemail": "default"},
    ),
    Case(
        "fpbx_refused",
        ANNA,
        lost("rejected", leg("201", "rejected"), verdict=..., hung_up_by=...),
        {"201": f"{RING} 603@2"},
    ),
    Case(
        "fpbx_do_not_disturb",
        ANNA,
        lost("busy", verdict=..., hung_up_by=...),
        database={"DND/201": "YES"},
    ),
    Case(
        "fpbx_unreachable_phone",
        "66000205",
        lost(..., verdict=..., hung_up_by=...),
    ),
    Case(
        "fpbx_cf",
        ANNA,
        forwarded("202", leg("202", "answered")),
        {"202": f"{RING} 200@3"},
        "202",
        database={"CF/201": "202"},
    ),
    Case(
        "fpbx_cf_rings_out",
        ANNA,
        lost("no_answer", leg("202", "no_answer"), forwarded_from="201", forwarded_to="202"),
        {"202": RING},
        database={"CF/201": "202", "AMPUSER/201/cfringtimer": "6"},
        seconds=12,
    ),
    Case(
        "fpbx_cf_abandoned",
        ANNA,
        lost(
            "abandoned",
            leg("202", "cancelled"),
            forwarded_from="201",
            forwarded_to="202",
            verdict="exempt",
            hung_up_by="caller",
        ),
        {"202": RING},
        database={"CF/201": "202"},
        cancel=5,
    ),
    Case(
        "fpbx_cf_mobile",
        ANNA,
        forwarded(MOBILE, leg(MOBILE, "answered")),
        {MOBILE: "180@0.5 200@3"},
        MOBILE,
        database={"CF/201": MOBILE},
    ),
    Case(
        "fpbx_cf_mobile_rings_out",
        ANNA,
        lost("no_answer", leg(MOBILE, "no_answer"), forwarded_from="201", forwarded_to=MOBILE),
        {MOBILE: "180@0.5"},
        database={"CF/201": MOBILE, "AMPUSER/201/cfringtimer": "6"},
        seconds=12,
    ),
    Case(
        "fpbx_cf_chain",
        ANNA,
        forwarded("203", leg("203", "answered")),
        {"203": f"{RING} 200@3"},
        "203",
        database={"CF/201": "202", "CF/202": "203"},
    ),
    Case(
        "fpbx_cfb",
        ANNA,
        forwarded("202", leg("201", "busy"), leg("202", "answered")),
        {"201": "486@0.1", "202": f"{RING} 200@3"},
        "202",
        database={"CFB/201": "202"},
    ),
    Case(
        "fpbx_cfu",
        ANNA,
        forwarded("202", leg("201", "no_answer"), leg("202", "answered")),
        {"201": RING, "202": f"{RING} 200@3"},
        "202",
        database={"CFU/201": "202", "AMPUSER/201/ringtimer": "6"},
        seconds=13,
    ),
    Case(
        "fpbx_cfu_rings_out",
        ANNA,
        lost(
            "no_answer",
            leg("201", "no_answer"),
            leg("202", "no_answer"),
            hung_up_by="pbx",
            forwarded_from="201",
            forwarded_to="202",
        ),
        {"201": RING, "202": RING},
        database={"CFU/201": "202", "AMPUSER/201/ringtimer": "4"},
        seconds=25,
    ),
    Case(
        "fpbx_moved_302",
        ANNA,
        forwarded("202", leg("201", "forwarded", forwarded_to="202"), leg("202", "answered")),
        {"201": "302:202@0.2", "202": f"{RING} 200@3"},
        "202",
    ),
    Case(
        "fpbx_follow_me_phone",
        ANNA,
        answered("201", leg("201", "answered"), leg(MOBILE, ELSEWHERE), extension="201"),
        {"201": f"{RING} 200@8", MOBILE: "180@0.5"},
        "201",
        database=CONFIRMED,
        seconds=12,
    ),
    Case(
        "fpbx_follow_me_phone_before_mobile",
        ANNA,
        answered("201", leg("201", "answered"), extension="201"),
        {"201": f"{RING} 200@2"},
        "201",
        database=CONFIRMED,
    ),
    Case(
        "fpbx_follow_me_press_one",
        ANNA,
        answered(
            MOBILE,
            leg("201", ELSEWHERE),
            leg(MOBILE, "answered"),
            forwarded_from="201",
            **BY_MOBILE | PRESSED,
        ),
        {"201": RING, MOBILE: "180@0.5 200@2 press:1@3.5"},
        MOBILE,
        talk=4,
        database=CONFIRMED,
        seconds=14,
    ),
    Case(
        "fpbx_follow_me_rings_out",
        ANNA,
        lost("no_answer", leg("201", "no_answer"), leg(MOBILE, "no_answer"), hung_up_by="pbx"),
        {"201": RING, MOBILE: "180@0.5"},
        database=CONFIRMED,
        seconds=16,
    ),
    Case(
        "fpbx_follow_me_operators_voicemail",
        ANNA,
        lost("no_answer", hung_up_by="pbx"),
        {"201": RING, MOBILE: "180@0.5 200@2"},
        database=CONFIRMED,
        seconds=16,
    ),
    Case(
        "fpbx_follow_me_declined",
        ANNA,
        lost("no_answer", hung_up_by="pbx"),
        {"201": RING, MOBILE: "180@0.5 200@2 press:2@3"},
        database=CONFIRMED,
        seconds=16,
    ),
    Case(
        "fpbx_follow_me_given_up",
        ANNA,
        lost(
            "abandoned",
            leg("201", "cancelled"),
            leg(MOBILE, "cancelled"),
            hung_up_by="caller",
            verdict="exempt",
        ),
        {"201": RING, MOBILE: "180@0.5"},
        database=CONFIRMED,
        cancel=8,
        seconds=12,
    ),
    Case(
        "fpbx_follow_me_no_confirmation",
        ANNA,
        answered(
            MOBILE,
            leg("201", ELSEWHERE),
            leg(MOBILE, "answered"),
            **BY_MOBILE,
            forwarded_from="201",
        ),
        {"201": RING, MOBILE: "180@0.5 200@3"},
        MOBILE,
        database=follow_me(f"201-{MOBILE}#"),
        seconds=14,
    ),
    Case(
        "fpbx_follow_me_then_recording",
        ANNA,
        lost("voicemail", leg("201", "no_answer"), leg(MOBILE, "no_answer"), verdict="breached"),
        {"201": RING, MOBILE: "180@0.5"},
        talk=3,
        database=CONFIRMED | {"AMPUSER/201/followme/postdest": "app-announcement-1,s,1"},
        seconds=18,
    ),
    Case(
        "fpbx_follow_me_hunts",
        ANNA,
        answered(
            "202",
            leg("201", "no_answer"),
            leg("202", "answered"),
            forwarded_from="201",
            forwarded_to="202",
            answered_via="forward",
            extension="201",
        ),
        {"201": RING, "202": f"{RING} 200@2"},
        "202",
        database=follow_me("202", strategy="hunt"),
        seconds=12,
    ),
)
