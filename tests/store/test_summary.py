"""Tallies per step equal what counting the calls one by one gives."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from callcheck.calls.model import Call, Direction, Disposition
from callcheck.judging.cadence import Cadence
from callcheck.judging.figures import JudgedCall, Tally
from callcheck.judging.service_level import Waits, service_levels
from callcheck.judging.verdict import Finding, Readings, Result
from callcheck.rules import answer_by_ring
from callcheck.store import Store
from tests.store.samples import HOUR, NOON, SECOND, a_call, missed, said


def golden() -> list[JudgedCall]:
    """docs/definitions.md's example: A 80 (60 in time), B 20 (12 in time, 7 of them short)."""
    calls: list[JudgedCall] = []
    calls += [(a_call(n, rang=10.0), said(Result.MET, True)) for n in range(60)]
    calls += [(a_call(n, rang=15.0), said(Result.BREACHED, False)) for n in range(60, 80)]
    gave_up = [(4.999, Result.EXEMPT)] * 7 + [(5.0, Result.EXEMPT)] * 5
    gave_up += [(16.0, Result.BREACHED)] * 8
    for n, (rang, result) in enumerate(gave_up, 80):
        third = False if result is Result.BREACHED else None
        calls.append((missed(n, Disposition.ABANDONED, rang=rang), said(result, third)))
    return calls


def summary_of(store: Store, edges: list[int], units: list[str] | None = None) -> list[Tally]:
    return store.summary(units, edges)


def test_the_golden_example(store: Store) -> None:
    store.save(golden())
    (step,) = summary_of(store, [NOON, NOON + HOUR])
    assert step.waits == Waits(80, 60, 20, 12, 7, 0)
    shown = service_levels(step.waits)
    assert round(shown.short or 0, 4) == 0.6452
    assert step.results == {
        Result.MET: 60, Result.BREACHED: 28, Result.EXEMPT: 12, Result.UNKNOWN: 0,
    }  # fmt: skip
    assert (step.judged, step.before, step.within, step.third) == (88, 0, 60, 60)
    assert step.calls == {
        (Direction.INBOUND, Disposition.ANSWERED): 80,
        (Direction.INBOUND, Disposition.ABANDONED): 20,
    }


def test_exempt_calls_stay_out_of_the_service_levels(store: Store) -> None:
    closed = (Finding("answer_by_ring", Result.EXEMPT, "outside working hours: Sunday"),)
    store.save([
        (a_call(1), closed), (missed(2, Disposition.ABANDONED), closed),
        (a_call(3, complete=False), said(Result.UNKNOWN)), (a_call(4), ()),
    ])  # fmt: skip
    (step,) = summary_of(store, [NOON, NOON + HOUR])
    assert step.waits == Waits()
    assert step.results[Result.EXEMPT] == 2
    assert step.results[Result.UNKNOWN] == 1
    assert sum(step.calls.values()) == 4


def test_the_rule_and_the_service_levels_agree_on_who_waited(store: Store) -> None:
    """An early hang-up counts as abandoned in working hours only, and until its very end."""

    def judged(call: Call, why_closed: str | None = None) -> JudgedCall:
        rule = answer_by_ring.Settings()
        return call, (answer_by_ring.judge(call, rule, Cadence(1000, 4000), lambda _: why_closed),)

    rang_then_music = replace(
        missed(3, Disposition.ABANDONED, rang=4.0), ended_at=NOON + 33 * SECOND
    )
    nothing_rang = {"ring_started_at": None, "ringing_ended_at": None, "legs": ()}
    store.save([
        judged(missed(1, Disposition.ABANDONED, rang=4.0)),
        judged(missed(2, Disposition.ABANDONED, rang=4.0), "outside working hours: Sunday"),
        judged(rang_then_music),
        judged(missed(4, Disposition.ABANDONED, **nothing_rang)),
        judged(a_call(5, rang=14.999)),
        judged(a_call(6, rang=15.0)),
    ])  # fmt: skip
    (step,) = summary_of(store, [NOON, NOON + HOUR])
    assert step.waits == Waits(2, 1, 2, 1, 1, 0)
    assert [step.results[result] for result in Result] == [1, 2, 3, 0]


def test_a_busy_call_without_a_ring_ended_otherwise(store: Store) -> None:
    nothing_rang = {"ring_started_at": None, "ringing_ended_at": None, "legs": ()}
    store.save([(missed(1, Disposition.BUSY, **nothing_rang), said(Result.BREACHED, False))])
    (step,) = summary_of(store, [NOON, NOON + HOUR])
    assert step.waits == Waits(otherwise=1)


def test_every_call_falls_into_one_step_of_uneven_days(store: Store) -> None:
    chance = random.Random(3)
    edges = [NOON, NOON + 23 * HOUR, NOON + 47 * HOUR, NOON + 72 * HOUR]
    calls = []
    for n in range(400):
        at = chance.choice([*edges, *(edge - 1 for edge in edges), chance.randrange(*edges[::3])])
        unit = chance.choice(["registry", "legal", None])
        calls.append((a_call(n, at=at, unit=unit), said(chance.choice(list(Result)), None)))
    store.save(calls)
    for units in (None, ["legal"], ["legal", ""]):
        steps = summary_of(store, edges, units)
        for step in steps:
            inside = [
                findings[0].result for call, findings in calls
                if step.start <= call.started_at < step.end
                and (units is None or (call.unit or "") in units)
            ]  # fmt: skip
            assert step.results == {result: Counter(inside)[result] for result in Result}
        assert [(step.start, step.end) for step in steps] == list(pairwise(edges))


def test_no_units_and_no_calls(store: Store) -> None:
    (step,) = summary_of(store, [NOON, NOON + HOUR])
    assert (step.judged, step.waits) == (0, Waits())
    assert summary_of(store, [NOON, NOON + HOUR], []) == [step]


def test_readings_count_among_judged_calls_only(store: Store) -> None:
    within = Finding("answer_by_ring", Result.MET, "", Readings(False, True, True))
    unknown = Finding("answer_by_ring", Result.UNKNOWN, "", Readings(True, True, True))
    store.save([(a_call(1), (within,)), (a_call(2), (unknown,))])
    (step,) = summary_of(store, [NOON, NOON + HOUR])
    assert (step.before, step.within, step.third) == (0, 1, 1)


@pytest.mark.parametrize("edges", [[], [1], [2, 1], [1, 1]])
def test_edges_that_do_not_rise(store: Store, edges: list[int]) -> None:
    with pytest.raises(ValueError, match="must rise"):
        summary_of(store, edges)
