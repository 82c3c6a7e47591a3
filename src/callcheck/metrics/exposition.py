"""Plain dicts of counts in, lines of the Prometheus text format out.

prometheus_client renders a line in 8 to 10 us, most of it spent on labels that never change.
Here the text of a line's labels is made once, when its series is born. The same tables are
given to prometheus_client as metric families by `family()`, and the tests hold the two
renderings equal to the byte.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Literal

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.utils import floatToGoString

Key = tuple[str, ...]
"""The values of a family's labels, in the order of their names."""

_number = lru_cache(65536)(floatToGoString)
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


class Table:
    """A counter or gauge: one number for each set of label values."""

    def __init__(
        self, name: str, kind: Literal["counter", "gauge"], help_: str, labels: Sequence[str] = ()
    ) -> None:
        self.name, self.kind, self.help, self.labels = name, kind, help_, tuple(labels)
        self.values: dict[Key, float] = {}
        self._heads: dict[Key, str] = {}

    def add(self, key: Key, amount: float = 1) -> None:
        """Counts `amount` on one series, which is made if it is new."""
        self.values[key] = self.values.get(key, 0) + amount

    def set(self, key: Key, value: float) -> None:
        """Sets one series."""
        self.values[key] = value

    def lines(self) -> Iterator[str]:
        """The family as text, its head first."""
        yield _head(self.name, self.kind, self.help)
        heads = self._heads
        for key, value in self.values.items():
            head = heads.get(key)
            if head is None:
                head = heads[key] = f"{self.name}{_labels(self.labels, key)} "
            yield f"{head}{_number(value)}\n"

    def family(self) -> Metric:
        """The same as a metric family of prometheus_client."""
        made = CounterMetricFamily if self.kind == "counter" else GaugeMetricFamily
        family: Metric = made(self.name, self.help, labels=self.labels)
        for key, value in self.values.items():
            family.add_sample(self.name, dict(zip(self.labels, key, strict=True)), value)
        return family


class Series:
    """One histogram series: counts per bucket (the last is above all edges) and their sum."""

    __slots__ = ("_edges", "counts", "total")

    def __init__(self, edges: Sequence[int]) -> None:
        self._edges = edges
        self.counts = [0] * (len(edges) + 1)
        self.total = 0

    def observe_each(self, values: Sequence[int]) -> None:
        """Counts each of many values that are much alike; a negative one as 0."""
        least, most = min(values, default=0), max(values, default=0)
        if least < 0:
            values = [max(0, value) for value in values]
        bucket = bisect_left(self._edges, least)
        if bucket == bisect_left(self._edges, most):
            self.counts[bucket] += len(values)
            self.total += sum(values)
        else:
            for value in values:
                self.observe(value)

    def observe(self, value: int, times: int = 1) -> None:
        """Counts a value `times` times (-1 takes it back). An edge belongs to its own bucket."""
        self.counts[bisect_left(self._edges, value)] += times
        self.total += value * times


class Histogram:
    """A histogram over whole numbers (ms or us), shown in seconds.

    `edges` are rising whole numbers, `per_second` how many of them are a second.
    """

    def __init__(
        self, name: str, help_: str, labels: Sequence[str], edges: Sequence[int], per_second: int
    ) -> None:
        self.name, self.help, self.labels = name, help_, tuple(labels)
        self.edges, self.per_second = tuple(edges), per_second
        self.series: dict[Key, Series] = {}
        self._heads: dict[Key, tuple[list[str], str, str]] = {}
        self._les = [_number(edge / per_second) for edge in edges] + ["+Inf"]

    def at(self, key: Key) -> Series:
        """The series of these labels, which is made if it is new."""
        found = self.series.get(key)
        if found is None:
            found = self.series[key] = Series(self.edges)
        return found

    def lines(self) -> Iterator[str]:
        """The family as text, its head first."""
        yield _head(self.name, "histogram", self.help)
        for key, series in self.series.items():
            heads = self._heads.get(key)
            if heads is None:
                heads = self._heads[key] = self._heads_of(key)
            buckets, count, total = heads
            running = list(accumulate(series.counts))
            for head, n in zip(buckets, running, strict=True):
                yield f"{head}{_number(n)}\n"
            yield f"{count}{_number(running[-1])}\n"
            yield f"{total}{_number(series.total / self.per_second)}\n"

    def family(self) -> Metric:
        """The same as a metric family of prometheus_client."""
        family = HistogramMetricFamily(self.name, self.help, labels=self.labels)
        for key, series in self.series.items():
            running = list(accumulate(series.counts))
            buckets = list(zip(self._les, map(float, running), strict=True))
            family.add_metric(key, buckets, series.total / self.per_second)
        return family

    def _heads_of(self, key: Key) -> tuple[list[str], str, str]:
        names = (*self.labels, "le")
        buckets = [f"{self.name}_bucket{_labels(names, (*key, le))} " for le in self._les]
        plain = _labels(self.labels, key)
        return buckets, f"{self.name}_count{plain} ", f"{self.name}_sum{plain} "


def _head(name: str, kind: str, help_: str) -> str:
    return f"# HELP {name} {help_}\n# TYPE {name} {kind}\n"


def _labels(names: Sequence[str], values: Sequence[str]) -> str:
    if not names:
        return ""
    pairs = sorted(zip(names, values, strict=True))
    return "{" + ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in pairs) + "}"
