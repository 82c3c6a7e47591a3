"""Opening hours: exact to the microsecond over DST changes, and fast."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcheck.config.public_days import PublicDays
from callcheck.judging.hours import OpeningHours, SpecialDay

RIGA = ZoneInfo("Europe/Riga")
DAY = ((510, 750), (780, 1020))  # 08:30-12:30, 13:00-17:00
WEEK = dict.fromkeys(range(5), DAY) | {4: ((510, 930),)}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(text: str, zone: ZoneInfo = RIGA, fold: int = 0) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)
    return (moment.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        ("2026-11-16T08:30", None),
        ("2026-11-16T12:29:59.999999", None),
        ("2026-11-16T12:30", "outside working hours: Monday is 08:30-12:30, 13:00-17:00"),
        ("2026-11-16T13:00", None),
        ("2026-11-16T17:00", "outside working hours: Monday is 08:30-12:30, 13:00-17:00"),
        ("2026-11-16T08:29:59.999999", "outside working hours: Monday is 08:30-12:30, 13:00-17:00"),
        ("2026-11-20T16:00", "outside working hours: Friday is 08:30-15:30"),
        ("2026-11-21T10:00", "outside working hours: Saturday"),
        ("2026-11-18T10:00", "public holiday: Republic of Latvia Proclamation Day"),
        ("2026-01-02T10:00", "public holiday: Day off (substituted from 01/17/2026)"),
        ("2026-01-17T15:29:59", None),  # worked as the Friday it was moved from
        (
            "2026-01-17T15:30",
            "outside working hours: Saturday (worked as a Friday) is 08:30-15:30",
        ),
        ("2026-06-27T16:59:59", None),  # worked as the Monday it was moved from
    ],
)
def test_a_latvian_house(moment: str, why: str | None) -> None:
    assert OpeningHours(RIGA, WEEK, PublicDays("LV")).why_closed(micros(moment)) == why


def test_a_short_day_and_a_closed_day_of_the_house() -> None:
    special = {
        date(2026, 12, 23): SpecialDay("an hour less", ((510, 660),)),
        date(2026, 12, 28): SpecialDay("closed: we move"),
    }
    hours = OpeningHours(RIGA, WEEK, special.get)
    assert hours.why_closed(micros("2026-12-23T10:59")) is None
    assert (
        hours.why_closed(micros("2026-12-23T11:00"))
        == "outside working hours: Wednesday (an hour less) is 08:30-11:00"
    )
    assert hours.why_closed(micros("2026-12-28T11:00")) == "closed: we move"


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_of_23_and_25_hours(day: str, length: int) -> None:
    hours = OpeningHours(RIGA, {6: ((0, 1440),)})
    ((start, end),) = hours.spans(date.fromisoformat(day))
    assert end - start == length * 3_600_000_000
    assert hours.why_closed(start) is None
    assert hours.why_closed(end - 1) is None
    assert hours.why_closed(start - 1) == "outside working hours: Saturday"
    assert hours.why_closed(end) == "outside working hours: Monday"


def test_the_same_wall_clock_on_both_sides_of_a_clock_change() -> None:
    hours = OpeningHours(RIGA, WEEK)
    for day in ("2026-03-27", "2026-03-30", "2026-10-23", "2026-10-26"):
        assert hours.why_closed(micros(f"{day}T08:29:59")) is not None
        assert hours.why_closed(micros(f"{day}T08:30")) is None


def test_times_that_occur_twice_or_never() -> None:
    hours = OpeningHours(RIGA, {6: ((180, 210),)})  # 03:00-03:30 on Sundays
    ((start, end),) = hours.spans(date(2026, 10, 25))
    assert start == micros("2026-10-25T03:00", fold=0)
    assert end == micros("2026-10-25T03:30", fold=1)
    ((start, end),) = hours.spans(date(2026, 3, 29))  # there is no 03:00-04:00
    assert (start, end) == (micros("2026-03-29T04:00"), micros("2026-03-29T04:30"))


@given(st.integers(micros("2024-01-01T00:00"), micros("2028-01-01T00:00")))
def test_the_answer_does_not_depend_on_earlier_questions(at: int) -> None:
    shared = SHARED.why_closed(at)
    assert shared == OpeningHours(RIGA, WEEK).why_closed(at)
    local = (EPOCH + timedelta(microseconds=at)).astimezone(RIGA)
    minute = local.hour * 60 + local.minute
    opened = any(a <= minute < b for a, b in WEEK.get(local.weekday(), ()))
    assert (shared is None) == opened


SHARED = OpeningHours(RIGA, WEEK)


def test_the_calendar_is_read_once_a_day_not_once_a_call() -> None:
    asked: list[date] = []

    def special(day: date) -> SpecialDay | None:
        asked.append(day)
        return None

    hours = OpeningHours(RIGA, WEEK, special)
    start = micros("2026-11-16T00:00")
    for _ in range(3):
        for n in range(0, 3 * 86400, 60):
            hours.why_closed(start + n * 1_000_000)
    assert asked == [date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)]
