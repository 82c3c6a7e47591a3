"""An AMI login in, the raw bytes the PBX sent out: a recorder that leaves nothing out."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from pathlib import Path


class Tap:
    """Records one stream from the banner on."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.data = bytearray()
        self._logged_in = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def open(
        cls, host: str, port: int, user: str, secret: str, snapshot: bool = False
    ) -> Tap:
        reader, writer = await asyncio.open_connection(host, port, limit=1 << 22)
        self = cls(reader, writer)
        writer.write(f"Action: Login\r\nUsername: {user}\r\nSecret: {secret}\r\n\r\n".encode())
        async with asyncio.timeout(10):
            await self._logged_in.wait()
        if snapshot:
            for action in ("CoreShowChannels", "Status", "BridgeList"):
                writer.write(f"Action: {action}\r\nActionID: tap-{action}\r\n\r\n".encode())
        return self

    async def _read(self) -> None:
        while data := await self._reader.read(65536):
            self.data += data
            if b"Response: Success" in self.data:
                self._logged_in.set()

    def leave_after(self, seconds: float) -> None:
        """The connection breaks after so long."""
        asyncio.get_running_loop().call_later(seconds, self._task.cancel)

    async def close(self) -> bytes:
        self._task.cancel()
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
        return bytes(self.data)


def write(path: Path, data: bytes) -> None:
    """The same bytes always make the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, 9, mtime=0))
