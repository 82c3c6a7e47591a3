"""Records what a PBX sends to a file, for `callcheck record FILE`."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from callcheck.ami.address import Address, Pace
from callcheck.ami.client import Listener, State
from callcheck.ami.framing import GREETING

SESSION = GREETING + b"callcheck\r\n"
"""Starts every session in a recording, so that a replay sees the outages."""

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
        """Writes the start of a session."""
        self.sessions += 1
        self._write(SESSION)

    def messages(self, batch: Iterable[bytes]) -> None:
        """Writes events that arrived together."""
        for raw in batch:
            self.events += 1
            self._write(raw + b"\r\n\r\n")

    def pong(self, raw: bytes, round_trip: float) -> None:
        """Writes nothing: a Pong is not an event."""

    def lost(self) -> None:
        """Writes nothing: the next session's greeting shows the gap."""

    def _write(self, data: bytes) -> None:
        # buffered writes to a file; this sink may do I/O, because nothing is judged while recording
        try:
            if self.failed is None:
                self.file.write(data)
        except OSError as error:
            self.failed = error


@contextmanager
def create(path: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """Creates the file with mode 0600, because it holds personal data; gzip if it ends in `.gz`.

    Raises `RecordError` if it exists (without `force`) or cannot be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    try:
        opened = os.open(path, flags, 0o600)
        os.fchmod(opened, 0o600)  # with `force` it may have had another mode
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
    pbx: Address, path: Path, stop: asyncio.Event, *, force: bool = False,
    pace: Pace | None = None, begun: Callable[[], object] = lambda: None,
) -> int:  # fmt: skip
    """Writes what `pbx` sends to `path` until `stop` is set. Returns the number of events.

    `begun` is called once the file is there. Outages do not end it. Raises `RecordError` if the
    file cannot be written, the login is refused, the PBX is too old, or we never connected before
    `stop`.
    """
    with create(path, force=force) as file:
        begun()
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
        path.unlink(missing_ok=True)  # an empty file would only make the next attempt fail
    if state in _HOPELESS or not sink.sessions:
        raise RecordError(trouble or f"{pbx.host}:{pbx.port} was not connected yet")
    return sink.events
