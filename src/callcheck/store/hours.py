"""Rows of calls in, their counts by unit and hour kept beside them; the summary reads these.

They change in the transaction that changes the calls, also where one is replaced or deleted, so
that they always equal what the calls say. An hour is one of UTC; local days and hours begin with
one wherever the clock differs from UTC by whole hours, and the summary does without elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, case, delete, func, insert, select, tuple_

from callcheck.calls.model import Micros, Millis
from callcheck.store import tables as t
from callcheck.store.rows import Key
from callcheck.store.totals import upsert

HOUR: Micros = 3_600_000_000
NO_READINGS = -1
"""A key of a table cannot be NULL."""

Limits = tuple[Millis, Millis]
"""The longest wait that is in time, and below which an abandoned call is short."""
Labels = tuple[str, Micros, str, str, str, int]

_CALLS = t.calls.c
COUNTED = (
    _CALLS.unit, _CALLS.started_at, _CALLS.direction, _CALLS.disposition, _CALLS.verdict,
    _CALLS.readings, _CALLS.counted_wait_ms,
)  # fmt: skip
"""The columns of a call that are counted."""


@dataclass(slots=True)
class Change:
    """What some calls add to the counts, or take from them."""

    limits: Limits
    counts: dict[Labels, list[int]] = field(default_factory=dict)
    """n, counted, in_time, short."""

    def count(self, calls: Iterable[Any], times: int = 1) -> None:
        """Adds the rows of some calls, or takes them back with `times` -1."""
        limit, short = self.limits
        for row in calls:
            readings, wait = row["readings"], row["counted_wait_ms"]
            labels = (
                row["unit"], row["started_at"] // HOUR * HOUR, row["direction"],
                row["disposition"], row["verdict"],
                NO_READINGS if readings is None else readings,
            )  # fmt: skip
            held = self.counts.setdefault(labels, [0, 0, 0, 0])
            held[0] += times
            if wait is not None:
                held[1] += times
                held[2] += times * (wait <= limit)
                held[3] += times * (wait < short)


def save(connection: Connection, change: Change) -> None:
    """Adds a change to the stored counts."""
    rows = [
        dict(zip(t.hour_totals.c.keys(), (*labels, *counts), strict=True))
        for labels, counts in sorted(change.counts.items())
        if any(counts)
    ]
    upsert(connection, t.hour_totals, rows)
    less = {labels[:2] for labels, counts in change.counts.items() if counts[0] < 0}
    if less:
        c = t.hour_totals.c
        gone = and_(tuple_(c.unit, c.hour).in_(sorted(less)), c.n == 0)
        connection.execute(delete(t.hour_totals).where(gone))


def of_calls(connection: Connection, keys: Sequence[Key]) -> Sequence[RowMapping]:
    """What is counted of these calls, as they are stored."""
    wanted = tuple_(_CALLS.pbx, _CALLS.call_id).in_(keys)
    return connection.execute(select(*COUNTED).where(wanted)).mappings().all()


def recount(connection: Connection, limits: Limits) -> None:
    """Makes all counts anew from the calls: some seconds for each million of them."""
    limit, short = limits
    wait = _CALLS.counted_wait_ms
    hour = ((_CALLS.started_at // HOUR) * HOUR).label("hour")
    readings = func.coalesce(_CALLS.readings, NO_READINGS).label("readings")
    labels = (_CALLS.unit, hour, _CALLS.direction, _CALLS.disposition, _CALLS.verdict, readings)
    counts = (
        func.count(), func.count(wait),
        func.sum(case((wait <= limit, 1), else_=0)), func.sum(case((wait < short, 1), else_=0)),
    )  # fmt: skip
    query = select(*labels, *counts).group_by(*labels)
    connection.execute(delete(t.hour_totals))
    connection.execute(insert(t.hour_totals).from_select(t.hour_totals.c.keys(), query))
