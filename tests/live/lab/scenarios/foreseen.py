"""Ways of a call that a rehearsal warns of: absent, silent and circular targets."""

from __future__ import annotations

from typing import Any

from ..cases import Case, answered, enter, forwarded, leg, lost
from .forwards import ANNA, BERTA, OPTIMISED, TO_BERTA

FROM_ANNA = {"forwarded_from": "201", "extension": "201"}
ANY: dict[str, Any] = {"answered_via": ..., "forwarded_from": ..., "forwarded_to": ...}

enter(
    Case(
        "away_target_no_answer",
        ANNA,
        lost("no_answer", leg("202", "no_answer"), forwarded_to="202", **FROM_ANNA),
        {"202": "180@0.1"},
        database=TO_BERTA | {"RT/202": "5"},
        away=("201", "202"),
        seconds=9,
    ),
    Case(
        "away_target_sends_on",
        ANNA,
        forwarded("203", leg("202", "no_answer"), leg("203", "answered")),
        {"202": "180@0.1", "203": "180@0.1 200@2"},
        "203",
        database=TO_BERTA | {"CFU/202": "203", "RT/202": "5"},
        away=("201", "202"),
        seconds=11,
    ),
    Case(
        "away_mobile",
        ANNA,
        forwarded("29111222", leg("29111222", "answered")),
        {"29111222": "180@0.7 200@3"},
        "29111222",
        database={"CF/201": "29111222"},
        away=("201",),
    ),
    Case(
        "cf_outside",
        ANNA,
        forwarded("29777888", leg("29777888", "answered")),
        {"29777888": "180@0.7 200@3"},
        "29777888",
        database={"CF/201": "29777888"},
    ),
    Case(
        "cf_mobile_of_colleague",
        ANNA,
        forwarded("29111333", leg("29111333", "answered")),
        {"29111333": "180@0.7 200@3"},
        "29111333",
        database={"CF/201": "29111333"},
    ),
    Case(
        "cf_unknown",
        ANNA,
        lost("unreachable", verdict="exempt", extension="201"),
        database={"CF/201": "299"},
    ),
    Case(
        "cf_to_group",
        ANNA,
        answered("203", **ANY),
        {"201": "180@0.1", "202": "180@0.1", "203": "180@0.1 200@3"},
        "203",
        database={"CF/201": "600"},
    ),
    Case(
        "cf_to_do_not_disturb",
        ANNA,
        lost("busy", forwarded_to="202", **FROM_ANNA),
        database=TO_BERTA | {"DND/202": "YES"},
    ),
    Case(
        "cf_before_do_not_disturb",
        ANNA,
        forwarded("202", leg("202", "answered")),
        BERTA,
        "202",
        database=TO_BERTA | {"DND/201": "YES"},
    ),
    Case("loop_self", ANNA, lost(..., verdict=..., legs=...), database={"CF/201": "201"}),
    Case(
        "loop_three_optimised",
        OPTIMISED,
        lost(..., verdict=..., legs=...),
        database={"CF/201": "202", "CF/202": "203", "CF/203": "202"},
    ),
)
