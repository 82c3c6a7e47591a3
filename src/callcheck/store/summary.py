"""Units and a row of time edges in, counts per step out: what the API's summary is made of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import gcd
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, case, cast, func, select, union_all

from callcheck.calls.model import Direction, Disposition, Micros, Millis
from callcheck.service_level import Waits
from callcheck.store import tables as t
from callcheck.store.hours import HOUR, NO_READINGS
from callcheck.store.queries import units_seen
from callcheck.verdict import Result

MOST_STEPS = 5000
MOST_CUT = 100
"""So many cut hours cost about as much as a look at all calls of a month."""
Stretch = tuple[Micros, Micros]


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
    limit_ms: Millis, short_ms: Millis, *, ready: bool = False,
) -> list[Summary]:  # fmt: skip
    """One Summary for each step between two edges, also for an empty one.

    `edges` rise, so that a day may have 23 or 25 hours. `limit_ms` is the longest wait that is
    still in time, an abandoned call is short below `short_ms`. Units: None for all together.
    `ready`: the hours are counted by these limits; whole hours are then taken from there.
    """
    if len(edges) < 2 or any(a >= b for a, b in pairwise(edges)):
        raise ValueError("the summary's time edges must rise, and be two at least")
    steps = [Summary(start, end) for start, end in pairwise(edges)]
    # named units let the index on (unit, started_at) be walked range by range
    names = units_seen(connection) if units is None else sorted(units)
    cut = _cut_hours(edges) if ready else None
    one_by_one = [(edges[0], edges[-1])] if cut is None else cut
    _from_calls(connection, steps, names, edges, one_by_one, limit_ms, short_ms)
    if cut is not None:
        _from_hours(connection, steps, names, edges, cut)
    return steps


def _cut_hours(edges: Sequence[Micros]) -> list[Stretch] | None:
    """The stretches of hours that an edge cuts; None if there are so many that hours are no help.

    Only there are calls counted one by one. A stretch ends with the first or last edge.
    """
    hours = sorted({edge // HOUR * HOUR for edge in edges if edge % HOUR})
    if len(hours) > MOST_CUT or min(b - a for a, b in pairwise(edges)) < HOUR:
        return None
    return [(max(hour, edges[0]), min(hour + HOUR, edges[-1])) for hour in hours]


def _from_calls(
    connection: Connection, steps: Sequence[Summary], units: Sequence[str],
    edges: Sequence[Micros], stretches: Sequence[Stretch], limit_ms: Millis, short_ms: Millis,
) -> None:  # fmt: skip
    if not stretches:
        return
    grain = gcd(*(edge - edges[0] for edge in edges))
    query = summary_query(units, stretches, edges[0], grain, limit_ms, short_ms)
    for row in connection.execute(query).mappings():
        at = edges[0] + row["slot"] * grain
        _count(steps[bisect_right(edges, at) - 1], row)


def _from_hours(
    connection: Connection, steps: Sequence[Summary], units: Sequence[str],
    edges: Sequence[Micros], cut: Sequence[Stretch],
) -> None:  # fmt: skip
    """An edge inside an hour may stand at the hour's end: the hour itself is among the cut ones."""
    whole = [-(-edge // HOUR) * HOUR for edge in edges]
    if whole[0] == whole[-1]:
        return
    grain = gcd(*(edge - whole[0] for edge in whole))
    left_out = [start // HOUR * HOUR for start, _ in cut]
    query = hours_query(units, whole[0], whole[-1], grain, left_out)
    for row in connection.execute(query).mappings():
        at = whole[0] + row["slot"] * grain
        _count(steps[bisect_right(whole, at) - 1], row)


def hours_query(
    units: Sequence[str], start: Micros, end: Micros, grain: Micros, left_out: Sequence[Micros]
) -> Select[Any]:
    """As `summary_query`, from the counts by the hour; all times are whole hours."""
    c = t.hour_totals.c
    slot = ((c.hour - start) // grain).label("slot")
    groups = (slot, c.direction, c.disposition, c.verdict, c.readings)
    of_units = c.unit == units[0] if len(units) == 1 else c.unit.in_(units)
    sums = (
        cast(func.sum(column), BigInteger).label(column.name)
        for column in (c.n, c.counted, c.in_time, c.short)
    )
    return (
        select(*groups, *sums)
        .where(of_units, c.hour >= start, c.hour < end, c.hour.not_in(left_out))
        .group_by(*groups)
    )


def summary_query(
    units: Sequence[str], stretches: Sequence[Stretch], origin: Micros, grain: Micros,
    limit_ms: Millis, short_ms: Millis,
) -> Select[Any]:  # fmt: skip
    """Counts by everything that the steps tell apart; answered from one index alone."""
    c = t.calls.c
    of_units = c.unit == units[0] if len(units) == 1 else c.unit.in_(units)
    counted = (c.started_at, c.direction, c.disposition, c.verdict, c.readings, c.counted_wait_ms)
    # joined end to end: of stretches with OR between them SQLite would look up every call
    parts = [
        select(*counted).where(of_units, c.started_at >= start, c.started_at < end)
        for start, end in stretches
    ]
    of = (parts[0] if len(parts) == 1 else union_all(*parts)).subquery().c
    slot = ((of.started_at - origin) // grain).label("slot")
    groups = (slot, of.direction, of.disposition, of.verdict, of.readings)
    wait = of.counted_wait_ms
    return select(
        *groups,
        func.count().label("n"),
        func.count(wait).label("counted"),
        func.sum(case((wait <= limit_ms, 1), else_=0)).label("in_time"),
        func.sum(case((wait < short_ms, 1), else_=0)).label("short"),
    ).group_by(*groups)


def _count(step: Summary, row: Any) -> None:
    n, counted = row["n"], row["counted"]
    disposition = Disposition(row["disposition"])
    kind = Direction(row["direction"]), disposition
    step.calls[kind] = step.calls.get(kind, 0) + n
    if row["verdict"]:
        step.results[Result(row["verdict"])] += n
    if row["verdict"] in (Result.MET, Result.BREACHED) and row["readings"] not in (
        None,
        NO_READINGS,
    ):
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
