"""Stored sums always equal the calls, whatever is saved, in whatever order."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from importlib import import_module
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, delete, select, text

from callcheck.calls.model import Call, Disposition
from callcheck.judging.figures import CallFilter, JudgedCall
from callcheck.judging.verdict import Finding, Result, headline
from callcheck.judging.wait import Clock
from callcheck.store import Store
from callcheck.store import tables as t
from callcheck.store.figures.counted import counted_wait
from tests.store.conftest import EDGES
from tests.store.samples import HOUR, NOON, any_call, any_findings, judged

LIMIT, SHORT = 14_999, 5_000
"""As `Store` counts by default."""
Sums = dict[tuple[str, int], Counter[str]]


def near(call: Call, minutes: int, number: int) -> Call:
    """The call with one of a few ids, in one of a few hours, so that calls collide."""
    start = NOON + minutes * 60_000_000
    return replace(call, started_at=start, pbx="main", call_id=str(number))


a_call = st.builds(near, any_call, st.integers(-90, 200), st.integers(0, 4))
headline_findings = st.builds(
    Finding, st.just("answer_by_ring"), st.sampled_from(Result), st.just("said")
)
findings = st.one_of(any_findings, st.tuples(headline_findings))
batches = st.lists(st.lists(st.tuples(a_call, findings), max_size=5), min_size=1, max_size=5)
"""Calls come again: changed, late, incomplete before or after complete."""


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=batches, purge_before=st.none() | st.integers(-90, 200))
def test_sums_equal_the_calls(
    store: Store, batches: list[list[JudgedCall]], purge_before: int | None
) -> None:
    _empty(store)
    for batch in batches:
        store.save(batch)
        assert kept(store) == told(everything(store))
        store.save(batch)  # the same again
        assert kept(store) == told(everything(store))
    if purge_before is not None:
        store.purge(NOON + purge_before * 60_000_000, pause=0)
        assert kept(store) == told(everything(store))


def _empty(store: Store) -> None:
    with store.engine.begin() as connection:
        for table in (
            t.calls,
            t.hour_totals,
            t.day_totals,
            t.call_totals,
            t.finding_totals,
            t.ring_totals,
        ):
            connection.execute(delete(table))
        connection.execute(delete(t.meta).where(t.meta.c.key == "purged_before"))


def everything(store: Store) -> list[JudgedCall]:
    """All stored calls, as the store returns them."""
    found, following = store.calls(CallFilter(), 1000, timelines=True)
    assert following is None
    return found


def kept(store: Store) -> Sums:
    """The stored sums of the hours, without zeros; checks that those of the days match."""
    with store.engine.connect() as connection:
        hours, days = (_sums(connection, table) for table in (t.hour_totals, t.day_totals))
    together: Sums = {}
    for (unit, hour), counts in hours.items():
        together.setdefault((unit, hour // (24 * HOUR) * 24 * HOUR), Counter()).update(counts)
    assert days == together
    return hours


def _sums(connection: Connection, table: Table) -> Sums:
    rows = connection.execute(select(table)).mappings().all()
    return {(row["unit"], row[table.c[1].name]): Counter(_counts(dict(row))) for row in rows}


def _counts(row: dict[str, Any]) -> dict[str, int]:
    return {name: n for name, n in row.items() if name not in ("unit", "hour", "day") and n}


def told(calls: list[JudgedCall]) -> Sums:
    """The same sums, counted call by call."""
    sums: Sums = {}
    for call, said in calls:
        held = sums.setdefault((call.unit or "", call.started_at // HOUR * HOUR), Counter())
        held.update(["calls", f"{call.direction}_{call.disposition}", *_said_names(said)])
        wait = counted_wait(call, headline(said), Clock.FIRST_RING)
        if wait is not None:
            held.update(_wait_names(call.disposition, wait))
    return sums


def _said_names(said: Any) -> list[str]:
    mine = [finding for finding in said if finding.rule == "answer_by_ring"]
    if not mine:
        return []
    result, readings = mine[0].result, mine[0].readings
    if readings is None or result not in (Result.MET, Result.BREACHED):
        return [result.value]
    return [result.value, *(name for name in ("before", "within", "third")
                            if getattr(readings, name))]  # fmt: skip


def _wait_names(disposition: Disposition, wait: int) -> list[str]:
    if disposition is Disposition.ANSWERED:
        return ["answered"] + ["answered_in_time"] * (wait <= LIMIT)
    if disposition is Disposition.ABANDONED:
        names = ["abandoned"] + ["abandoned_in_time"] * (wait <= LIMIT)
        return names + ["abandoned_short"] * (wait < SHORT)
    return ["otherwise"]


def test_an_older_database_is_counted_anew(url: str) -> None:
    """Revision 0003 had a row for each kind of call, and a view for Grafana."""
    store = Store(url, EDGES)
    store.open()
    store.save([judged(n, unit=unit) for n in range(40) for unit in ["legal", None][n % 2 :][:1]])
    before = kept(store)
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE hour_totals"))
        connection.execute(text("CREATE TABLE hour_totals (unit TEXT, hour BIGINT, verdict TEXT)"))
        connection.execute(text("INSERT INTO hour_totals VALUES ('legal', 0, 'met')"))
        if store.engine.dialect.name == "postgresql":
            connection.execute(text("CREATE SCHEMA reports"))
            connection.execute(text("CREATE VIEW reports.hours AS SELECT * FROM hour_totals"))
        with Operations.context(MigrationContext.configure(connection)):
            import_module("callcheck.store.migrations.versions.0004_wide_hours").upgrade()
    store.close()
    store.open()
    assert kept(store) == before == told(everything(store))
    store.save([judged(100, unit="legal")])
    assert kept(store) == told(everything(store))
    store.close()
