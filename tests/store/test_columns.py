"""The columns of the counts come from enums of the core; a new member needs a migration."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, inspect

from callcheck.store import Store
from callcheck.store.figures.counts import COUNTS
from tests.store.conftest import EDGES

LABELS = {"hour_totals": ["unit", "hour"], "day_totals": ["unit", "day"]}
WHAT_TO_DO = """

{table} lacks the columns {missing} and has {extra} too many.
A new (or renamed) member of Direction, Disposition, Result, or a new field of Waits is a column of
hour_totals and day_totals. Write a migration in store/migrations/versions/ that adds these columns
to both tables (or makes them anew, as 0004_wide_hours.py does) and deletes 'wait_limits' from meta,
so that they are recounted at the next start. Then raise HEAD in store/schema.py, and extend
deploy/postgres/reports.sql if Grafana should see the new counts."""


@pytest.mark.parametrize("table", LABELS)
def test_the_migrations_make_a_column_for_each_count(store: Store, table: str) -> None:
    with store.engine.connect() as connection:
        check(connection, table, (*LABELS[table], *COUNTS))


def test_a_new_member_fails_with_what_to_do(sqlite_url: str) -> None:
    store = Store(sqlite_url, EDGES)
    store.open()
    with (
        store.engine.connect() as connection,
        pytest.raises(AssertionError, match=r"(?s)inbound_called_back.*Write a migration"),
    ):
        check(connection, "hour_totals", ("unit", "hour", *COUNTS, "inbound_called_back"))
    store.close()


def check(connection: Connection, table: str, wanted: tuple[str, ...]) -> None:
    held = [column["name"] for column in inspect(connection).get_columns(table)]
    missing = [name for name in wanted if name not in held]
    extra = [name for name in held if name not in wanted]
    assert held == list(wanted), WHAT_TO_DO.format(table=table, missing=missing, extra=extra)
