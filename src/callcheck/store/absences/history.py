"""Stores absences and their history; what `Merger` decides is written in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from callcheck.absences.merging import Claim, ClaimedSpan, Merged, Merger
from callcheck.absences.model import Absence, AbsenceState, Change, Draft
from callcheck.calls.model import Micros
from callcheck.store.absences.tables import absence_claims, absence_history, absences
from callcheck.store.driver import driver_cursor
from callcheck.store.engine import writing
from callcheck.store.errors import translated
from callcheck.store.store import Store

AbsenceRow = tuple[Any, ...]
"""The values of all columns of `absences`."""
COLUMNS = tuple(absences.c.keys())
MOST_NAMED = 500
"""The most persons named in a query; for more, all absences are read."""


class Absences:
    """The absences of a store. All methods may raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[AbsenceRow, Absence] = {}
        """The absence made of each row last time: most rows never change again."""

    def take(self, draft: Draft, source: str, at: Micros, claim: Claim | None = None) -> Merged:
        """Stores a reported absence, or updates the one that it matches."""
        with self._merging(at, [draft.extension]) as merger:
            return merger.merge(draft, source, claim)

    def take_all(
        self, reports: Sequence[tuple[Draft, Claim]], at: Micros, *,
        whole: tuple[str, str] | None = None, uncertain: Collection[str] = (), dry: bool = False,
        tick: Callable[[], object] = lambda: None,
    ) -> tuple[list[Merged], list[Absence]]:  # fmt: skip
        """Stores a list in one transaction; `dry` changes nothing and returns what would happen.

        `whole` (source, origin) means that the list is everything which that origin knows: an
        absence that it reported earlier and that is missing now ends, unless its extension is
        `uncertain`. Returns what was taken, and what ended.
        """
        extensions = {draft.extension for draft, _ in reports}
        with self._merging(at, None if whole else extensions, dry=dry) as merger:
            taken = []
            for draft, claim in reports:
                taken.append(merger.merge(draft, claim.source, claim))
                tick()
            keys = {claim.key for _, claim in reports}
            gone = merger.withdraw(*whole, keys, uncertain) if whole else []
            return taken, gone

    def change(self, number: int, at: Micros, by: str, **values: Any) -> Absence | None:
        """Sets `start`, `end`, `deputy` or `kind`; None if there is no such absence."""
        old = self.get(number)
        if old is None:
            return None
        with self._merging(at, [old.extension]) as merger:
            return merger.change(merger.current(old), by, **values)

    def end(self, number: int, at: Micros, by: str) -> Absence | None:
        """Ends an absence now; cancels it if it has not begun. One that is over stays as it is."""
        old = self.get(number)
        if old is None:
            return None
        with self._merging(at, [old.extension]) as merger:
            return merger.end(merger.current(old), by)

    def store_state(self, number: int, state: AbsenceState, reason: str, at: Micros) -> None:
        """Stores the state of a running absence, and when it changed."""
        with self._writing() as connection:
            old = _one(connection, number)
            if old is None or (old.stood, old.stood_reason) == (state, reason):
                return
            values: dict[str, Any] = {"stood": state.value, "stood_reason": reason}
            if old.stood is not state:
                values["stood_since"] = at
                said = Change(at, "callcheck", f"{state.value}: {reason}")
                _note(connection, [(number, said)])
            connection.execute(update(absences).where(absences.c.id == number).values(**values))

    def all(self) -> list[Absence]:
        """Every absence, the latest start first."""
        with self._reading() as connection, driver_cursor(connection) as cursor:
            rows = cursor.all(
                f"SELECT {', '.join(COLUMNS)} FROM absences ORDER BY start_at DESC, id DESC"
            )
        known = self._read
        self._read = {row: known.get(row) or _absence(row) for row in rows}
        return list(self._read.values())

    def get(self, number: int) -> Absence | None:
        """One absence, or None."""
        with self._reading() as connection:
            return _one(connection, number)

    def history(self, number: int) -> list[Change]:
        """The changes of an absence, oldest first."""
        h = absence_history.c
        query = select(h.at, h.by, h.what).where(h.absence_id == number).order_by(h.position)
        with self._reading() as connection:
            return [Change(*row) for row in connection.execute(query)]

    def sources(self) -> dict[int, list[str]]:
        """By absence: the sources that claim it."""
        c = absence_claims.c
        found: dict[int, list[str]] = {}
        query = select(c.absence_id, c.source).distinct().order_by(c.absence_id, c.source)
        with self._reading() as connection:
            for number, source in connection.execute(query):
                found.setdefault(number, []).append(source)
        return found

    def origins(self) -> dict[tuple[str, str], set[str]]:
        """Every (source, origin) that claims anything, with the extensions whose absences it
        claims."""
        c = absence_claims.c
        query = select(c.source, c.origin, absences.c.extension).distinct()
        found: dict[tuple[str, str], set[str]] = {}
        with self._reading() as connection:
            for source, origin, extension in connection.execute(
                query.join(absences, absences.c.id == c.absence_id)
            ):
                found.setdefault((source, origin), set()).add(extension)
        return found

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(self._store.name), self._store.engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with translated(self._store.name), writing(self._store.engine) as connection:
            yield connection

    @contextmanager
    def _merging(
        self, at: Micros, extensions: Collection[str] | None, *, dry: bool = False
    ) -> Iterator[Merger]:
        with self._writing() as connection:
            merger = _load(connection, at, extensions)
            yield merger
            if not dry:
                _write(connection, merger)


def _load(connection: Connection, at: Micros, extensions: Collection[str] | None) -> Merger:
    """The absences of these persons (None: all), and every claim."""
    a, c = absences.c, absence_claims.c
    query = select(absences)
    if extensions is not None and len(extensions) <= MOST_NAMED:
        query = query.where(a.extension.in_(extensions))
    held = [_absence(tuple(row)) for row in connection.execute(query)]
    claims = {
        Claim(row.source, row.origin, row.key): ClaimedSpan(
            row.absence_id, row.start_at, row.end_at
        )
        for row in connection.execute(select(absence_claims).order_by(c.key))
    }
    last = connection.execute(select(func.max(a.id))).scalar() or 0
    return Merger(held, claims, last + 1, at)


def _write(connection: Connection, merger: Merger) -> None:
    """Writes what `merger` changed."""
    if merger.new:
        connection.execute(insert(absences), [_columns(one) for one in merger.new])
    if merger.changed:
        of = update(absences).where(absences.c.id == bindparam("one"))
        connection.execute(of, [_columns(one, key="one") for one in merger.changed])
    if merger.notes:
        _note(connection, merger.notes)
    old = [
        {"s": claim.source, "o": claim.origin, "k": claim.key}
        for claim in merger.claims
        if merger.was_stored(claim)
    ]
    if old:
        c = absence_claims.c
        mine = (c.source == bindparam("s")) & (c.origin == bindparam("o"))
        connection.execute(delete(absence_claims).where(mine, c.key == bindparam("k")), old)
    new = [
        {"source": claim.source, "origin": claim.origin, "key": claim.key,
         "absence_id": span.absence, "start_at": span.start, "end_at": span.end}
        for claim, span in merger.claims.items()
        if span is not None
    ]  # fmt: skip
    if new:
        connection.execute(insert(absence_claims), new)


def _columns(one: Absence, key: str = "id") -> dict[str, Any]:
    """A row. An update must not set the id, or the database checks every row that refers to it."""
    return {
        key: one.id, "extension": one.extension, "start_at": one.start, "end_at": one.end,
        "deputy": one.deputy, "source": one.source, "kind": one.kind,
        "cancelled": one.cancelled,
    }  # fmt: skip


def _note(connection: Connection, notes: Sequence[tuple[int, Change]]) -> None:
    lines = [
        {"absence_id": number, "at": change.at, "by": change.by, "what": change.what}
        for number, change in notes
    ]
    connection.execute(insert(absence_history), lines)


def _one(connection: Connection, number: int) -> Absence | None:
    if not 0 <= number < 2**31:
        return None
    row = connection.execute(select(absences).where(absences.c.id == number)).first()
    return _absence(tuple(row)) if row else None


def _absence(row: AbsenceRow) -> Absence:
    """An absence from a row with all columns."""
    number, extension, start, end, deputy, source, kind, cancelled, stood, reason, since = row
    stood_as = AbsenceState(stood) if stood else None
    return Absence(
        number, extension, start, end, deputy, source, kind, bool(cancelled), stood_as, reason,
        since,
    )  # fmt: skip
