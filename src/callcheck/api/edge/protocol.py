"""One connection of an HTTP client.

h11 reads the requests, also where httptools is installed: it bounds the size of a head.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

PIECE = 8 << 10
"""Bytes read at a time. asyncio would read 256 KiB, and in chunks of one byte that stops the event
loop, and so the listener, for most of a second."""
STALLED = 20.0
"""Seconds that a client may leave what is sent to it lying; it waits in our memory meanwhile."""


class BoundedProtocol(H11Protocol):
    """uvicorn's connection, which reads little at a time and drops a client that does not read."""

    _stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As asyncio has it."""
        transport.max_size = PIECE  # type: ignore[attr-defined]
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """As asyncio has it."""
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """As asyncio has it: more than 64 KiB wait to be sent."""
        self._stalled = self.loop.call_later(STALLED, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        """As asyncio has it: the client has taken them."""
        self._taken()
        super().resume_writing()

    def _taken(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
