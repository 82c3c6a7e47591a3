"""Finds the absences of one person by their period, without looking at all of them: a calendar may
report thousands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator

from callcheck.absences.model import Absence
from callcheck.calls.model import Micros


class SpanIndex:
    """The ids of absences by their period; cancelled ones are left out."""

    def __init__(self) -> None:
        self._by_span: dict[tuple[Micros, Micros], list[int]] = {}
        self._by_start: list[tuple[Micros, int, Micros]] = []
        """Start, id, end."""
        self._longest: Micros = 0

    def put(self, one: Absence) -> None:
        """Adds an absence."""
        if one.cancelled:
            return
        insort(self._by_span.setdefault((one.start, one.end), []), one.id)
        insort(self._by_start, (one.start, one.id, one.end))
        self._longest = max(self._longest, one.end - one.start)

    def drop(self, one: Absence) -> None:
        """Removes an absence, as it was added."""
        if one.cancelled:
            return
        self._by_span[one.start, one.end].remove(one.id)
        del self._by_start[bisect_left(self._by_start, (one.start, one.id, one.end))]

    def spanning(self, start: Micros, end: Micros) -> int | None:
        """The id of the first absence with exactly this period."""
        found = self._by_span.get((start, end))
        return found[0] if found else None

    def overlapping(self, start: Micros, end: Micros) -> Iterator[int]:
        """The ids of all absences that overlap a period, the earliest start first."""
        first = bisect_right(self._by_start, (start - self._longest,))
        last = bisect_left(self._by_start, (end,))
        for at in range(first, last):
            _, number, ends = self._by_start[at]
            if start < ends:
                yield number
