"""Absences settled and the gauges set, as forwards and phones change: what runs beside the
listening."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from callcheck.absences.model import Absence
from callcheck.absences.service import Stands
from callcheck.ami.client import Listener
from callcheck.app.absence_service import make_desk
from callcheck.app.announce_tomorrow import Herald
from callcheck.app.watch import Watch
from callcheck.calls.model import Micros
from callcheck.config import Config
from callcheck.judging.context import Absent
from callcheck.phones.watch import Phones
from callcheck.sources.daemon_thread import aside
from callcheck.sources.schedule import Feeds
from callcheck.store import Store, StoreError

log = logging.getLogger(__name__)

TELL_EVERY = 10.0
FIRST_LOOKS = 90.0
"""Seconds after the start in which tomorrow's list waits for what it is made of."""
LOOK_EVERY = 1.0
"""Seconds between two looks whether there is anything to ask."""
Counts = Mapping[tuple[str, str], int]


class Gauges(Protocol):
    """What the metrics show of absences, by (unit, state)."""

    def set_absences(self, counts: Counts) -> None: ...
    def set_next_day(self, counts: Counts) -> None: ...
    def set_calendars(self, read: int, failing: int) -> None: ...


class AbsenceWatch:
    """All PBXs' phones, and what follows from them."""

    def __init__(self, config: Config, store: Store, gauges: Gauges) -> None:
        self._config, self._store, self._gauges = config, store, gauges
        self.desk = make_desk(config, store, self._changed)
        self._phones: list[Phones] = []
        self._settled = 0.0
        self._stale = False
        self._spans: dict[str, list[tuple[Micros, Micros]]] = {}
        self._feeds = Feeds(config, store, self._outdate)
        self._herald = Herald(config, store, self.desk)

    def follow(self, listener: Listener, watch: Watch) -> None:
        """Follows the phones of one more PBX."""
        phones = Phones(listener.pbx.name, listener, self._config, self._store, self.desk)
        watch.on_phones, watch.on_ended = phones.heard, phones.own.ended
        self._phones.append(phones)

    def absent_on(self, pbx: str) -> Absent:
        """Whether somebody of a PBX was away at a moment, as far as is known; from memory."""

        def absent(extension: str, at: Micros) -> bool:
            if not self._config.at_home(extension, pbx):
                return False
            return any(start <= at < end for start, end in self._spans.get(extension, ()))

        return absent

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        await asyncio.gather(self._follow_phones(), self._feeds.run(), self._tell())

    async def _follow_phones(self) -> None:
        while True:
            for phones in self._phones:
                self._stale |= await self._step(phones)
            overdue = time.monotonic() - self._settled >= self._config.absences.poll_seconds
            if self._stale or overdue:
                self._stale, self._settled = False, time.monotonic()
                await asyncio.to_thread(self._settle)
            await asyncio.sleep(LOOK_EVERY)

    async def _tell(self) -> None:
        await self._first_looks()
        while True:
            try:
                await aside(self._herald.look)
            except StoreError:
                pass  # the writer tells of a store that is away
            except Exception as error:  # the list can be asked for, and the calls go on
                log.error("telling tomorrow's list failed: %s", type(error).__name__)
            await asyncio.sleep(TELL_EVERY)

    async def _first_looks(self) -> None:
        """Until each calendar and PBX was asked; but what is away is not waited for."""
        until = time.monotonic() + FIRST_LOOKS
        while time.monotonic() < until:
            if self._feeds.tried and all(phones.looked for phones in self._phones):
                return
            await asyncio.sleep(LOOK_EVERY)

    def _outdate(self) -> None:
        self._stale = True

    async def _step(self, phones: Phones) -> bool:
        try:
            return await phones.step()
        except StoreError as error:
            log.warning("forwards could not be stored: %s", error)
        except Exception as error:  # whatever it is, the calls must go on being followed
            log.error("reading the forwards failed: %s", type(error).__name__)
        return False

    def _settle(self) -> None:
        try:
            everything, stands = self.desk.look()
            self.desk.settle(stands)
            self._look_up(everything, stands)
        except StoreError:
            pass  # the writer tells of a store that is away
        except Exception as error:
            log.error("settling the absences failed: %s", type(error).__name__)

    def _changed(self) -> None:
        for phones in self._phones:
            phones.nudge()
        self._look_up(*self.desk.look())

    def _look_up(self, everything: Sequence[Absence], stands: Stands) -> None:
        """What is asked for every call and every scrape, from the store into memory."""
        self._gauges.set_absences(self.desk.counts(stands))
        self._gauges.set_next_day(self.desk.reports.next_day_counts())
        self._gauges.set_calendars(*self._feeds.counts)
        spans: dict[str, list[tuple[Micros, Micros]]] = {}
        for one in everything:
            if not one.cancelled:
                spans.setdefault(one.extension, []).append((one.start, one.end))
        self._spans = spans
