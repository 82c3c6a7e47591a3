"""Notes in the store when each PBX was last heard: time without callcheck is a gap too."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from callcheck.ami.client import Listener
from callcheck.app.watch import Watch
from callcheck.clock import now
from callcheck.store import KeyValues, Store, StoreError

log = logging.getLogger(__name__)

NOTE_EVERY = 5.0
"""Seconds between two notes. After a kill -9 a gap is too long by this at most."""
_KEY = "heard {}"


class Hearing:
    """The notes on all PBXs. `problem` says why the last could not be stored, or is None."""

    def __init__(self, store: Store, watched: Sequence[tuple[Listener, Watch]]) -> None:
        self._notes, self._watched = KeyValues(store), watched
        self._noted: dict[str, str] = {}
        self.problem: str | None = None

    def resume(self) -> None:
        """Lets each listener go on from the last note. Raises StoreError."""
        for listener, _ in self._watched:
            at, _, past_gaps = (self._notes.get(_key(listener)) or "").partition(" ")
            if at and past_gaps:
                # a clock that was set back must not make time that never was
                listener.resume(float(past_gaps), max(0.0, (now() - int(at)) / 1_000_000))

    def start_anew(self) -> None:
        """Another store is open, which has no notes of ours."""
        self._noted = {}

    async def run(self) -> None:
        """Notes it again and again."""
        while True:
            await asyncio.sleep(NOTE_EVERY)
            await asyncio.to_thread(self.note)

    def note(self) -> None:
        """Stores what is new."""
        new = {_key(listener): _text(listener) for listener, _ in self._watched}
        changed = {key: text for key, text in new.items() if self._noted.get(key) != text}
        if not changed and self.problem is None:
            return
        try:
            self._notes.set_all(changed)
        except StoreError as error:
            if self.problem is None:
                log.error("when the PBXs were last heard cannot be noted: %s", error)
            self.problem = str(error)
        else:
            self._noted |= changed
            self.problem = None


def _key(listener: Listener) -> str:
    return _KEY.format(listener.pbx.name)


def _text(listener: Listener) -> str:
    """When it last heard, in whole seconds of our clock, so that it is the same until it hears
    again; and the seconds of its gaps before that."""
    silent = time.monotonic() - listener.last_heard
    at = round(now() / 1_000_000 - silent)
    return f"{at * 1_000_000} {listener.past_gaps:.3f}"
