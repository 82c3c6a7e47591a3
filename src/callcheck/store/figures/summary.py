"""Units and a row of time edges in, counts per step out: what the API's summary is made of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import gcd
from operator import add
from typing import Any

from sqlalchemy import Connection

from callcheck.calls.model import Micros
from callcheck.judging.figures import JudgedHour, Tally
from callcheck.judging.service_level import Waits
from callcheck.judging.verdict import Result
from callcheck.store.calls.queries import units_seen
from callcheck.store.driver import Straight, marks, straight
from callcheck.store.figures.counts import COUNTS, KINDS, WAITS, places
from callcheck.store.figures.hourly import Limits
from callcheck.store.figures.local_days import Days, Hours

MOST_STEPS = 5000
MOST_CUT = 100
"""So many stretches of cut hours cost about as much as a look at all calls of a month."""
MOST_ASKED = 12
"""So many stretches of cut days cost about as much as a look at all hours of a quarter."""
Stretch = tuple[Micros, Micros]


def even_edges(start: Micros, end: Micros, step: Micros) -> list[Micros]:
    """Edges every `step` from `start`; the last step ends with `end` and may be shorter."""
    if step <= 0 or end <= start:
        raise ValueError("the summary's end must lie after its start, and its step be positive")
    if (end - start) // step >= MOST_STEPS:
        raise ValueError(f"the summary has more than {MOST_STEPS} steps; take a longer step")
    return [*range(start, end, step), end]


def _tally(start: Micros, end: Micros, cells: Sequence[int]) -> Tally:
    """From the counts in the order of `COUNTS`."""
    n = dict(zip(COUNTS, cells, strict=True))
    return Tally(
        start, end,
        results={result: n[result.value] for result in Result},
        calls={kind: n[name] for kind, name in KINDS.items() if n[name]},
        before=n["before"], within=n["within"], third=n["third"],
        waits=Waits(*(n[name] for name in WAITS)),
    )  # fmt: skip


class Slots:
    """Groups by time: what falls between two edges belongs together."""

    def __init__(self, edges: Sequence[Micros]) -> None:
        self._edges = edges
        self._grain = gcd(*(edge - edges[0] for edge in edges)) or 1

    def key(self, time: str) -> str:
        """What the rows are grouped by."""
        return f"({time} - {self._edges[0]}) / {self._grain}"

    def place(self, key: int) -> int:
        """The step that a row's key belongs to."""
        return bisect_right(self._edges, self._edges[0] + key * self._grain) - 1


class Units:
    """Groups by unit: one step for each."""

    def __init__(self, units: Sequence[str]) -> None:
        self._places = {unit: place for place, unit in enumerate(units)}

    def key(self, _time: str) -> str:
        """What the rows are grouped by."""
        return "unit"

    def place(self, key: str) -> int:
        """The step of a unit."""
        return self._places[key]


def summarise(
    connection: Connection, units: Collection[str] | None, edges: Sequence[Micros],
    limits: Limits, ready: Days | None = None,
) -> list[Tally]:  # fmt: skip
    """One Tally for each step between two edges, also for an empty one.

    `edges` rise, so that a day may have 23 or 25 hours. Units: None for all together. `ready`:
    these days, and the hours, are counted by these limits; whole ones are then taken from there.
    """
    if len(edges) < 2 or any(a >= b for a, b in pairwise(edges)):
        raise ValueError("the summary's time edges must rise, and be two at least")
    # named units let the index on (unit, started_at) be walked range by range
    names = units_seen(connection) if units is None else sorted(units)
    cells = [[0] * len(COUNTS) for _ in pairwise(edges)]
    _fill(connection, cells, names, edges, limits, Slots, ready)
    return [_tally(*step, of) for step, of in zip(pairwise(edges), cells, strict=True)]


def side_by_side(
    connection: Connection, units: Sequence[str], span: Stretch, limits: Limits,
    ready: Days | None = None,
) -> list[Tally]:  # fmt: skip
    """One Tally for each unit, in their order."""
    cells = [[0] * len(COUNTS) for _ in units]
    by = Units(units)
    _fill(connection, cells, units, span, limits, lambda _: by, ready)
    return [_tally(*span, of) for of in cells]


def judged_by_hour(connection: Connection, units: Sequence[str], span: Stretch) -> list[JudgedHour]:
    """Met and judged calls of the units together, by the hour; `span` begins and ends with one."""
    if not units:
        return []
    with straight(connection) as cursor:
        text = judged_text(cursor.kind, len(units))
        return [JudgedHour(*row) for row in cursor.all(text, [*units, *span])]


def judged_text(kind: str, units: int) -> str:
    """The statement of `judged_by_hour`: values are the units, the first and the last hour."""
    return (
        "SELECT hour, sum(met), sum(met + breached) FROM hour_totals"
        f" WHERE unit IN ({marks(kind, units)}) AND hour >= {marks(kind, 1)}"
        f" AND hour < {marks(kind, 1)} GROUP BY hour HAVING sum(met + breached) > 0 ORDER BY hour"
    )


def _fill(
    connection: Connection, cells: Sequence[list[int]], units: Sequence[str],
    edges: Sequence[Micros], limits: Limits, slots: Callable[[Sequence[Micros]], Slots | Units],
    days: Days | None,
) -> None:  # fmt: skip
    """Adds up the whole days, the whole hours of the other days, the calls of the other hours."""
    if not units:
        return
    hours = Hours()
    cut_hours = _cut(edges, hours)
    stretches = _stretches(cut_hours, hours, (edges[0], edges[-1]))
    with straight(connection) as cursor:
        adding = _Adding(cursor, cells, units)
        if days is None or len(stretches) > MOST_CUT:
            adding.calls([(edges[0], edges[-1])], limits, slots(edges))
            return
        adding.calls(stretches, limits, slots(edges))
        # an edge inside an hour may stand at the hour's end: the hour is among the cut ones
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


def _cut(edges: Sequence[Micros], grid: Hours) -> list[Micros]:
    """The starts of the hours or days that an edge cuts."""
    return sorted({start for edge in edges if (start := grid.start(edge)) != edge})


def _stretches(cut: Sequence[Micros], grid: Hours, span: Stretch) -> list[Stretch]:
    """What these hours or days have of the span; neighbours are one stretch."""
    found: list[Stretch] = []
    for start in cut:
        first, last = max(start, span[0]), min(grid.end(start), span[1])
        if found and found[-1][1] == first:
            found[-1] = found[-1][0], last
        elif first < last:
            found.append((first, last))
    return found


@dataclass(frozen=True, slots=True)
class _Adding:
    """What the database says of some units, added to cells."""

    cursor: Straight
    cells: Sequence[list[int]]
    units: Sequence[str]

    def calls(self, stretches: Sequence[Stretch], limits: Limits, by: Slots | Units) -> None:
        """The calls of these stretches, one by one."""
        if not stretches:
            return
        text = calls_text(
            self.cursor.kind, len(self.units), len(stretches), by.key("started_at")
        )  # fmt: skip
        values = [value for stretch in stretches for value in (*self.units, *stretch)]
        for key, n, *kind, in_time, short in self.cursor.all(text, [*limits, *values]):
            _count(self.cells[by.place(key)], n, kind, in_time, short)

    def sums(self, time: str, of: Stretch, cut: Sequence[Micros], by: Slots | Units) -> None:
        """The counts of the whole hours or days of a stretch."""
        if of[0] >= of[1]:
            return
        left_out = [start for start in cut if of[0] <= start < of[1]]
        text = sums_text(self.cursor.kind, time, len(self.units), len(left_out), by.key(time))
        for key, *counts in self.cursor.all(text, [*self.units, *of, *left_out]):
            cell = self.cells[by.place(key)]
            cell[:] = map(add, cell, counts)


def sums_text(kind: str, time: str, units: int, left_out: int, key: str) -> str:
    """Sums of hours or days; values are the units, the first, the one after the last, and those
    left out."""
    sums = ", ".join(f'sum("{name}")' for name in COUNTS)
    without = f" AND {time} NOT IN ({marks(kind, left_out)})" if left_out else ""
    return (
        f"SELECT {key}, {sums} FROM {time}_totals WHERE unit IN ({marks(kind, units)})"
        f" AND {time} >= {marks(kind, 1)} AND {time} < {marks(kind, 1)}{without} GROUP BY 1"
    )


def calls_text(kind: str, units: int, stretches: int, key: str) -> str:
    """Calls by all that is counted apart, from one index alone; values are the two limits, then
    for each stretch the units, its start and its end."""
    # joined end to end: of stretches with OR between them SQLite would look up every call
    one = (
        "SELECT unit, started_at, direction, disposition, verdict, readings, counted_wait_ms"
        f" FROM calls WHERE unit IN ({marks(kind, units)})"
        f" AND started_at >= {marks(kind, 1)} AND started_at < {marks(kind, 1)}"
    )
    return (
        f"SELECT {key}, count(*), direction, disposition, verdict, readings,"
        f" counted_wait_ms <= {marks(kind, 1)}, counted_wait_ms < {marks(kind, 1)}"
        f" FROM ({' UNION ALL '.join([one] * stretches)}) AS found GROUP BY 1, 3, 4, 5, 6, 7, 8"
    )


def _count(cells: list[int], n: int, kind: Sequence[Any], in_time: Any, short: Any) -> None:
    direction, disposition, verdict, readings = kind
    waited = None if in_time is None else (bool(in_time), bool(short))
    for place in places(direction, disposition, verdict, readings, waited):
        cells[place] += n
