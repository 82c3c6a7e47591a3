"""Absences settled and the gauge set, as forwards and phones change: what runs beside the
listening."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping

from callcheck.absences.desk import Desk, Terms
from callcheck.absences.standing import Clockwork
from callcheck.ami.client import Listener
from callcheck.app.feeds import FeedError, take_feed
from callcheck.app.phones import Phones, now
from callcheck.app.watch import Watch
from callcheck.calls.model import Micros
from callcheck.config import CalendarFeed, Config
from callcheck.store import Absences, Forwards, Store, StoreError

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks whether there is anything to ask."""
Gauge = Callable[[Mapping[tuple[str, str], int]], None]


def make_desk(config: Config, store: Store, changed: Callable[[], object] = lambda: None) -> Desk:
    """The desk of a house, on its store."""
    clock = Clockwork(config.hours, config.site.zone)
    terms = Terms(
        directory=config.directory(),
        clock=clock,
        ring_ms=round(config.absences.no_answer_seconds * 1000),
        limit_ms=config.answer_by_ring.limit_ms(config.cadence),
        keep_kind=config.privacy.keep_absence_kind,
    )
    return Desk(Absences(store), Forwards(store), terms, now, changed)


class AbsenceWatch:
    """All PBXs' phones, and what follows from them."""

    def __init__(
        self,
        config: Config,
        store: Store,
        set_gauge: Callable[[Mapping[tuple[str, str], int]], None],
    ) -> None:
        self._config, self._set_gauge = config, set_gauge
        self.desk = make_desk(config, store, self._changed)
        self._store = store
        self._phones: list[Phones] = []
        self._settled = 0.0
        self._spans: dict[str, list[tuple[Micros, Micros]]] = {}
        self._feeds_due = dict.fromkeys(config.absences.calendars, 0.0)

    def follow(self, listener: Listener, watch: Watch) -> None:
        """Follows the phones of one more PBX."""
        phones = Phones(listener.pbx.name, listener, self._config, self._store, self.desk)
        watch.on_phones, watch.on_ended = phones.heard, phones.ended
        self._phones.append(phones)

    def absent(self, extension: str, at: Micros) -> bool:
        """Whether somebody was away at a moment, as far as is known; from memory."""
        return any(start <= at < end for start, end in self._spans.get(extension, ()))

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        while True:
            changed = False
            for phones in self._phones:
                changed |= await self._step(phones)
            for feed, due in self._feeds_due.items():
                if time.monotonic() >= due:
                    self._feeds_due[feed] = time.monotonic() + feed.minutes * 60
                    changed |= await asyncio.to_thread(self._feed, feed)
            overdue = time.monotonic() - self._settled >= self._config.absences.poll_seconds
            if changed or overdue:
                self._settled = time.monotonic()
                await asyncio.to_thread(self._settle)
            await asyncio.sleep(LOOK_EVERY)

    async def _step(self, phones: Phones) -> bool:
        try:
            return await phones.step()
        except StoreError as error:
            log.warning("forwards could not be stored: %s", error)
        except Exception as error:  # whatever it is, the calls must go on being followed
            log.error("reading the forwards failed: %s", type(error).__name__)
        return False

    def _feed(self, feed: CalendarFeed) -> bool:
        try:
            return any(take_feed(feed, self._config, self._store))
        except (FeedError, StoreError) as error:
            log.warning("%s", error)
        return False

    def _settle(self) -> None:
        with contextlib.suppress(StoreError):  # the writer tells of a store that is away
            self.desk.settle()
            self._look_up()

    def _changed(self) -> None:
        for phones in self._phones:
            phones.nudge()
        self._look_up()

    def _look_up(self) -> None:
        """What is asked for every call and every scrape, from the store into memory."""
        self._set_gauge(self.desk.counts())
        spans: dict[str, list[tuple[Micros, Micros]]] = {}
        for one, _ in self.desk.stands():
            if not one.cancelled:
                spans.setdefault(one.extension, []).append((one.start, one.end))
        self._spans = spans
