"""Compliance, its interval and the five service levels, with the figures of docs/definitions.md."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcheck.judging.service_level import Waits, compliance, service_levels, wilson


def percent(share: float | None) -> float:
    assert share is not None
    return round(100 * share, 2)


def test_the_golden_example() -> None:
    levels = service_levels(Waits(80, 60, 20, 12, 7, 0))
    assert percent(levels.handled) == 75.00
    assert percent(levels.ignore) == 68.18
    assert percent(levels.positive) == 72.00
    assert percent(levels.negative) == 60.00
    assert percent(levels.short) == 64.52


def test_calls_that_ended_otherwise_count_against_it() -> None:
    levels = service_levels(Waits(80, 60, 20, 12, 7, 20))
    assert percent(levels.handled) == 75.00
    assert percent(levels.ignore) == percent(60 / 108)
    assert percent(levels.positive) == percent(72 / 120)
    assert percent(levels.negative) == 50.00
    assert percent(levels.short) == percent(60 / 113)


@pytest.mark.parametrize(("part", "n", "low", "high"), [(60, 93, 54.4, 73.5), (6, 10, 31.3, 83.2)])
def test_wilson(part: int, n: int, low: float, high: float) -> None:
    assert [round(100 * end, 1) for end in wilson(part, n)] == [low, high]


def test_no_judged_call_is_no_data() -> None:
    assert compliance(0, 0) is None
    levels = service_levels(Waits())
    shares = (levels.handled, levels.ignore, levels.positive, levels.negative, levels.short)
    assert shares == (None,) * 5


def test_only_early_hang_ups_leave_nothing_to_ignore() -> None:
    levels = service_levels(Waits(0, 0, 3, 3, 3, 0))
    assert (levels.ignore, levels.short, levels.positive) == (None, None, 1.0)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_the_interval_holds_the_share(met: int, breached: int) -> None:
    found = compliance(met, breached)
    if found is None:
        assert met + breached == 0
    else:
        assert 0 <= found.low <= found.share <= found.high <= 1
        assert found.n == met + breached


def test_waits_add_up() -> None:
    assert Waits(1, 2, 3, 4, 5, 6) + Waits(10, 20, 30, 40, 50, 60) == Waits(11, 22, 33, 44, 55, 66)
    assert Waits(1, 1, 2, 1, 1, 4).all == 7
