"""Judged calls in, kept once each with their counters; pages, sums and single calls out.

One `Store` is used from several threads: one that saves (see `writer`), many that read.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, tzinfo
from uuid import uuid4

from sqlalchemy import Connection, Engine, delete, select, tuple_

from callcheck.calls.model import Micros, Millis
from callcheck.judging.figures import (
    CallFilter,
    HelpGiven,
    JudgedCall,
    JudgedHour,
    MissedCaller,
    SavedCall,
    Tally,
    Totals,
)
from callcheck.judging.wait import Clock
from callcheck.store import meta, schema, tables
from callcheck.store.calls import queries, saving
from callcheck.store.calls.cache import Known
from callcheck.store.driver import straight
from callcheck.store.engine import checkpoint, make_engine, named, reading, writing
from callcheck.store.errors import StoreError, blamed_on_data, translated
from callcheck.store.figures import hourly as hours
from callcheck.store.figures import reports, totals
from callcheck.store.figures.counted import recount_waits
from callcheck.store.figures.local_days import Days
from callcheck.store.figures.reports import Span
from callcheck.store.figures.summary import judged_by_hour, side_by_side, summarise

SLICE = 500
"""Calls that a purge deletes at once: some 10 ms in which the writer waits."""


class Store:
    """The database behind a URL. All methods may raise StoreError, StoreAway when it is away.

    `ring_edges` are the upper edges (ms) of the ring histogram's buckets. The service levels use
    `limits`, and count a wait from the moment that `clock` names; `zone` says when a day begins.
    Where one of these has changed since last time, `open` recounts what depends on it from the
    calls that are still stored.
    """

    def __init__(
        self,
        url: str,
        ring_edges: Sequence[Millis],
        limits: hours.Limits = (14_999, 5_000),
        zone: tzinfo = UTC,
        clock: Clock = Clock.FIRST_RING,
    ) -> None:
        self.name = named(url)
        """The URL without its password, for messages."""
        self.too_old = 0
        """Calls not saved because they began before what was purged."""
        self._url = url
        self._edges = tuple(ring_edges)
        self.limits = limits
        """The longest wait that is in time, and below which an abandoned call is short."""
        self._days = Days(zone)
        self._counting = saving.Counting(self._edges, clock, limits, self._days)
        self._known = {brief: Known(brief=brief) for brief in (False, True)}
        self._made: Engine | None = None
        self._unsure: tuple[str, list[SavedCall]] | None = None

    @property
    def engine(self) -> Engine:
        """The engine of an opened store."""
        if self._made is None:
            raise StoreError(f"the store {self.name} is not open")
        return self._made

    def open(self) -> None:
        """Brings the tables up to date. Raises StoreError with a sentence that says what to do."""
        engine = make_engine(self._url)
        try:
            schema.migrate(engine, self.name)
            with translated(self.name), writing(engine) as connection:
                meta.probe(connection)
                self._recount(connection)
        except BaseException:
            engine.dispose()
            raise
        self._made = engine

    def _recount(self, connection: Connection) -> None:
        """Counts anew what was counted by other settings than ours."""
        held, ours = meta.read(connection), self._counting
        if meta.edges_of(held) != ours.edges:
            totals.recount_rings(connection, ours.edges)
            meta.set_edges(connection, ours.edges)
        clock_changed = meta.clock_of(held) != ours.clock
        if clock_changed:
            recount_waits(connection, ours.clock)
            meta.write(connection, meta.CLOCK, ours.clock.value)
        if clock_changed or meta.limits_of(held) != ours.limits:
            hours.recount(connection, ours.limits, ours.days)
            meta.set_limits(connection, ours.limits)
        elif held.get(meta.DAYS) != ours.days.name:
            hours.recount_days(connection, ours.days)
        meta.write(connection, meta.DAYS, ours.days.name)

    def close(self) -> None:
        """Gives the connections back. The store can be opened again."""
        if self._made is not None:
            self._made.dispose()
            self._made = None

    def check(self) -> None:
        """Raises StoreError unless the database can be written to now."""
        with translated(self.name), writing(self.engine) as connection:
            meta.probe(connection)

    def save(self, batch: Sequence[JudgedCall]) -> list[SavedCall]:
        """Stores a batch in one transaction; gives back what changed, in the batch's order.

        The first complete record of a call wins, and takes the place of an incomplete one; so
        the same batch again changes nothing. Raises StoreAway (ask again) or CallRefused.
        """
        token = uuid4().hex
        name = self.name
        with blamed_on_data(name), translated(name), writing(self.engine) as connection:
            held = meta.read(connection)
            self._same_configuration(held)
            settled = self._settled(held)
            saved = saving.put(connection, self._young(batch, held), self._counting)
            meta.write(connection, meta.LAST_BATCH, token)
            # if the answer to the COMMIT is lost, the next save sees by the token what came of it
            self._unsure = token, settled + saved
        self._unsure = None
        return settled + saved

    def checkpoint(self) -> None:
        """Makes what was saved safe from a power cut too; to be called now and then."""
        with translated(self.name):
            checkpoint(self.engine)

    def totals(self) -> Totals:
        """The counters, equal to all that was ever saved."""
        with self._reading() as connection:
            return totals.read(connection, meta.edges_of(meta.read(connection)) or ())

    def call(self, pbx: str, call_id: str) -> JudgedCall | None:
        """One call with its findings, or None."""
        with self._reading() as connection:
            return queries.one(connection, pbx, call_id)

    def calls(
        self, wanted: CallFilter, limit: int = 100, cursor: str | None = None, *,
        timelines: bool = False, brief: bool = False,
    ) -> tuple[list[JudgedCall], str | None]:  # fmt: skip
        """At most `limit` calls, newest first, and the cursor of the next page, None on the last.

        `brief` calls have no legs, and no findings but the headline rule's. Raises BadCursor.
        """
        with self._reading() as connection:
            known = None if timelines else self._known[brief]
            return queries.page(connection, wanted, limit, cursor, known=known)

    def summary(
        self, units: Collection[str] | None, edges: Sequence[Micros]
    ) -> list[Tally]:  # fmt: skip
        """One tally for each stretch between two rising time edges, also for an empty one.

        The units are counted together; None counts all. Raises ValueError for other edges.
        """
        with self._reading() as connection:
            return summarise(connection, units, edges, self.limits, self._ready(connection))

    def side_by_side(self, units: Sequence[str], since: Micros, until: Micros) -> list[Tally]:
        """One tally for each unit, in their order."""
        with self._reading() as connection:
            ready, span = self._ready(connection), (since, until)
            return side_by_side(connection, units, span, self.limits, ready)

    def judged_by_hour(
        self, units: Sequence[str], since: Micros, until: Micros
    ) -> list[JudgedHour]:
        """The units together, for each hour with judged calls; the span is of whole hours."""
        with self._reading() as connection:
            return judged_by_hour(connection, units, (since, until))

    def helps(
        self, unit: str, since: Micros, until: Micros, limit: int = 50
    ) -> list[HelpGiven]:  # fmt: skip
        """Who took calls for whom in a unit, most calls first."""
        with self._reading() as connection:
            return reports.helps(connection, unit, Span(since, until), limit)

    def missed_again(
        self, unit: str | None, since: Micros, until: Micros, limit: int = 50
    ) -> list[MissedCaller]:
        """Callers missed more than once, most often first; `unit` None for all units."""
        with self._reading() as connection:
            return reports.missed_again(connection, unit, Span(since, until), limit)

    def sent_around(
        self, unit: str | None, since: Micros, until: Micros, limit: int = 50
    ) -> list[JudgedCall]:
        """Calls that were transferred more than once, newest first; without legs and timelines."""
        with self._reading() as connection, straight(connection) as cursor:
            query = reports.sent_around_query(cursor.kind, unit, Span(since, until), limit)
            return self._known[True].calls(cursor, cursor.all(*query))

    def units_seen(self) -> list[str]:
        """The units that calls were ever stored for, sorted; "" stands for none."""
        with self._reading() as connection:
            return queries.units_seen(connection)

    def purge(self, before: Micros, pause: float = 0.01) -> int:
        """Deletes the calls that began before a time, in small slices; the counters stay.

        A call from before that time is not saved again, so a replay counts nothing twice.
        """
        with translated(self.name), writing(self.engine) as connection:
            if before > meta.purged_before(meta.read(connection)):
                meta.write(connection, meta.PURGED_BEFORE, str(before))
        deleted = 0
        while n := self._purge_slice(before):
            deleted += n
            time.sleep(pause)  # SQLite's lock is not fair: let the writer in
        return deleted

    def _purge_slice(self, before: Micros) -> int:
        c = tables.calls.c
        oldest = (
            select(c.pbx, c.call_id)
            .where(c.started_at < before, tables.EVERY)
            .order_by(c.started_at)
            .limit(SLICE)
        )
        with translated(self.name), writing(self.engine) as connection:
            self._same_configuration(meta.read(connection))
            gone = delete(tables.calls).where(tuple_(c.pbx, c.call_id).in_(oldest))
            deleted = connection.execute(gone.returning(*hours.COUNTED)).all()
            change = hours.Change(self.limits)
            change.count(deleted, -1)
            with straight(connection) as cursor:
                hours.save(cursor, change, self._days)
            return len(deleted)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(self.name), reading(self.engine) as connection:
            yield connection

    def _same_configuration(self, held: meta.Held) -> None:
        theirs = (
            meta.edges_of(held), meta.limits_of(held), held.get(meta.DAYS), meta.clock_of(held),
        )  # fmt: skip
        if theirs != (self._edges, self.limits, self._days.name, self._counting.clock):
            raise StoreError(
                f"another callcheck uses {self.name} with another ring cadence, limit, clock or "
                "timezone; give each a database of its own, or the same configuration"
            )

    def _ready(self, connection: Connection) -> Days | None:
        """The days that are counted by our limits, as are the hours; None if they are not."""
        held = meta.read(connection)
        counted = meta.limits_of(held) == self.limits and held.get(meta.DAYS) == self._days.name
        return self._days if counted else None

    def _settled(self, held: meta.Held) -> list[SavedCall]:
        """What an earlier save stored without learning that it had."""
        if self._unsure is None or held.get(meta.LAST_BATCH) != self._unsure[0]:
            return []
        return self._unsure[1]

    def _young(self, batch: Sequence[JudgedCall], held: meta.Held) -> Sequence[JudgedCall]:
        horizon = meta.purged_before(held)
        young = [judged for judged in batch if judged[0].started_at >= horizon]
        self.too_old += len(batch) - len(young)
        return young
