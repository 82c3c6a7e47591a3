"""Known calls for the lists, and what each list must show of them.

Noon of a Sunday in Riga: the registry lost two calls of one caller and one of another, was helped
twice, and sent one around; the lawyers answered in time once.
"""

from __future__ import annotations

from typing import Any

from callcheck.calls.model import Disposition
from callcheck.judging.figures import JudgedCall
from callcheck.judging.verdict import Result
from tests.store.samples import HOUR, NOON, SECOND, a_call, judged, missed, said

MINUTE = 60 * SECOND
START, END = NOON - 2 * HOUR, NOON + 2 * HOUR
"""2026-11-22 08:00 to 12:00 UTC; NOON is 10:00 UTC, so 12:00 in Riga."""
VALUES = {
    "${__from:date:iso}": "2026-11-22T08:00:00.000Z",
    "${__from:date:YYYY-MM-DD}": "2026-11-22",
    "${__to:date:iso}": "2026-11-22T12:00:00.000Z",
    "${unit}": "registry",
    "${unit:sqlstring}": "'registry'",
    "$__unixEpochFrom()": str(START // SECOND),
    "$__unixEpochTo()": str(END // SECOND),
}
LATE = said(Result.BREACHED, False)


def known_calls() -> list[JudgedCall]:
    """The calls; one of them lies outside of the span asked for."""
    lost: dict[str, Any] = {"rang": 22.5, "caller": "c-1"}
    return [
        (missed(1, **lost), LATE),
        (missed(2, Disposition.ABANDONED, rang=16.0, caller="c-2"), LATE),
        (missed(3, at=NOON + 70 * MINUTE, **lost), LATE),
        judged(4, answered_by="202", picked_up_for="201"),
        judged(5, answered_by="202", picked_up_for="201"),
        judged(6, answered_by="203", forwarded_from="201", transfers=2, final_party="204"),
        (a_call(7, at=NOON + 65 * MINUTE), said(Result.MET, True)),
        judged(8, unit="legal"),
        (missed(9, at=NOON + 30 * HOUR, **lost), LATE),
    ]


HOURS = [("12:00", 3 / 5, 5), ("13:00", 1 / 2, 2)]
MISSED = [
    ("201", "no_answer", 5, 22.5, "c-1", "in words"),
    ("201", "abandoned", 4, 16.0, "c-2", "in words"),
    ("201", "no_answer", 5, 22.5, "c-1", "in words"),
]
HELPED = [("202", "201", "direct", 2), ("203", "201", "direct", 1)]
UNITS = {"registry": (7, 4 / 7, 0.250, 0.842, 3), "legal": (1, 1.0, 0.207, 1.0, 0)}
"""n, compliance, low, high, missed."""
AGAIN = [("c-1", 2, 1)]
SENT_AROUND = [("registry", "201", "204", 2)]
