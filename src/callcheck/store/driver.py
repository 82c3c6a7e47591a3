"""A transaction in, the driver's own cursor out, for the few statements that every call needs.

SQLAlchemy looks at every statement and row anew, which takes ten times as long as SQLite itself.
These statements are texts made once from the tables, and their rows are tuples.
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


class Straight:
    """The cursor, and which kind of database it belongs to."""

    def __init__(self, cursor: Any, kind: str) -> None:
        self._cursor, self.kind = cursor, kind

    def run(self, sql: str) -> None:
        """A statement that has no rows."""
        self._cursor.execute(sql)

    def all(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        found: list[tuple[Any, ...]] = self._cursor.execute(sql, values).fetchall()
        return found

    def many(self, sql: str, rows: Sequence[Values]) -> None:
        """A statement, once for each row."""
        if rows:
            self._cursor.executemany(sql, rows)

    def together(self) -> AbstractContextManager[object]:
        """What is written within is sent at once, not one answer after the other: on a network
        that is one way there and back instead of seven."""
        if self.kind == _SQLITE:
            return nullcontext()
        pipeline: AbstractContextManager[object] = self._cursor.connection.pipeline()
        return pipeline


@contextmanager
def straight(connection: Connection) -> Iterator[Straight]:
    """Raises what SQLAlchemy would have raised."""
    dialect, raw = connection.dialect, connection.connection
    errors = dialect.loaded_dbapi.Error
    cursor = raw.cursor()
    try:
        yield Straight(cursor, dialect.name)
    except errors as error:
        if dialect.is_disconnect(error, raw.dbapi_connection, cursor):
            connection.invalidate(error)
        raise DBAPIError.instance(None, None, error, errors, dialect=dialect) from error
    finally:
        cursor.close()


def marks(kind: str, n: int) -> str:
    """Places for `n` values."""
    return ", ".join(["?" if kind == _SQLITE else "%s"] * n)


@cache
def insert_text(kind: str, table: Table, columns: tuple[str, ...] = ()) -> str:
    """Adds rows; `columns` in the order of their values, all of the table's if none are named."""
    names = columns or tuple(table.c.keys())
    return f"INSERT INTO {table.name} ({_list(names)}) VALUES ({marks(kind, len(names))})"


@cache
def set_text(kind: str, table: Table) -> str:
    """Adds rows, each in the place of the one with its key."""
    keys, names = table.primary_key.columns.keys(), table.c.keys()
    new = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    return f"{insert_text(kind, table)} ON CONFLICT ({_list(keys)}) DO UPDATE SET {new}"


@cache
def add_text(kind: str, table: Table) -> str:
    """Adds rows of counts; where the key is there, to the counts that it has."""
    keys, names = table.primary_key.columns.keys(), table.c.keys()
    counts = [f'"{name}"' for name in names if name not in keys]
    sums = ", ".join(f"{n} = {table.name}.{n} + excluded.{n}" for n in counts)
    return f"{insert_text(kind, table)} ON CONFLICT ({_list(keys)}) DO UPDATE SET {sums}"


def _list(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
