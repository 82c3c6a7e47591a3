"""Rows of calls in, their counts by unit and hour kept beside them; the summary reads these.

They change in the transaction that changes the calls, also where one is replaced or deleted, so
that they always equal what the calls say. An hour is one of UTC; local days and hours begin with
one wherever the clock differs from UTC by whole hours, and the summary does without elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, insert, select, tuple_

from callcheck.calls.model import Micros, Millis
from callcheck.store import tables as t
from callcheck.store.rows import Counted, Key
from callcheck.store.straight import Straight, add_text, marks

HOUR: Micros = 3_600_000_000
NO_READINGS = -1
"""A key of a table cannot be NULL."""

Limits = tuple[Millis, Millis]
"""The longest wait that is in time, and below which an abandoned call is short."""
Labels = tuple[str, Micros, str, str, str, int]

_CALLS = t.calls.c
COUNTED = [_CALLS[name] for name in Counted._fields]
"""The columns of a call that are counted."""


@dataclass(slots=True)
class Change:
    """What some calls add to the counts, or take from them."""

    limits: Limits
    counts: dict[Labels, list[int]] = field(default_factory=dict)
    """n, counted, in_time, short."""

    def count(self, calls: Iterable[tuple[Any, ...]], times: int = 1) -> None:
        """Adds calls, each as a `rows.Counted`, or takes them back with `times` -1."""
        limit, short = self.limits
        for unit, started_at, direction, disposition, verdict, readings, wait in calls:
            labels = (
                unit, started_at // HOUR * HOUR, direction, disposition, verdict,
                NO_READINGS if readings is None else readings,
            )  # fmt: skip
            held = self.counts.setdefault(labels, [0, 0, 0, 0])
            held[0] += times
            if wait is not None:
                held[1] += times
                held[2] += times * (wait <= limit)
                held[3] += times * (wait < short)


def save(cursor: Straight, change: Change) -> None:
    """Adds a change to the stored counts."""
    rows = sorted((*labels, *counts) for labels, counts in change.counts.items() if any(counts))
    cursor.many(add_text(cursor.kind, t.hour_totals), rows)
    less = sorted({labels[:2] for labels, counts in change.counts.items() if counts[0] < 0})
    one = marks(cursor.kind, 1)
    cursor.many(f"DELETE FROM hour_totals WHERE n = 0 AND unit = {one} AND hour = {one}", less)


def of_calls(connection: Connection, keys: Sequence[Key]) -> Sequence[Row[Any]]:
    """What is counted of these calls, as they are stored."""
    wanted = tuple_(_CALLS.pbx, _CALLS.call_id).in_(keys)
    return connection.execute(select(*COUNTED).where(wanted)).all()


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
