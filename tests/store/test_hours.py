"""Counts by hour: always equal to the calls, even if calls came late, changed or were deleted."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, select

from callcheck.calls.model import Disposition
from callcheck.judging.figures import HelpGiven, JudgedCall, MissedCaller
from callcheck.judging.verdict import Result
from callcheck.store import Store
from callcheck.store import tables as t
from callcheck.store.figures import hourly as hours
from callcheck.store.figures.local_days import LocalDays
from tests.store.conftest import EDGES, counting_calls
from tests.store.samples import HOUR, NOON, SECOND, a_call, judged, missed, said


def kept(store: Store) -> set[tuple[Any, ...]]:
    with store.engine.connect() as connection:
        return _rows(connection)


def _rows(connection: Connection) -> set[tuple[Any, ...]]:
    """The counts of the hours and the days."""
    return {
        (table.name, *row)
        for table in (t.hour_totals, t.day_totals)
        for row in connection.execute(select(table))
    }


def true_now(store: Store) -> bool:
    """Whether a recount of all calls changes nothing."""
    before = kept(store)
    with store.engine.connect() as connection, connection.begin() as transaction:
        hours.recount(connection, (14_999, 5_000), LocalDays(UTC))
        anew = _rows(connection)
        transaction.rollback()
    return before == anew


def some(chance: random.Random, n: int) -> JudgedCall:
    at = NOON + chance.randrange(-30 * HOUR, 30 * HOUR)
    changes: dict[str, Any] = {"at": at, "unit": chance.choice(["registry", "legal", None])}
    result = chance.choice(list(Result))
    rang = chance.choice([1.0, 4.9, 6.0, 14.0, 16.0, 40.0])
    if chance.random() < 0.3:
        return missed(n, Disposition.ABANDONED, rang=rang, **changes), said(result, False)
    return a_call(n, rang=rang, **changes), said(result, chance.choice([True, False, None]))


def test_they_equal_the_calls_after_every_change(store: Store) -> None:
    chance = random.Random(7)
    everything = [some(chance, n) for n in range(300)]
    cut_off = [(replace(call, complete=False), found) for call, found in everything[:60]]
    chance.shuffle(everything)
    store.save(cut_off)
    assert true_now(store)
    for start in range(0, 300, 75):  # late, in any order; sixty of them replace incomplete ones
        store.save(everything[start : start + 75])
        assert true_now(store)
    before = kept(store)
    store.save(everything)
    assert kept(store) == before
    store.purge(NOON - 3 * HOUR - 17 * SECOND, pause=0)
    assert true_now(store)
    assert len(before) > len(kept(store)) > 0
    store.purge(NOON + 100 * HOUR, pause=0)
    assert kept(store) == set()


def test_the_summary_is_the_same_from_hours_and_from_calls(store: Store) -> None:
    chance = random.Random(11)
    store.save([some(chance, n) for n in range(400)])
    for _ in range(40):
        cuts = chance.sample(range(-40, 40), chance.randrange(2, 8))
        jitter = chance.choice([0, 0, 1, 25 * 60 * SECOND])
        edges = sorted({NOON + cut * HOUR + chance.choice([0, jitter]) for cut in cuts})
        units = chance.choice([None, ["registry"], ["legal", ""]])
        fast = store.summary(units, edges)
        with counting_calls(store):
            assert fast == store.summary(units, edges)
        assert [(step.start, step.end) for step in fast] == list(pairwise(edges))


def test_whole_hours_are_not_counted_from_the_calls(store: Store) -> None:
    """The test above would otherwise compare a count with itself."""
    store.save([judged(1), judged(2)])
    with store.engine.begin() as connection:
        connection.execute(t.hour_totals.update().values(met=40))
    (whole,) = store.summary(None, [NOON, NOON + HOUR])
    assert whole.results[Result.MET] == 40
    (cut,) = store.summary(None, [NOON + SECOND, NOON + HOUR])
    assert cut.results[Result.MET] == 2


def test_other_limits_are_counted_anew(sqlite_url: str) -> None:
    store = Store(sqlite_url, EDGES)
    store.open()
    store.save([judged(1, rang=12.0)])
    store.close()
    strict = Store(sqlite_url, EDGES, limits=(9_999, 5_000))
    strict.open()
    (step,) = strict.summary(None, [NOON, NOON + HOUR])
    assert (step.waits.answered, step.waits.answered_in_time) == (1, 0)
    with pytest.raises(Exception, match="another ring cadence, limit, clock or timezone"):
        _opened_before(sqlite_url, strict)
    strict.close()


def _opened_before(url: str, strict: Store) -> None:
    """One process still uses the old limits while another uses new ones."""
    old = Store(url, EDGES)
    old.open()
    try:
        strict.save([judged(2)])
    finally:
        old.close()


def test_who_helped_whom(store: Store) -> None:
    picked = {"answered_by": "202", "picked_up_for": "201"}
    store.save([
        judged(1, **picked), judged(2, **picked), judged(3),
        judged(4, answered_by="+37120000001", forwarded_from="202"),
        judged(5, unit="legal", **picked),
        judged(9000, **picked),
    ])  # fmt: skip
    found = store.helps("registry", NOON, NOON + HOUR)
    assert found == [
        HelpGiven("202", "201", "direct", 2),
        HelpGiven("+37120000001", "202", "direct", 1),
    ]


def test_who_was_missed_again(store: Store) -> None:
    lost = [
        (missed(n, caller=caller, unit=unit), said(Result.BREACHED, False))
        for n, (caller, unit) in enumerate(
            [("c-1", "registry"), ("c-2", "registry"), ("c-1", "legal"), (None, "legal"),
             (None, "legal"), ("c-3", "registry"), ("c-1", "legal")]
        )
    ]  # fmt: skip
    store.save([*lost, judged(7, caller="c-2")])
    span = NOON, NOON + HOUR
    assert store.missed_again(None, *span) == [MissedCaller("c-1", 3, 2, NOON + 6 * SECOND)]
    assert store.missed_again("legal", *span) == [MissedCaller("c-1", 2, 1, NOON + 6 * SECOND)]
    assert store.missed_again("registry", *span) == []
    assert store.missed_again(None, NOON, NOON + SECOND) == []


def test_who_was_sent_around(store: Store) -> None:
    store.save([judged(1, transfers=2), judged(2, transfers=1), judged(3, transfers=3)])
    span = NOON, NOON + HOUR
    assert [call.transfers for call, _ in store.sent_around(None, *span)] == [3, 2]
    assert store.sent_around("legal", *span) == []
    assert [call.transfers for call, _ in store.sent_around("registry", *span, 1)] == [3]
