"""Times in, the local day that they belong to out, as whole hours.

A day goes from the first hour that begins at local midnight or after it to the next day's first
one. So every hour belongs to one day, also where the clock differs from UTC by half an hour; and
the counts of a day are the sums of its hours.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from callcheck.calls.model import Micros
from callcheck.times import local, micros

HOUR: Micros = 3_600_000_000
_CALENDAR = range(-50_000_000_000 * 1_000_000, 200_000_000_000 * 1_000_000)
"""The years 385 to 8307; outside of them each hour is a day of its own."""


class Hours:
    """The whole hours of UTC."""

    def start(self, at: Micros) -> Micros:
        """When the hour that a time belongs to begins."""
        return at // HOUR * HOUR

    def end(self, start: Micros) -> Micros:
        """When the hour that begins then ends."""
        return start + HOUR

    def following(self, at: Micros) -> Micros:
        """The time itself where an hour begins with it, else when the next one begins."""
        return -(-at // HOUR) * HOUR


class Days(Hours):
    """The local days of a zone."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self.name = f"{zone} {_rules(zone):08x}"
        """The zone, and a sum over its rules: these change now and then."""

    def start(self, at: Micros) -> Micros:
        """When the first hour of the day begins that the hour of `at` belongs to."""
        return _day(super().start(at), self._zone)

    def end(self, start: Micros) -> Micros:
        """When the first hour of the day after begins."""
        return start + HOUR if _is_alone(start) else self.start(start + 36 * HOUR)

    def following(self, at: Micros) -> Micros:
        """The time itself where a day begins with it, else when the next one begins."""
        start = self.start(at)
        return at if start == at else self.end(start)


@lru_cache(maxsize=10_000)
def _day(hour: Micros, zone: tzinfo) -> Micros:
    if _is_alone(hour):
        return hour
    day = local(hour, zone).toordinal()
    # an hour in which midnight falls belongs to the day before, and a clock set back repeats some
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
