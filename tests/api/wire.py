"""A client that writes bytes as it likes, to an API on a real socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit


class Wire:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, text: str | bytes) -> None:
        self.writer.write(text.encode() if isinstance(text, str) else text)
        await self.writer.drain()

    async def push(self, piece: bytes, times: int) -> None:
        """Writes the same piece again and again, until nobody takes it."""
        with contextlib.suppress(OSError):
            for _ in range(times):
                await self.say(piece)

    async def head(self) -> tuple[int, dict[str, str]]:
        """The status and the headers of an answer."""
        raw = await self.reader.readuntil(b"\r\n\r\n")
        first, *lines = raw.decode().strip().split("\r\n")
        named = (line.split(": ", 1) for line in lines)
        return int(first.split(" ")[1]), {name.lower(): value for name, value in named}

    async def rest(self) -> bytes:
        """Everything until the other side closes; a reset is an end as well."""
        found = b""
        with contextlib.suppress(OSError):
            while piece := await self.reader.read(1 << 16):
                found += piece
        return found


@contextlib.asynccontextmanager
async def wire(url: str) -> AsyncIterator[Wire]:
    parts = urlsplit(url)
    async with asyncio.timeout(30):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            yield Wire(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
