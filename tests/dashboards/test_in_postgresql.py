"""Every SQL of the dashboards, as Grafana's role on a real PostgreSQL: numbers, rights, plans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from callcheck.store import Store
from tests.dashboards import known_calls as known
from tests.dashboards.grafanas_role import Reader, Rows, made_for_grafana
from tests.dashboards.reading import panels, substituted
from tests.store.conftest import EDGES, postgres, postgres_url
from tests.store.samples import NOON, SECOND
from tests.store.test_explain import a_day

__all__ = ["postgres", "postgres_url"]
pytestmark = pytest.mark.postgres


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    one = Store(postgres_url, EDGES)
    one.open()
    yield one
    one.close()


def asked(reader: Reader) -> dict[str, Rows]:
    """The rows of each list, by dashboard and title."""
    found = {}
    for board, panel in panels("en-postgresql"):
        for target in panel["targets"]:
            if "rawSql" in target:
                statement = substituted(target["rawSql"], known.VALUES)
                found[f"{board}: {panel['title']}"] = reader.ask(statement)
    return found


def picked(rows: Rows, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_every_list(store: Store, postgres_url: str) -> None:
    store.save(known.known_calls())
    reader = made_for_grafana(postgres_url)
    found = asked(reader)
    lost = found.pop("unit: Calls that nobody answered")
    columns = ("extension", "disposition", "rings", "ring_seconds", "caller", "reason")
    assert picked(lost, *columns) == known.MISSED
    assert lost[0]["started_at"].isoformat() == "2026-11-22T13:10:00+02:00"
    hours = found.pop("unit: By hour and day of the week")
    assert picked(hours, "hour", "sun", "n") == known.HOURS
    assert {hours[0][day] for day in ("mon", "tue", "wed", "thu", "fri", "sat")} == {None}
    helped = found.pop("unit: Who helped whom")
    assert picked(helped, "helper", "helped", "via", "calls") == known.HELPED
    units = found.pop("institution: Units")
    for row in units:
        figures = [row[name] for name in ("n", "compliance", "low", "high", "missed")]
        assert figures == pytest.approx(known.UNITS[row["unit"]], abs=5e-4)
        assert row["third"] == row["compliance"]
    assert len(units) == 2
    again = found.pop("institution: Whom we missed again")
    assert picked(again, "caller", "calls", "units") == known.AGAIN
    around = found.pop("institution: Sent around")
    where = ("unit", "extension", "final_party", "transfers")
    assert picked(around, *where) == known.SENT_AROUND
    both = [("12:00", 4 / 6, 6), known.HOURS[1]]
    assert picked(found.pop("institution: The hardest hours"), "hour", "sun", "n") == both
    assert found == {}
    _may_only_read_reports(reader)


def _may_only_read_reports(reader: Reader) -> None:
    for statement in ("SELECT * FROM calls", "SELECT * FROM legs", "DELETE FROM reports.helped",
                      "CREATE TABLE reports.mine (n int)"):  # fmt: skip
        with pytest.raises(psycopg.Error, match=r"permission denied|read-only"):
            reader.ask(statement)


def test_no_list_scans_the_calls(store: Store, postgres_url: str) -> None:
    for batch in a_day():
        store.save(batch)
    plain = make_url(postgres_url).set(drivername="postgresql")
    with psycopg.connect(
        plain.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        connection.execute(b"VACUUM ANALYZE")
    made_for_grafana(postgres_url)
    values = {**known.VALUES, "${unit:sqlstring}": "'u7'"}
    values["$__unixEpochTo()"] = str(NOON // SECOND + 30)
    for board, panel in panels("en-postgresql"):
        for target in panel["targets"]:
            if "rawSql" in target:
                statement = substituted(target["rawSql"], values)
                plan = _plan(postgres_url, statement)
                assert "Seq Scan on calls" not in plan, (board, panel["title"], plan)
                assert "Seq Scan on findings" not in plan, (board, panel["title"], plan)


def _plan(url: str, statement: str) -> str:
    plain = make_url(url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
        rows = connection.execute(f"EXPLAIN (COSTS OFF) {statement}".encode()).fetchall()
    return "\n".join(row[0] for row in rows)
