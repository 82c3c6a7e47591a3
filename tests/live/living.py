"""The whole of a running callcheck on a real Asterisk, with phones: what the tests of absences use.

It logs in as the sample's user of `dialplan/`, through a `Spy`; its API is asked over HTTP.
"""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from callcheck.absences.service import AbsenceService
from callcheck.app.house import House
from callcheck.config import Http
from tests.live.lab import chroot
from tests.live.lab.pbx import AMI_PORT, Pbx
from tests.live.lab.stage import Stage
from tests.live.seer import config_of
from tests.live.spy import Spy, port_of

SECOND = 1_000_000
TOLD = 5.0
"""Within so many seconds callcheck knows of a change that the PBX tells."""
POLL = 3.0
"""Seconds between two looks at what the PBX does not tell by itself."""


@dataclass
class Living:
    """A PBX, its phones, and the callcheck that listens to it."""

    pbx: Pbx
    stage: Stage
    house: House
    spy: Spy

    @property
    def service(self) -> AbsenceService:
        return self.house.absences.service

    async def put(self, entry: str, value: str | None, *, tell: bool = False) -> None:
        """An entry of AstDB (None: away with it); `tell` with the device state by which FreePBX's
        feature codes tell of it."""
        family, _, key = entry.partition("/")
        if value is None:
            await self.pbx.control.action("DBDel", Family=family, Key=key)
        else:
            await self.pbx.control.put(family, key, value)
        if tell:
            state = "NOT_INUSE" if value is None else "INUSE"
            await self.devstate(f"Custom:{family}{key}", "UNKNOWN")  # a change, whatever it was
            await self.devstate(f"Custom:{family}{key}", state)

    async def devstate(self, device: str, state: str) -> None:
        await self.pbx.control.action("Command", Command=f"devstate change {device} {state}")

    async def api(self, path: str) -> Any:
        """What `GET /api/v1/<path>` answers."""
        url = f"http://127.0.0.1:{self.house.config.http.port}/api/v1/{path}"
        return await asyncio.to_thread(_get, url)


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


@asynccontextmanager
async def living(
    version: str, number: int, folder: Path, make: type[Pbx] = Pbx
) -> AsyncIterator[Living]:
    """Everything started, and a first look taken."""
    pbx = make(version, number, chroot.ensure(version))
    await pbx.start()
    stage, spy = Stage(pbx), Spy()
    between = await spy.before(pbx.host, AMI_PORT)
    config = config_of("127.0.0.1", port_of(between), folder)
    config = replace(
        config,
        http=Http("127.0.0.1", 9800 + int(version) + number),
        absences=replace(config.absences, poll_seconds=POLL),
    )
    house = await asyncio.to_thread(House, config)
    stop = asyncio.Event()
    task = asyncio.create_task(house.live(stop))
    try:
        await until(lambda: bool(house.absences.service.snapshot().phone_of), 60)
        yield Living(pbx, stage, house, spy)
    finally:
        stop.set()
        await task
        between.close()
        stage.close()
        await pbx.control.close()
        pbx.stop()


async def until(check: Callable[[], bool], seconds: float, what: str = "") -> float:
    """Waits for it; the seconds it took. A time-out says what was waited for."""
    began = time.monotonic()
    while not check():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} s: {what or check}")
        await asyncio.sleep(0.05)
    return time.monotonic() - began
