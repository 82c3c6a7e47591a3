"""The rule and the service levels count a wait from the same moment, for every clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from callcheck.app.configured_store import store_of
from callcheck.app.judge import judge_of
from callcheck.calls.model import Call, Disposition
from callcheck.config import Config, load_for_replay
from callcheck.judging.cadence import Cadence, Reading
from callcheck.judging.figures import JudgedCall, Tally
from callcheck.judging.service_level import Waits, service_levels
from callcheck.judging.verdict import Result
from callcheck.judging.wait import Clock
from callcheck.rules import answer_by_ring
from callcheck.store import Store, StoreError, meta
from callcheck.store import tables as t
from tests.store.conftest import EDGES
from tests.store.samples import HOUR, NOON, SECOND, a_call, missed

LV = Cadence(1000, 4000)
MS = 1_000


def settings_of(clock: Clock, reading: Reading = Reading.THIRD) -> answer_by_ring.Settings:
    return answer_by_ring.Settings(clock=clock, reading=reading)


def judged(call: Call, rule: answer_by_ring.Settings, why_closed: str | None = None) -> JudgedCall:
    return call, (answer_by_ring.judge(call, rule, LV, lambda _: why_closed),)


@contextmanager
def opened(url: str, rule: answer_by_ring.Settings) -> Iterator[Store]:
    last = rule.limit_ms(LV) - (rule.reading is not Reading.WITHIN)
    store = Store(url, EDGES, limits=(last, rule.short_abandon_ms), clock=rule.clock)
    store.open()
    yield store
    store.close()


def summary_of(store: Store) -> Tally:
    (summary,) = store.summary(None, [NOON - HOUR, NOON + HOUR])
    return summary


def timed(
    number: int, disposition: Disposition, joined: int | None, rang: int | None, until: int
) -> Call:
    """A call whose queue, first ring and end come so many milliseconds after its start."""
    start = NOON + number * SECOND
    ring = None if rang is None else start + rang * MS
    make = a_call if disposition is Disposition.ANSWERED else missed
    call = make(number, disposition=disposition)
    end = start + max(until, rang or 0, joined or 0) * MS
    answer = end if disposition is Disposition.ANSWERED else None
    return replace(
        call, ring_started_at=ring, queue_joined_at=None if joined is None else start + joined * MS,
        answered_at=answer, ringing_ended_at=None if ring is None else end,
        ended_at=end if answer is None else end + 30 * SECOND,
        legs=call.legs if ring is not None else (),
    )  # fmt: skip


# near the limits, which are 10, 11 and 15 s
_AFTER = st.integers(0, 30_000) | st.sampled_from([9_999, 10_000, 11_000, 11_001, 14_999, 15_000])
_ENDINGS = st.sampled_from([Disposition.ANSWERED, Disposition.ABANDONED, Disposition.NO_ANSWER])
calls = st.lists(
    st.tuples(_ENDINGS, st.none() | _AFTER, st.none() | _AFTER, _AFTER), min_size=1, max_size=8
).map(lambda all_: [timed(n, *one) for n, one in enumerate(all_)])


@pytest.mark.parametrize("clock", Clock)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(calls=calls, reading=st.sampled_from(Reading), was=st.sampled_from(Clock))
def test_the_rule_and_the_service_levels_agree(
    url: str, clock: Clock, calls: list[Call], reading: Reading, was: Clock
) -> None:
    rule = settings_of(clock, reading)
    found = [judged(call, rule) for call in calls]
    with opened(url, rule) as store:
        _empty(store)
        store.save(found)
        expected = by_the_rule(found)
        waits = summary_of(store).waits
        assert by_the_levels(waits) == expected
        stored = _waits(store)
    with opened(url, settings_of(was, reading)), opened(url, rule) as again:
        assert by_the_levels(summary_of(again).waits) == expected
        assert _waits(again) == stored


def by_the_rule(found: list[JudgedCall]) -> list[int]:
    """Answered and met, breached; abandoned and exempt because early, breached."""
    said = [(call.disposition, findings[0]) for call, findings in found]
    return [
        len([f for d, f in said if (d, f.result) == (Disposition.ANSWERED, Result.MET)]),
        len([f for d, f in said if (d, f.result) == (Disposition.ANSWERED, Result.BREACHED)]),
        len([f for d, f in said if d is Disposition.ABANDONED and f.gave_up_early]),
        len([f for d, f in said if (d, f.result) == (Disposition.ABANDONED, Result.BREACHED)]),
    ]


def by_the_levels(waits: Waits) -> list[int]:
    """The same by the waits: answered in time, late; abandoned in time, late."""
    late = waits.abandoned - waits.abandoned_in_time
    in_time = waits.answered_in_time
    return [in_time, waits.answered - in_time, waits.abandoned_in_time, late]


def _empty(store: Store) -> None:
    with store.engine.begin() as connection:
        for table in (t.calls, t.hour_totals, t.day_totals):
            connection.execute(delete(table))


def _waits(store: Store) -> list[tuple[str, int | None]]:
    with store.engine.connect() as connection:
        c = t.calls.c
        query = select(c.call_id, c.counted_wait_ms).order_by(c.call_id)
        return [(call_id, wait) for call_id, wait in connection.execute(query)]


SLOW_TO_RING = timed(1, Disposition.ANSWERED, 2_000, 12_000, 16_000)
"""Answered 4 s after its first ring, 14 s after it joined the queue and 16 s after its start."""


@pytest.mark.parametrize(
    ("clock", "result", "wait", "handled"),
    [
        (Clock.FIRST_RING, Result.MET, 4_000, 1.0),
        (Clock.QUEUE_JOIN, Result.MET, 14_000, 1.0),
        (Clock.INBOUND, Result.BREACHED, 16_000, 0.0),
    ],
)
def test_a_call_that_was_slow_to_ring(
    url: str, clock: Clock, result: Result, wait: int, handled: float
) -> None:
    rule = settings_of(clock)
    with opened(url, rule) as store:
        store.save([judged(SLOW_TO_RING, rule)])
        summary = summary_of(store)
        assert summary.results[result] == 1
        assert service_levels(summary.waits).handled == handled
        assert _waits(store) == [(SLOW_TO_RING.call_id, wait)]


@pytest.mark.parametrize("clock", Clock)
def test_stored_waits_are_recounted_when_the_clock_changes(url: str, clock: Clock) -> None:
    rings = settings_of(Clock.FIRST_RING)
    busy = timed(2, Disposition.BUSY, None, None, 3_000)
    closed = timed(3, Disposition.ABANDONED, None, 0, 3_000)
    found = [judged(SLOW_TO_RING, rings), judged(busy, rings), judged(closed, rings, "Sunday")]
    with opened(url, rings) as store:
        store.save(found)
    with opened(url, settings_of(clock)) as store:
        answered = {Clock.FIRST_RING: 4_000, Clock.QUEUE_JOIN: 14_000, Clock.INBOUND: 16_000}
        nothing_rang = {Clock.INBOUND: 3_000}
        assert _waits(store) == [
            (SLOW_TO_RING.call_id, answered[clock]),
            (busy.call_id, nothing_rang.get(clock, 0)),
            (closed.call_id, None),
        ]
        in_time = int(clock is not Clock.INBOUND)
        assert summary_of(store).waits == Waits(answered=1, answered_in_time=in_time, otherwise=1)
        assert store.call("main", SLOW_TO_RING.call_id) == found[0]  # findings stay as they were


def test_a_database_from_before_the_clock_was_kept_counts_from_the_first_ring(url: str) -> None:
    rings = settings_of(Clock.FIRST_RING)
    with opened(url, rings) as store:
        store.save([judged(SLOW_TO_RING, rings)])
        assert "clock" not in _facts(store)
    with opened(url, settings_of(Clock.INBOUND)) as store:
        assert _waits(store) == [(SLOW_TO_RING.call_id, 16_000)]
        assert _facts(store)["clock"] == "inbound"


def _facts(store: Store) -> dict[str, str]:
    with store.engine.connect() as connection:
        return meta.read(connection)


def test_two_programs_with_different_clocks_do_not_share_a_database(url: str) -> None:
    rings = settings_of(Clock.FIRST_RING)
    with opened(url, rings) as store:
        with opened(url, settings_of(Clock.INBOUND)):
            pass
        with pytest.raises(StoreError, match="clock"):
            store.save([judged(SLOW_TO_RING, rings)])


CONFIG = """
[site]
timezone = "UTC"
[store]
url = "sqlite:///{folder}/callcheck.db"
[rule.answer_by_ring]
clock = "{clock}"
[[pbx]]
name = "main"
secret_env = "SECRET"
[[unit]]
id = "registry"
title = "Registry"
[[unit.member]]
extension = "201"
numbers = ["67000201"]
"""


def configured(folder: Path, clock: Clock) -> Config:
    file = folder / "callcheck.toml"
    file.write_text(CONFIG.format(folder=folder, clock=clock.value), encoding="utf-8")
    return load_for_replay(file)


@pytest.mark.parametrize("clock", Clock)
def test_the_configured_clock_reaches_the_store(tmp_path: Path, clock: Clock) -> None:
    config = configured(tmp_path, clock)
    judge, store = judge_of(config), store_of(config)
    store.open()
    store.save([(SLOW_TO_RING, judge(SLOW_TO_RING))])
    (step,) = store.summary(None, [NOON, NOON + HOUR])
    store.close()
    assert (
        step.results[Result.MET] == step.waits.answered_in_time == int(clock is not Clock.INBOUND)
    )
