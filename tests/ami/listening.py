"""A listener on a fake PBX, with a sink that keeps all that it receives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from callcheck.ami.address import Pace
from callcheck.ami.client import Listener
from tests.ami.fake_pbx import SECRET, USER, FakePbx

OURS = b"\r\nActionID: callcheck-"


@dataclass
class Address:
    port: int
    name: str = "main"
    host: str = "127.0.0.1"
    username: str = USER
    secret: str = SECRET
    tls: bool = False
    ca_file: Path | None = None
    snapshot: bool = True
    connect_seconds: float = 2.0
    action_seconds: float = 1.0
    ping_seconds: float = 0.05
    refused_seconds: float = 30.0


@dataclass
class Seen:
    """A sink that keeps all it receives, and raises at the message `broken`."""

    broken: bytes | None = None
    told: list[bytes] = field(default_factory=list)
    pongs: list[bytes] = field(default_factory=list)

    def connected(self) -> None:
        self.told.append(b"+")

    def messages(self, batch: Iterable[bytes]) -> None:
        for raw in batch:
            if self.broken is not None and self.broken in raw:
                raise ValueError("+37167012345 cannot be followed")
            self.told.append(raw)

    def pong(self, raw: bytes, round_trip: float) -> None:
        self.told.append(b"pong")
        self.pongs.append(raw)

    def lost(self) -> None:
        self.told.append(b"-")

    @property
    def events(self) -> list[bytes]:
        return [t for t in self.told if t.startswith(b"Event: ") and OURS not in t]

    @property
    def items(self) -> list[bytes]:
        return [t for t in self.told if OURS in t]


FAST = Pace(retry_first=0.02, retry_cap=0.1, look_soon=0.05, look_again=0.05)


@asynccontextmanager
async def listening(
    pbx: FakePbx | int, sink: Seen, pace: Pace = FAST, **settings: object
) -> AsyncIterator[Listener]:
    port = pbx if isinstance(pbx, int) else pbx.port
    listener = Listener(Address(port, **settings), sink, pace)  # type: ignore[arg-type]
    task = asyncio.create_task(listener.run())
    try:
        yield listener
    finally:
        await listener.close()
        await asyncio.wait_for(task, 5)


async def until(true: Callable[[], object], within: float = 5.0) -> None:
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.005)
