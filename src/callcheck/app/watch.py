"""Follows one PBX: its messages become judged calls without outside numbers.

This runs while the socket is being read, so nothing here waits or does I/O: a PBX disconnects a
manager client that reads slowly.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from callcheck.calls.directory import Directory
from callcheck.calls.model import Call, Micros
from callcheck.clock import Clock, now
from callcheck.journal.follow import Follower
from callcheck.judging.verdict import Finding, Judge
from callcheck.privacy import Pseudonyms

log = logging.getLogger(__name__)
_PHONE_EVENTS = (b"Event: DeviceStateChange", b"Event: UserEvent")
CallSink = Callable[[Call, Sequence[Finding]], object]


class DelayHistogram(Protocol):
    """Counts durations in microseconds."""

    def observe_each(self, values: Sequence[int]) -> None: ...


class Watch:
    """Follows one PBX. Must be used on the event loop only."""

    def __init__(
        self,
        pbx: str,
        directory: Directory,
        judge: Judge,
        pseudonyms: Pseudonyms,
        sink: CallSink,
        delay: DelayHistogram,
        clock: Clock = now,
    ) -> None:
        others = dict.fromkeys(_PHONE_EVENTS, self._on_phone_event)
        self.follower = Follower(pbx, directory, live=True, others=others)
        self._directory = directory
        self._judge = judge
        self._pseudonyms = pseudonyms
        self._sink = sink
        self._delay = delay
        self._clock = clock
        self.on_phones: Callable[[bytes], object] | None = None
        """Called with every event about a phone's state and every event of our dialplan."""
        self.on_ended: Callable[[Call], object] | None = None
        """Called with every ended call, before its numbers are replaced."""

    def connected(self) -> None:
        """Nothing to do: a snapshot of running channels follows."""

    def messages(self, batch: Iterable[bytes]) -> None:
        """Follows events that arrived together."""
        stamps = self.follower.follow(batch, self._clock())
        if self.follower.tracker.ended:
            self._settle()
        read_at = self._clock()
        self._delay.observe_each([read_at - at for at in stamps])

    def pong(self, raw: bytes, round_trip: float) -> None:
        """Takes the PBX's clock from a Pong, to end calls whose end was lost even when idle."""
        follower = self.follower
        follower.tick(raw, self._clock(), round(round_trip * 1_000_000))
        if follower.clock_step:
            seconds = follower.clock_step / 1_000_000
            log.warning(
                "pbx %s: its clock was set by %+.1f s; what rang meanwhile is judged within bounds",
                follower.tracker.pbx, seconds,
            )  # fmt: skip
        self._settle()

    def lost(self) -> None:
        """The connection broke: open calls end here, as incomplete."""
        self.follower.close()
        self._settle()

    def open_calls(self, *, answered: bool = True) -> list[Call]:
        """Calls that are going on, as far as they are known, newest first; without those that are
        `answered` if only the others are wanted. Each call takes as long as one that ends."""
        tracker = self.follower.tracker
        wanted = [c for c in tracker.open_calls if answered or c.answered_at is None]
        going = [tracker.so_far(call) for call in reversed(wanted)]
        return [self._conceal(call) for call in going if call is not None]

    @property
    def timed(self) -> bool | None:
        """Whether events carry a Timestamp; None before the first event."""
        return self.follower.timed

    @property
    def hidden(self) -> list[str]:
        """The kinds of events that the PBX keeps from us, as its calls prove; AMI's names."""
        return self.follower.tracker.census.hidden()

    def now(self) -> Micros:
        """The time on the PBX's clock, as of its last message."""
        return self.follower.tracker.now

    def _on_phone_event(self, raw: bytes) -> None:
        if self.on_phones is not None:
            self.on_phones(raw)

    def _settle(self) -> None:
        for call in self.follower.ended():
            if self.on_ended is not None:
                self.on_ended(call)
            findings = self._judge(call)  # before conceal, which replaces the numbers
            self._sink(self._conceal(call), findings)

    def _conceal(self, call: Call) -> Call:
        return self._pseudonyms.conceal(call, self._directory)
