"""Calls in, their counts by unit and hour, and by unit and day, kept beside them.

They change in the transaction that changes the calls, also where one is replaced or deleted, so
that they always equal what the calls say; the summary reads them. An hour is one of UTC; local days
and hours begin with one wherever the clock differs from UTC by whole hours, and the summary does
without elsewhere. One row holds all counts of a unit's hour: a month of all units is some ten
thousand rows, and by the days (see `days`) some hundreds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import add
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, select, tuple_

from callcheck.calls.model import Micros, Millis
from callcheck.store import tables as t
from callcheck.store.calls.rows import Key
from callcheck.store.driver import Straight, add_text, marks, straight
from callcheck.store.figures.counted import Counted
from callcheck.store.figures.counts import COUNTS, places
from callcheck.store.figures.local_days import HOUR, Days

PART = 20_000
"""Calls that are counted anew at once."""

Limits = tuple[Millis, Millis]
"""The longest wait that is in time, and below which an abandoned call is short."""
Cells = dict[tuple[str, Micros], list[int]]
"""Counts in the order of `COUNTS`, by unit and start of the hour or day."""

_CALLS = t.calls.c
COUNTED = [_CALLS[name] for name in Counted._fields]
"""The columns of a call that are counted."""


@dataclass(slots=True)
class Change:
    """What some calls add to the counts, or take from them."""

    limits: Limits
    counts: Cells = field(default_factory=dict)

    def count(self, calls: Iterable[Sequence[Any]], times: int = 1) -> None:
        """Adds calls, each as a `Counted`, or takes them back with `times` -1."""
        limit, short = self.limits
        for unit, started_at, direction, disposition, verdict, readings, wait in calls:
            labels = unit, started_at // HOUR * HOUR
            held = self.counts.get(labels)
            if held is None:
                held = self.counts[labels] = [0] * len(COUNTS)
            waited = None if wait is None else (wait <= limit, wait < short)
            for place in places(direction, disposition, verdict, readings, waited):
                held[place] += times


def save(cursor: Straight, change: Change, days: Days) -> None:
    """Adds a change to the stored counts."""
    _add(cursor, t.hour_totals, change.counts)
    _add(cursor, t.day_totals, _by_day(change.counts, days))


def _by_day(hours: Mapping[tuple[str, Micros], Sequence[int]], days: Days) -> Cells:
    summed: Cells = {}
    for (unit, hour), counts in hours.items():
        day = unit, days.start(hour)
        summed[day] = list(map(add, summed[day], counts)) if day in summed else list(counts)
    return summed


def _add(cursor: Straight, table: Table, change: Cells) -> None:
    rows = sorted((*labels, *counts) for labels, counts in change.items() if any(counts))
    cursor.many(add_text(cursor.kind, table), rows)
    less = sorted(labels for labels, counts in change.items() if counts[0] < 0)
    unit, time = (f"{column.name} = {marks(cursor.kind, 1)}" for column in table.primary_key)
    cursor.many(f"DELETE FROM {table.name} WHERE calls = 0 AND {unit} AND {time}", less)


def of_calls(connection: Connection, keys: Sequence[Key]) -> Sequence[Row[Any]]:
    """What is counted of these calls, as they are stored."""
    wanted = tuple_(_CALLS.pbx, _CALLS.call_id).in_(keys)
    return connection.execute(select(*COUNTED).where(wanted)).all()


def recount(connection: Connection, limits: Limits, days: Days) -> None:
    """Makes all counts anew from the calls: some seconds for each million of them."""
    connection.execute(delete(t.hour_totals))
    connection.execute(delete(t.day_totals))
    every = select(*COUNTED).order_by(_CALLS.unit, _CALLS.started_at)
    with connection.execute(every.execution_options(yield_per=PART)) as found:
        for part in found.partitions():
            change = Change(limits)
            change.count(part)
            with straight(connection) as cursor:
                save(cursor, change, days)


def recount_days(connection: Connection, days: Days) -> None:
    """Makes the days anew from the hours: some seconds for each million of these."""
    connection.execute(delete(t.day_totals))
    for unit in connection.execute(select(t.hour_totals.c.unit).distinct()).scalars().all():
        with straight(connection) as cursor:
            of_unit = f"SELECT * FROM hour_totals WHERE unit = {marks(cursor.kind, 1)}"
            hours = {(unit, hour): counts for _, hour, *counts in cursor.all(of_unit, [unit])}
            _add(cursor, t.day_totals, _by_day(hours, days))
