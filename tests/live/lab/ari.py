"""An ARI application: requests in, what Stasis says of its channels out. Standard library only."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import secrets
import struct
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import quote, urlencode

from .pbx import SECRET

PORT, APP = 8088, "house"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
PATIENCE = 30.0
Event = dict[str, Any]


class Ari:
    """One application, connected by its WebSocket; its requests go over HTTP."""

    def __init__(
        self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.host, self._reader, self._writer = host, reader, writer
        self.events: list[Event] = []
        self._more = asyncio.Condition()
        self._task = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, host: str) -> AsyncIterator[Ari]:
        """Registered as long as the block lasts."""
        reader, writer = await asyncio.open_connection(host, PORT)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        path = f"/ari/events?{_query(app=APP, api_key=f'house:{SECRET}')}"
        head = [f"GET {path} HTTP/1.1", f"Host: {host}:{PORT}", "Upgrade: websocket"]
        head += ["Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        writer.write(("\r\n".join(head) + "\r\n\r\n").encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in answer.splitlines()[0], answer
        self = cls(host, reader, writer)
        try:
            yield self
        finally:
            self._task.cancel()
            writer.close()

    # What an application does.

    async def dial(self, endpoint: str, caller: str, seconds: int = 30) -> str:
        """Creates a channel for the caller's and dials it; its id."""
        made = await self._post("channels/create", endpoint=endpoint, app=APP, originator=caller)
        channel: str = made["id"]
        await self._await(lambda e: e["type"] == "StasisStart" and _of(e, channel))
        await self._post(f"channels/{channel}/dial", caller=caller, timeout=str(seconds))
        return channel

    async def originate(self, endpoint: str, number: str, seconds: int = 30) -> str:
        """The older way: a channel that comes into the application once it is answered."""
        made = await self._post(
            "channels", endpoint=endpoint, app=APP, callerId=number, timeout=str(seconds)
        )
        channel: str = made["id"]
        return channel

    async def ring(self, channel: str) -> None:
        await self._post(f"channels/{channel}/ring")

    async def answer(self, channel: str) -> None:
        await self._post(f"channels/{channel}/answer")

    async def play(self, channel: str, media: str) -> None:
        await self._post(f"channels/{channel}/play", media=media)

    async def hang_up(self, channel: str) -> None:
        """Unless it has ended by itself."""
        with contextlib.suppress(LookupError):
            await self._request("DELETE", f"channels/{channel}")

    async def bridge(self, *channels: str) -> str:
        """A mixing bridge with these channels in it; its id."""
        bridge: str = (await self._post("bridges", type="mixing"))["id"]
        for channel in channels:
            await self.add(bridge, channel)
        return bridge

    async def add(self, bridge: str, channel: str) -> None:
        await self._post(f"bridges/{bridge}/addChannel", channel=channel)

    async def take_out(self, bridge: str, channel: str) -> None:
        await self._post(f"bridges/{bridge}/removeChannel", channel=channel)

    async def hold(self) -> str:
        """A bridge with music, for those who wait."""
        bridge: str = (await self._post("bridges", type="holding"))["id"]
        return bridge

    # What it is told.

    async def arrived(self) -> str:
        """The channel of the first outside caller who came in."""
        event = await self._await(
            lambda e: e["type"] == "StasisStart" and "trunk-" in e["channel"]["name"]
        )
        channel: str = event["channel"]["id"]
        return channel

    async def up(self, *channels: str) -> str:
        """The first of these to be answered."""
        event = await self._await(
            lambda e: (
                e["type"] == "ChannelStateChange"
                and e["channel"]["id"] in channels
                and e["channel"]["state"] == "Up"
            )
        )
        channel: str = event["channel"]["id"]
        return channel

    async def gone(self, channel: str) -> None:
        await self._await(
            lambda e: e["type"] in ("ChannelDestroyed", "StasisEnd") and _of(e, channel)
        )

    async def _await(self, wanted: Callable[[Event], bool]) -> Event:
        async with asyncio.timeout(PATIENCE), self._more:
            while True:
                for event in self.events:
                    if wanted(event):
                        return event
                await self._more.wait()

    # The wire.

    async def _post(self, path: str, **query: str) -> Any:
        return await self._request("POST", path, **query)

    async def _request(self, method: str, path: str, **query: str) -> Any:
        reader, writer = await asyncio.open_connection(self.host, PORT)
        word = base64.b64encode(f"house:{SECRET}".encode()).decode()
        url = f"/ari/{quote(path)}" + (f"?{_query(**query)}" if query else "")
        head = [f"{method} {url} HTTP/1.1", f"Host: {self.host}:{PORT}", "Connection: close"]
        head += [f"Authorization: Basic {word}", "Content-Length: 0"]
        writer.write(("\r\n".join(head) + "\r\n\r\n").encode())
        async with asyncio.timeout(10):
            answer = await reader.read()
        writer.close()
        top, _, body = answer.partition(b"\r\n\r\n")
        status = int(top.split()[1])
        if status >= 300:
            failure = LookupError if status == 404 else ConnectionError
            raise failure(f"ARI: {method} {path}: {status} {body[:200]!r}")
        return json.loads(body) if body.strip() else None

    async def _read(self) -> None:
        while True:
            kind, body = await self._frame()
            if kind == CLOSE:
                return
            if kind == PING:
                self._writer.write(bytes((0x80 | PONG, 0x80 | len(body))) + bytes(4) + body)
            elif kind == TEXT:
                async with self._more:
                    self.events.append(json.loads(body))
                    self._more.notify_all()

    async def _frame(self) -> tuple[int, bytes]:
        """One message of the WebSocket, put together."""
        kind, body = 0, b""
        while True:
            first, second = await self._reader.readexactly(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack("!H", await self._reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", await self._reader.readexactly(8))
            kind = first & 0x0F or kind
            body += await self._reader.readexactly(size)
            if first & 0x80:
                return kind, body


def _of(event: Event, channel: str) -> bool:
    return bool(event.get("channel", {}).get("id") == channel)


def _query(**values: str) -> str:
    return urlencode(values)
