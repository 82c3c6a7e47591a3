"""The plain values that the store, the metrics and the API exchange: calls, counts and tables."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from callcheck.calls.model import Call, Direction, Disposition, Micros, Millis
from callcheck.judging.service_level import Waits
from callcheck.judging.verdict import HEADLINE, Finding, Result

_Labels = TypeVar("_Labels")
JudgedCall = tuple[Call, Sequence[Finding]]
"""A call that has ended, with what the rules found."""
CallLabels = tuple[str, str, str, str, str]
"""pbx, unit, direction, disposition, via; "" for what is not known."""
FindingLabels = tuple[str, str, str]
"""unit, rule, result."""
RingLabels = tuple[str, str]
"""unit, disposition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls to list; None matches any."""

    unit: str | None = None
    since: Micros | None = None
    until: Micros | None = None
    """Exclusive."""
    disposition: Disposition | None = None
    missed: bool = False
    """Only inbound calls that no human answered."""
    result: Result | None = None
    """What `rule` found; without a result the rule filters nothing."""
    rule: str = HEADLINE
    extension: str | None = None


@dataclass(frozen=True, slots=True)
class SavedCall:
    """A call that the store did not have, or had only incomplete (`replaced`)."""

    call: Call
    findings: Sequence[Finding]
    replaced: JudgedCall | None = None


@dataclass(slots=True)
class Tally:
    """Counts of the calls of some units that started from `start` to before `end`."""

    start: Micros
    end: Micros
    results: dict[Result, int] = field(default_factory=lambda: dict.fromkeys(Result, 0))
    """Findings of the headline rule."""
    calls: dict[tuple[Direction, Disposition], int] = field(default_factory=dict)
    before: int = 0
    """Judged calls (met or breached) answered by this reading; `within`, `third` alike."""
    within: int = 0
    third: int = 0
    waits: Waits = field(default_factory=Waits)

    @property
    def judged(self) -> int:
        """The n of the compliance: met and breached."""
        return self.results[Result.MET] + self.results[Result.BREACHED]


class JudgedHour(NamedTuple):
    """How many calls of an hour met the headline rule, and how many were judged."""

    hour: Micros
    met: int
    judged: int


@dataclass(frozen=True, slots=True)
class HelpGiven:
    """How many calls one person took for another."""

    helper: str | None
    helped: str
    via: str
    calls: int


@dataclass(frozen=True, slots=True)
class MissedCaller:
    """A caller who was missed more than once."""

    caller: str
    calls: int
    units: int
    """How many units missed the caller."""
    last_at: Micros


@dataclass(slots=True)
class RingTotal:
    """One series of the ring histogram."""

    counts: list[int]
    """Calls per bucket, not cumulative; the last bucket is beyond the last edge."""
    sum_ms: int = 0


@dataclass(slots=True)
class Totals:
    """The counters of all calls that were ever saved, or a change to them."""

    edges: tuple[Millis, ...]
    """Upper edges of the histogram's buckets, inclusive (Prometheus `le`)."""
    calls: dict[CallLabels, int] = field(default_factory=dict)
    findings: dict[FindingLabels, int] = field(default_factory=dict)
    rings: dict[RingLabels, RingTotal] = field(default_factory=dict)

    def count(self, judged: JudgedCall, times: int = 1) -> None:
        """Adds one call with its findings, or takes it back with `times` -1."""
        call, findings = judged
        unit, disposition = call.unit or "", call.disposition.value
        via = call.answered_via.value if call.answered_via else ""
        _add(self.calls, (call.pbx, unit, call.direction.value, disposition, via), times)
        for finding in findings:
            _add(self.findings, (unit, finding.rule, finding.result.value), times)
        rang = call.ring_ms if call.direction is Direction.INBOUND else None
        if rang is not None:
            self.add_rings((unit, disposition), bisect_left(self.edges, rang), times, times * rang)

    def add_rings(self, labels: RingLabels, bucket: int, n: int, sum_ms: int) -> None:
        """Adds to a bucket `n` calls that rang for `sum_ms` altogether."""
        total = self.rings.setdefault(labels, RingTotal([0] * (len(self.edges) + 1)))
        total.counts[bucket] += n
        total.sum_ms += sum_ms


def _add(counts: dict[_Labels, int], labels: _Labels, times: int) -> None:
    counts[labels] = counts.get(labels, 0) + times
