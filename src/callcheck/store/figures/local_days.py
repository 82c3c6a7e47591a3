"""Local days as runs of whole UTC hours, so that a day's counts are the sums of its hours.

A day starts with the first hour that begins at local midnight or later. So every hour belongs to
exactly one day, even where the clock differs from UTC by half an hour.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from callcheck.calls.model import Micros
from callcheck.times import local, micros

HOUR: Micros = 3_600_000_000
_CALENDAR = range(-50_000_000_000 * 1_000_000, 200_000_000_000 * 1_000_000)
"""The years 385 to 8307; outside them each hour is a day of its own."""


class UtcHours:
    """Whole UTC hours."""

    def start(self, at: Micros) -> Micros:
        """The start of the hour that contains a time."""
        return at // HOUR * HOUR

    def end(self, start: Micros) -> Micros:
        """The end of the hour with this start."""
        return start + HOUR

    def following(self, at: Micros) -> Micros:
        """The time itself if an hour starts then, else the start of the next hour."""
        return -(-at // HOUR) * HOUR


class LocalDays(UtcHours):
    """The local days of a timezone."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self.name = f"{zone} {_rules(zone):08x}"
        """The zone with a checksum of its rules, because these change now and then."""

    def start(self, at: Micros) -> Micros:
        """The start of the day that contains the hour of a time."""
        return _day(super().start(at), self._zone)

    def end(self, start: Micros) -> Micros:
        """The end of the day with this start."""
        return start + HOUR if _is_alone(start) else self.start(start + 36 * HOUR)

    def following(self, at: Micros) -> Micros:
        """The time itself if a day starts then, else the start of the next day."""
        start = self.start(at)
        return at if start == at else self.end(start)


@lru_cache(maxsize=10_000)
def _day(hour: Micros, zone: tzinfo) -> Micros:
    if _is_alone(hour):
        return hour
    day = local(hour, zone).toordinal()
    # an hour around midnight belongs to the day before; a clock that is set back repeats hours
    starts = (_first_hour(n, zone) for n in (day - 1, day, day + 1))
    return max(start for start in starts if start <= hour)


def _first_hour(day: int, zone: tzinfo) -> Micros:
    midnight = datetime.fromordinal(day).replace(tzinfo=zone)
    return -(-micros(midnight) // HOUR) * HOUR


def _is_alone(hour: Micros) -> bool:
    return hour not in _CALENDAR


def _rules(zone: tzinfo) -> int:
    weeks = (datetime(2015, 1, 1, tzinfo=UTC) + timedelta(weeks=n) for n in range(1500))
    return zlib.crc32(" ".join(str(at.astimezone(zone).utcoffset()) for at in weeks).encode())
