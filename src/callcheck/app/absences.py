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
from callcheck.app.phones import Phones, now
from callcheck.app.watch import Watch
from callcheck.config import Config
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

    def follow(self, listener: Listener, watch: Watch) -> None:
        """Follows the phones of one more PBX."""
        phones = Phones(listener.pbx.name, listener, self._config, self._store, self.desk)
        watch.on_phones, watch.on_ended = phones.heard, phones.ended
        self._phones.append(phones)

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        while True:
            changed = False
            for phones in self._phones:
                changed |= await self._step(phones)
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

    def _settle(self) -> None:
        with contextlib.suppress(StoreError):  # the writer tells of a store that is away
            self.desk.settle()
            self._set_gauge(self.desk.counts())

    def _changed(self) -> None:
        for phones in self._phones:
            phones.nudge()
        self._set_gauge(self.desk.counts())
