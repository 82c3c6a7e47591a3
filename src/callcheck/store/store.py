"""The store: keeps each judged call once, with its counters, and answers questions about them.

Several threads use one `Store`: one saves (see `writer`), many read.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, tzinfo
from uuid import uuid4

from sqlalchemy import Connection, Engine, event

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
from callcheck.store import meta, schema
from callcheck.store.calls import queries, saving
from callcheck.store.calls.cache import CallCache
from callcheck.store.calls.repeated import is_repeated
from callcheck.store.driver import driver_cursor
from callcheck.store.engine import checkpoint, file_of, make_engine, named, reading, writing
from callcheck.store.errors import StoreAway, StoreError, blamed_on_data, translated
from callcheck.store.figures import reports, totals
from callcheck.store.figures.hourly import WaitLimits
from callcheck.store.figures.local_days import LocalDays
from callcheck.store.figures.reports import Span
from callcheck.store.figures.settings import CountSettings
from callcheck.store.figures.summary import judged_by_hour, side_by_side, summarise
from callcheck.store.file_watch import Change, FileWatch

log = logging.getLogger(__name__)

WARN_EVERY = 3600.0
"""Seconds between two warnings about calls that are too old to be stored."""

MISSING_FOR = 15.0
"""Seconds until a SQLite file that was removed is made anew: a backup may be about to come."""


class Store:
    """A database of calls. All methods may raise StoreError, or StoreAway while it is unreachable.

    `ring_edges` are the upper edges (ms) of the ring histogram's buckets. The service levels use
    `limits`, and count a wait from the moment that `clock` names; `zone` says when a day begins.
    Where one of these has changed since last time, `open` recounts what depends on it from the
    calls that are still stored.
    """

    def __init__(
        self,
        url: str,
        ring_edges: Sequence[Millis],
        limits: WaitLimits = (14_999, 5_000),
        zone: tzinfo = UTC,
        clock: Clock = Clock.FIRST_RING,
    ) -> None:
        self.name = named(url)
        """The URL without its password, for messages."""
        self.too_old = 0
        """Calls that were not saved, since the start, because calls this old are purged."""
        self._warn_at = 0.0
        self._url = url
        self.limits = limits
        """In ms: the longest wait that is in time; a shorter abandoned call is a short one."""
        self._settings = CountSettings(tuple(ring_edges), clock, limits, LocalDays(zone))
        self._caches = {brief: CallCache(brief=brief) for brief in (False, True)}
        self._made: Engine | None = None
        self._file: FileWatch | None = None
        self._gone: str | None = None
        """Why the open file may not be used any more, in a sentence."""
        self._gone_since = 0.0
        self._untold = False
        """Whether another file was opened, and `on_reopened` does not know yet."""
        self._tokens: deque[str | None] = deque(maxlen=50)
        """Those of the last batches, that tell our file from another."""
        self.on_reopened: Callable[[Totals], object] = lambda _: None
        """Called when another file was opened, with what it holds, on the thread that saves."""
        self.repeated = 0
        """Calls that were saved, since the start, with an id that another call had before."""
        self._warned_of: set[str] = set()
        self._unsure: tuple[str, list[SavedCall]] | None = None

    @property
    def engine(self) -> Engine:
        """The engine of an opened store."""
        if self._gone is not None:
            raise StoreAway(self._gone)
        if self._made is None:
            raise StoreError(f"the store {self.name} is not open")
        return self._made

    def open(self) -> None:
        """Connects, migrates the tables, and recounts if a setting has changed."""
        engine = make_engine(self._url)
        try:
            schema.migrate(engine, self.name)
            with translated(self.name), writing(engine) as connection:
                meta.probe(connection)
                self._settings.recount(connection)
                self._tokens.append(meta.read(connection).get(meta.LAST_BATCH))
            self._file = self._watch(engine)
        except OSError as error:
            engine.dispose()
            raise StoreError(f"{self.name}: the file is gone again") from error
        except BaseException:
            engine.dispose()
            raise
        self._made = engine

    def _watch(self, engine: Engine) -> FileWatch | None:
        """Watches over a SQLite file. A later connection would open what is at the path then, with
        the write-ahead log of the old file: SQLite would mix the two."""
        path = file_of(engine)
        if path is None:
            return None
        watch = FileWatch(path)

        def refuse_another(*_: object) -> None:
            if not watch.is_open():
                raise StoreAway(f"{self.name}: {_NOT_OURS}")

        event.listen(engine, "connect", refuse_another, insert=True)
        return watch

    def close(self) -> None:
        """Closes the connections. The store can be opened again."""
        if self._made is not None:
            self._made.dispose()
            self._made = None
        self._gone = None

    def look(self) -> None:
        """Looks whether a SQLite file is still the one that is open, and opens the one that is
        there now if that is safe. To be called by the thread that saves. Raises StoreAway."""
        change = self._change()
        if change is None:
            self._gone = None
        else:
            self._mend(change)
        if self._untold:
            self._tell(self.totals())

    def _tell(self, found: Totals) -> None:
        self._untold = False
        try:
            self.on_reopened(found)
        except Exception as error:  # a faulty listener must not cost a call
            log.error("the listener of a new file failed: %s", type(error).__name__)

    def _mend(self, change: Change) -> None:
        if self._gone is None:
            self._gone_since = time.monotonic()
        self._gone = f"{self.name}: the file was {change} while callcheck runs; {_DO[change]}"
        waited = time.monotonic() - self._gone_since
        if change is Change.SHRUNK or (change is Change.MISSING and waited < MISSING_FOR):
            raise StoreAway(self._gone)
        self._reopen(change)

    def _change(self) -> Change | None:
        return None if self._file is None else self._file.look(self._tokens)

    def _reopen(self, change: Change) -> None:
        """Opens the file that is at the path now, or makes it."""
        if self._made is not None:
            with suppress(StoreError), translated(self.name):
                checkpoint(self._made)  # so that a file that was moved away is whole
            self._made.dispose()
        try:
            if self._file is not None:
                self._file.leave()
            self.open()
        except (StoreError, OSError) as error:
            self._gone = f"the file was {change} while callcheck runs, and cannot be used: {error}"
            raise StoreAway(self._gone) from error
        self._gone = self._unsure = None
        self._untold = True
        self._caches = {brief: CallCache(brief=brief) for brief in self._caches}
        log.warning("%s: the file was %s, and is open anew", self.name, change)

    def check(self) -> None:
        """Raises StoreError unless the database can be written to now."""
        with translated(self.name), writing(self.engine) as connection:
            meta.probe(connection)

    def save(self, batch: Sequence[JudgedCall]) -> list[SavedCall]:
        """Stores a batch in one transaction. Returns what changed, in the order of the batch.

        The first complete record of a call wins, and replaces an incomplete one; saving the same
        batch again changes nothing. Another call with an id that is taken gets that id with `~2`
        after it (`~3` ...). Raises StoreAway (try again) or CallRefused.
        """
        self.look()
        token = uuid4().hex
        name = self.name
        with blamed_on_data(name), translated(name), writing(self.engine) as connection:
            held = meta.read(connection)
            self._check_settings(held)
            settled = self._settled(held)
            young = _young(batch, held)
            saved = saving.put(connection, young, self._settings)
            meta.write(connection, meta.LAST_BATCH, token)
            self._tokens.append(token)
            # if the answer to the COMMIT is lost, the token tells the next save what happened
            self._unsure = token, settled + saved
        self._unsure = None
        self._count_too_old(len(batch) - len(young))
        self._note_repeated(settled + saved)
        return settled + saved

    def _note_repeated(self, saved: Sequence[SavedCall]) -> None:
        repeated = [one.call for one in saved if is_repeated(one.call.call_id)]
        self.repeated += len(repeated)
        for pbx in {call.pbx for call in repeated} - self._warned_of:
            self._warned_of.add(pbx)
            log.warning(
                "pbx %s gives ids of earlier calls to new ones, so its clock began anew: both are "
                "kept, the newer with ~2 after its id; set the PBX's clock (NTP)",
                pbx,
            )

    def checkpoint(self) -> None:
        """Makes saved calls safe from a power cut; to be called by a timer."""
        engine = self.engine
        if self._change() is not None:  # the thread that saves will notice it too, and see to it
            raise StoreAway(f"{self.name}: {_NOT_OURS}")
        with translated(self.name):
            checkpoint(engine)

    def totals(self) -> Totals:
        """The counters of all calls that were ever saved."""
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
            cached = None if timelines else self._caches[brief]
            return queries.page(connection, wanted, limit, cursor, cached=cached)

    def summary(
        self, units: Collection[str] | None, edges: Sequence[Micros]
    ) -> list[Tally]:  # fmt: skip
        """One tally for each stretch between two rising time edges, also for an empty one.

        The units are counted together; None counts all. Raises ValueError for other edges.
        """
        with self._reading() as connection:
            return summarise(connection, units, edges, self.limits, self._days_of(connection))

    def side_by_side(self, units: Sequence[str], since: Micros, until: Micros) -> list[Tally]:
        """One tally for each unit, in their order."""
        with self._reading() as connection:
            days, span = self._days_of(connection), (since, until)
            return side_by_side(connection, units, span, self.limits, days)

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
        with self._reading() as connection, driver_cursor(connection) as cursor:
            query = reports.sent_around_query(cursor.kind, unit, Span(since, until), limit)
            return self._caches[True].calls(cursor, cursor.all(*query))

    def units_seen(self) -> list[str]:
        """The units that calls were ever stored for, sorted; "" stands for no unit."""
        with self._reading() as connection:
            return queries.units_seen(connection)

    def purge(self, before: Micros, pause: float = 0.01) -> int:
        """Deletes the calls that began before a time, in small slices; returns how many.

        The counters stay. Calls from before that time are not saved again, so that a replay
        counts nothing twice.
        """
        with translated(self.name), writing(self.engine) as connection:
            if before > meta.purged_before(meta.read(connection)):
                meta.write(connection, meta.PURGED_BEFORE, str(before))
        deleted = 0
        while n := self._delete_slice(before):
            deleted += n
            time.sleep(pause)  # SQLite's lock is not fair: give the writer a chance
        return deleted

    def _delete_slice(self, before: Micros) -> int:
        with translated(self.name), writing(self.engine) as connection:
            self._check_settings(meta.read(connection))
            return saving.delete_slice(connection, before, self._settings)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(self.name), reading(self.engine) as connection:
            yield connection

    def _check_settings(self, held: meta.MetaRows) -> None:
        if not self._settings.made(held):
            raise StoreError(
                f"another callcheck uses {self.name} with another ring cadence, limit, clock or "
                "timezone; give each a database of its own, or the same configuration"
            )

    def _days_of(self, connection: Connection) -> LocalDays | None:
        """Our days, if the stored counts of hours and days were made with our settings."""
        ours = replace(self._settings, limits=self.limits)
        return ours.days if ours.made_days(meta.read(connection)) else None

    def _settled(self, held: meta.MetaRows) -> list[SavedCall]:
        """What the last save stored if its commit succeeded without us knowing."""
        if self._unsure is None or held.get(meta.LAST_BATCH) != self._unsure[0]:
            return []
        return self._unsure[1]

    def _count_too_old(self, calls: int) -> None:
        if not calls:
            return
        self.too_old += calls
        if time.monotonic() >= self._warn_at:
            self._warn_at = time.monotonic() + WARN_EVERY
            log.warning(
                "%d calls were not stored because calls that began this long ago are deleted "
                "(keep_calls_days); check the clock of the PBX",
                self.too_old,
            )


_NOT_OURS = "the file is not the one that is open"
_DO = {
    Change.MISSING: "a new one is made in a moment, unless you put one there",
    Change.REPLACED: "it is opened anew",
    Change.SHRUNK: "move it away, and a new one is made, or put a backup in its place (mv)",
}


def _young(batch: Sequence[JudgedCall], held: meta.MetaRows) -> list[JudgedCall]:
    horizon = meta.purged_before(held)
    return [judged for judged in batch if judged[0].started_at >= horizon]
