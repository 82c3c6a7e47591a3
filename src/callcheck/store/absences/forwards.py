"""The forwards of phones over time, from looks at what is in force on a PBX.

The store keeps what changed between two looks. A forward that is new may have been set at any time
since the last look: it counts from the earlier look, and one that is gone counts until the later
look, so that nobody is blamed in doubt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from threading import Lock
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from callcheck.absences.model import Forward, ForwardKind, Phone
from callcheck.calls.model import Micros
from callcheck.store.absences.tables import forward_looks, forwards, phones
from callcheck.store.driver import Values, driver_cursor, placeholders, upsert_sql
from callcheck.store.engine import writing
from callcheck.store.errors import translated
from callcheck.store.store import Store

ForwardKey = tuple[str, ForwardKind]
Seen = Mapping[ForwardKey, str | None]
"""What is in force on a PBX: the target by (extension, kind); None for `dnd`."""
Told = Mapping[tuple[str, ForwardKind | None], Micros]
"""When the PBX reported that a forward changed, by (extension, kind); kind None stands for any."""
_SELECT = f"SELECT {', '.join(forwards.c.keys())} FROM forwards"
AT_ONCE = 500
"""The most ids in one query."""
_number = itemgetter(0)


class Forwards:
    """The forwards and phones of a store. Only one caller may write for each PBX. All methods may
    raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._over: list[tuple[int, Forward]] = []
        """Forwards that have ended, by id: they never change."""
        self._in_force: set[int] = set()
        self._newest = 0
        self._remembering = Lock()

    def look(
        self, pbx: str, seen: Seen, at: Micros, only: Collection[str] | None = None,
        told: Told = MappingProxyType({}),
    ) -> int:  # fmt: skip
        """Stores what a look at a PBX found; returns the number of changes.

        `only` names the extensions that were looked at (None: all of the PBX). A change
        that the PBX `told` of happened at that time, whatever else this look covers.
        """
        last, held = self._held(pbx, only)
        over, new = _changes(held, seen)
        rows = [_row(pbx, key, seen[key], _told_at(told, key, last)) for key in new]
        ends = [(row.id, _told_at(told, _key(row), at)) for row in over]
        return self._change(ends, rows, (pbx, at) if only is None else None)

    def tell(self, pbx: str, news: Mapping[str, tuple[Seen, Micros]]) -> int:
        """Stores what phones were seen to do, and when; returns the number of changes."""
        _, held = self._held(pbx, news)
        seen = {key: to for forwards, _ in news.values() for key, to in forwards.items()}
        over, new = _changes(held, seen)
        rows = [_row(pbx, key, seen[key], news[key[0]][1]) for key in new]
        return self._change([(r.id, news[r.extension][1]) for r in over], rows)

    def _held(self, pbx: str, only: Collection[str] | None) -> tuple[Micros | None, list[Row[Any]]]:
        """The time of the last look at a PBX, and what is in force there."""
        f, looks = forwards.c, forward_looks.c
        # no writing transaction yet: it would block the saving of calls
        with self._reading() as connection:
            last = connection.execute(select(looks.at).where(looks.pbx == pbx)).scalar()
            in_force = connection.execute(
                select(forwards).where(f.pbx == pbx, f.until.is_(None))
            ).all()
        return last, [row for row in in_force if only is None or row.extension in only]

    def _change(
        self, over: Sequence[tuple[int, Micros | None]], new: Sequence[Mapping[str, Any]],
        looked: tuple[str, Micros] | None = None,
    ) -> int:  # fmt: skip
        if not over and not new and looked is None:
            return 0
        with self._writing() as connection:
            if over:
                query = update(forwards).where(forwards.c.id == bindparam("one"))
                values = [{"one": number, "until": at} for number, at in over]
                connection.execute(query, values)
            if new:
                connection.execute(insert(forwards), new)
            if looked is not None:
                _looked(connection, *looked)
        return len(over) + len(new)

    def reach(self, pbx: str, reachable: Mapping[str, bool], at: Micros) -> int:
        """Stores whether phones can be reached; returns the number of changes."""
        with self._reading() as connection, driver_cursor(connection) as cursor:
            held = {row[1]: bool(row[2]) for row in cursor.all(*_phones_of(cursor.kind, pbx))}
        changed = [e for e, yes in reachable.items() if held.get(e) is not yes]
        if not changed:
            return 0
        new = [(pbx, extension, reachable[extension], at) for extension in changed]
        with self._writing() as connection, driver_cursor(connection) as cursor:
            cursor.many(upsert_sql(cursor.kind, phones), new)
        return len(changed)

    def all(self) -> list[Forward]:
        """Every forward that ever was, in the order in which they were stored."""
        with self._remembering, self._reading() as connection, driver_cursor(connection) as cursor:
            mark = placeholders(cursor.kind, 1)
            new = cursor.all(f"{_SELECT} WHERE until IS NULL OR id > {mark}", [self._newest])
            gone = sorted(self._in_force - {row[0] for row in new})
            for begin in range(0, len(gone), AT_ONCE):
                part = gone[begin : begin + AT_ONCE]
                new += cursor.all(
                    f"{_SELECT} WHERE id IN ({placeholders(cursor.kind, len(part))})", part
                )
            held = [(row[0], _forward(row)) for row in new]
            self._over += [one for one in held if one[1].until is not None]
            self._over.sort(key=_number)
            open_ones = [one for one in held if one[1].until is None]
            self._in_force = {number for number, _ in open_ones}
            self._newest = max((self._newest, *(number for number, _ in held)))
            return [forward for _, forward in sorted(self._over + open_ones, key=_number)]

    def phones(self) -> list[Phone]:
        """Whether each known phone can be reached."""
        with self._reading() as connection, driver_cursor(connection) as cursor:
            rows = cursor.all(*_phones_of(cursor.kind))
        return [Phone(extension, bool(yes), at, pbx) for pbx, extension, yes, at in rows]

    def looked(self) -> dict[str, Micros]:
        """By PBX: the time of the last look at all its forwards."""
        with self._reading() as connection:
            return {row.pbx: row.at for row in connection.execute(select(forward_looks))}

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(self._store.name), self._store.engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with translated(self._store.name), writing(self._store.engine) as connection:
            yield connection


def _phones_of(kind: str, pbx: str | None = None) -> tuple[str, Values]:
    """The query for phones with all columns, and its values."""
    query = f"SELECT {', '.join(phones.c.keys())} FROM phones"
    return (query, ()) if pbx is None else (f"{query} WHERE pbx = {placeholders(kind, 1)}", (pbx,))


def _changes(held: Sequence[Row[Any]], seen: Seen) -> tuple[list[Row[Any]], list[ForwardKey]]:
    """The rows that have ended, and the keys that are new."""
    was = {_key(row): row for row in held}
    same = {key for key, to in seen.items() if key in was and was[key].target == to}
    over = [row for key, row in was.items() if key not in same]
    return over, [key for key in seen if key not in same]


def _key(row: Row[Any]) -> ForwardKey:
    return row.extension, ForwardKind(row.kind)


def _told_at(told: Told, key: ForwardKey, look: Micros | None) -> Micros | None:
    """When a forward changed: at the time that the PBX reported, else at the given look.

    A report of another kind of forward counts too, since few PBXs report each kind; but not before
    the first look (None), when a forward may have been set long ago.
    """
    extension, _ = key
    exact = told.get(key, told.get((extension, None)))
    if exact is not None or look is None:
        return exact
    return min((at for (whose, _), at in told.items() if whose == extension), default=look)


def _row(pbx: str, key: ForwardKey, to: str | None, since: Micros | None) -> dict[str, Any]:
    extension, kind = key
    return {"pbx": pbx, "extension": extension, "kind": kind.value, "target": to, "since": since}


def _forward(row: Sequence[Any]) -> Forward:
    _, pbx, extension, kind, target, since, until = row
    return Forward(extension, ForwardKind(kind), target, since, until, pbx)


def _looked(connection: Connection, pbx: str, at: Micros) -> None:
    connection.execute(delete(forward_looks).where(forward_looks.c.pbx == pbx))
    connection.execute(insert(forward_looks).values(pbx=pbx, at=at))
