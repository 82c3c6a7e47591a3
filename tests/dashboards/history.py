"""A known past, as OpenMetrics text: 31 days of two units on one PBX.

Calls come in bursts, far from the edges of every window, so that each count is a whole number
that can be told in advance, whenever in the next minutes it is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

HOUR, DAY = 3600, 86400
EDGES = ("5.0", "10.0", "15.0", "20.0", "30.0", "+Inf")
COARSE, FINE, DENSE = 1800, 30, 1200
"""Seconds between samples, the same for the newest `DENSE` seconds."""

Series = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Burst:
    """Calls of a unit that ended so many seconds ago."""

    ago: int
    unit: str
    met: int
    """Answered in ring 2, of them `pickups` by a colleague."""
    late: int = 0
    """Answered in ring 4."""
    abandoned: int = 0
    """The caller gave up in ring 7; judged as breached."""
    pickups: int = 0
    absent: tuple[int, int] = (0, 0)
    """Of `forward_in_absence`: met, breached."""


BURSTS = (
    Burst(40 * 60, "registry", met=3, abandoned=1),
    Burst(12 * HOUR, "registry", met=21, late=7, abandoned=8, pickups=6, absent=(3, 1)),
    Burst(12 * HOUR, "legal", met=9, late=1),
    Burst(3 * DAY, "registry", met=36, late=11, abandoned=6),
    Burst(10 * DAY, "registry", met=45, late=5),
    Burst(20 * DAY, "legal", met=10, abandoned=10),
    Burst(20 * DAY, "registry", met=10, pickups=10, absent=(4, 2)),
)
JUMPS: tuple[tuple[int, str, int], ...] = (
    (6 * HOUR, "callcheck_store_dropped_calls_total", 2),
    (6 * HOUR, "callcheck_store_refused_calls_total", 1),
    (6 * HOUR, "callcheck_ami_broken_messages_total", 4),
    (6 * HOUR, "callcheck_ami_dropped_messages_total", 0),
    (2 * DAY, "callcheck_unknown_numbers_total", 5),
    (6 * HOUR, "callcheck_ami_gap_seconds_total", 864),
)
GAUGES: dict[Series, float] = {
    ("callcheck_ami_connected", (("pbx", "main"),)): 1,
    ("callcheck_ami_login_refused", (("pbx", "main"),)): 0,
    ("callcheck_ami_last_event_age_seconds", (("pbx", "main"),)): 2.5,
    ("callcheck_open_calls", (("pbx", "main"),)): 7,
    ("callcheck_store_pending", ()): 12,
    ("callcheck_ring_period_seconds", ()): 5,
    ("callcheck_absences", (("state", "forwarded"), ("unit", "registry"))): 4,
    ("callcheck_absences", (("state", "late"), ("unit", "registry"))): 1,
    ("callcheck_absences", (("state", "wrong_target"), ("unit", "registry"))): 2,
    ("process_resident_memory_bytes", ()): 64e6,
    ("up", ()): 1,
}
OURS = (("instance", "callcheck:9876"), ("job", "callcheck"))
_OF_PROCESS = ("callcheck_store", "callcheck_ring_period", "process", "up")


def openmetrics(now: int) -> Iterator[str]:
    """Lines with the whole past up to `now` (Unix seconds)."""
    times = [*range(now - 31 * DAY, now - DENSE, COARSE), *range(now - DENSE, now + 1, FINE)]
    steps = _steps()
    families = defaultdict(list)
    for series in {*steps, *GAUGES, *_RATES}:
        families[series[0]].append(series)
    for name in sorted(families):
        kind = "counter" if name.endswith("_total") else "gauge"
        yield f"# TYPE {name.removesuffix('_total')} {kind}"
        for series in sorted(families[name]):
            yield from _samples(series, times, now, steps)
    yield "# EOF"


_RATES: dict[Series, float] = {
    # a histogram's parts as plain gauges: only their values matter. 5 events/s, all within 10 ms
    ("callcheck_event_delay_seconds_count", (("pbx", "main"),)): 5.0,
    ("callcheck_event_delay_seconds_bucket", (("le", "0.001"), ("pbx", "main"))): 0.0,
    ("callcheck_event_delay_seconds_bucket", (("le", "0.01"), ("pbx", "main"))): 5.0,
    ("callcheck_event_delay_seconds_bucket", (("le", "+Inf"), ("pbx", "main"))): 5.0,
    ("process_cpu_seconds_total", ()): 0.05,
}


def _samples(
    series: Series, times: list[int], now: int, steps: dict[Series, list[tuple[int, int]]]
) -> Iterator[str]:
    name, labels = series
    text = ",".join(f'{key}="{value}"' for key, value in sorted((*labels, *OURS)))
    for at in times:
        if series in GAUGES:
            value = GAUGES[series]
        elif series in _RATES:
            value = _RATES[series] * (at - times[0])
        else:
            value = sum(n for ago, n in steps[series] if now - ago <= at)
        yield f"{name}{{{text}}} {value} {at}"


def _steps() -> dict[Series, list[tuple[int, int]]]:
    """Where the counters rise: (seconds ago, by how much)."""
    steps: dict[Series, list[tuple[int, int]]] = defaultdict(list)
    for unit in ("registry", "legal", "quiet", ""):
        for series in _of_unit(unit):
            steps[series] = []
    for burst in BURSTS:
        for series, n in _counts(burst):
            steps[series].append((burst.ago, n))
    for ago, name, n in JUMPS:
        labels = () if name.startswith(_OF_PROCESS) else (("pbx", "main"),)
        steps[name, labels].append((ago, n))
    return steps


def _of_unit(unit: str) -> Iterator[Series]:
    """All series of a unit, from the start at zero, as callcheck has them."""
    for rule in ("answer_by_ring", "forward_in_absence"):
        for result in ("met", "breached", "exempt", "unknown"):
            yield _finding(unit, rule, result)
    for disposition, via in (("answered", "direct"), ("answered", "pickup"), ("abandoned", "")):
        yield _call(unit, disposition, via)
    for disposition in ("answered", "abandoned"):
        for le in EDGES:
            yield _bucket(unit, disposition, le)


def _counts(burst: Burst) -> Iterator[tuple[Series, int]]:
    unit = burst.unit
    yield _finding(unit, "answer_by_ring", "met"), burst.met
    yield _finding(unit, "answer_by_ring", "breached"), burst.late + burst.abandoned
    yield _finding(unit, "forward_in_absence", "met"), burst.absent[0]
    yield _finding(unit, "forward_in_absence", "breached"), burst.absent[1]
    yield _call(unit, "answered", "direct"), burst.met + burst.late - burst.pickups
    yield _call(unit, "answered", "pickup"), burst.pickups
    yield _call(unit, "abandoned", ""), burst.abandoned
    for place, le in enumerate(EDGES):
        yield _bucket(unit, "answered", le), burst.met * (place >= 1) + burst.late * (place >= 3)
        yield _bucket(unit, "abandoned", le), burst.abandoned * (place >= 5)


def _finding(unit: str, rule: str, result: str) -> Series:
    return "callcheck_findings_total", (("unit", unit), ("rule", rule), ("result", result))


def _call(unit: str, disposition: str, via: str) -> Series:
    return "callcheck_calls_total", (
        ("pbx", "main"), ("unit", unit), ("direction", "inbound"),
        ("disposition", disposition), ("via", via),
    )  # fmt: skip


def _bucket(unit: str, disposition: str, le: str) -> Series:
    return "callcheck_ring_seconds_bucket", (
        ("unit", unit), ("disposition", disposition), ("le", le),
    )  # fmt: skip
