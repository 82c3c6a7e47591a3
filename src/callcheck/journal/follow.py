"""Turns the messages of one AMI stream into ended calls: decodes events and tracks calls.

The listener, `replay` and the benchmarks all use this path.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType

from callcheck.ami.events import EVENTS, RECORDS, introduce, last_application, time_in
from callcheck.ami.framing import GREETING, Framer, too_old
from callcheck.calls.directory import Directory
from callcheck.calls.events import ChannelFound, ChannelStatus, Event, HungUp, RecordWritten
from callcheck.calls.model import Call, Micros, TimeSource
from callcheck.calls.on_bridges_and_queues import MESSAGES, TONES, WAITS
from callcheck.calls.tracker import Stranger, Tracker

ENDINGS = MESSAGES | TONES | WAITS
"""Applications that affect the result if a call ends in them."""
STEP = 500_000
"""The offset between the PBX's clock and ours changes by less than this (µs), unless one of them is
set or events are late."""
PROMPT = 20_000
"""Events that arrive within this (µs) count as stamped by the PBX."""
MOST_UNTIMED = 1_000
"""At most this many events without a time wait for one with a time."""
PINGS = 20
"""The round trips of this many last Pings bound how late an event may be."""


class Follower:
    """Follows the calls of one PBX, message by message.

    If `live`, messages without a `Timestamp` are stamped on arrival. In a recording they cannot be,
    and its calls then have no times, only an order. `others` maps the first line of a non-call
    event to its handler.
    """

    def __init__(
        self,
        pbx: str,
        directory: Directory,
        *,
        live: bool,
        others: Mapping[bytes, Callable[[bytes], object]] = MappingProxyType({}),
    ) -> None:
        self.live = live
        self._others = {**others, **dict.fromkeys(RECORDS, self._record)}
        source = TimeSource.ARRIVAL if live else TimeSource.NONE
        self.tracker = Tracker(pbx, directory, source)
        self.messages = 0
        self.broken = 0
        """How many events lacked a required header."""
        self.strange = 0
        """How many messages were neither an event, a response nor a greeting."""
        self.too_old: str | None = None
        """The greeting of a session in AMI 1.x, which cannot be followed."""
        self.timed: bool | None = None
        """Whether events carry their time; None before the first one."""
        self.offset: Micros | None = None
        """The PBX's clock minus ours, at the last event; None before the first."""
        self.clock_steps = 0
        """How often we noticed that the PBX's clock was set."""
        self.clock_step: Micros = 0
        """By how much it was set before the last Ping; mostly 0."""
        self._ping_offset: Micros | None = None
        self._order = 0
        self._arrived: Micros = 0
        if live:
            self.tracker.on_jump = self._jumped
        self._untimed: list[tuple[bytes, Event]] = []
        self._round_trips: deque[Micros] = deque(maxlen=PINGS)

    def follow(self, messages: Iterable[bytes], arrived: Micros = 0) -> list[Micros]:
        """Takes whole messages that arrived together at `arrived`; `ended()` gives the ended calls.
        Returns the times of the events. This is one loop with few function calls, because a PBX
        sends thousands of messages a second."""
        told: list[Micros] = []
        self._arrived = arrived
        tracker, others, decoder_of = self.tracker, self._others, EVENTS.get
        for raw in messages:
            self.messages += 1
            kind = raw[: raw.find(b"\r", 7)]
            decoder = decoder_of(kind)
            if decoder is None:
                if kind in others:
                    others[kind](raw)
                elif raw[:7] != b"Event: ":
                    self._no_event(raw)
                continue
            instead = tracker.now if self.timed else self._instead(arrived)
            try:
                event, timed = decoder.decode(raw.decode("utf-8", "replace"), instead)
            except ValueError:
                self.broken += 1
                continue
            if not timed or not self.timed:
                self._note_time(raw, event, timed=timed)
                continue
            if self._untimed:
                self._feed_untimed(event.at)
            told.append(event.at)
            try:
                tracker.feed(event)
            except Stranger:
                self._introduce(raw, event)
        if told and self.live:
            self._compare_clocks(told[-1], arrived)
        return told

    def _jumped(self, at: Micros) -> None:
        """From the tracker, before it follows an event that is far from the one before."""
        if self._arrived and self.offset is not None:
            self._compare_clocks(at, self._arrived)

    def _compare_clocks(self, at: Micros, arrived: Micros) -> None:
        """Compares the PBX's clock with ours. The offset changes if either clock is set or if
        events are late; times measured across that moment are off by as much."""
        offset = at - arrived
        self.tracker.measured = True
        if self.offset is None:
            self.offset = offset
        elif abs(offset - self.offset) > STEP:
            self.tracker.step(offset - self.offset)
            self.offset = offset

    def _record(self, raw: bytes) -> None:
        """Takes a call detail record. Few matter, and a call has several, so most are not
        decoded."""
        self.tracker.census.seen.add(RecordWritten)
        if last_application(raw) in ENDINGS:
            with suppress(ValueError):
                text = raw.decode("utf-8", "replace")
                event, _ = RECORDS[b"Event: Cdr"].decode(text, self.tracker.now)
                self._feed(raw, event)

    def _feed(self, raw: bytes, event: Event) -> None:
        try:
            self.tracker.feed(event)
        except Stranger:
            self._introduce(raw, event)

    def _note_time(self, raw: bytes, event: Event, *, timed: bool) -> None:
        """Follows the first event of a stream, or an event without a time."""
        if timed:
            self.timed = True
            self.tracker.learn_time(event.at)
            self._feed(raw, event)
            return
        listed = isinstance(event, ChannelFound | ChannelStatus)
        if self.timed and not listed:
            self._untimed.append((raw, event))
            if len(self._untimed) > MOST_UNTIMED:
                self._feed_untimed(None)
            return
        if self.timed is None and not listed:
            self.timed = False
        self._feed(raw, event)

    def _feed_untimed(self, until: Micros | None) -> None:
        """Follows the waiting events without a time, in a stream that has times. Each happened
        between the event before it and the next one, at `until`; None if there is no next one."""
        waiting, self._untimed = self._untimed, []
        for raw, event in waiting:
            linkedids = [
                found.linkedid
                for found in introduce(raw, event.at)
                if isinstance(found, ChannelFound)
            ]
            self._bound(linkedids, event.at, until)
            self._feed(raw, event)
            self._bound(linkedids, event.at, until)  # again: the event may have started the call

    def _bound(self, linkedids: list[str], since: Micros, until: Micros | None) -> None:
        if until is not None:
            self.tracker.blur(linkedids, max(0, until - since))
            return
        for linkedid in linkedids:
            self.tracker.doubt(linkedid)

    def tick(self, raw: bytes, arrived: Micros = 0, round_trip: Micros = 0) -> None:
        """Takes the PBX's clock from a Pong that arrived at `arrived` after `round_trip`. Also ends
        calls whose end we must have missed."""
        at = time_in(raw)
        if at is not None and self.timed:
            self._feed_untimed(at)
            if arrived:
                self._compare_clocks(at, arrived)
                self._note_step(at - arrived, round_trip)
            self.tracker.now = max(self.tracker.now, at)
        elif not self.timed:
            self._note_delay(round_trip)
        self.tracker.expire()

    def _note_step(self, offset: Micros, round_trip: Micros) -> None:
        """Notes whether the PBX's clock was set since the last Ping. Unlike an event, a Pong is
        never later than its round trip."""
        before, self._ping_offset = self._ping_offset, offset
        self.clock_step = 0
        if before is not None and abs(offset - before) > STEP + round_trip:
            self.clock_step = offset - before
            self.clock_steps += 1

    def _note_delay(self, round_trip: Micros) -> None:
        """Notes how late events may be if they are stamped on receipt: up to the longest of the
        last round trips."""
        self._round_trips.append(round_trip)
        longest = max(self._round_trips)
        self.tracker.delay = longest if longest > PROMPT else 0

    def _introduce(self, raw: bytes, event: Event) -> None:
        """Introduces channels that existed before we listened, then feeds the event again."""
        tracker = self.tracker
        for found in introduce(raw, event.at):
            if not isinstance(found, ChannelFound) or found.uniqueid in tracker.gone:
                continue
            # a leg of which we see only the Hangup would become a second record of its call
            if found.uniqueid == found.linkedid or not isinstance(event, HungUp):
                tracker.feed(found)
        with suppress(Stranger):  # a late event of a channel that has hung up
            tracker.feed(event)

    def ended(self) -> Iterator[Call]:
        """Removes and yields the calls that have ended so far."""
        ended = self.tracker.ended
        while ended:
            yield ended.popleft()

    def close(self) -> None:
        """The stream is over: ends all open calls as incomplete."""
        self._feed_untimed(None)
        self.tracker.cut()

    def _instead(self, arrived: Micros) -> Micros:
        """The substitute for a message's time in a stream without times so far."""
        if self.live:
            return arrived
        self._order += 1
        return self._order

    def _no_event(self, raw: bytes) -> None:
        """Takes a message that is no event. A greeting starts a new session, and we saw nothing
        between the two."""
        if raw.startswith(GREETING):
            greeting = raw.decode("ascii", "replace")
            self.too_old = greeting if too_old(greeting) else self.too_old
            if self.tracker.channels or self.tracker.late:
                self._feed_untimed(None)
                self.tracker.cut()
        elif not raw.startswith(b"Response: "):
            self.strange += 1


def follow_bytes(follower: Follower, chunks: Iterator[bytes]) -> Iterator[Call]:
    """Yields the ended calls of a recording, in the order of their ends, in bounded memory."""
    framer = Framer()
    for chunk in chunks:
        follower.follow(framer.feed(chunk))
        follower.tracker.expire()
        yield from follower.ended()
    framer.close()
    follower.close()
    yield from follower.ended()
