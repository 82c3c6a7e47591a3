"""Sums up tallies for `/api/v1/units/{unit}/summary`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from callcheck.calls.model import Direction, Disposition
from callcheck.judging.figures import Tally
from callcheck.judging.service_level import Waits, compliance, service_levels
from callcheck.judging.verdict import Result


def counts(tallies: Sequence[Tally]) -> dict[str, object]:
    """The sum of some tallies, in the shape of `models.Counts`."""
    results = {
        result.value: sum(tally.results.get(result, 0) for tally in tallies) for result in Result
    }
    met, breached = results[Result.MET.value], results[Result.BREACHED.value]
    judged = met + breached
    by_reading = {
        "before": sum(tally.before for tally in tallies),
        "within": sum(tally.within for tally in tallies),
        "third": sum(tally.third for tally in tallies),
    }
    everywhere = dict.fromkeys((disposition.value for disposition in Disposition), 0)
    inbound = dict(everywhere)
    for tally in tallies:
        for (direction, disposition), n in tally.calls.items():
            everywhere[disposition.value] += n
            if direction is Direction.INBOUND:
                inbound[disposition.value] += n
    return {
        "calls": sum(everywhere.values()),
        "dispositions": everywhere,
        "inbound": inbound,
        "results": results,
        "compliance": _share(met, judged),
        "readings": {reading: _share(n, judged) for reading, n in by_reading.items()},
        "service_levels": _levels(sum((tally.waits for tally in tallies), start=Waits())),
    }


def _share(met: int, n: int) -> dict[str, object]:
    found = compliance(met, n - met)
    if found is None:
        return {"met": 0, "n": 0, "value": None, "low": None, "high": None}
    parts = {"value": found.share, "low": found.low, "high": found.high}
    return {"met": met, "n": n, **{name: _round(part) for name, part in parts.items()}}


def _levels(waits: Waits) -> dict[str, object]:
    return {
        "waits": {**asdict(waits), "all": waits.all},
        **{name: _round(level) for name, level in asdict(service_levels(waits)).items()},
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
