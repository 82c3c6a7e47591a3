"""The list of ringing calls, made once for all who watch it.

However many watch, the calls are looked through once in a while, and the list is encoded once for
each scope (a unit, or all). A client that reads slowly misses lists in between and gets the newest:
nothing queues up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence

import orjson

from callcheck.api.tables.rows import Row

log = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two looks at the calls."""
QUIET = 15.0
"""Seconds after which a comment is sent, which keeps proxies from closing the connection."""
MOST_WATCHERS = 200
"""Clients at a time. Sending a list to that many takes a few milliseconds."""
AT_ONCE = 10
"""Clients that are sent to before the event loop may look at the PBXs again."""
PING = b": ping\n\n"


class Watcher:
    """One client, and what it is to be sent next."""

    def __init__(self, unit: str | None) -> None:
        self.unit = unit
        """The only unit that it may see, or None for all."""
        self._next = b""
        self._given = asyncio.Event()

    def give(self, text: bytes) -> None:
        """Has this sent next; a list that was not sent yet is left out."""
        self._next = text
        self._given.set()

    def remind(self) -> None:
        """Has a comment sent, unless there is a list to send."""
        if not self._given.is_set():
            self.give(PING)

    async def next(self) -> bytes:
        """Waits for what is to be sent."""
        await self._given.wait()
        self._given.clear()
        return self._next


class Board:
    """Looks at the calls for all watchers, as long as there are any. Use it on one event loop."""

    def __init__(self, look: Callable[[], Sequence[Row]]) -> None:
        """`look` gives the rows of all units; it is called in a thread."""
        self._look = look
        self._watchers: dict[Watcher, None] = {}
        self._producer: asyncio.Task[None] | None = None
        self._rows: Sequence[Row] | None = None
        self._shown: dict[str | None, object] = {}
        """What the watchers of each scope were given last, without the seconds that pass."""
        self._texts: dict[str | None, bytes] = {}
        """The list as text, for the scopes that have asked for it since the last look."""
        self._failing = False

    @property
    def watchers(self) -> Collection[Watcher]:
        """Those who watch now."""
        return self._watchers.keys()

    def join(self, unit: str | None) -> Watcher | None:
        """A new watcher, who gets the list at once; None if there are too many."""
        if len(self._watchers) >= MOST_WATCHERS:
            return None
        watcher = Watcher(unit)
        self._watchers[watcher] = None
        if self._rows is not None:
            self._shown.setdefault(unit, _essence(self._of(unit)))
            watcher.give(self._text(unit))
        if self._producer is None or self._producer.done():
            self._producer = asyncio.create_task(self._produce())
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """The watcher is gone."""
        self._watchers.pop(watcher, None)

    async def _produce(self) -> None:
        quiet = 0.0
        while self._watchers:
            changed = await self._changed()
            quiet = 0.0 if changed else quiet + EVERY
            for n, watcher in enumerate(list(self._watchers)):
                if n % AT_ONCE == 0:
                    await asyncio.sleep(0)
                if watcher.unit in changed:
                    watcher.give(self._text(watcher.unit))
                elif quiet >= QUIET:
                    watcher.remind()
            if quiet >= QUIET:
                quiet = 0.0
            await asyncio.sleep(EVERY)
        self._rows, self._shown = None, {}

    async def _changed(self) -> Collection[str | None]:
        """Looks at the calls; the scopes whose list differs from what they were given."""
        try:
            rows = await asyncio.to_thread(self._look)
        except Exception as error:  # whatever it is, the watchers keep the last list
            if not self._failing:
                log.error("the ringing calls cannot be listed: %s", type(error).__name__)
            self._failing = True
            return ()
        self._failing = False
        self._rows, self._texts = rows, {}
        now = {unit: _essence(self._of(unit)) for unit in {one.unit for one in self._watchers}}
        changed = [unit for unit, shown in now.items() if self._shown.get(unit) != shown]
        self._shown = now
        return changed

    def _of(self, unit: str | None) -> Sequence[Row]:
        rows = self._rows or ()
        return rows if unit is None else [row for row in rows if row["unit"] == unit]

    def _text(self, unit: str | None) -> bytes:
        if unit not in self._texts:
            data = orjson.dumps({"items": self._of(unit)})
            self._texts[unit] = b"event: ringing\ndata: " + data + b"\n\n"
        return self._texts[unit]


def _essence(rows: Sequence[Row]) -> object:
    return [(row["pbx"], row["call_id"], row["extension"], row["ring"]) for row in rows]
