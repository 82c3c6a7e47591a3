"""One connection of an HTTP client, with its time limits.

h11 reads the requests, also where httptools is installed: it bounds the size of a head. uvicorn
limits only the time between two requests.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from callcheck.api.edge.door import Door
from callcheck.api.problems import MEDIA_TYPE, problem

PIECE = 2 << 10
"""Bytes read at a time. asyncio would read 256 KiB, and in chunks of one byte that stops the event
loop, and so the listener, for most of a second; this stops it for some milliseconds."""
LARGEST_HEAD = 16 << 10
"""Bytes of a request line with its headers."""
REQUEST_SECONDS = 10.0
"""Seconds within which a request must have come wholly, from its first byte or the connection."""
STALLED = 20.0
"""Seconds that a client may leave what is sent to it lying; it waits in our memory meanwhile."""
_DETAILS = {
    400: "this is no HTTP request that can be read",
    431: "the headers are longer than 16 KiB; send fewer",
    501: "this transfer encoding is not known; use chunked",
    503: "too many connections are open; try again later",
}


_log = logging.getLogger(__name__)
_log.setLevel(logging.ERROR)  # uvicorn warns of each strange request; `Door` counts them


class BoundedProtocol(H11Protocol):
    """uvicorn's connection, which reads little at a time and drops a client that is too slow."""

    def __init__(self, config: Any, server_state: Door, *args: Any, **more: Any) -> None:
        super().__init__(config, server_state, *args, **more)
        self.logger = _log
        self._door = server_state
        self._late: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As asyncio has it."""
        transport.max_size = PIECE  # type: ignore[attr-defined]
        admitted = self._door.has_room()
        if not admitted:
            self._door.note("refused")
            self.app = _only_health(self.app)
        if admitted or self._door.has_doorstep():
            super().connection_made(transport)
            self._await_request()
        else:
            self.transport = transport
            self._refuse(503)

    def connection_lost(self, exc: Exception | None) -> None:
        """As asyncio has it."""
        self._request_is_here()
        self._taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As asyncio has it."""
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._await_request()
        else:
            self._request_is_here()

    def on_response_complete(self) -> None:
        """As uvicorn has it, whose keep-alive limit counts until the next byte."""
        super().on_response_complete()
        if not self.transport.is_closing() and self.conn.their_state is h11.IDLE:
            self._door.await_request(self)

    def drop(self, trouble: str) -> None:
        """Closes the connection at once."""
        self._door.note(trouble)
        self._request_is_here()
        self.connections.discard(self)
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words, for everything
        """As uvicorn has it, which calls it while it handles h11's error."""
        self._door.note("unreadable")
        self._request_is_here()
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and cycle.response_started and not cycle.response_complete:
            self.transport.abort()
        else:
            self._refuse(getattr(sys.exc_info()[1], "error_status_hint", 400))

    def pause_writing(self) -> None:
        """As asyncio has it: more than 64 KiB wait to be sent."""
        self._stalled = self.loop.call_later(STALLED, self.drop, "deaf")
        super().pause_writing()

    def resume_writing(self) -> None:
        """As asyncio has it: the client has taken them."""
        self._taken()
        super().resume_writing()

    def _await_request(self) -> None:
        self._door.await_request(self)
        if self._late is None:
            self._late = self.loop.call_later(REQUEST_SECONDS, self.drop, "slow")

    def _request_is_here(self) -> None:
        self._door.waiting.pop(self, None)
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _taken(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _refuse(self, status: int) -> None:
        answer = problem(status, _DETAILS.get(status, _DETAILS[400]))
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Type: {MEDIA_TYPE}",
            f"Content-Length: {len(answer.body)}", "Connection: close", "Cache-Control: no-store",
        ]  # fmt: skip
        head = "\r\n".join([*lines, "", ""]).encode()
        self.transport.write(head + bytes(answer.body))
        self.transport.close()


def _only_health(app: Any) -> Any:
    """The application of a connection for which there is no room."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/healthz":
            await app(scope, receive, send)
        else:
            refusal = problem(503, _DETAILS[503], {"Connection": "close", "Retry-After": "5"})
            await refusal(scope, receive, send)

    return answer
