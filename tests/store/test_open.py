"""Opening a store: current tables, or one sentence that says what is wrong and what to do."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from callcheck.store import Store, StoreAway, StoreError, schema, tables
from tests.store.conftest import EDGES
from tests.store.samples import judged

if TYPE_CHECKING:
    from tests.store.postgres import Server


def opened(url: str) -> Store:
    store = Store(url, EDGES)
    store.open()
    return store


def refusal(url: str) -> str:
    with pytest.raises(StoreError) as caught:
        Store(url, EDGES).open()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.postgres
def test_a_reader_finds_postgresql_again(
    postgres: Server, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that was idle is pinged first, and replaced."""
    monkeypatch.setattr("callcheck.store.engine._IDLE", 0.0)
    store = Store(postgres_url, EDGES)
    store.open()
    assert store.units_seen() == []
    postgres.stop()
    postgres.start()
    assert store.units_seen() == []
    store.close()


def test_the_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    with store.engine.connect() as connection:
        options = {"version_table": schema.VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []


def test_the_partial_indexes_have_the_conditions_that_the_queries_say(sqlite_url: str) -> None:
    # PostgreSQL prints conditions in words of its own; there the EXPLAIN tests hold them
    store = opened(sqlite_url)
    partial = 0
    with store.engine.connect() as connection:
        for index in tables.calls.indexes | tables.findings.indexes:
            where = index.dialect_options["sqlite"]["where"]
            if where is not None:
                partial += 1
                query = text("SELECT sql FROM sqlite_master WHERE name = :name")
                made = connection.execute(query, {"name": index.name}).scalar_one()
                assert made.endswith(f"WHERE {where}")
    assert partial == 9
    store.close()


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", "callcheck.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def test_calls_survive_closing_and_opening(url: str) -> None:
    store = opened(url)
    store.save([judged(1)])
    before = store.totals()
    store.close()
    with pytest.raises(StoreError, match="not open"):
        store.totals()
    store.open()
    assert store.call("main", "1795341600.1") == judged(1)
    assert store.totals() == before
    store.check()
    store.close()


def test_two_processes_open_an_empty_database_at_once(url: str) -> None:
    failures: list[BaseException] = []

    def open_and_close() -> None:
        try:
            opened(url).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_and_close) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_database_of_a_newer_callcheck(url: str) -> None:
    store = opened(url)
    store.save([judged(1)])
    with store.engine.begin() as connection:
        connection.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'"))
    store.close()
    assert "made by a newer callcheck (revision 9999)" in refusal(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM calls")).scalar() == 1
        connection.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '{schema.HEAD}'"))
    engine.dispose()
    store.open()
    assert store.call("main", "1795341600.1") == judged(1)
    store.close()


def test_a_database_of_another_program(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoices (n INTEGER)"))
    said = refusal(url)
    assert "is not a callcheck database" in said
    assert "invoices" in said
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "delete"
    engine.dispose()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database, but a text that is long enough to be read as one\n" * 20)
    assert "not a SQLite file" in refusal(f"sqlite:///{path}")
    assert path.read_text().startswith("no database")


def test_a_new_file_is_its_owners_alone(sqlite_url: str, tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        store = opened(sqlite_url)
        store.save([judged(1)])
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(mask)
    assert modes["callcheck.db"] == 0o600
    assert set(modes.values()) == {0o600}
    assert "callcheck.db-wal" in modes


def test_the_files_settings(sqlite_url: str) -> None:
    store = opened(sqlite_url)
    with store.engine.connect() as connection:
        settings = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert settings == {
        "journal_mode": "wal", "synchronous": 1, "busy_timeout": 5000, "foreign_keys": 1,
    }  # fmt: skip
    store.close()


def test_paths_that_cannot_be(tmp_path: Path) -> None:
    assert "does not exist; create it first" in refusal(f"sqlite:///{tmp_path}/none/callcheck.db")
    assert "cannot be opened" in refusal(f"sqlite:///{tmp_path}")
    assert "not memory" in refusal("sqlite://")
    assert "mysql" in refusal("mysql://host/db")
    assert "cannot be read" in refusal("not a url")


def test_a_folder_without_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)  # root may write everywhere, so it is played
    assert "no permission to create a file" in refusal(f"sqlite:///{tmp_path}/callcheck.db")


def test_a_read_only_file(sqlite_url: str) -> None:
    opened(sqlite_url).close()
    path = sqlite_url.removeprefix("sqlite:///")
    assert "read-only" in refusal(f"sqlite:///file:{path}?mode=ro&uri=true")


def test_a_locked_file(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(sqlite_url)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with store.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA busy_timeout = 10")  # type: ignore[union-attr]
    with pytest.raises(StoreAway, match="has locked the database"):
        store.check()
    other.close()
    store.check()
    store.close()


def test_a_full_disk(sqlite_url: str) -> None:
    store = opened(sqlite_url)
    store.save([judged(1)])
    with store.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreAway, match="disk is full"):
        store.save([judged(n) for n in range(2, 500)])
    with store.engine.connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    assert len(store.save([judged(n) for n in range(2, 500)])) == 498
    store.close()


@pytest.mark.postgres
def test_a_server_that_is_not_there() -> None:
    said = refusal("postgresql+psycopg://callcheck:hush@127.0.0.1:1/callcheck")
    assert "nothing listens there" in said
    assert "hush" not in said


@pytest.mark.postgres
def test_a_postgresql_database_that_does_not_exist(postgres: Server) -> None:
    assert "does not exist" in refusal(postgres.url("nowhere"))


@pytest.mark.postgres
def test_a_read_only_postgresql(postgres: Server, postgres_url: str) -> None:
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    postgres.admin(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert "read-only" in refusal(postgres_url)
