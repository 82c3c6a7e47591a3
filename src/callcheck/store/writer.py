"""A thread that saves judged calls, so that listening never waits for the disk.

`put` only queues a call. The thread saves small batches in the order of `put`, and tries again
while the database is unreachable. If the database refuses the data of a call, the batch is halved
until that call is found and set aside, so that the other calls are saved.
"""

from __future__ import annotations

import logging
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from threading import Condition, Thread
from typing import Protocol

from callcheck.calls.model import Call
from callcheck.judging.figures import JudgedCall, SavedCall
from callcheck.judging.verdict import Finding
from callcheck.store.errors import CallRefused, StoreError

log = logging.getLogger(__name__)

BOUND = 100_000
"""The most queued calls, at worst 300 MB: hours of a large institution without its database."""
BATCH = 500
LINGER = 0.0
"""The least time (seconds) that a call waits for others to join its batch."""
FEW, A_CALL, LONGEST_LINGER = 4, 0.001, 0.02
"""After a batch of more than `FEW` calls the next one waits `A_CALL` seconds per call, at most
`LONGEST_LINGER`: a batch costs as much as six calls. Below 500 calls/s this hardly happens."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 15.0
LOOK_EVERY = 2.0
"""Seconds between two looks at the store while no calls come."""


class SavesCalls(Protocol):
    """What the writer needs of the store."""

    def save(self, batch: Sequence[JudgedCall]) -> list[SavedCall]: ...


class Writer:
    """The thread that saves. Its counters may be read from any thread.

    It calls `on_saved` after each commit, with what changed, and `look` now and then while no
    calls come.
    """

    def __init__(
        self, store: SavesCalls, on_saved: Callable[[Sequence[SavedCall]], None], *,
        bound: int = BOUND, batch: int = BATCH, linger: float = LINGER,
        first_pause: float = FIRST_PAUSE, longest_pause: float = LONGEST_PAUSE,
        look: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self._store, self._on_saved, self._look = store, on_saved, look
        self._bound, self._batch = bound, batch
        self._linger = self._least_linger = linger
        self._first_pause, self._longest_pause = first_pause, longest_pause
        self._waiting: deque[JudgedCall] = deque()
        self._in_hand = 0
        self._changed = Condition()
        self._closing = False
        self._gives_up_at: float | None = None
        self._thread = Thread(target=self._run, name="store-writer", daemon=True)
        self.dropped = 0
        """Calls dropped since the start because the queue was full."""
        self.refused = 0
        """Calls set aside since the start because the database refused their data."""
        self.away: str | None = None
        """Why the database cannot be written to, in a sentence; None while it can."""

    @property
    def pending(self) -> int:
        """Calls that are not saved yet."""
        with self._changed:
            return len(self._waiting) + self._in_hand

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def put(self, call: Call, findings: Sequence[Finding]) -> bool:
        """Queues a call. False, and counted in `dropped`, if the queue is full or closed."""
        with self._changed:
            if self._closing or len(self._waiting) + self._in_hand >= self._bound:
                self.dropped += 1
                return False
            self._waiting.append((call, findings))
            if len(self._waiting) in (1, self._batch):
                self._changed.notify_all()
            return True

    def close(self, timeout: float = 10.0) -> bool:
        """Saves the queue, for at most `timeout` seconds. False if calls remain unsaved."""
        with self._changed:
            self._closing = True
            self._gives_up_at = time.monotonic() + timeout
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout + 1.0)
        left = self.pending
        if left:
            log.error("%d calls were not saved before the stop: %s", left, self.away or "too slow")
        return not left

    def _run(self) -> None:
        while batch := self._next_batch():
            self._save(batch)

    def _next_batch(self) -> list[JudgedCall]:
        """Waits for calls; an empty batch means stop."""
        while not self._any_within(LOOK_EVERY):
            self._look_at_store()
        with self._changed:
            self._changed.wait_for(
                lambda: len(self._waiting) >= self._batch or self._closing, self._linger
            )
            if self._given_up():
                return []
            batch = list(islice(self._waiting, self._batch))
            for _ in batch:
                self._waiting.popleft()
            self._in_hand = len(batch)
            crowd = min(len(batch) * A_CALL, LONGEST_LINGER) if len(batch) > FEW else 0.0
            self._linger = max(self._least_linger, crowd)
            return batch

    def _any_within(self, seconds: float) -> object:
        """Waits for calls, or for `close`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting or self._closing, seconds)

    def _look_at_store(self) -> None:
        """Calls `look`, which raises StoreError while the store cannot be used."""
        if self._look is None:
            return
        try:
            self._look()
        except StoreError as error:
            self._went_away(str(error))
        except Exception as error:  # the next save meets it again
            log.error("looking at the store failed: %s", type(error).__name__)
        else:
            self._came_back()

    def _save(self, batch: list[JudgedCall]) -> None:
        """Saves a batch, however long that takes; in halves if one of its calls is refused."""
        parts = [batch]
        while parts:
            part = parts.pop()
            try:
                saved = self._persist(part)
            except CallRefused as error:
                if len(part) > 1:
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
                else:
                    self._set_aside(error)
                continue
            if saved is None:
                return
            self._done(len(part))
            self._report(saved)

    def _persist(self, batch: list[JudgedCall]) -> Sequence[SavedCall] | None:
        """Saves, and retries while the database is unreachable; None if `close` ran out of time."""
        pause = self._first_pause
        while True:
            try:
                saved = self._store.save(batch)
            except CallRefused:
                raise
            except StoreError as error:
                self._went_away(str(error))
            except Exception as error:  # a bug must not end the thread, only cost a call
                raise CallRefused(type(error).__name__) from error
            else:
                self._came_back()
                return saved
            if not self._rest(pause * random.uniform(0.5, 1.0)):
                return None
            pause = min(2 * pause, self._longest_pause)

    def _rest(self, seconds: float) -> bool:
        """Waits before the next try; False if `close` has run out of time."""
        until = time.monotonic() + seconds
        with self._changed:
            while not self._given_up():
                left = until - time.monotonic()
                if left <= 0:
                    return True
                self._changed.wait(min(left, 0.1) if self._closing else left)
            return False

    def _given_up(self) -> bool:
        return self._gives_up_at is not None and time.monotonic() >= self._gives_up_at

    def _went_away(self, why: str) -> None:
        if self.away is None:
            log.error("cannot save, %d calls wait: %s", self.pending, why)
        self.away = why

    def _came_back(self) -> None:
        if self.away is not None:
            log.warning("the store can be written to again, %d calls wait", self.pending)
        self.away = None

    def _set_aside(self, error: CallRefused) -> None:
        self.refused += 1
        self._done(1)
        # log only the kind of error: its text may hold numbers or the call's id
        cause = type(error.__cause__ or error).__name__
        log.error("a call could not be stored and was set aside: %s", cause)

    def _done(self, n: int) -> None:
        with self._changed:
            self._in_hand -= n

    def _report(self, saved: Sequence[SavedCall]) -> None:
        if not saved:
            return
        try:
            self._on_saved(saved)
        except Exception as error:  # a faulty listener must not stop the saving
            log.error("the listener of saved calls failed: %s", type(error).__name__)
