"""The stored counters that `/metrics` starts from.

They change in the transaction that stores a call, and stay when retention deletes it: Prometheus
takes a counter that falls for a restart. The histogram's buckets are numbered; their edges are in
`meta`. With other edges they are recounted from the calls that are still stored.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, case, delete, func, select

from callcheck.calls.model import Direction, Millis
from callcheck.judging.figures import Totals
from callcheck.store import tables as t
from callcheck.store.driver import DriverCursor, Values, add_counts_sql, driver_cursor


def read(connection: Connection, edges: tuple[Millis, ...]) -> Totals:
    """The counters, as seen by this transaction."""
    totals = Totals(edges)
    for *labels, n in connection.execute(select(t.call_totals)):
        totals.calls[tuple(labels)] = n
    for *labels, n in connection.execute(select(t.finding_totals)):
        totals.findings[tuple(labels)] = n
    for unit, disposition, bucket, n, sum_ms in connection.execute(select(t.ring_totals)):
        totals.add_rings((unit, disposition), bucket, n, sum_ms)
    return totals


def add(cursor: DriverCursor, change: Totals) -> None:
    """Adds a change to the stored counters."""
    of_calls = [(*labels, n) for labels, n in change.calls.items() if n]
    of_findings = [(*labels, n) for labels, n in change.findings.items() if n]
    cursor.many(add_counts_sql(cursor.kind, t.call_totals), of_calls)
    cursor.many(add_counts_sql(cursor.kind, t.finding_totals), of_findings)
    cursor.many(add_counts_sql(cursor.kind, t.ring_totals), list(_ring_values(change)))


def _ring_values(change: Totals) -> Iterator[Values]:
    for labels, total in change.rings.items():
        # the sum of a series is stored with its first bucket: only the total is ever read
        for bucket, n in enumerate(total.counts):
            sum_ms = total.sum_ms if bucket == 0 else 0
            if n or sum_ms:
                yield (*labels, bucket, n, sum_ms)


def recount_rings(connection: Connection, edges: tuple[Millis, ...]) -> None:
    """Recounts the histogram with other edges, from the calls that are still stored."""
    connection.execute(delete(t.ring_totals))
    c = t.calls.c
    whens = [(c.ring_ms <= edge, bucket) for bucket, edge in enumerate(edges)]
    bucket = (case(*whens, else_=len(edges)) if whens else func.length("")).label("bucket")
    query = (
        select(c.unit, c.disposition, bucket, func.count(), func.sum(c.ring_ms))
        .where(c.direction == Direction.INBOUND.value, c.ring_ms.is_not(None))
        .group_by(c.unit, c.disposition, bucket)
    )
    change = Totals(edges)
    for unit, disposition, at, n, sum_ms in connection.execute(query):
        change.add_rings((unit, disposition), at, n, int(sum_ms))
    with driver_cursor(connection) as cursor:
        add(cursor, change)
