"""How many HTTP clients are let in, who makes room when it is full, and what the log says of it.

uvicorn's own `limit_concurrency` lets everybody in and refuses their requests: connections without
a request are not bounded by it, and with enough of them no health check is answered.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import Protocol

from uvicorn.server import ServerState

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 512
"""Open connections, before one that waits for its request makes room."""
SPARE = 256
"""More of them in a rush, so that nobody is sent away whose request is just coming; a process may
usually have 1,024 open files."""
DOORSTEP = 128
"""Connections beyond all these that only a health check is answered on."""
JUST_COMING = 1.0
"""Seconds."""
SAY_AGAIN = 3600.0
"""Seconds in which a kind of trouble is logged once."""
TROUBLES = {
    "slow": "%d HTTP clients were too slow to send a request and were disconnected",
    "evicted": "%d HTTP connections without a request were closed, because all were taken",
    "refused": "%d HTTP connections were refused, because all were taken by requests",
    "unreadable": "%d HTTP requests could not be read",
    "deaf": "%d HTTP clients did not read their answer and were disconnected",
}


class Evictable(Protocol):
    """A connection that may be closed to make room."""

    def drop(self, trouble: str) -> None:
        """Closes it at once."""


class Door(ServerState):
    """uvicorn's connections, and those among them that have no request yet."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[Evictable, float] = {}
        """Connections whose request has not wholly come, and since when they wait, the one that
        waits longest first."""
        self._counts: Counter[str] = Counter()
        self._said: dict[str, float] = {}

    def has_room(self) -> bool:
        """Whether one more may come in. The connection that waits longest for a request makes room;
        there is none if all are taken by requests."""
        beyond = len(self.connections) - MOST_CONNECTIONS
        if beyond < 0:
            return True
        longest = next(iter(self.waiting), None)
        if beyond < SPARE and (longest is None or self._just_came(longest)):
            return True
        if longest is None:
            return False
        longest.drop("evicted")
        return True

    def has_doorstep(self) -> bool:
        """Whether one more may come in that is answered only if it is a health check."""
        return len(self.connections) < MOST_CONNECTIONS + SPARE + DOORSTEP

    def await_request(self, one: Evictable) -> None:
        """Takes note of a connection that waits for its request from now on."""
        self.waiting.setdefault(one, time.monotonic())

    def _just_came(self, one: Evictable) -> bool:
        return time.monotonic() - self.waiting[one] < JUST_COMING

    def note(self, trouble: str) -> None:
        """Counts a trouble, and logs the count the first time and then once an hour."""
        self._counts[trouble] += 1
        now = time.monotonic()
        if now - self._said.get(trouble, -SAY_AGAIN) >= SAY_AGAIN:
            self._said[trouble] = now
            log.warning(TROUBLES[trouble], self._counts.pop(trouble))
