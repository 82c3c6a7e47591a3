"""Units and a row of time edges in, counts per step out: what the API's summary is made of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import gcd
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from callcheck.calls.model import Direction, Disposition, Micros, Millis
from callcheck.service_level import Waits
from callcheck.store import tables as t
from callcheck.store.queries import units_seen
from callcheck.verdict import Result

MOST_STEPS = 5000


@dataclass(slots=True)
class Summary:
    """The calls that started from `start` to before `end`."""

    start: Micros
    end: Micros
    results: dict[Result, int] = field(default_factory=lambda: dict.fromkeys(Result, 0))
    """What `answer_by_ring` said."""
    calls: dict[tuple[Direction, Disposition], int] = field(default_factory=dict)
    before: int = 0
    """Of the judged calls (met or breached): answered by this reading; `within`, `third` alike."""
    within: int = 0
    third: int = 0
    waits: Waits = field(default_factory=Waits)

    @property
    def judged(self) -> int:
        """n of the compliance: met and breached."""
        return self.results[Result.MET] + self.results[Result.BREACHED]


def even_edges(start: Micros, end: Micros, step: Micros) -> list[Micros]:
    """Edges every `step` from `start`; the last step ends with `end` and may be shorter."""
    if step <= 0 or end <= start:
        raise ValueError("the summary's end must lie after its start, and its step be positive")
    if (end - start) // step >= MOST_STEPS:
        raise ValueError(f"the summary has more than {MOST_STEPS} steps; take a longer step")
    return [*range(start, end, step), end]


def summarise(
    connection: Connection, units: Collection[str] | None, edges: Sequence[Micros],
    limit_ms: Millis, short_ms: Millis,
) -> list[Summary]:  # fmt: skip
    """One Summary for each step between two edges, also for an empty one.

    `edges` rise, so that a day may have 23 or 25 hours. `limit_ms` is the longest wait that is
    still in time, an abandoned call is short below `short_ms`. Units: None for all together.
    """
    if len(edges) < 2 or any(a >= b for a, b in pairwise(edges)):
        raise ValueError("the summary's time edges must rise, and be two at least")
    steps = [Summary(start, end) for start, end in pairwise(edges)]
    # named units let the index on (unit, started_at) be walked range by range
    names = units_seen(connection) if units is None else sorted(units)
    grain = gcd(*(edge - edges[0] for edge in edges))
    query = summary_query(names, edges[0], edges[-1], grain, limit_ms, short_ms)
    for row in connection.execute(query).mappings():
        at = edges[0] + row["slot"] * grain
        _count(steps[bisect_right(edges, at) - 1], row)
    return steps


def summary_query(
    units: Sequence[str], start: Micros, end: Micros, grain: Micros,
    limit_ms: Millis, short_ms: Millis,
) -> Select[Any]:  # fmt: skip
    """Counts by everything that the steps tell apart; answered from one index alone."""
    c = t.calls.c
    slot = ((c.started_at - start) // grain).label("slot")
    groups = (slot, c.direction, c.disposition, c.verdict, c.readings)
    of_units = c.unit == units[0] if len(units) == 1 else c.unit.in_(units)
    return (
        select(
            *groups,
            func.count().label("n"),
            func.count(c.counted_wait_ms).label("counted"),
            func.sum(case((c.counted_wait_ms <= limit_ms, 1), else_=0)).label("in_time"),
            func.sum(case((c.counted_wait_ms < short_ms, 1), else_=0)).label("short"),
        )
        .where(of_units, c.started_at >= start, c.started_at < end)
        .group_by(*groups)
    )


def _count(step: Summary, row: Any) -> None:
    n, counted = row["n"], row["counted"]
    disposition = Disposition(row["disposition"])
    kind = Direction(row["direction"]), disposition
    step.calls[kind] = step.calls.get(kind, 0) + n
    if row["verdict"]:
        step.results[Result(row["verdict"])] += n
    if row["verdict"] in (Result.MET, Result.BREACHED) and row["readings"] is not None:
        step.before += n if row["readings"] & 1 else 0
        step.within += n if row["readings"] & 2 else 0
        step.third += n if row["readings"] & 4 else 0
    if disposition is Disposition.ANSWERED:
        step.waits += Waits(answered=counted, answered_in_time=row["in_time"])
    elif disposition is Disposition.ABANDONED:
        step.waits += Waits(
            abandoned=counted, abandoned_in_time=row["in_time"], abandoned_short=row["short"]
        )
    else:
        step.waits += Waits(otherwise=counted)
