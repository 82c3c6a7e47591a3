"""A PBX's address in, its events out, for as long as the program lives: the one listener.

It connects, logs in, takes a snapshot of what is running, sees that the peer is alive, and
begins again when it is not. What the events mean it does not know.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import ssl
import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Protocol, TypeVar

from callcheck.ami.address import Address, Pace, tls_of
from callcheck.ami.backoff import Backoff
from callcheck.ami.link import Headers, Link, LinkError, LoginRefused, NoAnswer, TooOld
from callcheck.ami.rights import Rights

log = logging.getLogger(__name__)
T = TypeVar("T")
_ALSO: dict[str, Headers] = {"Status": {"Variables": "CDR(answer,u)"}}
"""What else the listings are asked for: when each channel was answered, to the microsecond."""


class Sink(Protocol):
    """Who gets the events. Nothing of it may block, wait, or do I/O."""

    def connected(self) -> None:
        """Logged in; what follows is complete until `lost`."""

    def messages(self, batch: Iterable[bytes]) -> None:
        """Events that came together, each as sent, without its closing blank line; a snapshot's
        items too. If it raises, it is called again for what it has not yet taken."""

    def pong(self, raw: bytes, round_trip: float) -> None:
        """The answer to a Ping, `round_trip` seconds after it was asked; its `Timestamp` is the
        clock of the PBX."""

    def lost(self) -> None:
        """From here something is missing, until `connected`."""


class State(StrEnum):
    """What a listener is doing."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    REFUSED = "refused"
    """The PBX does not accept user or secret; it is asked again, but rarely."""
    TOO_OLD = "too_old"
    """The PBX speaks AMI 1.x; it is tried again as rarely, in case it was upgraded."""
    WAITING = "waiting"
    CLOSED = "closed"


class Listener:
    """Listens to one PBX until `close()`. Readable at any time: `state`, `trouble` (why it is
    not connected, in words), `gap_seconds`, `last_event_age`, `rights`, `sink_failures`,
    `oversized`, `connects`.

    Raises `ValueError` for a user, a secret or a CA file that cannot be used.
    """

    def __init__(self, pbx: Address, sink: Sink, pace: Pace | None = None) -> None:
        self.pbx = pbx
        self.pace = pace or Pace()
        self.sink = sink
        self.state = State.CONNECTING
        self.trouble: str | None = None
        self.rights = Rights()
        self.connects = 0
        self.sink_failures = 0
        self.oversized = 0
        self._tls = tls_of(pbx)
        self._backoff = Backoff(self.pace.retry_first, self.pace.retry_cap)
        self._closing = asyncio.Event()
        self._missed = False
        self._pinged = self._now()
        self._sharing = False
        self._told: list[str] = []
        self._link: Link | None = None
        self._last_event: float | None = None
        self._gap_before = 0.0
        self._gap_since: float | None = None
        if any(c in value for value in (pbx.username, pbx.secret) for c in "\r\n\0"):
            raise ValueError(f"the user and the secret of pbx {pbx.name} must be of one line")

    @property
    def gap_seconds(self) -> float:
        """Seconds since `run` began in which nothing was heard, the present gap included."""
        gap = self._now() - self._gap_since if self._gap_since is not None else 0.0
        return self._gap_before + gap

    @property
    def last_event_age(self) -> float | None:
        """Seconds since the last event; None before the first."""
        return self._now() - self._last_event if self._last_event is not None else None

    async def run(self) -> None:
        """Listens, and returns after `close()`; nothing the PBX or the network does raises."""
        self._gap_since = self._now()
        try:
            while not self._closing.is_set():
                await self._wait(await self._try())
        finally:
            self._end("closed")
            self.state = State.CLOSED

    async def close(self) -> None:
        """Ends `run` for good, also while it waits to try again."""
        self._closing.set()
        link = self._link
        if link is None:
            return
        if self.state is State.CONNECTED:
            with contextlib.suppress(LinkError):
                await link.ask({"Action": "Logoff"}, min(1.0, self.pbx.action_seconds))
        link.close()

    async def ask(self, headers: Headers) -> list[Headers]:
        """Asks the PBX something beside the listening. Raises LinkError where it cannot answer."""
        link = self._link
        if link is None or self.state is not State.CONNECTED:
            raise LinkError(f"pbx {self.pbx.name} is not connected")
        return await link.ask(headers, self.pbx.action_seconds)

    async def _try(self) -> float:
        """One connection from its beginning to its end; seconds to wait before the next."""
        self.state = State.CONNECTING
        began = self._now()
        try:
            await self._session()
        except LoginRefused as refused:
            self._end(f"the PBX refuses the login of {self.pbx.username}: {refused}")
            self.state = State.REFUSED
            return self._backoff.around(self.pbx.refused_seconds)
        except TooOld as greeting:
            self._end(
                f'the PBX greets with "{greeting}", which is Asterisk 11 or older: callcheck needs '
                "Asterisk 12 or newer"
            )
            self.state = State.TOO_OLD
            return self._backoff.around(self.pbx.refused_seconds)
        except Exception as error:  # whatever it is, a listener that ends is worse
            self._end(self._in_words(error))
        self.state = State.WAITING
        if self._now() - began > self.pace.retry_cap:
            self._backoff.reset()  # not at the login: a PBX that drops us at once is not stormed
        return self._backoff.next()

    async def _session(self) -> None:
        self.rights = Rights()
        self._told = []
        self._link = link = Link(self)
        pbx = self.pbx
        await link.connect(pbx.host, pbx.port, self._tls, pbx.connect_seconds)
        await link.login_as(
            pbx.username, pbx.secret, pbx.action_seconds, hashed=self.pace.login == "auto"
        )
        if pbx.snapshot:
            await self._look_at_calls(link, share=True)
        next_look = self._now() + self.pace.look_again
        while True:
            self._pinged = self._now()
            await link.ask({"Action": "Ping"}, pbx.action_seconds)
            await asyncio.wait({link.gone}, timeout=pbx.ping_seconds)
            self._complain()
            if self._missed or (self.rights.unproved and self._now() >= next_look):
                await self._look_at_calls(link, share=self._missed and pbx.snapshot)
                next_look = self._now() + self.pace.look_again

    async def _look_at_calls(self, link: Link, *, share: bool) -> None:
        """Has the PBX list what runs, for the sink (`share`) or only to see what is missing.

        Not shared without need: an item can overtake the event that announces the same channel.
        """
        self._missed = False
        for action in ("CoreShowChannels", "Status", "BridgeList"):
            self._sharing = share and action != "BridgeList"  # that only proves what is missing
            try:
                asked = {"Action": action, **_ALSO.get(action, {})}
                response, *items = await link.ask(asked, self.pbx.action_seconds)
            except NoAnswer as silence:  # the Ping after it tells whether the peer is dead
                log.warning("pbx %s: %s", self.pbx.name, silence)
            else:
                self._learn(action, response, items)
        self._sharing = False

    def _learn(self, action: str, response: Headers, items: list[Headers]) -> None:
        if response.get("Response") == "Success":
            self.rights.listed(action, [i for i in items if not i["Event"].endswith("Complete")])
        elif action != "BridgeList":
            self.rights.refused.add(action)

    def _complain(self) -> None:
        complaints = self.rights.complaints()
        for complaint in complaints:
            if complaint not in self._told:
                log.warning("pbx %s: %s", self.pbx.name, complaint)
        self._told = complaints

    def logged_in(self) -> None:
        """From the link: the login was accepted."""
        self.connects += 1
        self.state = State.CONNECTED
        self.trouble = None
        self._gap_before, self._gap_since = self.gap_seconds, None
        log.info("pbx %s: connected", self.pbx.name)
        self._tell(self.sink.connected)

    def events(self, batch: list[bytes]) -> None:
        """From the link: events that came together."""
        self._last_event = self._now()
        if not self.rights.complete:
            self.rights.note_all(batch)
        left = iter(batch)
        for _ in batch:
            if self._pass(self.sink.messages, left):
                break

    def item(self, raw: bytes) -> None:
        """From the link: one item of a listing that we asked for."""
        if self._sharing:
            self._pass(self.sink.messages, [raw])

    def pong(self, raw: bytes) -> None:
        """From the link: the peer lives."""
        round_trip = self._now() - self._pinged
        self._pass(lambda answer: self.sink.pong(answer, round_trip), raw)

    def dropped(self, count: int) -> None:
        """From the link: so many messages were lost, before or in what was just read."""
        if count:
            self.oversized += count
            log.warning("pbx %s: a message of over 1 MiB was dropped", self.pbx.name)
        self._resync()

    def _pass(self, take: Callable[[T], None], given: T) -> bool:
        """False if the sink failed: one event, and what was open then, are doubtful."""
        try:
            take(given)
        except Exception as error:
            self._failed(error)
            self._resync()
            return False
        return True

    def _failed(self, error: Exception) -> None:
        self.sink_failures += 1
        if self.sink_failures & (self.sink_failures - 1) == 0:  # the 1st, 2nd, 4th, 8th ...
            log.error(
                "pbx %s: a message could not be followed (%s, %d so far)",
                self.pbx.name,
                type(error).__name__,  # the text of it may hold a caller's number
                self.sink_failures,
            )

    def _resync(self) -> None:
        """What was running may have missed something: it counts as not wholly seen."""
        self._tell(self.sink.lost)
        self._tell(self.sink.connected)
        self._missed = True

    def _tell(self, what: Callable[[], None]) -> None:
        try:
            what()
        except Exception as error:
            self._failed(error)

    def _end(self, why: str) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None
        if self._gap_since is None:
            self._gap_since = self._now()
            self._tell(self.sink.lost)
        if why != self.trouble and not self._closing.is_set():
            log.warning("pbx %s: %s", self.pbx.name, why)
        self.trouble = why

    def _in_words(self, error: Exception) -> str:
        if isinstance(error, LinkError):
            return str(error)
        where = f"{self.pbx.host}:{self.pbx.port}"
        if isinstance(error, TimeoutError):
            return f"no connection to {where} within {self.pbx.connect_seconds:g} s"
        if isinstance(error, OSError):
            # asyncio repeats number and address; a name that cannot be found has no strerror
            numbered = (error.errno or 0) > 0 and not isinstance(error, ssl.SSLError)
            why = os.strerror(error.errno or 0) if numbered else error.strerror or error
            return f"no connection to {where}: {why}"
        return f"the listener itself failed ({type(error).__name__}): please report this"

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    def _now(self) -> float:
        return time.monotonic()  # not the loop's: metrics ask from other threads
