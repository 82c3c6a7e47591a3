"""Reads every source of absences again and again, and keeps in the store what it reports.

An absence that a source no longer reports ends; a source that cannot be read changes nothing. A
source may be slow or away: each is read on its own schedule, and holds up no other for long.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from callcheck.app.daemon_thread import run_in_daemon_thread
from callcheck.app.withdraw_removed import withdraw_removed
from callcheck.clock import now
from callcheck.config import Config
from callcheck.sources.base import Report, Source, SourceError, SourceReading, Surroundings
from callcheck.store import Absences, Store, StoreError

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Sources that are read at a time."""
AGAIN = 60.0
"""Seconds, at most, until a source that could not be read is tried again."""


class SourceSchedule:
    """All sources of a house, each read every `every_minutes`."""

    def __init__(self, config: Config, store: Store, changed: Callable[[], object]) -> None:
        self._store, self._changed = store, changed
        self._keep_kind = config.privacy.keep_absence_kind
        around = Surroundings(config.site.zone, config.directory(), config.absences.ca_file)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.sources: Sequence[tuple[Source, int]] = [
            (one.open(around), one.table.every_minutes) for one in config.absences.calendars
        ]
        """Each with the minutes between two readings."""
        self._tried: set[str] = set()
        self.removed_withdrawn = False
        """Whether the absences of sources that are no longer configured are withdrawn."""
        self.failures: dict[str, str] = {}
        """By origin: why a source could not be read last time."""
        self._faults: dict[str, Sequence[str]] = {}
        """By origin: what was logged last of its contents."""

    @property
    def all_tried(self) -> bool:
        """Whether each source was asked since the start."""
        return self._tried >= self._origins

    @property
    def counts(self) -> tuple[int, int]:
        """How many sources could be read last time, and how many could not."""
        tried, failing = self._tried.copy(), self.failures.copy()  # other threads change them
        return len(tried - failing.keys()), len(failing)

    async def run(self) -> None:
        """Runs until it is cancelled."""
        await self._withdraw_removed()
        async with asyncio.TaskGroup() as readings:  # no gather: it would leave the others behind
            for source, minutes in self.sources:
                readings.create_task(self._follow(source, minutes))

    async def _follow(self, source: Source, minutes: int) -> None:
        while True:
            async with self._turns:
                changed = await run_in_daemon_thread(partial(self.read, source))
            self._tried.add(source.origin)
            if changed:
                self._changed()
            await self._withdraw_removed()
            pause = minutes * 60.0
            await asyncio.sleep(min(pause, AGAIN) if source.origin in self.failures else pause)

    def start_anew(self) -> None:
        """Another store is open: what the sources report is new to it at their next turn."""
        self.removed_withdrawn = False
        for source, _ in self.sources:
            source.forget()

    async def _withdraw_removed(self) -> None:
        if not self.removed_withdrawn and await run_in_daemon_thread(self.withdraw_removed):
            self._changed()

    def withdraw_removed(self) -> bool:
        """Ends the absences of sources that are no longer configured; whether any changed."""
        read = self._tried.copy() - self.failures.copy().keys()
        unread = [source for source, _ in self.sources if source.origin not in read]
        try:
            self.removed_withdrawn, changed = withdraw_removed(self._store, self._origins, unread)
        except StoreError:
            return False  # the writer logs that the store is away
        return changed

    @property
    def _origins(self) -> set[str]:
        return {source.origin for source, _ in self.sources}

    def read(self, source: Source) -> bool:
        """Reads a source once and keeps what it reports; whether any absence changed."""
        try:
            changed = self._read(source)
        except StoreError as error:
            self._failed(source, str(error))
        except SourceError as error:
            self._failed(source, f"cannot be read: {error}")
        except Exception as error:  # whatever it is, the other sources are read
            self._failed(source, f"cannot be read: {type(error).__name__}")
        else:
            if self.failures.pop(source.origin, None) is not None:
                log.info("%s is read again", source.label)
            return changed
        return False

    def _read(self, source: Source) -> bool:
        at = now()
        found = source.read(at)
        if found is None:
            return False
        taken, gone = Absences(self._store).take_all(
            [self._without_kind(report) for report in found.reports], at,
            whole=(source.name, source.origin), uncertain=found.uncertain,
        )  # fmt: skip
        source.stored()
        self._log_faults(source, found)
        return bool(gone) or any(one.how != "same" for one in taken)

    def _without_kind(self, report: Report) -> Report:
        """Why somebody is away is kept only if the house says so."""
        draft, claim = report
        return report if self._keep_kind else (replace(draft, kind=None), claim)

    def _failed(self, source: Source, why: str) -> None:
        if self.failures.get(source.origin) != why:
            log.warning("%s: %s", source.label, why)
        self.failures[source.origin] = why

    def _log_faults(self, source: Source, found: SourceReading) -> None:
        if self._faults.get(source.origin, ()) != found.faults:
            for fault in found.faults:
                log.warning("%s: %s", source.label, fault)
        self._faults[source.origin] = found.faults
