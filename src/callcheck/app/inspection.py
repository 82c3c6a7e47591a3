"""Finds out what is wrong with the PBXs as we are connected to them, and logs it once.

It looks for a PBX that hides events (see `callcheck.calls.census`), and for one that is configured
twice. It only reads what the listeners already know.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from itertools import combinations

from callcheck.ami.client import Listener
from callcheck.app.watch import Watch

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two looks; most calls last longer."""
SHARED = 4
"""Channels that two connections have shown at the same time, from which on they are one PBX. Two
PBXs may give one id in the same second, but hardly to lines of one name, and not to several."""
Named = tuple[str, str]
"""A channel's uniqueid and name."""


class Inspection:
    """Watches over the watches. `same` are the pairs of names that stand for one PBX."""

    def __init__(self, watched: Sequence[tuple[Listener, Watch]]) -> None:
        self._watched = watched
        self.same: list[tuple[str, str]] = []
        self._shared: dict[tuple[str, str], set[Named]] = {}
        self._logged: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(EVERY)

    def look(self) -> None:
        """Looks at all connections once. Must be called on the event loop."""
        for listener, watch in self._watched:
            self._look_for_hidden(listener, watch)
        for (one, first), (other, second) in combinations(self._watched, 2):
            pair = one.pbx.name, other.pbx.name
            if pair not in self.same:
                self._compare(pair, first, second)

    def _look_for_hidden(self, listener: Listener, watch: Watch) -> None:
        pbx = listener.pbx
        kinds = [k for k in watch.hidden if (pbx.name, k) not in self._logged]
        if kinds:
            self._logged.update((pbx.name, kind) for kind in kinds)
            log.warning(
                "pbx %s: its calls show that it keeps %s from us: remove the eventfilter lines of "
                "user %s in manager.conf that hide it, then run 'manager reload' and restart "
                "callcheck",
                pbx.name, " and ".join(kinds), pbx.username,
            )  # fmt: skip

    def _compare(self, pair: tuple[str, str], first: Watch, second: Watch) -> None:
        ours, theirs = (w.follower.tracker.channels for w in (first, second))
        both = [(ours[one], theirs[one]) for one in ours.keys() & theirs.keys()]
        shared = self._shared.setdefault(pair, set())
        shared |= {(a.uniqueid, a.name) for a, b in both if a.phone and a.name == b.name}
        if len(shared) >= SHARED:
            shared.clear()
            self.same.append(pair)
            log.warning(
                "[[pbx]] %s and %s are the same PBX, so every call is counted twice: remove one of "
                "them from the configuration",
                *pair,
            )
