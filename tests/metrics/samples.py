"""Calls and metrics for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from prometheus_client import CollectorRegistry

from callcheck.calls.model import Call, Direction, Disposition, Millis, TimeSource, Via
from callcheck.judging.cadence import CADENCES
from callcheck.judging.figures import JudgedCall, SavedCall
from callcheck.judging.verdict import Finding, Result
from callcheck.metrics import Metrics, PbxNow, StoreNow, ring_edges

START = 1_795_334_400_000_000
EDGES = ring_edges(CADENCES["LV"])


MAIN = PbxNow("main", events_missing={"Newstate": False})
MET = (Finding("answer_by_ring", Result.MET, "in time"),)


def saved(
    call: Call, findings: Sequence[Finding] = MET, replaced: JudgedCall | None = None
) -> SavedCall:
    """What a store reports after it saved a call."""
    return SavedCall(call, findings, replaced)


@dataclass
class Now:
    """The state of the moment, as the test sets it."""

    pbx: list[PbxNow] = field(default_factory=lambda: [MAIN])
    writer: StoreNow = field(default_factory=StoreNow)

    def pbxs(self) -> Sequence[PbxNow]:
        return self.pbx

    def store(self) -> StoreNow:
        return self.writer


def a_call(ring_ms: Millis | None = 6201, **changes: Any) -> Call:
    """An inbound call to the registry, answered directly after so much ringing."""
    rung = None if ring_ms is None else START + ring_ms * 1000
    call = Call(
        pbx="main",
        call_id="1.1",
        direction=Direction.INBOUND,
        caller="+37160000000",
        dialed="701",
        extension="201",
        unit="registry",
        public=True,
        started_at=START,
        ring_started_at=None if rung is None else START,
        answered_at=rung,
        ringing_ended_at=rung,
        ended_at=START + 60_000_000,
        disposition=Disposition.ANSWERED,
        complete=True,
        time_source=TimeSource.EVENT,
        answered_via=Via.DIRECT,
    )
    return replace(call, **changes)


def some_metrics(
    now: Now | None = None,
    units: Sequence[str] = ("registry", "law"),
    pbxs: Sequence[str] = ("main",),
    edges: Sequence[Millis] = EDGES,
) -> Metrics:
    """The metrics of a small institution, with an otherwise empty registry."""
    return Metrics(
        CollectorRegistry(), now or Now(), pbxs=pbxs, units=units, rules=("answer_by_ring",),
        ring_edges_ms=edges, version="1.2.3",
    )  # fmt: skip


def samples(metrics: Metrics) -> dict[str, float]:
    """Each line of the page: its series and value."""
    lines = metrics.text().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}
