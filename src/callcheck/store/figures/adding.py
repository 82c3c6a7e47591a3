"""Adds up calls, hours or days in the database, grouped by time or by unit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from operator import add
from typing import Any

from callcheck.calls.model import Micros
from callcheck.store.driver import DriverCursor, placeholders
from callcheck.store.figures.counts import COUNTS, places
from callcheck.store.figures.hourly import WaitLimits

Stretch = tuple[Micros, Micros]
"""From a time until before another."""


class ByTime:
    """Groups by time: one group for each step between two edges."""

    def __init__(self, edges: Sequence[Micros]) -> None:
        self._edges = edges
        self._grain = gcd(*(edge - edges[0] for edge in edges)) or 1

    def key(self, time: str) -> str:
        """The SQL expression to group by."""
        return f"({time} - {self._edges[0]}) / {self._grain}"

    def place(self, key: int) -> int:
        """The index of the step that a key belongs to."""
        return bisect_right(self._edges, self._edges[0] + key * self._grain) - 1


class ByUnit:
    """Groups by unit: one group for each."""

    def __init__(self, units: Sequence[str]) -> None:
        self._places = {unit: place for place, unit in enumerate(units)}

    def key(self, _time: str) -> str:
        """The SQL expression to group by."""
        return "unit"

    def place(self, key: str) -> int:
        """The index of a unit."""
        return self._places[key]


@dataclass(frozen=True, slots=True)
class Adding:
    """Adds counts of some units to cells, each in the order of `COUNTS`."""

    cursor: DriverCursor
    cells: Sequence[list[int]]
    units: Sequence[str]

    def calls(self, stretches: Sequence[Stretch], limits: WaitLimits, by: ByTime | ByUnit) -> None:
        """Adds the calls that started in these stretches."""
        if not stretches:
            return
        text = count_calls_sql(
            self.cursor.kind, len(self.units), len(stretches), by.key("started_at")
        )  # fmt: skip
        values = [value for stretch in stretches for value in (*self.units, *stretch)]
        for key, n, *kind, in_time, short in self.cursor.all(text, [*limits, *values]):
            _count(self.cells[by.place(key)], n, kind, in_time, short)

    def sums(self, time: str, of: Stretch, cut: Sequence[Micros], by: ByTime | ByUnit) -> None:
        """Adds the whole hours or days (`time`) of a stretch, but those in `cut`."""
        if of[0] >= of[1]:
            return
        left_out = [start for start in cut if of[0] <= start < of[1]]
        text = sum_counts_sql(self.cursor.kind, time, len(self.units), len(left_out), by.key(time))
        for key, *counts in self.cursor.all(text, [*self.units, *of, *left_out]):
            cell = self.cells[by.place(key)]
            cell[:] = map(add, cell, counts)


def sum_counts_sql(kind: str, time: str, units: int, left_out: int, key: str) -> str:
    """Sums up hours or days; the values are the units, the first hour or day, the one after the
    last, and those left out."""
    sums = ", ".join(f'sum("{name}")' for name in COUNTS)
    without = f" AND {time} NOT IN ({placeholders(kind, left_out)})" if left_out else ""
    mark = placeholders(kind, 1)
    return (
        f"SELECT {key}, {sums} FROM {time}_totals WHERE unit IN ({placeholders(kind, units)})"
        f" AND {time} >= {mark} AND {time} < {mark}{without} GROUP BY 1"
    )


def count_calls_sql(kind: str, units: int, stretches: int, key: str) -> str:
    """Counts calls by everything that is counted separately, from a single index. The values are
    the two limits, then for each stretch the units, its start and its end."""
    # UNION ALL: with OR between the stretches SQLite would not use the index alone
    one = (
        "SELECT unit, started_at, direction, disposition, verdict, readings, counted_wait_ms"
        f" FROM calls WHERE unit IN ({placeholders(kind, units)})"
        f" AND started_at >= {placeholders(kind, 1)} AND started_at < {placeholders(kind, 1)}"
    )
    return (
        f"SELECT {key}, count(*), direction, disposition, verdict, readings,"
        f" counted_wait_ms <= {placeholders(kind, 1)}, counted_wait_ms < {placeholders(kind, 1)}"
        f" FROM ({' UNION ALL '.join([one] * stretches)}) AS found GROUP BY 1, 3, 4, 5, 6, 7, 8"
    )


def _count(cells: list[int], n: int, kind: Sequence[Any], in_time: Any, short: Any) -> None:
    direction, disposition, verdict, readings = kind
    waited = None if in_time is None else (bool(in_time), bool(short))
    for place in places(direction, disposition, verdict, readings, waited):
        cells[place] += n
