"""Messages of one PBX in, judged and concealed calls out: the listener's sink.

All of it happens while the socket is being read, so nothing here waits, and nothing does I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from callcheck.calls.directory import Directory
from callcheck.calls.model import Call, Micros
from callcheck.clock import now
from callcheck.journal.follow import Follower
from callcheck.judging.verdict import Finding, Judge
from callcheck.privacy import Pseudonyms

_OF_PHONES = (b"Event: DeviceStateChange", b"Event: UserEvent")
Take = Callable[[Call, Sequence[Finding]], object]


class Observes(Protocol):
    """Something that counts durations, in microseconds."""

    def observe_each(self, values: Sequence[int]) -> None: ...


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
        others = dict.fromkeys(_OF_PHONES, self._of_phones)
        self.follower = Follower(pbx, directory, live=True, others=others)
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

    def messages(self, batch: Iterable[bytes]) -> None:
        """Follows events that came together."""
        told = self.follower.follow(batch, now())
        if self.follower.tracker.ended:
            self._settle()
        read_at = now()
        self._delay.observe_each([read_at - at for at in told])

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

    def _of_phones(self, raw: bytes) -> None:
        if self.on_phones is not None:
            self.on_phones(raw)

    def _settle(self) -> None:
        for call in self.follower.ended():
            if self.on_ended is not None:
                self.on_ended(call)
            findings = self._judge(call)  # first: the numbers are still there
            self._take(self._conceal(call), findings)

    def _conceal(self, call: Call) -> Call:
        return self._pseudonyms.conceal(call, self._directory)
