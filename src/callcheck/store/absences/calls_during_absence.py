"""Calls that came, and messages that were taken, while somebody was away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, select

from callcheck.absences.model import Absence, AbsenceCall, CoverCount, Message
from callcheck.calls.model import Direction, Micros
from callcheck.judging.verdict import Result
from callcheck.store import meta
from callcheck.store.absences.tables import absences, messages
from callcheck.store.engine import writing
from callcheck.store.errors import translated
from callcheck.store.store import Store
from callcheck.store.tables import EVERY, calls

AT_ONCE = 500
"""The most absences in one query, which reads their calls and no others."""


class CallsDuringAbsence:
    """The calls and messages for absent persons. All methods may raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def came(self, of: Sequence[Absence], until: Micros) -> dict[int, list[AbsenceCall]]:
        """By absence: calls from outside for the absent person that began during it and before
        `until`, oldest first."""
        found: dict[int, list[AbsenceCall]] = {one.id: [] for one in of}
        numbers = list(found)
        for n in range(0, len(numbers), AT_ONCE):
            for number, *call in self._read(_came(numbers[n : n + AT_ONCE], until)):
                found[number].append(AbsenceCall(*call))
        return found

    def cover(
        self, owners: Collection[str] | None, start: Micros | None, end: Micros | None
    ) -> list[CoverCount]:
        """Who took the calls for these persons (None: everybody) that began in this period."""
        c = calls.c
        in_time = func.count().filter(c.verdict == Result.MET.value)
        query = (
            select(c.extension, c.answered_by, c.answered_via, func.count(), in_time, c.pbx)
            .where(c.direction == Direction.INBOUND.value, *_of(c.extension, owners))
            .where(*_within(c.started_at, start, end), *([EVERY] if owners is None else []))
            .group_by(c.extension, c.answered_by, c.answered_via, c.pbx)
            .order_by(c.extension, func.count().desc(), c.answered_by, c.answered_via, c.pbx)
        )
        return [CoverCount(*row) for row in self._read(query) if row[0] is not None]

    def messages(
        self, owners: Collection[str] | None, start: Micros | None, end: Micros | None
    ) -> list[Message]:
        """Messages taken in this period for these persons (None: everybody), oldest first."""
        m = messages.c
        query = (
            select(m.extension, m.taken_by, m.at, m.pbx)
            .where(*_within(m.at, start, end), *_of(m.extension, owners))
            .order_by(m.at, m.id)
        )
        return [Message(*row) for row in self._read(query)]

    def note(self, message: Message) -> None:
        """Stores that a message was taken."""
        row = {"pbx": message.pbx, "extension": message.extension, "taken_by": message.by,
               "at": message.at}  # fmt: skip
        with translated(self._store.name), writing(self._store.engine) as connection:
            connection.execute(insert(messages).values(row))

    def purge(self, before: Micros) -> None:
        """Deletes messages from before a time, along with the calls of that age."""
        with translated(self._store.name), writing(self._store.engine) as connection:
            connection.execute(delete(messages).where(messages.c.at < before))

    def purged_before(self) -> Micros:
        """Calls from before this time have been deleted."""
        with translated(self._store.name), self._store.engine.connect() as connection:
            return meta.purged_before(meta.read(connection))

    def _read(self, query: Select[Any]) -> Sequence[Any]:
        with translated(self._store.name), self._store.engine.connect() as connection:
            return connection.execute(query).all()


def _came(numbers: Sequence[int], until: Micros) -> Select[Any]:
    a, c = absences.c, calls.c
    return (
        select(
            a.id, c.pbx, c.call_id, c.started_at, c.dialed, c.disposition, c.answered_by,
            c.answered_via, c.verdict == Result.MET.value,
        )
        .join_from(absences, calls, _during(until))
        .where(a.cancelled.is_(False), a.id.in_(numbers))
        .order_by(c.started_at, c.pbx, c.call_id)
    )  # fmt: skip


def _during(until: Micros) -> ColumnElement[bool]:
    """Joins an absence with the calls from outside for its person during it."""
    a, c = absences.c, calls.c
    return and_(
        c.extension == a.extension,
        c.direction == Direction.INBOUND.value,
        c.started_at >= a.start_at,
        c.started_at < a.end_at,
        c.started_at < until,
    )


def _within(
    at: ColumnElement[int], start: Micros | None, end: Micros | None
) -> list[ColumnElement[bool]]:
    terms = [] if start is None else [at >= start]
    return terms if end is None else [*terms, at < end]


def _of(extension: ColumnElement[str], owners: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [] if owners is None else [extension.in_(owners)]
