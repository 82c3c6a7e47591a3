"""Callers wait in a queue: music is no answer, a member is."""

from __future__ import annotations

from typing import Any

from ..cases import Case, answered, enter, leg, lost
from ..stage import CALLER

ELSEWHERE = "answered_elsewhere"
ALL = ("101", "102", "103")
RING = "180@0.1"


def by_queue(by: str, *legs: dict[str, Any], **more: Any) -> dict[str, Any]:
    more = {"answered_via": "queue", "unit": "it"} | more
    return answered(by, *legs, **more)


def _elsewhere_but(by: str) -> list[dict[str, Any]]:
    return [leg(who, "answered" if who == by else ELSEWHERE) for who in ALL]


enter(
    Case(
        "queue_ringall",
        "67000701",
        by_queue("102", *_elsewhere_but("102"), extension="701"),
        {"101": RING, "102": f"{RING} 200@4", "103": RING},
        "102",
    ),
    Case(
        "queue_ringall_no_rtp",
        "67000701",
        by_queue("101", *_elsewhere_but("101"), extension="701"),
        {"101": f"{RING} 200@4", "102": RING, "103": RING},
        "101",
        rtp=False,
    ),
    Case(
        "queue_member_hangs_up",
        "67000701",
        by_queue("102", *_elsewhere_but("102"), hung_up_by="answerer"),
        {"101": RING, "102": f"{RING} 200@2 bye@4", "103": RING},
        "102",
        talk=10,
    ),
    Case(
        "queue_retry_late",
        "67000701",
        by_queue("103", verdict="breached"),
        {"101": RING, "102": RING, "103": f"{RING}|{RING} 200@2"},
        "103",
        seconds=22,
    ),
    Case(
        "queue_timeout",
        "67000701",
        lost("no_answer", hung_up_by="pbx"),
        {"101": RING, "102": RING, "103": RING},
        talk=40,
        seconds=32,
    ),
    Case(
        "queue_abandoned",
        "67000701",
        lost("abandoned", *(leg(who, "cancelled") for who in ALL), verdict="exempt"),
        {"101": RING, "102": RING, "103": RING},
        cancel=6,
    ),
    Case(
        "queue_abandoned_late",
        "67000701",
        lost("abandoned", hung_up_by="caller"),
        {"101": RING, "102": RING, "103": RING},
        cancel=18,
        seconds=21,
    ),
    Case(
        "queue_rrmemory",
        "67000702",
        by_queue("102", extension="702", legs=...),
        {"101": RING, "102": f"{RING} 200@3", "103": RING},
        "102",
        seconds=24,
    ),
    Case(
        "queue_local_members",
        "67000703",
        by_queue("302", leg("301", ELSEWHERE), leg("302", "answered"), unit="legal"),
        {"301": RING, "302": f"{RING} 200@4"},
        "302",
    ),
    Case(
        "queue_local_abandoned",
        "67000703",
        lost("abandoned", leg("301", "cancelled"), leg("302", "cancelled"), verdict="exempt"),
        {"301": RING, "302": RING},
        cancel=4,
    ),
    Case(
        "queue_not_answered_first",
        "67000704",
        by_queue("201", leg("201", "answered"), leg("202", ELSEWHERE), unit="registry"),
        {"201": f"{RING} 200@3", "202": RING},
        "201",
    ),
    Case(
        "queue_exit_to_recording",
        "67000704",
        lost("voicemail", hung_up_by="caller"),
        {"201": RING, "202": RING},
        talk=3,
        seconds=14,
    ),
    Case(
        "queue_exit_recording_ends_by_itself",
        "67000704",
        lost("voicemail", hung_up_by="pbx"),
        {"201": RING, "202": RING},
        talk=30,
        seconds=25,
    ),
    Case(
        "queue_abandoned_unanswered_first",
        "67000704",
        lost("abandoned", leg("201", "cancelled"), leg("202", "cancelled"), verdict="exempt"),
        {"201": RING, "202": RING},
        cancel=4,
    ),
    Case(
        "queue_announces_to_member",
        "67000705",
        by_queue("101", leg("101", "answered"), leg("102", ELSEWHERE), answered_at=..., rings=...),
        {"101": f"{RING} 200@3", "102": RING},
        "101",
        talk=3,
    ),
    Case(
        "queue_member_busy",
        "67000701",
        by_queue("103", legs=...),
        {"101": "486@0.1", "102": RING, "103": f"{RING} 200@4"},
        "103",
        caller=CALLER,
    ),
)
