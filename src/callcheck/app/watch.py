"""Messages of one PBX in, judged and concealed calls out: the listener's sink.

All of it happens while the socket is being read, so nothing here waits, and nothing does I/O.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from callcheck.calls.directory import Directory
from callcheck.calls.model import Call, Micros
from callcheck.follow import Follower
from callcheck.privacy import Pseudonyms
from callcheck.verdict import Finding, Judge

_OF_PHONES = (b"Event: DeviceStateChange\r\n", b"Event: UserEvent\r\n")
Take = Callable[[Call, Sequence[Finding]], object]


class Observes(Protocol):
    """Something that counts durations, in microseconds."""

    def observe(self, value: int) -> None: ...


class Watch:
    """Follows one PBX. Used on the event loop only."""

    def __init__(
        self,
        pbx: str,
        directory: Directory,
        judge: Judge,
        pseudonyms: Pseudonyms,
        take: Take,
        delay: Observes,
    ) -> None:
        self.follower = Follower(pbx, directory, live=True)
        self._directory = directory
        self._judge = judge
        self._pseudonyms = pseudonyms
        self._take = take
        self._delay = delay
        self.on_phones: Callable[[bytes], object] | None = None
        """Told of every event about a phone's state or from our dialplan."""
        self.on_ended: Callable[[Call], object] | None = None
        """Told of every ended call, with its numbers as they are."""

    def connected(self) -> None:
        """What runs by now is made known by the snapshot that follows."""

    def message(self, raw: bytes) -> None:
        """Follows one event."""
        follower = self.follower
        at = follower.message(raw, 0 if follower.timed else time.time_ns() // 1000)
        if at is not None:
            self._delay.observe(max(0, time.time_ns() // 1000 - at))
            if follower.tracker.ended:
                self._settle()
        if self.on_phones is not None and raw.startswith(_OF_PHONES):
            self.on_phones(raw)

    def pong(self, raw: bytes) -> None:
        """The clock of the PBX, also while nobody calls: ends calls whose end was lost."""
        self.follower.tick(raw)
        self._settle()

    def lost(self) -> None:
        """From here something is missing: what was open was not wholly seen."""
        self.follower.close()
        self._settle()

    def open_calls(self) -> list[Call]:
        """The calls going on, as far as they are known, newest first."""
        tracker = self.follower.tracker
        going = [tracker.so_far(call) for call in reversed(tracker.open_calls)]
        return [self._conceal(call) for call in going if call is not None]

    @property
    def timed(self) -> bool | None:
        """Whether the events carry their time; None before the first event."""
        return self.follower.timed

    def now(self) -> Micros:
        """The time by the clock of the PBX, as far as it has told."""
        return self.follower.tracker.now

    def _settle(self) -> None:
        for call in self.follower.ended():
            if self.on_ended is not None:
                self.on_ended(call)
            self._take(self._conceal(call), self._judge(call))

    def _conceal(self, call: Call) -> Call:
        return self._pseudonyms.conceal(call, self._directory)
