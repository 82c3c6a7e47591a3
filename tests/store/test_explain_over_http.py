"""No question to the API and none of a dashboard reads a whole table, whatever statements it makes.

Every statement of every answer is taken down, and asked of the planner; test_explain says which
index it must be for each kind of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from callcheck.api.app import make_api
from callcheck.api.backend import ApiSettings, Backend, Readiness
from callcheck.store import Store, StoreError
from callcheck.store.driver import DriverCursor
from tests.api.house_of_cards import RIGA
from tests.dashboards import known_calls as known
from tests.dashboards.reading import panels, substituted
from tests.store.samples import NOON, SECOND
from tests.store.test_explain import full

__all__ = ["full"]
UNITS = {f"u{n}": f"Unit {n}" for n in range(30)}
LARGE = ("calls", "legs", "findings", "hour_totals")
SPAN = "from=2026-11-22T12:30&to=2026-11-22T12:40"
PATHS = [
    *(f"/api/v1/{path}" for path in ("calls/main/1795341600.77", "units/u7/summary")),
    *(f"/api/v1/units/u7/summary?{SPAN}{step}" for step in ("", "&step=1m", "&step=1h")),
    *(f"/api/v1/calls?{query}" for query in (
        "limit=20", "unit=u7", "extension=207", "disposition=voicemail", "result=breached", SPAN,
        "rule=forward_in_absence&result=breached", f"unit=u7&disposition=answered&{SPAN}",
    )),
    *(f"/api/v1/tables/{table}?{SPAN}{unit}" for unit in ("", "&unit=u7") for table in (
        "units", "series", "hours", "missed", "helped", "again", "sent-around",
    )),
]  # fmt: skip
Told = list[tuple[str, Any]]


@pytest.fixture
def api(full: Store) -> Iterator[TestClient]:
    settings = ApiSettings(UNITS, (), ("answer_by_ring", "forward_in_absence"), RIGA)
    backend = Backend(full, list, Readiness, lambda: b"", lambda: NOON + SECOND)
    app = make_api(settings, backend, (StoreError,))
    with TestClient(app, "http://localhost", client=("127.0.0.1", 1)) as client:
        yield client


def dashboard_paths() -> Iterator[str]:
    values = {**known.VALUES, "${unit}": "u7"}
    for _, panel in panels("en"):
        for target in panel["targets"]:
            if "url" in target and "/absences" not in target["url"]:  # the desk's own, tried there
                params = target["url_options"]["params"]
                query = "&".join(f"{p['key']}={substituted(p['value'], values)}" for p in params)
                yield f"{target['url']}?{query}"


@contextmanager
def taken_down(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    told: Told = []
    plainly = DriverCursor.all

    def all_rows(self: DriverCursor, sql: str, values: Any = ()) -> Any:
        told.append((sql, tuple(values)))
        return plainly(self, sql, values)

    def by_sqlalchemy(*args: Any) -> None:
        told.append((args[2], args[3]))

    with monkeypatch.context() as patched:
        patched.setattr(DriverCursor, "all", all_rows)
        event.listen(store.engine, "before_cursor_execute", by_sqlalchemy)
        yield told
        event.remove(store.engine, "before_cursor_execute", by_sqlalchemy)


def test_no_answer_scans_a_table(
    full: Store, api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = 0
    for path in [*PATHS, *dashboard_paths()]:
        with taken_down(full, monkeypatch) as told:
            answer = api.get(path)
            assert answer.status_code == 200, (path, answer.text)
        asked = [(sql, values) for sql, values in told if sql.lstrip().startswith("SELECT")]
        for sql, values in asked:
            scans = _scans(full, sql, values)
            assert not scans, (path, sql, scans)
        checked += len(asked)
    assert checked > 2 * len(PATHS)  # they were taken down at all


def _scans(store: Store, sql: str, values: Any) -> list[str]:
    """Steps that read a whole large table."""
    prefix = "EXPLAIN (COSTS OFF) " if "postgres" in store.name else "EXPLAIN QUERY PLAN "
    with store.engine.connect() as connection:
        if "postgres" in store.name:  # a page is half of this small table: is there another way?
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = connection.exec_driver_sql(prefix + sql, values).all()
    steps = [str(row[-1]).strip(" ->") for row in rows]
    whole = [f"Seq Scan on {table}" for table in LARGE] + [f"SCAN {table}" for table in LARGE]
    return [step for step in steps if step.startswith(tuple(whole)) and "INDEX" not in step]
