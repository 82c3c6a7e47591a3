"""Calls for somebody absent: covered, lost, or not judged."""

from __future__ import annotations

from typing import Any

import pytest

from callcheck.calls.model import Direction, Disposition, LegResult, TimeSource, Via
from callcheck.judging.verdict import Finding, Result
from callcheck.rules import RULES, make_judge
from callcheck.rules.forward_in_absence import NAME, judge
from tests.api.house_of_cards import TEN, a_call

LOST: dict[str, Any] = {"answered_at": None, "answered_by": None, "answered_via": None}


def found(**changes: Any) -> Finding | None:
    def absent(extension: str, at: int) -> bool:
        return extension == "201" and at >= TEN

    def closed(at: int) -> str | None:
        return "outside working hours" if at > TEN + 1 else None

    return judge(a_call(**changes), absent, closed, 15_000)


def said(**changes: Any) -> tuple[Result, str]:
    finding = found(**changes)
    assert finding is not None
    return finding.result, finding.reason


@pytest.mark.parametrize(
    ("by", "via", "reason"),
    [
        ("202", Via.FORWARD, "forwarded to 202, and answered"),
        ("+37129111222", Via.FORWARD, "forwarded to an outside number, and answered"),
        ("c-5f2a9c1b7e04", Via.FORWARD, "forwarded to an outside number, and answered"),
        ("202", Via.PICKUP, "covered by 202, by pickup and not by a forward"),
        ("203", Via.GROUP, "covered by 203, by group and not by a forward"),
    ],
)
def test_covered(by: str, via: Via, reason: str) -> None:
    assert said(answered_by=by, answered_via=via) == (Result.MET, reason)


@pytest.mark.parametrize("disposition", [d for d in Disposition if d not in (
    Disposition.ANSWERED, Disposition.ABANDONED, Disposition.UNKNOWN)])  # fmt: skip
def test_lost(disposition: Disposition) -> None:
    result, reason = said(disposition=disposition, **LOST)
    assert result is Result.BREACHED
    assert reason.startswith("201 is absent, and ")


def test_giving_up_before_the_limit_is_exempt() -> None:
    gone = {"disposition": Disposition.ABANDONED, **LOST}
    ring = a_call().ring_started_at or 0
    assert said(**gone, ringing_ended_at=ring + 14_999_000)[0] is Result.EXEMPT
    assert said(**gone, ringing_ended_at=ring + 15_000_000)[0] is Result.BREACHED


def test_not_judged() -> None:
    assert said(answered_by="201", answered_via=Via.DIRECT)[0] is Result.EXEMPT
    assert said(started_at=TEN + 2) == (Result.EXEMPT, "outside working hours")
    assert said(sound=False)[0] is Result.UNKNOWN
    assert said(time_source=TimeSource.NONE)[0] is Result.UNKNOWN


def test_other_calls_have_no_finding() -> None:
    assert found(extension="202") is None
    assert found(extension=None) is None
    assert found(started_at=TEN - 1) is None
    assert found(direction=Direction.INTERNAL) is None


def test_the_judge_asks_it_for_calls_to_somebody_absent_only() -> None:
    assert NAME in RULES
    call = a_call()
    assert call.legs[0].result is LegResult.PICKED_UP
    assert NAME not in [f.rule for f in make_judge()(call)]
    away = make_judge(absent=lambda extension, at: True)(call)
    assert NAME in [f.rule for f in away]
