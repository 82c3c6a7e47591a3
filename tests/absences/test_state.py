"""The five states of an absence, with what came before and after."""

from __future__ import annotations

import pytest

from callcheck.absences.model import Absence, AbsenceState, Forward
from callcheck.absences.state import assess
from tests.absences.people import (
    ALWAYS_OPEN,
    CLOCK,
    FRIDAY,
    HOUR,
    MONDAY,
    SECOND,
    TEN,
    at,
    away,
    fwd,
    snapshot,
)

OPENS = at("2026-11-23 08:30")


def state(now: int, *facts: Absence | Forward, absence: Absence | None = None) -> AbsenceState:
    one = absence or away()
    return assess(one, snapshot(one, *facts), CLOCK, now).state


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), AbsenceState.NOT_FORWARDED),
        ((fwd("201", "202"),), AbsenceState.FORWARDED),
        ((fwd("201", "202", since=MONDAY + HOUR),), AbsenceState.FORWARDED),
        ((fwd("201", "202", since=OPENS),), AbsenceState.FORWARDED),
        ((fwd("201", "202", since=OPENS + SECOND),), AbsenceState.LATE),
        ((fwd("201", "299"),), AbsenceState.WRONG_TARGET),
        ((fwd("201", "299", until=OPENS), fwd("201", "202", since=OPENS)), AbsenceState.FORWARDED),
        ((fwd("201", "299", until=TEN), fwd("201", "202", since=TEN)), AbsenceState.LATE),
        ((fwd("201", "202", since=0, until=TEN),), AbsenceState.NOT_FORWARDED),
        ((fwd("201", "203"), away("203", end=at("2026-11-23 09:00"), id=2)), AbsenceState.LATE),
    ],
)  # fmt: skip
def test_while_it_runs(facts: tuple[Absence | Forward, ...], expected: AbsenceState) -> None:
    assert state(TEN, *facts) is expected


def test_late_stays_late_and_says_when() -> None:
    nine = at("2026-11-23 09:12")
    found = assess(away(), snapshot(away(), fwd("201", "202", since=nine)), CLOCK, FRIDAY - HOUR)
    assert found.state is AbsenceState.LATE
    assert found.reason.endswith("set only after working time had begun (23.11.2026 09:12)")
    assert (found.first_covered_at, found.uncovered) == (nine, nine - OPENS)


def test_outside_working_hours_nothing_is_late_yet() -> None:
    evening = away(start=at("2026-11-23 18:00"))
    facts = fwd("201", "202", since=at("2026-11-23 23:00"))
    assert state(at("2026-11-24 12:00"), facts, absence=evening) is AbsenceState.FORWARDED
    again = snapshot(evening, facts)
    assert assess(evening, again, ALWAYS_OPEN, at("2026-11-24 12:00")).state is AbsenceState.LATE


def test_before_it_has_the_state_of_now_and_is_not_active() -> None:
    sunday = MONDAY - HOUR
    for facts, expected in (
        ((), AbsenceState.NOT_FORWARDED),
        ((fwd("201", "202"),), AbsenceState.FORWARDED),
    ):
        found = assess(away(), snapshot(away(), *facts), CLOCK, sunday)
        assert (found.state, found.active) == (expected, False)
    assert assess(away(), snapshot(away()), CLOCK, MONDAY).active


def test_left_on_after_the_return_until_it_is_taken_off() -> None:
    assert state(FRIDAY, fwd("201", "202")) is AbsenceState.LEFT_ON
    assert state(FRIDAY, fwd("201", "202", until=FRIDAY)) is AbsenceState.FORWARDED
    assert state(FRIDAY + HOUR, fwd("201", "202", until=FRIDAY + 1)) is AbsenceState.FORWARDED
    assert state(FRIDAY + HOUR, fwd("201", "202", since=FRIDAY)) is AbsenceState.NOT_FORWARDED


def test_not_left_on_while_the_person_is_away_again_or_came_back_later() -> None:
    on = fwd("201", "202")
    assert (
        state(FRIDAY, on, away(start=FRIDAY, end=FRIDAY + 9 * HOUR, id=2)) is AbsenceState.FORWARDED
    )
    later = away(start=FRIDAY, end=FRIDAY + HOUR, id=2)
    assert state(FRIDAY + 2 * HOUR, on, later) is AbsenceState.FORWARDED
    assert state(FRIDAY + 2 * HOUR, on, away(), absence=later) is AbsenceState.LEFT_ON


def test_after_its_end_the_state_that_was_written_down() -> None:
    over = away(stood=AbsenceState.WRONG_TARGET, stood_reason="the phone of 202 was unreachable")
    found = assess(over, snapshot(over), CLOCK, FRIDAY)
    assert (found.state, found.reason) == (
        AbsenceState.WRONG_TARGET,
        "the phone of 202 was unreachable",
    )


def test_half_a_day() -> None:
    noon = away(start=at("2026-11-23 13:00"), end=at("2026-11-23 17:00"))
    assert state(at("2026-11-23 12:59"), absence=noon) is AbsenceState.NOT_FORWARDED
    set_at_two = fwd("201", "202", since=at("2026-11-23 14:00"))
    found = assess(noon, snapshot(noon, set_at_two), CLOCK, at("2026-11-23 16:00"))
    assert (found.state, found.uncovered, found.covered) == (AbsenceState.LATE, HOUR, 2 * HOUR + 1)
