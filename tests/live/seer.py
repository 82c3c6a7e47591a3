"""A running callcheck beside a PBX of the laboratory, asked for a rehearsal before each call.

It is the real one but for its API: it logs in as the sample's user of `dialplan/`, reads AstDB and
the device states, follows the calls. Each look has a new store, so that no 302 of an earlier
scenario is known.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from callcheck.absences.model import Draft
from callcheck.app import absence_watch as running
from callcheck.app.house import House
from callcheck.config import Config, StoreSettings, load
from callcheck.store import Forwards
from tests.live.lab.pbx import AMI_PORT, SECRET, Pbx
from tests.live.spy import Spy, port_of

CONFIG = Path(__file__).parent / "lab" / "config" / "callcheck.toml"
HOUR = 3600 * 1_000_000
_ONE_AT_A_TIME = threading.Lock()
WITHIN = 20.0
"""Seconds until a look must have been taken."""


def now() -> int:
    """Microseconds since the epoch, as callcheck counts."""
    return time.time_ns() // 1000


@cache
def _laboratory() -> Config:
    return load(CONFIG, {"CALLCHECK_LAB_SECRET": SECRET})


def config_of(host: str, port: int, folder: Path) -> Config:
    """The laboratory's house, on a PBX of it."""
    config = _laboratory()
    (pbx,) = config.pbxs
    return replace(
        config,
        pbxs=(replace(pbx, host=host, port=port),),
        store=StoreSettings(f"sqlite:///{folder / 'callcheck.db'}"),
        privacy=replace(config.privacy, key_file=folder / "callers.key"),
    )


def _build(host: str, port: int, folder: Path) -> House:
    """With a copy of one empty store: to make it anew would keep the phones of other scenarios
    waiting for this process, and alembic is no friend of threads."""
    with _ONE_AT_A_TIME:
        empty = folder.parent / "callcheck.db"
        if not empty.exists():
            House(config_of(host, port, folder.parent)).store.close()
        shutil.copy(empty, folder)
        return House(config_of(host, port, folder))


class Seer:
    """One PBX's; see `tests.live.lab.stage.Seer`."""

    def __init__(self, spy: Spy, folder: Path, pbx: Pbx) -> None:
        self._spy, self._folder, self._pbx = spy, folder, pbx
        self._looks = 0
        self._house: House
        self._before: asyncio.Server
        self._tasks: list[asyncio.Task[None]] = []
        self._number = ""

    async def look(self, number: str, away: Sequence[str]) -> dict[str, Any]:
        """What the rehearsal says now; `away` are absent by the calendar."""
        await self._close()
        running.CHECK_EVERY = 0.1
        self._looks += 1
        folder = self._folder / f"{self._pbx.number}-{self._looks}"
        folder.mkdir(parents=True)
        self._before = await self._spy.before(self._pbx.host, AMI_PORT)
        self._house = await asyncio.to_thread(_build, "127.0.0.1", port_of(self._before), folder)
        for who in away:
            self._house.absences.service.add(Draft(who, now() - HOUR, now() + HOUR), "api")
        listeners = [listener.run() for listener, _ in self._house.watched]
        self._tasks = [asyncio.create_task(w) for w in (*listeners, self._house.absences.run())]
        forwards = Forwards(self._house.store)
        async with asyncio.timeout(WITHIN):
            while not (forwards.looked() and forwards.phones()):
                await asyncio.sleep(0.05)
        self._number = number
        return self._rehearsal()

    async def look_again(self) -> dict[str, Any]:
        """After the call, with what a 302 in it has told."""
        await asyncio.sleep(0.5)
        found = self._rehearsal()
        await self._close()
        return found

    def _rehearsal(self) -> dict[str, Any]:
        party = self._house.config.directory("main").reached_by(self._number)
        assert party is not None, f"nobody has {self._number}"
        return self._house.absences.service.rehearsal(party.extension)

    async def _close(self) -> None:
        if not self._tasks:
            return
        for listener, _ in self._house.watched:
            await listener.close()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks = []
        self._before.close()
        await asyncio.to_thread(self._house.store.close)
