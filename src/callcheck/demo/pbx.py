"""A PBX for the demo and for tests: speaks AMI on a local port and plays a recorded day.

It answers Login (plain and MD5), Ping, CoreShowChannels, Status, BridgeList and Logoff as
Asterisk does, and sends the events of the day to every client that has logged in. Its clock runs
`speed` times as fast as the real one and agrees with it at the end of the day; then the next day
begins, with new ids. A client that connects late gets the rest of the day.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from callcheck.demo.day import Day, load, redated
from callcheck.demo.pbx_state import PbxState

USER = "callcheck"
GREETING = b"Asterisk Call Manager/11.0.0\r\n"
MAX_UNREAD = 8 << 20
"""A client with this many unread bytes is disconnected, as Asterisk does."""

Action = dict[str, str]


@dataclass(eq=False)
class Client:
    """A connected AMI client."""

    writer: asyncio.StreamWriter
    challenge: str = ""
    logged_in: bool = False

    def say(self, headers: str, action: Action, *blocks: bytes) -> None:
        """Sends a response (`|` separates its headers) and the events of a list after it."""
        first, *more = headers.split("|")
        own = [f"ActionID: {action['actionid']}"] if "actionid" in action else []
        said = "\r\n".join([first, *own, *more]).encode()
        self.writer.write(b"".join(block + b"\r\n\r\n" for block in (said, *blocks)))


class DemoPbx:
    """Used as `async with pbx.serving():`. From then on `port` is the real port."""

    def __init__(
        self,
        secret: str,
        day: Day | None = None,
        *,
        speed: float = 30.0,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if speed <= 0:
            raise ValueError("speed must be above 0")
        self.secret = secret
        self.day = day or load()
        self.speed = speed
        self.host, self.port = host, port
        self.days = 0
        self._clock = clock
        self._start = 0
        self._began = 0.0
        self._clients: set[Client] = set()
        self._first_login = asyncio.Event()
        self._state = PbxState()

    @property
    def now(self) -> float:
        """The PBX's clock in Unix seconds; it is the real time until somebody logs in."""
        if not self.days:
            return self._clock()
        return self._start + (self._clock() - self._began) * self.speed

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[DemoPbx]:
        """Serves and plays until the block ends. Raises OSError if the port is taken."""
        server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = server.sockets[0].getsockname()[1]
        player = asyncio.create_task(self._play())
        try:
            yield self
        finally:
            player.cancel()
            server.close()
            for client in set(self._clients):
                client.writer.transport.abort()
            await asyncio.gather(player, return_exceptions=True)
            await server.wait_closed()
            while self._clients:
                await asyncio.sleep(0)

    async def _play(self) -> None:
        """Plays day after day, starting at the first login."""
        await self._first_login.wait()
        while True:
            self._began = self._clock()
            length = self.day.seconds
            self._start = int(self._began - length * (1 - 1 / self.speed))
            self._state.clear()
            first_id = self.days * self.day.ids
            self.days += 1
            await self._play_events(first_id)
            await self._reach(length)

    async def _play_events(self, first_id: int) -> None:
        due: list[bytes] = []
        for offset, raw in self.day.events:
            if offset / 1e6 > (self._clock() - self._began) * self.speed:
                self._broadcast(due)
                due = []
                await self._reach(offset / 1e6)
            event = redated(raw, self._start, first_id)
            self._state.note(event)
            due.append(event)
        self._broadcast(due)

    async def _reach(self, second: float) -> None:
        """Waits for a second of the day."""
        await asyncio.sleep(max(0.0, second / self.speed - (self._clock() - self._began)))

    def _broadcast(self, events: list[bytes]) -> None:
        data = b"".join(event + b"\r\n\r\n" for event in events)
        for client in self._clients:
            if client.logged_in and data:
                client.writer.write(data)
                if client.writer.transport.get_write_buffer_size() > MAX_UNREAD:
                    client.writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = Client(writer)
        self._clients.add(client)
        try:
            writer.write(GREETING)
            while await self._answer(client, _action(await reader.readuntil(b"\r\n\r\n"))):
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client has gone, or does not speak AMI
        finally:
            self._clients.discard(client)
            writer.close()

    async def _answer(self, client: Client, action: Action) -> bool:
        """Answers one action. Returns False to end the connection."""
        name = action.get("action", "").lower()
        if name == "logoff":
            client.say("Response: Goodbye|Message: Thanks for all the fish.", action)
            return False
        if name == "challenge":
            self._challenge(client, action)
        elif name == "login":
            return await self._login(client, action)
        elif not client.logged_in:
            client.say("Response: Error|Message: Permission denied", action)
        elif name == "ping":
            client.say(f"Response: Success|Ping: Pong|Timestamp: {self.now:.6f}", action)
        elif name in ("coreshowchannels", "status", "bridgelist"):
            self._list(client, action, name)
        elif name in ("dbgettree", "devicestatelist"):  # it has neither forwards nor device states
            own = f"\r\nActionID: {action['actionid']}" if "actionid" in action else ""
            event = "DBGetTree" if name == "dbgettree" else "DeviceStateList"
            end = f"Event: {event}Complete{own}\r\nEventList: Complete\r\nListItems: 0"
            said = "Response: Success|EventList: start|Message: Result will follow"
            client.say(said, action, end.encode())
        else:
            what = f"Invalid/unknown command: {action.get('action', '')}."
            client.say(f"Response: Error|Message: {what}", action)
        return True

    def _challenge(self, client: Client, action: Action) -> None:
        if action.get("authtype", "").upper() != "MD5":
            client.say("Response: Error|Message: Must specify AuthType", action)
            return
        client.challenge = str(secrets.randbelow(10**9))
        client.say(f"Response: Success|Challenge: {client.challenge}", action)

    async def _login(self, client: Client, action: Action) -> bool:
        given, right = action.get("secret", ""), self.secret
        if client.challenge and "key" in action:
            mixed = (client.challenge + self.secret).encode()
            given, right = action["key"], hashlib.md5(mixed, usedforsecurity=False).hexdigest()
        same = hmac.compare_digest(given.encode(), right.encode())
        if action.get("username") != USER or not same:
            await asyncio.sleep(1)  # as Asterisk does
            client.say("Response: Error|Message: Authentication failed", action)
            return False
        client.say("Response: Success|Message: Authentication accepted", action)
        client.logged_in = True
        self._first_login.set()
        return True

    def _list(self, client: Client, action: Action, name: str) -> None:
        item, message = {
            "coreshowchannels": ("CoreShowChannel", "Channels will follow"),
            "status": ("Status", "Channel status will follow"),
            "bridgelist": ("BridgeListItem", "Bridge listing will follow"),
        }[name]
        own = f"\r\nActionID: {action['actionid']}".encode() if "actionid" in action else b""
        source = self._state.bridges if name == "bridgelist" else self._state.channels
        items = [b"Event: %b%b\r\n%b" % (item.encode(), own, body) for body in source.values()]
        done = "BridgeListComplete" if name == "bridgelist" else f"{item}sComplete"
        done = "StatusComplete" if name == "status" else done
        end = f"\r\nEventList: Complete\r\nListItems: {len(items)}".encode()
        items.append(b"Event: %b%b%b" % (done.encode(), own, end))
        client.say(f"Response: Success|EventList: start|Message: {message}", action, *items)


def _action(raw: bytes) -> Action:
    lines = raw.decode("utf-8", "replace").split("\r\n")
    return {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
