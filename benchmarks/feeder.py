"""A stream file in, a PBX that sends it out: over one TCP connection, in a process of its own.

It says yes to every action, and begins to send when it is told to. The answers to actions that
come while it sends are written between two slices.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from benchmarks.processes import SPAWN, pin
from benchmarks.stream import GREETING

SLICE_SECONDS = 0.002
PIECE = 1 << 16
_ID = re.compile(rb"(?i)\bactionid: ([^\r]*)")

Sent = list[tuple[int, int]]
"""(CLOCK_MONOTONIC in ns just before a slice was written, events sent with it)."""


class Feeder:
    """The feeder's process, seen from the one that measures."""

    def __init__(self, pipe: Connection, process: SpawnProcess) -> None:
        self._pipe, self._process = pipe, process
        self.port: int = pipe.recv()

    def play(
        self,
        path: Path,
        rate: int | None = None,
        events: int | None = None,
        part: tuple[int, int | None] = (0, None),
    ) -> None:
        """Begins to send: `rate` events a second, or as fast as they are taken; a `part` of the
        file's bytes, from the beginning of a message to the end of one."""
        self._pipe.send((path, rate, events, part))

    def sent(self) -> Sent:
        """Waits until what `play` was told is sent."""
        log: Sent = self._pipe.recv()
        return log

    def hang_up(self) -> None:
        """Ends the connection, after all that was sent."""
        self._pipe.send(None)


@contextmanager
def feeding() -> Iterator[Feeder]:
    """A feeder that serves one client on a free port of the loopback."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Feeder(ours, process)
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection) -> None:
    pin(1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        pipe.send(server.getsockname()[1])
        client, _ = server.accept()
    with client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(GREETING)
        writing = threading.Lock()
        answering = threading.Thread(target=_answer, args=(client, writing), daemon=True)
        answering.start()
        while (told := pipe.recv()) is not None:
            pipe.send(_send(client, writing, *told))
        client.shutdown(socket.SHUT_WR)
        answering.join()


def _answer(client: socket.socket, writing: threading.Lock) -> None:
    rest = b""
    while data := client.recv(PIECE):
        *actions, rest = (rest + data).split(b"\r\n\r\n")
        for action in actions:
            given = _ID.search(action)
            own = b"\r\nActionID: " + given[1] if given else b""
            said = b"Response: Success%b\r\nPing: Pong\r\nMessage: yes\r\n\r\n" % own
            with writing, _gone_is_fine():
                client.sendall(said)


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        yield
    except OSError:
        return


def _send(
    client: socket.socket,
    writing: threading.Lock,
    path: Path,
    rate: int | None,
    events: int | None,
    part: tuple[int, int | None],
) -> Sent:
    data = path.read_bytes()[slice(*part)]
    log: Sent = []
    for until, so_far in _slices(data, rate, events):
        if rate is not None:
            _sleep_until(log[0][0] if log else time.monotonic_ns(), so_far, rate)
        log.append((time.monotonic_ns(), so_far))
        with writing, _gone_is_fine():
            client.sendall(data[until[0] : until[1]])
    return log


def _sleep_until(began: int, so_far: int, rate: int) -> None:
    late = began / 1e9 + so_far / rate - time.monotonic()
    if late > 0:
        time.sleep(late)


def _slices(
    data: bytes, rate: int | None, events: int | None
) -> Iterator[tuple[tuple[int, int], int]]:
    """Byte ranges to write at once, and how many events have been sent with each."""
    if rate is None:
        start = 0
        while start < len(data):  # whole messages: answers may come in between
            end = data.find(b"\r\n\r\n", min(start + PIECE, len(data) - 4)) + 4
            yield (start, end), 0
            start = end
        return
    per_slice = max(1, round(rate * SLICE_SECONDS))
    start = so_far = 0
    while start < len(data) and (events is None or so_far < events):
        end = start
        for _ in range(per_slice):
            if end < len(data):
                end = data.find(b"\r\n\r\n", end) + 4
                so_far += 1
        yield (start, end), so_far
        start = end
