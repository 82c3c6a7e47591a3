"""A time limit for a whole exchange with a web server.

A socket's own time-out counts from byte to byte, so a server that sends one now and then could
keep us waiting for hours: in TLS, in the headers, or in the answer.
"""

from __future__ import annotations

import contextlib
import socket
from http.client import HTTPConnection, HTTPSConnection
from ssl import SSLContext
from threading import Lock, Timer
from types import TracebackType
from typing import Any, Self
from urllib.request import HTTPHandler, HTTPSHandler, Request


class Deadline:
    """Shuts every connection made within a `with` when the time is up."""

    def __init__(self, seconds: float) -> None:
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True
        self._lock = Lock()
        self._held: list[socket.socket] = []
        self.over = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._timer.cancel()
        with self._lock:
            for held in self._held:
                held.close()
            self._held.clear()

    def hold(self, connected: socket.socket) -> None:
        """Takes note of a connection. A copy, because TLS puts another object in its place."""
        with self._lock:
            self._held.append(connected.dup())
        if self.over:
            self._end()

    def _end(self) -> None:
        self.over = True
        with self._lock:
            for held in self._held:
                with contextlib.suppress(OSError):
                    held.shutdown(socket.SHUT_RDWR)


class _Plain(HTTPConnection):
    deadline: Deadline

    def connect(self) -> None:
        super().connect()
        self.deadline.hold(self.sock)


class _Secure(HTTPSConnection, _Plain):
    """HTTPSConnection connects as `_Plain` does, and speaks TLS then."""


class HttpWithin(HTTPHandler):
    """urllib's handler of http, within a deadline."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def http_open(self, req: Request) -> Any:
        """As urllib has it."""
        return self.do_open(_maker(_Plain, self._deadline), req)


class HttpsWithin(HTTPSHandler):
    """urllib's handler of https, within a deadline."""

    def __init__(self, deadline: Deadline, context: SSLContext) -> None:
        super().__init__(context=context)
        self._deadline, self._trust = deadline, context

    def https_open(self, req: Request) -> Any:
        """As urllib has it."""
        return self.do_open(_maker(_Secure, self._deadline), req, context=self._trust)


def _maker(kind: type[_Plain], deadline: Deadline) -> Any:
    def make(host: str, **more: Any) -> _Plain:
        made = kind(host, **more)
        made.deadline = deadline
        return made

    return make
