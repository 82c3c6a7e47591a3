"""A PBX in, a file with what it sent out: what `callcheck record FILE` does."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from callcheck.ami.address import Address, Pace
from callcheck.ami.client import Listener, State
from callcheck.ami.framing import GREETING

SESSION = GREETING + b"callcheck\r\n"
"""Begins every session in a recording, so that a replay sees where an outage was."""

_HOPELESS = (State.REFUSED, State.TOO_OLD)


class RecordError(Exception):
    """Why nothing can be recorded, in one sentence."""


@dataclass
class Recording:
    """A sink that writes events as the PBX sent them; `events` counts them."""

    file: BinaryIO
    events: int = 0
    sessions: int = 0
    failed: OSError | None = None

    def connected(self) -> None:
        """A session begins."""
        self.sessions += 1
        self._write(SESSION)

    def messages(self, batch: Iterable[bytes]) -> None:
        """Events that came together."""
        for raw in batch:
            self.events += 1
            self._write(raw + b"\r\n\r\n")

    def pong(self, raw: bytes, round_trip: float) -> None:
        """Not an event."""

    def lost(self) -> None:
        """What is missing shows by the next session's greeting."""

    def _write(self, data: bytes) -> None:
        # buffered writes to a file: the one sink that may do I/O, for nothing is judged here
        try:
            if self.failed is None:
                self.file.write(data)
        except OSError as error:
            self.failed = error


@contextmanager
def create(path: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """Opens the file, mode 0600 for it holds personal data; gzip where its name ends in `.gz`.

    Raises `RecordError` if it is there already (without `force`) or cannot be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    try:
        opened = os.open(path, flags, 0o600)
        os.fchmod(opened, 0o600)  # it may have been there with another mode
    except FileExistsError:
        raise RecordError(f"{path} is there already: --force writes over it") from None
    except OSError as error:
        raise RecordError(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(opened, "wb") as raw:
        if path.suffix == ".gz":
            with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6) as zipped:
                yield cast(BinaryIO, zipped)
        else:
            yield raw


async def record(
    pbx: Address, path: Path, stop: asyncio.Event, *, force: bool = False, pace: Pace | None = None
) -> int:
    """Writes what `pbx` sends to `path` until `stop` is set; the number of events.

    An outage is waited out. Raises `RecordError` when the file cannot be written, the login is
    refused, the PBX is too old, or it could not be reached at all before `stop`.
    """
    with create(path, force=force) as file:
        sink = Recording(file)
        listener = Listener(pbx, sink, pace)
        running = asyncio.create_task(listener.run())
        try:
            while not stop.is_set():
                if sink.failed or listener.state in _HOPELESS:
                    break
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 0.1)
            state, trouble = listener.state, listener.trouble
        finally:
            await listener.close()
            await running
    if sink.failed:
        raise RecordError(f"{path} cannot be written: {sink.failed.strerror}")
    if not sink.sessions:
        path.unlink(missing_ok=True)  # an empty file would only stand in the way of the next try
    if state in _HOPELESS or not sink.sessions:
        raise RecordError(trouble or f"{pbx.host}:{pbx.port} was not connected yet")
    return sink.events
