"""Between callcheck and a PBX: passes every byte on, and keeps the actions that callcheck sends."""

from __future__ import annotations

import asyncio
import contextlib
import re

from tests.live.lab.sample import DIALPLAN


def documented() -> set[str]:
    """The actions of the table in `dialplan/README.md`: all that callcheck may ever send."""
    _, _, table = (DIALPLAN / "README.md").read_text().partition("## What callcheck asks a PBX")
    rows = re.findall(r"^\|(.*?)\|", table, re.MULTILINE)
    return {action for row in rows for action in re.findall(r"`(\w+)`", row)}


class Spy:
    """May stand before any number of PBXs; `actions` are the names of what was sent."""

    def __init__(self) -> None:
        self.actions: set[str] = set()

    async def before(self, host: str, port: int) -> asyncio.Server:
        """A port of 127.0.0.1 that leads to this PBX, until it is closed."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._between(host, port, reader, writer)

        return await asyncio.start_server(serve, "127.0.0.1", 0)

    async def _between(
        self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        pbx_reader, pbx_writer = await asyncio.open_connection(host, port)
        back = asyncio.create_task(_pass(pbx_reader, writer))
        with contextlib.suppress(ConnectionError):
            sent = b""
            while data := await reader.read(65536):
                sent = sent[-200:] + data
                found = re.findall(rb"(?im)^action:[ \t]*(\w+)\r$", sent)
                self.actions.update(name.decode() for name in found)
                pbx_writer.write(data)
                await pbx_writer.drain()
        pbx_writer.close()
        await back


def port_of(server: asyncio.Server) -> int:
    """Where it listens."""
    port: int = server.sockets[0].getsockname()[1]
    return port


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
