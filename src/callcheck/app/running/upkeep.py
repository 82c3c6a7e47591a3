"""Looks after the store while the program runs: syncs it, and deletes what is too old."""

from __future__ import annotations

import asyncio
import logging

from callcheck.clock import now
from callcheck.store import CallsDuringAbsence, Store, StoreError

log = logging.getLogger(__name__)

DAY_US = 24 * 3600 * 1_000_000
CHECKPOINT_EVERY = 1.0
"""Seconds after which saved calls survive a power cut as well."""
PURGE_EVERY = 3600.0
"""Seconds between two deletions of calls that are older than they may be kept."""


class Upkeep:
    """The timers of a store. `problem` says why it could not be synced last time, or is None."""

    def __init__(self, store: Store, keep_days: int) -> None:
        self._store, self._keep_days = store, keep_days
        self.problem: str | None = None

    async def sync(self) -> None:
        """Makes saved calls safe from a power cut, again and again."""
        while True:
            await asyncio.sleep(CHECKPOINT_EVERY)
            try:
                await asyncio.to_thread(self._store.checkpoint)
            except StoreError as error:
                if self.problem is None:
                    log.error("saved calls cannot be made safe from a power cut: %s", error)
                self.problem = str(error)
            else:
                if self.problem is not None:
                    log.warning("saved calls are safe from a power cut again")
                self.problem = None

    async def purge(self) -> None:
        """Deletes calls past their retention, again and again."""
        while True:
            before = now() - self._keep_days * DAY_US
            try:
                gone = await asyncio.to_thread(self._store.purge, before)
                await asyncio.to_thread(CallsDuringAbsence(self._store).purge, before)
            except StoreError as error:
                log.warning("calls past their retention could not be deleted: %s", error)
            else:
                if gone:
                    log.info("%d calls past their retention deleted", gone)
            await asyncio.sleep(PURGE_EVERY)
