"""One connection of an HTTP client.

h11 reads the requests, also where httptools is installed: it bounds the size of a head.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

PIECE = 8 << 10
"""Bytes read at a time. asyncio would read 256 KiB, and in chunks of one byte that stops the event
loop, and so the listener, for most of a second."""


class BoundedProtocol(H11Protocol):
    """uvicorn's connection, which reads little at a time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As asyncio has it."""
        transport.max_size = PIECE  # type: ignore[attr-defined]
        super().connection_made(transport)
