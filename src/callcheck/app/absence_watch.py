"""Keeps the states of absences and their gauges up to date as forwards and phones change."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from callcheck.absences.model import Absence
from callcheck.absences.state import Assessments
from callcheck.ami.client import Listener
from callcheck.app.absence_service import make_absence_service
from callcheck.app.announce_tomorrow import TomorrowAnnouncer
from callcheck.app.daemon_thread import run_in_daemon_thread
from callcheck.app.source_schedule import SourceSchedule
from callcheck.app.watch import Watch
from callcheck.calls.model import Micros
from callcheck.config import Config
from callcheck.judging.context import Absent
from callcheck.phones.watch import PhoneWatch
from callcheck.store import Store, StoreError

log = logging.getLogger(__name__)

ANNOUNCE_EVERY = 10.0
FIRST_READ_SECONDS = 90.0
"""How long tomorrow's list waits after the start for calendars and PBXs to be read."""
CHECK_EVERY = 1.0
"""Seconds between two checks whether a PBX has to be asked."""
Counts = Mapping[tuple[str, str], int]


class Gauges(Protocol):
    """The gauges of absences; counts are by (unit, state)."""

    def set_absences(self, counts: Counts) -> None: ...
    def set_next_day(self, counts: Counts) -> None: ...
    def set_calendars(self, read: int, failing: int) -> None: ...


class AbsenceWatch:
    """Follows the phones of all PBXs and the absences that depend on them."""

    def __init__(self, config: Config, store: Store, gauges: Gauges) -> None:
        self._config, self._store, self._gauges = config, store, gauges
        self.service = make_absence_service(config, store, self._changed)
        self._phones: list[PhoneWatch] = []
        self._settled = 0.0
        self._stale = False
        self._spans: dict[str, list[tuple[Micros, Micros]]] = {}
        self._sources = SourceSchedule(config, store, self._outdate)
        self._announcer = TomorrowAnnouncer(config, store, self.service)

    def follow(self, listener: Listener, watch: Watch) -> None:
        """Adds a PBX whose phones are followed."""
        phones = PhoneWatch(listener.pbx.name, listener, self._config, self._store, self.service)
        watch.on_phones, watch.on_ended = phones.heard, phones.own.ended
        self._phones.append(phones)

    def start_anew(self) -> None:
        """Another store is open, which may know nothing of what was stored. Any thread may call
        it."""
        self._sources.start_anew()
        for phones in self._phones:
            phones.start_anew()
        self._stale = True

    def absent_on(self, pbx: str) -> Absent:
        """A function that says from memory whether an extension of a PBX was absent at a moment."""

        def absent(extension: str, at: Micros) -> bool:
            if not self._config.at_home(extension, pbx):
                return False
            return any(start <= at < end for start, end in self._spans.get(extension, ()))

        return absent

    async def run(self) -> None:
        """Runs until cancelled."""
        async with asyncio.TaskGroup() as parts:  # one that fails must not leave the others behind
            for part in (self._follow_phones(), self._sources.run(), self._announce()):
                parts.create_task(part)

    async def _follow_phones(self) -> None:
        while True:
            for phones in self._phones:
                self._stale |= await self._step(phones)
            overdue = time.monotonic() - self._settled >= self._config.absences.poll_seconds
            if self._stale or overdue:
                self._stale, self._settled = False, time.monotonic()
                await asyncio.to_thread(self._settle)
            await asyncio.sleep(CHECK_EVERY)

    async def _announce(self) -> None:
        await self._first_reads()
        while True:
            try:
                await run_in_daemon_thread(self._announcer.look)
            except StoreError:
                pass  # the writer logs that the store cannot be reached
            except Exception as error:  # the API still has the list, and calls must be followed
                log.error("announcing tomorrow's list failed: %s", type(error).__name__)
            await asyncio.sleep(ANNOUNCE_EVERY)

    async def _first_reads(self) -> None:
        """Waits until every calendar and PBX was read, but not for those that cannot be reached."""
        until = time.monotonic() + FIRST_READ_SECONDS
        while time.monotonic() < until:
            if self._sources.all_tried and all(phones.looked for phones in self._phones):
                return
            await asyncio.sleep(CHECK_EVERY)

    def _outdate(self) -> None:
        self._stale = True

    async def _step(self, phones: PhoneWatch) -> bool:
        try:
            return await phones.step()
        except StoreError as error:
            log.warning("forwards could not be stored: %s", error)
        except Exception as error:  # calls must be followed whatever happens here
            log.error("reading the forwards failed: %s", type(error).__name__)
        return False

    def _settle(self) -> None:
        try:
            everything, assessments = self.service.look()
            self.service.settle(assessments)
            self._refresh(everything, assessments)
        except StoreError:
            pass  # the writer logs that the store cannot be reached
        except Exception as error:
            log.error("settling the absences failed: %s", type(error).__name__)

    def _changed(self) -> None:
        for phones in self._phones:
            phones.nudge()
        self._refresh(*self.service.look())

    def _refresh(self, everything: Sequence[Absence], assessments: Assessments) -> None:
        """Copies from the store into memory what every call and every scrape needs."""
        self._gauges.set_absences(self.service.counts(assessments))
        self._gauges.set_next_day(self.service.reports.next_day_counts())
        self._gauges.set_calendars(*self._sources.counts)
        spans: dict[str, list[tuple[Micros, Micros]]] = {}
        for one in everything:
            if not one.cancelled:
                spans.setdefault(one.extension, []).append((one.start, one.end))
        self._spans = spans
