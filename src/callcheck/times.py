"""Converts moments between numbers, local time and ISO 8601. Reads no clock.

A moment is an `int` of microseconds since the Unix epoch (UTC).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from callcheck.calls.model import Micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE: Micros = 60_000_000


def micros(moment: datetime) -> Micros:
    """Microseconds since the Unix epoch of an aware datetime."""
    return (moment - _EPOCH) // _MICROSECOND


def local(at: Micros, zone: tzinfo) -> datetime:
    """A moment as local time of a zone."""
    return (_EPOCH + at * _MICROSECOND).astimezone(zone)


@lru_cache(maxsize=10_000)
def iso(at: Micros | None, zone: tzinfo) -> str | None:
    """`2026-11-22T10:00:00.012+02:00`, rounded down to the millisecond."""
    if at is None:
        return None
    minute, rest = divmod(at, _MINUTE)
    begin, offset = _minute_text(minute, zone)
    return f"{begin}{rest // 1_000_000:02}.{rest // 1000 % 1000:03}{offset}"


@lru_cache(maxsize=5_000)
def _minute_text(minute: int, zone: tzinfo) -> tuple[str, str]:
    """A minute up to its seconds, and the offset. Cached, for the times of a page lie close."""
    moment = local(minute * _MINUTE, zone)
    return moment.strftime("%Y-%m-%dT%H:%M:"), moment.isoformat()[19:]


def iso_short(at: Micros | None, zone: tzinfo) -> str | None:
    """`2026-12-21T00:00:00+02:00`; with fractions of a second only where there are some."""
    return None if at is None else local(at, zone).isoformat()
