"""Actions in, answers out: the smallest AMI client that can drive a PBX (never the one tested)."""

from __future__ import annotations

import asyncio
import contextlib

END = b"\r\n\r\n"


class Ami:
    """One login; answers are found by ActionID, events are thrown away."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._number = 0
        self._waiting: dict[str, asyncio.Future[list[dict[str, str]]]] = {}
        self._answers: dict[str, list[dict[str, str]]] = {}
        self._task = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def login(cls, host: str, port: int, user: str, secret: str) -> Ami:
        reader, writer = await asyncio.open_connection(host, port, limit=1 << 22)
        try:
            return await cls._greeted(reader, writer, user, secret)
        except BaseException:
            writer.close()
            raise

    @classmethod
    async def _greeted(
        cls, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, user: str, secret: str
    ) -> Ami:
        await reader.readline()
        self = cls(reader, writer)
        answer = await self.action("Login", Username=user, Secret=secret, Events="off")
        if answer[0].get("Response") != "Success":
            raise ConnectionError(f"AMI refused {user}: {answer[0].get('Message')}")
        return self

    async def action(self, name: str, **headers: str) -> list[dict[str, str]]:
        """The response, and the listed events that belong to it."""
        self._number += 1
        key = str(self._number)
        lines = [f"Action: {name}", f"ActionID: {key}"]
        for header, value in headers.items():
            lines += [f"{header}: {part}" for part in value.split("\n")]
        self._waiting[key] = asyncio.get_running_loop().create_future()
        self._answers[key] = []
        self._writer.write("\r\n".join(lines).encode() + END)
        async with asyncio.timeout(30):
            return await self._waiting[key]

    async def channels(self) -> list[str]:
        answer = await self.action("CoreShowChannels")
        return [item["Channel"] for item in answer if item.get("Event") == "CoreShowChannel"]

    async def put(self, family: str, key: str, value: str) -> None:
        await self.action("DBPut", Family=family, Key=key, Val=value)

    async def _read(self) -> None:
        while True:
            try:
                block = await self._reader.readuntil(END)
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            message: dict[str, str] = {}
            for line in block.decode("utf-8", "replace").split("\r\n"):
                key, _, value = line.partition(": ")
                message.setdefault(key, value)
            self._take(message)

    def _take(self, message: dict[str, str]) -> None:
        key = message.get("ActionID", "")
        future = self._waiting.get(key)
        if future is None or future.done():
            return
        self._answers[key].append(message)
        if message.get("EventList") != "start":
            listing = len(self._answers[key]) > 1 or "Event" in message
            if not listing or message.get("EventList") == "Complete":
                future.set_result(self._answers.pop(key))

    async def gone(self, patience: float = 30) -> None:
        """Returns when the PBX has closed the connection."""
        async with asyncio.timeout(patience):
            await self._task

    async def close(self) -> None:
        self._task.cancel()
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
