"""The counters of the page `GET /metrics`; see `docs/metrics.md`.

Names, labels and help texts are defined here and in `now`. A label is a unit, a PBX, a class or an
outcome, never a call, a caller or a person. The counters start from the store's totals and change
only by what the store reports as saved, so they always match the store. What is true only now
(connections, open calls) is read at the scrape.

A call "rang" if it is inbound and has a `ring_ms`. A number is unknown if an inbound call to it led
to no configured unit.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from threading import Lock

from prometheus_client import CollectorRegistry, disable_created_metrics, generate_latest
from prometheus_client.core import Metric

from callcheck.absences.model import NEXT_DAY_STATES, AbsenceState
from callcheck.calls.model import Call, Direction, Disposition, Millis, Via
from callcheck.judging.cadence import Cadence
from callcheck.judging.figures import RingTotal, SavedCall, Totals
from callcheck.judging.verdict import Finding, Result
from callcheck.metrics.exposition import HistogramFamily, NumberFamily, Series
from callcheck.metrics.now import FamilyKind, Live, families_of

_FamilyArgs = tuple[str, FamilyKind, str, tuple[str, ...]]

DELAY_EDGES_US = (1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
                  2_500_000, 10_000_000)  # fmt: skip

_CALLS: _FamilyArgs = (
    "callcheck_calls_total", "counter", "Calls that ended.",
    ("pbx", "unit", "direction", "disposition", "via"),
)  # fmt: skip
_FINDINGS: _FamilyArgs = (
    "callcheck_findings_total", "counter", "What the rules said of the calls.",
    ("unit", "rule", "result"),
)  # fmt: skip
_UNKNOWN: _FamilyArgs = (
    "callcheck_unknown_numbers_total", "counter",
    "Inbound calls to a number of no configured unit.", ("pbx",),
)  # fmt: skip
_ABSENCES: _FamilyArgs = (
    "callcheck_absences", "gauge", "Absences by the state of their forward.", ("unit", "state"),
)  # fmt: skip
_NEXT_DAY: _FamilyArgs = (
    "callcheck_absences_next_day", "gauge",
    "Absences of the next working day by how it will stand, from the set hour on until it begins.",
    ("unit", "state"),
)  # fmt: skip
_CALENDARS: _FamilyArgs = (
    "callcheck_calendars", "gauge", "Calendars of absences, by whether they could be read.",
    ("state",),
)  # fmt: skip
_BUILD: _FamilyArgs = (
    "callcheck_build_info", "gauge", "Always 1; what is running.", ("version", "python"),
)  # fmt: skip
_RINGS = (
    "callcheck_ring_seconds", "First ring to answer, or to the end of ringing; inbound calls.",
    ("unit", "disposition"),
)  # fmt: skip
_DELAYS = (
    "callcheck_event_delay_seconds", "From the PBX's time stamp of an event to its handling.",
    ("pbx",),
)  # fmt: skip

_ENDINGS = [
    *((disposition.value, "") for disposition in Disposition),
    *((Disposition.ANSWERED.value, via.value) for via in Via),
]
"""The possible pairs of disposition and via: only an answered call has a via."""

_INBOUND = Direction.INBOUND


def ring_edges(cadence: Cadence, ring: int = 3) -> tuple[Millis, ...]:
    """Bucket edges in ms: whole rings of this cadence, and the limits of the three readings."""
    rings = {1, 2, ring - 1, ring, ring + 1, 6, 9, 12, 18, 24}
    edges = {n * cadence.period_ms for n in rings} | {cadence.on_ms}
    edges.add((ring - 1) * cadence.period_ms + cadence.on_ms)
    return tuple(sorted(edges - {0}))


class Metrics:
    """The counters. Safe to use from several threads.

    `registry` has the other metrics of the page (those of the process). This collector is not
    registered there, because `text` renders it faster.
    """

    def __init__(
        self, registry: CollectorRegistry, live: Live, *, pbxs: Sequence[str],
        units: Sequence[str], rules: Sequence[str], ring_edges_ms: Sequence[Millis], version: str,
    ) -> None:  # fmt: skip
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they double every counter
        self._registry, self._live, self._lock = registry, live, Lock()
        self._calls = NumberFamily(*_CALLS)
        self._findings = NumberFamily(*_FINDINGS)
        self._rings = HistogramFamily(*_RINGS, edges=ring_edges_ms, per_second=1000)
        self._unknown = NumberFamily(*_UNKNOWN)
        self._absences = NumberFamily(*_ABSENCES)
        self._next_day = NumberFamily(*_NEXT_DAY)
        self._calendars = NumberFamily(*_CALENDARS)
        self._delays = HistogramFamily(*_DELAYS, edges=DELAY_EDGES_US, per_second=1_000_000)
        self._build = NumberFamily(*_BUILD)
        self._build.set((version, platform.python_version()), 1)
        self._start_at_zero(pbxs, units, rules)

    def seed(self, totals: Totals) -> None:
        """Starts from the store's counters; call it once, before the first `saved`.

        Raises ValueError if its histogram has other edges.
        """
        with self._lock:
            self._seed(totals)

    def start_anew(self, totals: Totals) -> None:
        """Counts from the totals of another store. No scrape sees zeros in between."""
        with self._lock:
            for family in (self._calls, self._findings, self._unknown):
                family.values = dict.fromkeys(family.values, 0)
            for series in self._rings.series.values():
                series.counts, series.total = [0] * len(series.counts), 0
            self._seed(totals)

    def saved(self, batch: Iterable[SavedCall]) -> None:
        """Counts what the store has committed, and takes back what that replaced."""
        with self._lock:
            for one in batch:
                if one.replaced is not None:
                    self._count(*one.replaced, times=-1)
                self._count(one.call, one.findings, times=1)

    def delay_of(self, pbx: str) -> Series:
        """The series for the event delays of a PBX, in microseconds."""
        return self._delays.at((pbx,))

    def set_absences(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Sets the absences by (unit, state); others become zero."""
        self._set_all(self._absences, counts)

    def set_next_day(self, counts: Mapping[tuple[str, str], int]) -> None:
        """The same for the next working day."""
        self._set_all(self._next_day, counts)

    def collect(self) -> Iterator[Metric]:
        """The page as metric families of prometheus_client."""
        now = families_of(self._live)
        with self._lock:
            return iter([family.family() for family in self._families(now)])

    def text(self) -> bytes:
        """The page in the Prometheus text format, UTF-8."""
        now = families_of(self._live)
        with self._lock:
            own = "".join(line for family in self._families(now) for line in family.lines())
        return own.encode() + generate_latest(self._registry)

    def set_calendars(self, read: int, failing: int) -> None:
        """Sets how many calendars could be read at the last attempt, and how many failed."""
        with self._lock:
            self._calendars.set(("read",), read)
            self._calendars.set(("failing",), failing)

    def _seed(self, totals: Totals) -> None:
        for key, n in totals.calls.items():
            self._calls.add(key, n)
            if _is_unknown_number(unit=key[1], direction=key[2]):
                self._unknown.add((key[0],), n)
        for finding, n in totals.findings.items():
            self._findings.add(finding, n)
        for ring, total in totals.rings.items():
            _take_over(self._rings.at(ring), total)

    def _set_all(self, family: NumberFamily, counts: Mapping[tuple[str, str], int]) -> None:
        with self._lock:
            for key in family.values:
                family.set(key, counts.get((key[0], key[1]), 0))

    def _count(self, call: Call, findings: Sequence[Finding], times: int) -> None:
        unit, disposition, ring_ms = call.unit or "", call.disposition, call.ring_ms
        # no `.value`: a StrEnum is a string, and the attribute look-up takes longer than counting
        self._calls.add(
            (call.pbx, unit, call.direction, disposition, call.answered_via or ""), times
        )
        for finding in findings:
            self._findings.add((unit, finding.rule, finding.result), times)
        if call.direction is _INBOUND and ring_ms is not None:
            self._rings.at((unit, disposition)).observe(ring_ms, times)
        if _is_unknown_number(unit=unit, direction=call.direction):
            self._unknown.add((call.pbx,), times)

    def _families(self, now: Sequence[NumberFamily]) -> Iterator[NumberFamily | HistogramFamily]:
        yield from (self._calls, self._findings, self._rings)
        yield from (self._absences, self._next_day, self._calendars)
        yield from now
        yield from (self._delays, self._unknown, self._build)

    def _start_at_zero(
        self, pbxs: Sequence[str], units: Sequence[str], rules: Sequence[str]
    ) -> None:
        for pbx, unit, direction, ending in product(pbxs, (*units, ""), Direction, _ENDINGS):
            self._calls.set((pbx, unit, direction.value, *ending), 0)
        for unit, rule, result in product((*units, ""), rules, Result):
            self._findings.set((unit, rule, result.value), 0)
        for unit, disposition in product((*units, ""), Disposition):
            self._rings.at((unit, disposition.value))
        for key in product(units, map(str, AbsenceState)):
            self._absences.set(key, 0)
        for key in product(units, map(str, NEXT_DAY_STATES)):
            self._next_day.set(key, 0)
        for state in ("read", "failing"):
            self._calendars.set((state,), 0)
        for pbx in pbxs:
            self._unknown.set((pbx,), 0)
            self._delays.at((pbx,))


def _is_unknown_number(*, unit: str, direction: str) -> bool:
    return not unit and direction == _INBOUND


def _take_over(series: Series, total: RingTotal) -> None:
    if len(total.counts) != len(series.counts):
        raise ValueError("the store's ring histogram has other bucket edges than ours")
    series.counts[:] = [a + b for a, b in zip(series.counts, total.counts, strict=True)]
    series.total += total.sum_ms
