"""Manages one connection to a PBX, with panoramisk for actions and our own code for events.

Events go to the owner as raw bytes. Responses, and events with the ActionID of a pending action, go
to panoramisk too. The faults of panoramisk 1.4 are bypassed: it raises out of `data_received`,
reconnects by itself, sends actions again and logs what it sends.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import ssl
from collections.abc import Mapping
from typing import Any, Protocol

from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from callcheck.ami.framing import Framer, too_old

Headers = Mapping[str, str]
"""One response or event of an answer, by header name, as panoramisk parses it."""

# when writing fails, panoramisk logs the whole action, even a Login with its secret
_SILENT = logging.Logger("panoramisk", level=logging.CRITICAL + 1)  # noqa: LOG001 - outside the tree


_ACTION_ID = b"\r\nActionID: "
_SHUTDOWN = b"Event: Shutdown\r\n"
"""If it is cut in two we miss it, but then the PBX closes the connection a moment later."""


class LinkError(Exception):
    """The connection cannot be used any more; the text says why."""


class LinkLost(LinkError):
    """The PBX, or the network, closed the connection."""


class NoAnswer(LinkError):
    """An action was not answered in time."""


class LoginRefused(LinkError):
    """The PBX does not accept the user or the secret."""


class TooOld(LinkError):
    """The PBX speaks AMI 1.x, whose events callcheck cannot use."""


class Owner(Protocol):
    """Receives what arrives. Its methods must not block or wait."""

    def logged_in(self) -> None:
        """The PBX accepted the login. Called before anything that arrives after it."""

    def events(self, batch: list[bytes]) -> None:
        """Whole events that arrived together, in order. They may include an answer that nobody
        requested."""

    def heard(self) -> None:
        """The PBX closed the connection in order, after all that it had sent."""

    def pong(self, raw: bytes) -> None:
        """The whole answer to a Ping."""

    def item(self, raw: bytes) -> None:
        """One event of the answer to one of our actions."""

    def dropped(self, count: int) -> None:
        """`count` messages were too long and were dropped. After the other messages of that piece
        it is called again, with 0."""


class Wire(AMIProtocol):  # type: ignore[misc]
    """panoramisk's protocol with our framing, and without its reconnecting and replaying."""

    transport: asyncio.Transport
    responses: dict[str, Any]
    closed: bool

    def __init__(self, owner: Owner, gone: asyncio.Future[str]) -> None:
        self.owner = owner
        self.gone = gone
        self.framer = Framer(sessions=False)
        self.login_id: str | None = None
        self.live = False
        self.unreadable = 0

    def data_received(self, data: bytes) -> None:
        """Passes messages to the owner, in order. Never raises for anything a PBX sends."""
        messages = self.framer.feed(data)
        if not self.live and self.framer.greeting and too_old(self.framer.greeting):
            self.end(self.framer.greeting)
        lost, self.framer.oversized = self.framer.oversized, 0
        if lost:
            self.owner.dropped(lost)
        # rfind: `in` sets up a long search first, and takes twice the time
        if self.live and not self.responses and data.rfind(_SHUTDOWN) < 0:
            self.owner.events(messages)  # nearly always: no action is pending, so none is an answer
        else:
            self._one_by_one(messages)
        if lost:
            self.owner.dropped(0)

    def _one_by_one(self, messages: list[bytes]) -> None:
        waiting: list[bytes] = []
        for raw in messages:
            event = raw.startswith(b"Event: ")
            if event and not self._is_ours(raw) and not raw.startswith(_SHUTDOWN):
                waiting.append(raw)
                continue
            self._pass_on(waiting)
            if self.closed:
                return
            if not event:
                self._answer(raw)
            elif raw.startswith(_SHUTDOWN):
                self._pass_on([raw])
                self.end("the PBX is shutting down")
            else:
                self.owner.item(raw)
                self._answer(raw)
        self._pass_on(waiting)

    def _pass_on(self, events: list[bytes]) -> None:
        """Passes events to the owner, and empties the list."""
        if self.live and events and not self.closed:
            self.owner.events(events.copy())
        events.clear()

    def _is_ours(self, raw: bytes) -> bool:
        start = raw.find(_ACTION_ID)
        if start < 0 or not self.responses:
            return False
        return raw[start + len(_ACTION_ID) :].partition(b"\r\n")[0].decode("latin-1") in (
            self.responses
        )

    def _answer(self, raw: bytes) -> None:
        try:
            message = Message.from_line(raw.decode("utf-8", "surrogateescape"))
            if message is None or message.action_id not in self.responses:
                return
            self.handle_message(message)
        except Exception:  # panoramisk cannot parse this answer; its action will time out
            self.unreadable += 1
            return
        if message.action_id == self.login_id and message.success:
            self.live = True
            self.owner.logged_in()
        elif b"\r\nPing: Pong" in raw:
            self.owner.pong(raw)

    def eof_received(self) -> None:
        """The PBX closed its side: nothing was lost until now."""
        self.owner.heard()

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is closed, by either side."""
        self.end(f"the connection broke: {exc}" if exc else "the PBX closed the connection")

    def end(self, why: str) -> None:
        """Ends the connection for good. Nothing that arrives later is passed on."""
        if not self.gone.done():
            self.gone.set_result(why)
        self.close()

    def close(self) -> None:
        """Drops the connection and the pending actions, so that none is sent again."""
        self.responses.clear()
        if not self.closed:
            self.closed = True
            self.transport.abort()


class Link(Manager):  # type: ignore[misc]
    """One logged-in connection. Make it with `connect`, end it with `close`."""

    def __init__(self, owner: Owner) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(loop=loop, log=_SILENT, protocol_factory=self._wire)
        self.owner = owner
        self.gone: asyncio.Future[str] = loop.create_future()
        self._asked = 0

    def _wire(self) -> Wire:
        return Wire(self.owner, self.gone)

    async def connect(
        self, host: str, port: int, tls: ssl.SSLContext | None, within: float
    ) -> None:
        """Opens the connection. Raises `OSError`, or `TimeoutError` after `within` seconds."""
        opening = asyncio.ensure_future(
            self.loop.create_connection(self._wire, host, port, ssl=tls)
        )
        try:
            await asyncio.wait(
                {opening, self.gone}, timeout=within, return_when=asyncio.FIRST_COMPLETED
            )
            if not opening.done():
                raise self._lost() if self.gone.done() else TimeoutError
            made = opening.result()
        except BaseException:
            if not opening.cancel() and not opening.exception():
                opening.result()[0].abort()  # it opened just as we were cancelled
            raise
        future = self.loop.create_future()
        future.set_result(made)
        self.connection_made(future)

    async def ask(self, headers: Mapping[str, str], within: float) -> list[Headers]:
        """Sends an action, and returns its response; for a list, followed by the list's events.

        Raises `LinkLost`, `TooOld`, or `NoAnswer` after `within` seconds. A later answer to the
        action is ignored.
        """
        self._asked += 1
        action_id = f"callcheck-{self._asked}"
        return await self._ask({**headers, "ActionID": action_id}, action_id, within)

    async def _ask(self, headers: dict[str, str], action_id: str, within: float) -> list[Headers]:
        if self.gone.done():
            raise self._lost()
        # shielded: in panoramisk's repository an Action is itself a future, and not hashable
        answer: asyncio.Future[Any] = asyncio.shield(self.send_action(headers))
        try:
            await asyncio.wait(
                {answer, self.gone}, timeout=within, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            self.protocol.responses.pop(action_id, None)
        if answer.done():
            result = answer.result()
            return result if isinstance(result, list) else [result]
        if self.gone.done():
            raise self._lost()
        raise NoAnswer(f"{headers['Action']} was not answered within {within:g} s")

    async def login_as(self, user: str, secret: str, within: float, *, hashed: bool = True) -> None:
        """Logs in, by challenge and MD5 if the PBX offers it and `hashed` is true.

        Raises `LoginRefused` with the PBX's message, `TooOld` with its greeting, `LinkLost` or
        `NoAnswer`.
        """
        proof = {"Secret": secret}
        if hashed:
            given = (await self.ask({"Action": "Challenge", "AuthType": "MD5"}, within))[0]
            if challenge := given.get("Challenge"):
                proof = {"AuthType": "MD5", "Key": _md5(challenge, secret)}
        self.protocol.login_id = f"callcheck-{self._asked + 1}"
        headers = {"Action": "Login", "Username": user, "Events": "on", **proof}
        response = (await self.ask(headers, within))[0]
        if response.get("Response") != "Success":
            raise LoginRefused(response.get("Message") or "no reason given")

    def _lost(self) -> LinkError:
        """The error that says why the connection is gone."""
        why = self.gone.result()
        return TooOld(why) if too_old(why) else LinkLost(why)

    def ping(self) -> None:
        """Does nothing: panoramisk would send pings and never check for the pong."""

    async def send_awaiting_actions(self, *_: object) -> None:
        """Does nothing: panoramisk would send unanswered actions a second time."""

    def close(self) -> None:
        """Ends the connection. It does not reconnect by itself."""
        super().close()  # panoramisk's timer, and its protocol
        if not self.gone.done():
            self.gone.set_result("closed by this side")


def _md5(challenge: str, secret: str) -> str:
    """The key that AMI requires. The protocol prescribes MD5; we do not store secrets with it."""
    return hashlib.md5((challenge + secret).encode(), usedforsecurity=False).hexdigest()
