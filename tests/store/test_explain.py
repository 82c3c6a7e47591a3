"""No list and no sum reads a whole table, according to EXPLAIN on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Select, select, text

from callcheck.calls.model import Disposition
from callcheck.judging.figures import CallFilter, JudgedCall
from callcheck.judging.verdict import Finding, Result
from callcheck.store import Store
from callcheck.store import tables as t
from callcheck.store.calls.queries import page_query
from callcheck.store.calls.reading import calls_sql, findings_sql, legs_sql
from callcheck.store.figures.adding import ByTime, ByUnit, count_calls_sql, sum_counts_sql
from callcheck.store.figures.counts import COUNTS
from callcheck.store.figures.reports import Span, helps_query, missed_again_query, sent_around_query
from callcheck.store.figures.summary import judged_by_hour_sql
from tests.store.samples import HOUR, NOON, SECOND, judged, missed, said

SOME = NOON + 3000 * SECOND
PAGES = {
    "newest": (CallFilter(since=0), "calls_by_start"),
    "unit": (CallFilter(unit="u7"), "calls_by_unit"),
    "unit since": (CallFilter(unit="u7", since=NOON), "calls_by_unit"),
    "extension": (CallFilter(extension="207"), "calls_by_extension"),
    "met": (CallFilter(result=Result.MET, since=0), "calls_by_start"),
    "missed": (CallFilter(missed=True, since=0), "calls_missed"),
    "missed of a unit": (CallFilter(missed=True, unit="u7"), "calls_missed_by_unit"),
    "voicemail": (CallFilter(disposition=Disposition.VOICEMAIL), "calls_unanswered"),
    "breached": (CallFilter(result=Result.BREACHED), "calls_notable"),
    "another rule": (
        CallFilter(result=Result.BREACHED, rule="forward_in_absence"),
        "findings_by_rule",
    ),
}


def a_day() -> Iterator[list[JudgedCall]]:
    """6,000 calls of 30 units in batches; a few were missed."""
    cover = Finding("forward_in_absence", Result.BREACHED, "voicemail")
    for start in range(0, 6000, 500):
        batch: list[JudgedCall] = []
        for n in range(start, start + 500):
            place: dict[str, Any] = {"unit": f"u{n % 30}", "extension": f"{200 + n % 100}"}
            if n % 37 == 0:
                verdict = said(Result.BREACHED, False)
                batch.append((missed(n, Disposition.VOICEMAIL, **place), (*verdict, cover)))
            else:
                batch.append(judged(n, **place))
        yield batch


@pytest.fixture
def full(store: Store) -> Store:
    """Enough calls that a planner had better use an index, and its statistics."""
    for batch in a_day():
        store.save(batch)
    with store.engine.begin() as connection:  # the calls above fall into two hours of a day
        connection.execute(t.hour_totals.insert(), list(_many_hours("hour")))
        connection.execute(t.day_totals.insert(), list(_many_hours("day")))
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return store


def _many_hours(time: str) -> Iterator[dict[str, Any]]:
    for unit, hour in product(range(30), range(300)):
        counts = dict.fromkeys(COUNTS, 1)
        yield {"unit": f"u{unit}", time: NOON - (hour + 1) * HOUR * 24, **counts}


def plan(store: Store, query: Select[Any]) -> str:
    """What the database would do, one step a line; checked to be no scan of a table."""
    compiled = query.compile(store.engine, compile_kwargs={"render_postcompile": True})
    names = compiled.positiontup
    values = tuple(compiled.params[n] for n in names) if names else dict(compiled.params)
    return plan_of_text(store, str(compiled), values)


def plan_of_text(store: Store, text: str, values: Any) -> str:
    """As `plan`, of a statement that is kept as a text."""
    values = tuple(values) if isinstance(values, list) else values
    prefix = "EXPLAIN (COSTS OFF) " if "postgres" in store.name else "EXPLAIN QUERY PLAN "
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql(prefix + text, values)
        steps = "\n".join(str(row[-1]) for row in rows)
    assert "Seq Scan" not in steps, steps
    scans = [s for s in steps.splitlines() if s.startswith("SCAN") and "INDEX" not in s]
    found = ("SCAN anon_", "SCAN found", "SCAN (subquery")  # what was found, not a table
    assert all(s.startswith(found) for s in scans), steps
    return steps


def test_no_query_scans_a_table(full: Store) -> None:
    _check_pages(full)
    _check_sums(full)
    _check_hours(full)
    _check_reports(full)
    _check_calls_by_key(full)
    _check_purge(full)


def _check_pages(full: Store) -> None:
    kind = full.engine.dialect.name
    for name, (wanted, index) in PAGES.items():
        for place in (None, (SOME, "main", "1795341600.3000")):
            steps = plan_of_text(full, *page_query(kind, wanted, 50, place))
            assert f"{index} " in steps.replace("\n", " \n") + " ", (name, steps)
            assert "SCAN" not in steps, (name, steps)
    steps = plan_of_text(full, *page_query(kind, CallFilter(), 50, None))
    assert "calls_by_start" in steps  # walked from its end, and left after the limit
    # only ties are sorted: "RIGHT PART" in older versions of SQLite, "LAST 2 TERMS" in newer ones
    assert re.search(r"(PART|TERMS?) OF ORDER BY|Incremental Sort", steps)


def _check_sums(full: Store) -> None:
    kind = full.engine.dialect.name
    one = (SOME, SOME + 100 * SECOND)
    for units in (["u7"], ["u7", "u8"]):
        for stretches in ([one], [one, (SOME + HOUR, SOME + 2 * HOUR)]):
            for by in (ByTime((SOME, SOME + HOUR)), ByUnit(units)):
                text = count_calls_sql(kind, len(units), len(stretches), by.key("started_at"))
                values = [value for stretch in stretches for value in (*units, *stretch)]
                steps = plan_of_text(full, text, (15000, 5000, *values))
                assert steps.count("calls_by_unit") == len(stretches)
                covered = steps.count("COVERING INDEX") + steps.count("Index Only Scan")
                assert covered == len(stretches)


def _check_hours(full: Store) -> None:
    kind, start = full.engine.dialect.name, SOME // HOUR * HOUR
    span = (start, start + HOUR)
    for units in (["u7"], ["u7", "u8"]):
        for by in (ByTime(span), ByUnit(units)):
            for time in ("hour", "day"):
                text = sum_counts_sql(kind, time, len(units), 1, by.key(time))
                steps = plan_of_text(full, text, (*units, *span, start - HOUR))
                assert "SCAN" not in steps
                assert f"{time}_totals" in steps
        steps = plan_of_text(full, judged_by_hour_sql(kind, len(units)), (*units, *span))
        assert "SCAN" not in steps
        assert "hour_totals" in steps


def _check_reports(full: Store) -> None:
    span = Span(SOME, SOME + 10 * SECOND)
    for query, index in (
        (helps_query("u7", span, 50), "calls_helped"),
        (missed_again_query("u7", span, 50), "calls_missed_by_unit"),
        (missed_again_query(None, span, 50), "calls_missed"),
    ):
        assert f"{index} " in plan(full, query).replace("\n", " \n") + " ", index
    steps = plan_of_text(full, *sent_around_query(full.engine.dialect.name, None, span, 50))
    assert "calls_sent_around" in steps


def _check_calls_by_key(full: Store) -> None:
    kind = full.engine.dialect.name
    for ids in (["1795341600.1500"], ["1795341600.1500", "1795341600.7"]):
        for statement in (
            *(calls_sql(kind, len(ids), timelines) for timelines in (True, False)),
            legs_sql(kind, len(ids)),
            *(findings_sql(kind, len(ids), headline_only=only) for only in (True, False)),
        ):
            steps = plan_of_text(full, statement, ["main", *ids])
            assert "SCAN" not in steps, steps
            assert "call_id" in steps, steps


def _check_purge(full: Store) -> None:
    old = select(t.calls.c.pbx).where(t.calls.c.started_at < NOON + SECOND, t.EVERY)
    assert "calls_by_start" in plan(full, old.order_by(t.calls.c.started_at).limit(500))
