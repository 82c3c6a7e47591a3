"""When the house is open, exact over DST changes; and why it is closed, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from callcheck.calls.model import Micros
from callcheck.times import local, micros

Minutes = int
"""Minutes after local midnight; 1440 is the end of the day."""
Spans = tuple[tuple[Minutes, Minutes], ...]
"""Opening times of a day in order: (first minute, minute of closing)."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS_KEPT = 1024


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date with other hours than its weekday."""

    why: str
    """The reason in words: "public holiday: Midsummer Day"."""
    spans: Spans = ()
    """The opening times; empty means closed."""
    as_weekday: int | None = None
    """0 is Monday: it has the hours of that weekday, and `spans` is ignored."""


@dataclass(frozen=True, slots=True)
class _Day:
    """A local date with its opening times as absolute times."""

    begins: Micros
    ends: Micros
    opened: tuple[tuple[Micros, Micros], ...]
    why: str


class OpeningHours:
    """The opening hours of a house.

    `weekdays` maps 0 (Monday) to 6 to the spans of that day; a missing day is closed. `special`
    returns the exception for a date, or None. Spans are wall-clock times in `zone`, exact over DST:
    a time that the clocks skip is read as if they had not yet moved; if a time occurs twice, an
    opening takes the first and a closing the second.
    """

    def __init__(
        self,
        zone: tzinfo,
        weekdays: Mapping[int, Spans],
        special: Callable[[date], SpecialDay | None] = lambda _: None,
    ) -> None:
        self._zone = zone
        self._weekdays = dict(weekdays)
        self._special = special
        self._day_of = lru_cache(_DAYS_KEPT)(self._make_day)
        self._last = _Day(
            0, 0, (), ""
        )  # calls come in order: the day is nearly always the same as before

    def why_closed(self, at: Micros) -> str | None:
        """Why the house is closed at this moment, in words; None if it is open."""
        day = self._day_at(at)
        if any(start <= at < end for start, end in day.opened):
            return None
        return day.why

    def spans(self, day: date) -> tuple[tuple[Micros, Micros], ...]:
        """The opening times of a local date, as absolute times."""
        return self._day_of(day).opened

    def _day_at(self, at: Micros) -> _Day:
        day = self._last
        if not day.begins <= at < day.ends:
            day = self._day_of(local(at, self._zone).date())
            self._last = day
        return day

    def _make_day(self, day: date) -> _Day:
        special = self._special(day)
        if special is None:
            spans = self._weekdays.get(day.weekday(), ())
        elif special.as_weekday is None:
            spans = special.spans
        else:
            spans = self._weekdays.get(special.as_weekday, ())
        return _Day(
            self._absolute(day, 0),
            self._absolute(day, 1440),
            tuple((self._absolute(day, a), self._absolute(day, b, fold=1)) for a, b in spans),
            _why(day, spans, special),
        )

    def _absolute(self, day: date, minutes: Minutes, fold: int = 0) -> Micros:
        days, minutes = divmod(minutes, 1440)
        wall = datetime.combine(
            day + timedelta(days), time(*divmod(minutes, 60), fold=fold), self._zone
        )
        # a skipped time has no second occurrence: fold=1 would move it to before the gap
        if fold and wall.utcoffset() != wall.replace(fold=0).utcoffset() and _skipped(wall):
            wall = wall.replace(fold=0)
        return micros(wall.astimezone(UTC))


def _skipped(wall: datetime) -> bool:
    back = wall.astimezone(UTC).astimezone(wall.tzinfo)
    return back.replace(tzinfo=None) != wall.replace(tzinfo=None)


def _why(day: date, spans: Spans, special: SpecialDay | None) -> str:
    if special and not spans:
        return special.why
    name = WEEKDAYS[day.weekday()]
    if not spans:
        return f"outside working hours: {name}"
    note = f" ({special.why})" if special else ""
    return f"outside working hours: {name}{note} is {in_words(spans)}"


def in_words(spans: Spans) -> str:
    """`08:30-12:30, 13:00-17:00`."""
    return ", ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans)
