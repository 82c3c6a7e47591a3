"""Saved and replaced calls in, the counters of `/metrics` out, kept beside the calls.

They change in the transaction that stores a call, and stay when retention deletes it: a counter
that fell would look like a restart. The histogram's buckets are numbered, not named: its edges
stand in `meta`, and other edges mean counting anew from the calls that are still there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection, case, delete, func, select

from callcheck.calls.model import Call, Direction, Millis
from callcheck.store import tables as t
from callcheck.store.calls.rows import Judged
from callcheck.store.driver import Straight, Values, add_text, straight

_Labels = TypeVar("_Labels")
CallLabels = tuple[str, str, str, str, str]
"""pbx, unit, direction, disposition, via; "" for what is not known."""
FindingLabels = tuple[str, str, str]
"""unit, rule, result."""
RingLabels = tuple[str, str]
"""unit, disposition."""


@dataclass(slots=True)
class RingTotal:
    """One series of the ring histogram."""

    counts: list[int]
    """Calls per bucket, not cumulative; the last bucket is beyond the last edge."""
    sum_ms: int = 0


@dataclass(slots=True)
class Totals:
    """The counters as stored, or a change to them."""

    edges: tuple[Millis, ...]
    """Upper edges of the histogram's buckets, each belonging to its bucket (Prometheus `le`)."""
    calls: dict[CallLabels, int] = field(default_factory=dict)
    findings: dict[FindingLabels, int] = field(default_factory=dict)
    rings: dict[RingLabels, RingTotal] = field(default_factory=dict)

    def count(self, judged: Judged, times: int = 1) -> None:
        """Adds one call with its findings, or takes it back with `times` -1."""
        call, findings = judged
        unit, disposition = call.unit or "", call.disposition.value
        via = call.answered_via.value if call.answered_via else ""
        _add(self.calls, (call.pbx, unit, call.direction.value, disposition, via), times)
        for finding in findings:
            _add(self.findings, (unit, finding.rule, finding.result.value), times)
        rang = _rang(call)
        if rang is not None:
            self.add_rings((unit, disposition), bisect_left(self.edges, rang), times, times * rang)

    def add_rings(self, labels: RingLabels, bucket: int, n: int, sum_ms: int) -> None:
        """Adds `n` calls that rang `sum_ms` together to a bucket."""
        total = self.rings.setdefault(labels, RingTotal([0] * (len(self.edges) + 1)))
        total.counts[bucket] += n
        total.sum_ms += sum_ms


def _rang(call: Call) -> Millis | None:
    return call.ring_ms if call.direction is Direction.INBOUND else None


def _add(counts: dict[_Labels, int], labels: _Labels, times: int) -> None:
    counts[labels] = counts.get(labels, 0) + times


def read(connection: Connection, edges: tuple[Millis, ...]) -> Totals:
    """The counters as of this transaction."""
    totals = Totals(edges)
    for *labels, n in connection.execute(select(t.call_totals)):
        totals.calls[tuple(labels)] = n
    for *labels, n in connection.execute(select(t.finding_totals)):
        totals.findings[tuple(labels)] = n
    for unit, disposition, bucket, n, sum_ms in connection.execute(select(t.ring_totals)):
        totals.add_rings((unit, disposition), bucket, n, sum_ms)
    return totals


def add(cursor: Straight, change: Totals) -> None:
    """Adds a change to the stored counters."""
    of_calls = [(*labels, n) for labels, n in change.calls.items() if n]
    of_findings = [(*labels, n) for labels, n in change.findings.items() if n]
    cursor.many(add_text(cursor.kind, t.call_totals), of_calls)
    cursor.many(add_text(cursor.kind, t.finding_totals), of_findings)
    cursor.many(add_text(cursor.kind, t.ring_totals), list(_ring_values(change)))


def _ring_values(change: Totals) -> Iterator[Values]:
    for labels, total in change.rings.items():
        # the sum of a whole series stands with its first bucket: only their total is ever read
        for bucket, n in enumerate(total.counts):
            sum_ms = total.sum_ms if bucket == 0 else 0
            if n or sum_ms:
                yield (*labels, bucket, n, sum_ms)


def recount_rings(connection: Connection, edges: tuple[Millis, ...]) -> None:
    """Makes the histogram anew, with other edges, from the calls that are still stored."""
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
    with straight(connection) as cursor:
        add(cursor, change)
