"""Engines for SQLite and PostgreSQL, and how a transaction reads or writes.

Only one transaction writes at a time: SQLite begins it with IMMEDIATE, PostgreSQL takes an advisory
lock. So reading a count and adding to it is one step, even when several processes write.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from callcheck.store.driver import driver_cursor
from callcheck.store.errors import StoreError

# a connection that fails while it is closed: whatever failed before that has been said already
logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)

_WRITER_LOCK = 0x63616C6C  # "call": all callcheck processes use this number
_LONG_LOG = 5_000
"""Pages of SQLite's write-ahead log (20 MB); a longer log should restart, see `checkpoint`."""
_TOO_LONG_LOG = 10_000
"""Pages (40 MB) after which a commit itself checkpoints."""
_PASSES = 4
_IDLE = 1.0
"""A connection that was idle for longer (seconds) is pinged before it is used again."""
_FORMS = "use sqlite:///path/to/file.db or postgresql+psycopg://user@host/database"


def named(url: str) -> str:
    """The URL without its password, for messages."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "the store"


def make_engine(url: str) -> Engine:
    """An engine that is not connected yet. Raises StoreError for a URL it cannot use."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        _make_file(parsed)
        engine = create_engine(parsed, pool_use_lifo=True)
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begins)
        return engine
    engine = create_engine(
        parsed, pool_use_lifo=True, pool_timeout=10, connect_args={"connect_timeout": 5}
    )
    # first: SQLAlchemy's own listener already fails where texts come as bytes
    event.listen(engine, "connect", _postgresql_connected, insert=True)
    _ping_idle_connections(engine)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read from. On PostgreSQL every statement sees the newest state anyway, so a
    transaction would only cost two more round trips."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """The only writing transaction; commits at the end of the block, or rolls back on an error."""
    with engine.connect() as connection:
        connection.execution_options(callcheck_writes=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                _run(connection, f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
            yield connection


def checkpoint(engine: Engine) -> None:
    """Copies SQLite's write-ahead log into the database file and syncs it, without blocking.

    A timer does this in a thread of its own, so that no commit waits for the disk; a commit
    checkpoints only if the timer has fallen behind. SQLite restarts the log at the next commit
    after a complete checkpoint. While calls are being written that takes a second pass, for the
    pages that were added during the first.
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection, driver_cursor(connection) as cursor:
        before = -1
        for _ in range(_PASSES):
            ((_, pages, _),) = cursor.all("PRAGMA wal_checkpoint(PASSIVE)")
            if pages < _LONG_LOG or pages == before:
                break
            before = pages


def use_wal(engine: Engine) -> None:
    """Switches a SQLite file to write-ahead logging, so that readers do not wait for the writer.
    The setting is kept in the file."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"the store's URL cannot be read: {_FORMS}") from error
    known = {"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"}
    if parsed.drivername not in known:
        raise StoreError(f"the store cannot be a {parsed.drivername} database: {_FORMS}")
    if parsed.get_backend_name() == "sqlite" and _path(parsed) is None:
        raise StoreError(f"the store must be a file, not memory: {_FORMS}")
    return parsed


def file_of(engine: Engine) -> Path | None:
    """The file of a SQLite database; None for another database."""
    return _path(engine.url) if engine.dialect.name == "sqlite" else None


def _path(url: URL) -> Path | None:
    name = url.database or ""
    if name.startswith("file:"):
        name = name.removeprefix("file:").partition("?")[0]
    return None if name in ("", ":memory:") else Path(name)


def _make_file(url: URL) -> None:
    """Creates the file with mode 0600; SQLite gives its -wal and -shm files the same mode."""
    path = _path(url)
    if path is None or path.exists():
        return
    if not path.parent.is_dir():
        raise StoreError(f"the store's folder {path.parent} does not exist; create it first")
    with suppress(FileExistsError):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except PermissionError as error:
            raise StoreError(f"no permission to create a file in {path.parent}") from error
        except FileExistsError:
            raise
        except OSError as error:
            raise StoreError(f"cannot create the store's file {path}: {error.strerror}") from error


def _sqlite_connected(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # else the driver begins its transactions too late
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {_TOO_LONG_LOG}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _sqlite_begins(connection: Connection) -> None:
    writes = connection.get_execution_options().get("callcheck_writes", False)
    _run(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")


def _run(connection: Connection, statement: str) -> None:
    with driver_cursor(connection) as cursor:
        cursor.run(statement)


def _ping_idle_connections(engine: Engine) -> None:
    """Like `pool_pre_ping`, but spares connections that were used a moment ago."""
    dialect = engine.dialect

    def returned(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["idle since"] = monotonic()

    def taken(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if monotonic() - record.info.get("idle since", inf) > _IDLE:
            try:
                dialect.do_ping(connection)
            except dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error

    event.listen(engine, "checkin", returned)
    event.listen(engine, "checkout", taken)


def _postgresql_connected(connection: Any, _record: object) -> None:
    if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
        raise StoreError(
            f"the database {connection.info.dbname} is in SQL_ASCII, which keeps no names: create "
            "another with createdb --encoding UTF8 --template template0"
        )
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '15s'")
    connection.commit()
