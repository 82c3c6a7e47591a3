"""A small TCP server that speaks AMI, for tests of the client. Each test adapts its behaviour.

Its messages have the headers that Asterisk 16.28 and 22.10 send.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

USER, SECRET = "callcheck", "s3cret"
CHALLENGE = "840415273"

Action = dict[str, str]
Answer = Callable[[Action], str | None]
"""Maps an action to its answer, with `|` for line breaks; None means no answer."""


def lines(text: str) -> bytes:
    """Turns `Event: A|B: c` into the bytes of a message."""
    return text.replace("|", "\r\n").encode() + b"\r\n\r\n"


def event(name: str, number: int = 0) -> bytes:
    return lines(f"Event: {name}|Privilege: call,all|Timestamp: 1.000001|Uniqueid: {number}")


@dataclass
class FakePbx:
    """Counts and keeps all requests; `answers` replaces its answer to an action."""

    answers: dict[str, Answer] = field(default_factory=dict)
    after_login: bytes = b""
    """Sent in one piece with the acceptance of a login."""
    greeting: bytes = b"Asterisk Call Manager/11.0.0\r\n"
    drop_at_once: bool = False
    channels: list[str] = field(default_factory=list)
    bridges: list[str] = field(default_factory=list)
    port: int = 0
    connections: int = 0
    asked: list[Action] = field(default_factory=list)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def names(self, name: str) -> list[Action]:
        return [a for a in self.asked if a["Action"] == name]

    def send(self, data: bytes) -> None:
        for writer in self._writers:
            writer.write(data)

    def hang_up(self) -> None:
        for writer in set(self._writers):
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.drop_at_once:
            return
        writer.write(self.greeting)
        while True:
            raw = await reader.readuntil(b"\r\n\r\n")
            pairs = (line.partition(": ") for line in raw.decode().split("\r\n") if line)
            action = {key: value for key, _, value in pairs}
            self.asked.append(action)
            name = action["Action"]
            said = self.answers.get(name, getattr(self, f"_{name.lower()}", self._unknown))(action)
            if said is not None:
                found = f"ActionID: {action['ActionID']}" if "ActionID" in action else "X: y"
                writer.write(lines(said.replace("@", found)) + self._follow(name, said))
            await writer.drain()
            if name == "Logoff" or (said and "Authentication failed" in said):
                return

    def _follow(self, name: str, said: str) -> bytes:
        return self.after_login if name == "Login" and "Success" in said else b""

    def _challenge(self, _: Action) -> str:
        return f"Response: Success|@|Challenge: {CHALLENGE}"

    def _login(self, action: Action) -> str:
        key = hashlib.md5((CHALLENGE + SECRET).encode()).hexdigest()
        right = action.get("Secret") == SECRET or action.get("Key") == key
        if action["Username"] == USER and right:
            return "Response: Success|@|Message: Authentication accepted"
        return "Response: Error|@|Message: Authentication failed"

    def _ping(self, _: Action) -> str:
        return "Response: Success|@|Ping: Pong|Timestamp: 1795359273.573827"

    def _logoff(self, _: Action) -> str:
        return "Response: Goodbye|@|Message: Thanks for all the fish."

    def _coreshowchannels(self, _: Action) -> str:
        return self._list("CoreShowChannel", "Uniqueid", self.channels)

    def _status(self, _: Action) -> str:
        return self._list("Status", "Uniqueid", self.channels)

    def _bridgelist(self, _: Action) -> str:
        return self._list("BridgeListItem", "BridgeUniqueid", self.bridges)

    def _list(self, item: str, key: str, ids: list[str]) -> str:
        said = "Response: Success|@|EventList: start|Message: Channels will follow"
        for each in ids:
            said += f"||Event: {item}|@|{key}: {each}|Application: Dial"
        return said + f"||Event: {item}sComplete|@|EventList: Complete|ListItems: {len(ids)}"

    def _unknown(self, action: Action) -> str:
        return f"Response: Error|@|Message: Invalid/unknown command: {action['Action']}."


def denied(_: Action) -> str:
    """Asterisk's answer to a user who lacks the right."""
    return "Response: Error|@|Message: Permission denied"


def mute(_: Action) -> None:
    """A peer that is dead or hangs."""


@asynccontextmanager
async def running(pbx: FakePbx, tls: ssl.SSLContext | None = None) -> AsyncIterator[FakePbx]:
    """Serves on a free port of the loopback interface."""
    server = await asyncio.start_server(pbx.serve, "127.0.0.1", pbx.port, ssl=tls)
    pbx.port = server.sockets[0].getsockname()[1]
    try:
        yield pbx
    finally:
        server.close()
        pbx.hang_up()
        await server.wait_closed()
        await asyncio.sleep(0.01)
