"""The database driver's own cursor, for the few statements that every call needs.

SQLAlchemy processes every statement and row anew, which takes ten times as long as SQLite itself.
The SQL of these statements is built once from the tables, and their rows are plain tuples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

Values = Sequence[Any]
_SQLITE = "sqlite"


class DriverCursor:
    """A driver's cursor; `kind` is SQLAlchemy's name of the database: sqlite or postgresql."""

    def __init__(self, cursor: Any, kind: str) -> None:
        self._cursor, self.kind = cursor, kind

    def run(self, sql: str) -> None:
        """Runs a statement that returns no rows."""
        self._cursor.execute(sql)

    def all(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Returns the rows of a query."""
        found: list[tuple[Any, ...]] = self._cursor.execute(sql, values).fetchall()
        return found

    def many(self, sql: str, rows: Sequence[Values]) -> None:
        """Runs a statement once for each row of values."""
        if rows:
            self._cursor.executemany(sql, rows)

    def pipelined(self) -> AbstractContextManager[object]:
        """Sends the statements in the block without waiting for each answer: over a network one
        round trip instead of seven."""
        if self.kind == _SQLITE:
            return nullcontext()
        pipeline: AbstractContextManager[object] = self._cursor.connection.pipeline()
        return pipeline


@contextmanager
def driver_cursor(connection: Connection) -> Iterator[DriverCursor]:
    """A cursor within SQLAlchemy's transaction. Raises what SQLAlchemy would have raised."""
    dialect, raw = connection.dialect, connection.connection
    errors = dialect.loaded_dbapi.Error
    cursor = raw.cursor()
    try:
        yield DriverCursor(cursor, dialect.name)
    except errors as error:
        if dialect.is_disconnect(error, raw.dbapi_connection, cursor):
            connection.invalidate(error)
        raise DBAPIError.instance(None, None, error, errors, dialect=dialect) from error
    finally:
        cursor.close()


def placeholders(kind: str, n: int) -> str:
    """The placeholders of `n` values."""
    return ", ".join(["?" if kind == _SQLITE else "%s"] * n)


@cache
def insert_sql(kind: str, table: Table, columns: tuple[str, ...] = ()) -> str:
    """Inserts rows; `columns` are in the order of the values, and default to all of the table's."""
    names = columns or tuple(table.c.keys())
    return f"INSERT INTO {table.name} ({_list(names)}) VALUES ({placeholders(kind, len(names))})"


@cache
def upsert_sql(kind: str, table: Table) -> str:
    """Inserts rows; a row replaces the one with the same key."""
    keys, names = table.primary_key.columns.keys(), table.c.keys()
    new = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    return f"{insert_sql(kind, table)} ON CONFLICT ({_list(keys)}) DO UPDATE SET {new}"


@cache
def add_counts_sql(kind: str, table: Table) -> str:
    """Inserts rows of counts; where the key exists already, adds to its counts."""
    keys, names = table.primary_key.columns.keys(), table.c.keys()
    counts = [f'"{name}"' for name in names if name not in keys]
    sums = ", ".join(f"{n} = {table.name}.{n} + excluded.{n}" for n in counts)
    return f"{insert_sql(kind, table)} ON CONFLICT ({_list(keys)}) DO UPDATE SET {sums}"


def _list(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
