"""Listens to one PBX for as long as the program runs, and passes its events to a sink.

The listener connects, logs in, lists the running calls, checks that the connection is alive, and
reconnects if it is not. It does not interpret events.
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

from callcheck.ami import advice
from callcheck.ami.address import Address, Pace, tls_of
from callcheck.ami.backoff import Allowance, Backoff
from callcheck.ami.link import Headers, Link, LinkError, LoginRefused, NoAnswer, TooOld
from callcheck.ami.rights import Rights

log = logging.getLogger(__name__)
T = TypeVar("T")
_ALSO: dict[str, Headers] = {"Status": {"Variables": "CDR(answer,u)"}}
"""Further headers of the listing actions: when each channel was answered, in microseconds."""


class Sink(Protocol):
    """Receives the events. Its methods must not block, wait or do I/O."""

    def connected(self) -> None:
        """We are logged in. From here until `lost`, no event is missing."""

    def messages(self, batch: Iterable[bytes]) -> None:
        """Events that arrived together, also items of a listing; each as sent, without its closing
        blank line. If this raises, it is called again with those that it has not yet taken."""

    def pong(self, raw: bytes, round_trip: float) -> None:
        """The answer to a Ping, `round_trip` seconds after we sent it. Its `Timestamp` is the
        clock of the PBX."""

    def lost(self) -> None:
        """From here until `connected`, events are missing."""


class State(StrEnum):
    """What a listener is doing."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    REFUSED = "refused"
    """The PBX rejected the user or the secret. We retry, but rarely."""
    TOO_OLD = "too_old"
    """The PBX speaks AMI 1.x. We retry as rarely, in case it is upgraded."""
    WAITING = "waiting"
    CLOSED = "closed"


class Listener:
    """Listens to one PBX until `close()`.

    These may be read at any time: `state`, `trouble` (why it is not connected, in words),
    `gap_seconds`, `last_event_age`, `rights`, `sink_failures`, `oversized`, `connects`.

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
        self._logins = Allowance(self.pace.logins_at_once, self.pace.login_every)
        self._closing = asyncio.Event()
        self._missed = False
        self._pinged = self._now()
        self._sharing = False
        self._told: list[str] = []
        self._link: Link | None = None
        self._last_event: float | None = None
        self._last_answer = self._now()
        self._gap: tuple[float, float | None] = 0.0, None
        """The seconds of the gaps that are over, and when the present one began. One value, because
        other threads read it: halves of two would show a gap twice."""
        if any(c in value for value in (pbx.username, pbx.secret) for c in "\r\n\0"):
            raise ValueError(f"the user and the secret of pbx {pbx.name} must be of one line")

    @property
    def gap_seconds(self) -> float:
        """Seconds without a connection since `run` first began, including the current gap, and
        those that `resume` brought along."""
        over, since = self._gap
        return over if since is None else over + self._now() - since

    @property
    def past_gaps(self) -> float:
        """The same without the current gap."""
        return self._gap[0]

    def resume(self, past_gaps: float, deaf_for: float) -> None:
        """Goes on where an earlier listener ended, that heard its PBX last `deaf_for` seconds ago.
        To be called before `run`."""
        self._last_answer = self._now() - deaf_for
        self._gap = past_gaps, self._last_answer

    @property
    def last_heard(self) -> float:
        """When anything last arrived from a PBX that we were logged in to, by the monotonic clock;
        before that, when `run` began."""
        _, gap_since = self._gap
        if gap_since is not None:
            return gap_since
        return max(self._last_answer, self._last_event or self._last_answer)

    @property
    def last_event_age(self) -> float | None:
        """Seconds since the last event; None before the first."""
        return self._now() - self._last_event if self._last_event is not None else None

    async def run(self) -> None:
        """Listens until `close()`. Never raises for anything that the PBX or the network does."""
        if self._gap[1] is None:
            self._gap = self._gap[0], self._now()
        try:
            while not self._closing.is_set():
                await self._wait(await self._try())
        finally:
            self._end("closed")
            self.state = State.CLOSED

    async def close(self) -> None:
        """Ends `run` for good, even while it waits to reconnect."""
        self._closing.set()
        link = self._link
        if link is None:
            return
        if self.state is State.CONNECTED:
            with contextlib.suppress(LinkError):
                await link.ask({"Action": "Logoff"}, min(1.0, self.pbx.action_seconds))
        link.close()

    async def ask(self, headers: Headers) -> list[Headers]:
        """Sends an action and returns the answer. Raises LinkError if there is none."""
        link = self._link
        if link is None or self.state is not State.CONNECTED:
            raise LinkError(f"pbx {self.pbx.name} is not connected")
        return await link.ask(headers, self.pbx.action_seconds)

    async def _try(self) -> float:
        """Runs one connection to its end. Returns the seconds to wait before the next."""
        self.state = State.CONNECTING
        try:
            await self._session()
        except LoginRefused as refused:
            self._end(
                f"the PBX refuses the login of {self.pbx.username}: {refused}; "
                f"{advice.LOGIN_REFUSED}"
            )
            self.state = State.REFUSED
            return self._backoff.around(self.pbx.refused_seconds)
        except TooOld as greeting:
            self._end(
                f'the PBX greets with "{greeting}", which is Asterisk 11 or older: callcheck needs '
                "Asterisk 12 or newer"
            )
            self.state = State.TOO_OLD
            return self._backoff.around(self.pbx.refused_seconds)
        except Exception as error:  # a listener that stops would be worse than any error
            self._end(self._in_words(error))
        self.state = State.WAITING
        return max(self._backoff.next(), self._logins.wait(self._now()))

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
        next_look = self._next_look()
        while True:
            self._pinged = self._now()
            await link.ask({"Action": "Ping"}, pbx.action_seconds)
            await asyncio.wait({link.gone}, timeout=pbx.ping_seconds)
            self._complain()
            if self._missed or (self.rights.unproved and self._now() >= next_look):
                await self._look_at_calls(link, share=self._missed and pbx.snapshot)
                next_look = self._next_look()

    def _next_look(self) -> float:
        pace = self.pace
        return self._now() + (pace.look_again if self.rights.heard else pace.look_soon)

    async def _look_at_calls(self, link: Link, *, share: bool) -> None:
        """Lists the running calls, for the sink (`share`) or only to detect missing rights.

        Shared only if needed: an item can overtake the event that announces the same channel.
        """
        self._missed = False
        for action in ("CoreShowChannels", "Status", "BridgeList"):
            self._sharing = share and action != "BridgeList"  # bridges only show rights
            try:
                asked = {"Action": action, **_ALSO.get(action, {})}
                response, *items = await link.ask(asked, self.pbx.action_seconds)
            except NoAnswer as silence:  # the next Ping shows whether the connection is dead
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
        self._backoff.reset()
        self._logins.take(self._now())  # a PBX that drops us at once would be stormed without it
        self.state = State.CONNECTED
        self.trouble = None
        self.heard()
        self._gap = self.gap_seconds, None
        log.info("pbx %s: connected", self.pbx.name)
        self._tell(self.sink.connected)

    def heard(self) -> None:
        """From the link: something other than an event arrived, be it the end of the connection."""
        self._last_answer = self._now()

    def events(self, batch: list[bytes]) -> None:
        """From the link: events that arrived together."""
        self._last_event = self._now()
        if not self.rights.complete:
            self.rights.note_all(batch)
        left = iter(batch)
        for _ in batch:
            if self._pass(self.sink.messages, left):
                break

    def item(self, raw: bytes) -> None:
        """From the link: one item of a listing that we requested."""
        self.heard()
        if self._sharing:
            self._pass(self.sink.messages, [raw])

    def pong(self, raw: bytes) -> None:
        """From the link: the answer to a Ping."""
        self.heard()
        round_trip = self._now() - self._pinged
        self._pass(lambda answer: self.sink.pong(answer, round_trip), raw)

    def dropped(self, count: int) -> None:
        """From the link: `count` messages were dropped, before or in the piece just read."""
        self.heard()
        if count:
            self.oversized += count
            log.warning("pbx %s: a message of over 1 MiB was dropped", self.pbx.name)
        self._resync()

    def _pass(self, take: Callable[[T], None], given: T) -> bool:
        """Passes events on. False if the sink failed; then the open calls may have missed an
        event."""
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
                type(error).__name__,  # its text may hold a caller's number
                self.sink_failures,
            )

    def _resync(self) -> None:
        """Reports an interruption, so that calls that are open now count as incomplete."""
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
        if self._gap[1] is None:
            # not now: a connection that died without a word is noticed only by a Ping's time-out
            self._gap = self._gap[0], self.last_heard
            self._tell(self.sink.lost)
        if why != self.trouble and not self._closing.is_set():
            log.warning("pbx %s: %s", self.pbx.name, why)
        self.trouble = why

    def _in_words(self, error: Exception) -> str:
        if isinstance(error, LinkError):
            return str(error)
        where = f"{self.pbx.host}:{self.pbx.port}"
        if isinstance(error, TimeoutError):
            within = f"within {self.pbx.connect_seconds:g} s"
            return f"no connection to {where} {within}; {advice.NO_CONNECTION}"
        if isinstance(error, OSError):
            # asyncio repeats number and address; an unknown host has no strerror
            numbered = (error.errno or 0) > 0 and not isinstance(error, ssl.SSLError)
            why = os.strerror(error.errno or 0) if numbered else error.strerror or error
            what = f"; {advice.NO_CONNECTION}" if numbered else ""  # else name or certificate
            return f"no connection to {where}: {why}{what}"
        return f"the listener itself failed ({type(error).__name__}): please report this"

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    def _now(self) -> float:
        return time.monotonic()  # not the loop's clock: metrics call this from other threads
