"""Parses dates, times and steps in queries into microseconds.

`from` is included and `to` is not: from=2026-11-01&to=2026-12-01 is November. A date or time
without an offset is local time of the site.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from callcheck.api.problems import Problem
from callcheck.calls.model import Micros
from callcheck.times import local, micros

_MICROSECOND = timedelta(microseconds=1)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)([Zz]|[+ -][0-9]{2}:?[0-9]{2})?)?"
)
TIME_FORM = f"^{_TIME.pattern}$"
"""How to write a date or a time, for the description of the API."""
STEP_FORM = "^[1-9][0-9]{0,3}[mhd]$"
STEP = re.compile(r"([1-9][0-9]{0,3})([mhd])")
MAX_STEPS = 2000
FOREVER: tuple[Micros, Micros] = (0, 10**18)
"""From before the first call to after the last (the year 33658)."""


def parse(text: str, name: str, zone: tzinfo) -> Micros:
    """A moment. `name` is the parameter. Raises Problem 422 that shows the expected form."""
    match = _TIME.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError(text)
        day, time, offset = match.groups()
        # in a query, an unescaped + means a space
        moment = datetime.fromisoformat(
            f"{day}T{time or '00:00'}{(offset or '').replace(' ', '+')}"
        )
        if not 1970 < moment.year < 3000:
            raise ValueError(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return micros(moment)
    except (ValueError, OverflowError):
        raise Problem(
            422,
            f"{name}: no such date; write 2026-11-22 or 2026-11-22T10:00:00+02:00 "
            "(without an offset it is local time of the site)",
        ) from None


def span(start: str | None, end: str | None, zone: tzinfo) -> tuple[Micros | None, Micros | None]:
    """`from` and `to` of a query. Raises Problem 422, also if `from` is after `to`."""
    first = None if start is None else parse(start, "from", zone)
    last = None if end is None else parse(end, "to", zone)
    if first is not None and last is not None and first > last:
        raise Problem(422, "from is after to; swap them")
    return first, last


def edges(start: Micros, end: Micros, step: str, zone: tzinfo) -> list[Micros]:
    """Divides a period into steps of `15m`, `1h` or `7d`: the moments between them, in order.

    Days are those of the site's calendar, so that a day of 23 or 25 hours is one day.
    Raises Problem 422 for another form or too many steps.
    """
    match = STEP.fullmatch(step)
    if match is None:
        raise Problem(422, "step: write 15m, 1h, 1d or 7d")
    size = int(match[1]) * _UNITS[match[2]]
    if (end - start) // (size // _MICROSECOND) >= MAX_STEPS:
        raise Problem(422, f"step: more than {MAX_STEPS} steps; take a longer one")
    found = [start]
    while found[-1] < end:
        ahead = len(found) * size
        following = (
            _next_days(start, ahead, zone) if match[2] == "d" else start + ahead // _MICROSECOND
        )
        found.append(min(following, end))
    return found


def _next_days(start: Micros, ahead: timedelta, zone: tzinfo) -> Micros:
    moment = local(start, zone) + ahead  # adding to an aware datetime counts wall-clock days
    return micros(moment)
