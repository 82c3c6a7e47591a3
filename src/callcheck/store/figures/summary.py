"""Tallies of units over time, from whole days, whole hours, and the calls of the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

from sqlalchemy import Connection

from callcheck.calls.model import Micros
from callcheck.judging.figures import JudgedHour, Tally
from callcheck.judging.service_level import Waits
from callcheck.judging.verdict import Result
from callcheck.store.calls.queries import units_seen
from callcheck.store.driver import driver_cursor, placeholders
from callcheck.store.figures.adding import Adding, ByTime, ByUnit, Stretch
from callcheck.store.figures.counts import COUNTS, KINDS, WAITS
from callcheck.store.figures.hourly import WaitLimits
from callcheck.store.figures.local_days import LocalDays, UtcHours

MOST_CUT = 100
"""With more stretches of cut hours than this, it is quicker to count all calls."""
MOST_ASKED = 12
"""With more stretches of cut days than this, it is quicker to add up all hours."""


def _tally(start: Micros, end: Micros, cells: Sequence[int]) -> Tally:
    """A tally from counts in the order of `COUNTS`."""
    n = dict(zip(COUNTS, cells, strict=True))
    return Tally(
        start, end,
        results={result: n[result.value] for result in Result},
        calls={kind: n[name] for kind, name in KINDS.items() if n[name]},
        before=n["before"], within=n["within"], third=n["third"],
        waits=Waits(*(n[name] for name in WAITS)),
    )  # fmt: skip


def summarise(
    connection: Connection, units: Collection[str] | None, edges: Sequence[Micros],
    limits: WaitLimits, ready: LocalDays | None = None,
) -> list[Tally]:  # fmt: skip
    """One tally for each step between two edges, also for an empty one. `units` None counts all.

    With `ready` days, whole days and hours are taken from the stored counts, which must have been
    made with these limits and days. Raises ValueError unless the edges rise.
    """
    if len(edges) < 2 or any(a >= b for a, b in pairwise(edges)):
        raise ValueError("the summary's time edges must rise, and be two at least")
    # with named units the index on (unit, started_at) can be used
    names = units_seen(connection) if units is None else sorted(units)
    cells = [[0] * len(COUNTS) for _ in pairwise(edges)]
    _fill(connection, cells, names, edges, limits, ByTime, ready)
    return [_tally(*step, of) for step, of in zip(pairwise(edges), cells, strict=True)]


def side_by_side(
    connection: Connection, units: Sequence[str], span: Stretch, limits: WaitLimits,
    ready: LocalDays | None = None,
) -> list[Tally]:  # fmt: skip
    """One tally for each unit, in their order; `ready` as in `summarise`."""
    cells = [[0] * len(COUNTS) for _ in units]
    by = ByUnit(units)
    _fill(connection, cells, units, span, limits, lambda _: by, ready)
    return [_tally(*span, of) for of in cells]


def judged_by_hour(connection: Connection, units: Sequence[str], span: Stretch) -> list[JudgedHour]:
    """Met and judged calls of the units together, for each whole hour of the span that has any."""
    if not units:
        return []
    with driver_cursor(connection) as cursor:
        text = judged_by_hour_sql(cursor.kind, len(units))
        return [JudgedHour(*row) for row in cursor.all(text, [*units, *span])]


def judged_by_hour_sql(kind: str, units: int) -> str:
    """The query of `judged_by_hour`; the values are the units, the first hour, and the end."""
    mark = placeholders(kind, 1)
    return (
        "SELECT hour, sum(met), sum(met + breached) FROM hour_totals"
        f" WHERE unit IN ({placeholders(kind, units)}) AND hour >= {mark} AND hour < {mark}"
        " GROUP BY hour HAVING sum(met + breached) > 0 ORDER BY hour"
    )


def _fill(
    connection: Connection, cells: Sequence[list[int]], units: Sequence[str],
    edges: Sequence[Micros], limits: WaitLimits,
    slots: Callable[[Sequence[Micros]], ByTime | ByUnit], days: LocalDays | None,
) -> None:  # fmt: skip
    """Adds up whole days, the whole hours of cut days, and the calls of cut hours."""
    if not units:
        return
    hours = UtcHours()
    cut_hours = _cut(edges, hours)
    stretches = _stretches(cut_hours, hours, (edges[0], edges[-1]))
    with driver_cursor(connection) as cursor:
        adding = Adding(cursor, cells, units)
        if days is None or len(stretches) > MOST_CUT:
            adding.calls([(edges[0], edges[-1])], limits, slots(edges))
            return
        adding.calls(stretches, limits, slots(edges))
        # an edge within an hour moves to the hour's end: a cut hour is counted by its calls
        whole = [hours.following(edge) for edge in edges]
        cut_days = _cut(edges, days)
        stretches = _stretches(cut_days, days, (whole[0], whole[-1]))
        if len(stretches) > MOST_ASKED:
            adding.sums("hour", (whole[0], whole[-1]), cut_hours, slots(whole))
            return
        for stretch in stretches:
            adding.sums("hour", stretch, cut_hours, slots(whole))
        whole = [days.following(edge) for edge in edges]
        adding.sums("day", (whole[0], whole[-1]), cut_days, slots(whole))


def _cut(edges: Sequence[Micros], grid: UtcHours) -> list[Micros]:
    """The starts of the hours or days with an edge inside."""
    return sorted({start for edge in edges if (start := grid.start(edge)) != edge})


def _stretches(cut: Sequence[Micros], grid: UtcHours, span: Stretch) -> list[Stretch]:
    """The parts of these hours or days within the span; adjacent ones are joined."""
    found: list[Stretch] = []
    for start in cut:
        first, last = max(start, span[0]), min(grid.end(start), span[1])
        if found and found[-1][1] == first:
            found[-1] = found[-1][0], last
        elif first < last:
            found.append((first, last))
    return found
