"""Counts of calls by unit and hour, and by unit and day, for the summary.

They change in the same transaction as the calls, also when a call is replaced or deleted, so that
they always match the stored calls. Hours are UTC; for the days see `local_days`. One row holds all
counts of a unit's hour: a month of all units is about ten thousand rows, or some hundred days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import add
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, select, tuple_

from callcheck.calls.model import Micros, Millis
from callcheck.store import tables as t
from callcheck.store.calls.rows import CallKey
from callcheck.store.driver import DriverCursor, add_counts_sql, driver_cursor, placeholders
from callcheck.store.figures.counted import Counted
from callcheck.store.figures.counts import COUNTS, places
from callcheck.store.figures.local_days import HOUR, LocalDays

PART = 20_000
"""Calls that a recount reads at a time."""

WaitLimits = tuple[Millis, Millis]
"""In ms: the longest wait that is in time; a shorter abandoned call is a short one."""
CountsByTime = dict[tuple[str, Micros], list[int]]
"""Counts in the order of `COUNTS`, by unit and start of the hour or day."""

_CALLS = t.calls.c
COUNTED = [_CALLS[name] for name in Counted._fields]
"""The columns of a call that counts are made from."""


@dataclass(slots=True)
class CountsChange:
    """What some calls add to the hourly counts, or take away."""

    limits: WaitLimits
    counts: CountsByTime = field(default_factory=dict)

    def count(self, calls: Iterable[Sequence[Any]], times: int = 1) -> None:
        """Adds calls, each like a `Counted`, or with `times` -1 takes them away."""
        limit, short = self.limits
        for unit, started_at, direction, disposition, verdict, readings, wait in calls:
            labels = unit, started_at // HOUR * HOUR
            held = self.counts.get(labels)
            if held is None:
                held = self.counts[labels] = [0] * len(COUNTS)
            waited = None if wait is None else (wait <= limit, wait < short)
            for place in places(direction, disposition, verdict, readings, waited):
                held[place] += times


def save(cursor: DriverCursor, change: CountsChange, days: LocalDays) -> None:
    """Adds a change to the stored hours and days."""
    _add(cursor, t.hour_totals, change.counts)
    _add(cursor, t.day_totals, _by_day(change.counts, days))


def _by_day(hours: Mapping[tuple[str, Micros], Sequence[int]], days: LocalDays) -> CountsByTime:
    summed: CountsByTime = {}
    for (unit, hour), counts in hours.items():
        day = unit, days.start(hour)
        summed[day] = list(map(add, summed[day], counts)) if day in summed else list(counts)
    return summed


def _add(cursor: DriverCursor, table: Table, change: CountsByTime) -> None:
    rows = sorted((*labels, *counts) for labels, counts in change.items() if any(counts))
    cursor.many(add_counts_sql(cursor.kind, table), rows)
    less = sorted(labels for labels, counts in change.items() if counts[0] < 0)
    unit, time = (f"{column.name} = {placeholders(cursor.kind, 1)}" for column in table.primary_key)
    cursor.many(f"DELETE FROM {table.name} WHERE calls = 0 AND {unit} AND {time}", less)


def of_calls(connection: Connection, keys: Sequence[CallKey]) -> Sequence[Row[Any]]:
    """The counted columns of these calls, as stored."""
    wanted = tuple_(_CALLS.pbx, _CALLS.call_id).in_(keys)
    return connection.execute(select(*COUNTED).where(wanted)).all()


def recount(connection: Connection, limits: WaitLimits, days: LocalDays) -> None:
    """Recounts hours and days from the calls: some seconds per million calls."""
    connection.execute(delete(t.hour_totals))
    connection.execute(delete(t.day_totals))
    every = select(*COUNTED).order_by(_CALLS.unit, _CALLS.started_at)
    with connection.execute(every.execution_options(yield_per=PART)) as found:
        for part in found.partitions():
            change = CountsChange(limits)
            change.count(part)
            with driver_cursor(connection) as cursor:
                save(cursor, change, days)


def recount_days(connection: Connection, days: LocalDays) -> None:
    """Recounts the days from the hours: some seconds per million hours."""
    connection.execute(delete(t.day_totals))
    for unit in connection.execute(select(t.hour_totals.c.unit).distinct()).scalars().all():
        with driver_cursor(connection) as cursor:
            of_unit = f"SELECT * FROM hour_totals WHERE unit = {placeholders(cursor.kind, 1)}"
            hours = {(unit, hour): counts for _, hour, *counts in cursor.all(of_unit, [unit])}
            _add(cursor, t.day_totals, _by_day(hours, days))
