"""The vocabulary: what an ended call is, in the field's own words. Values only, no behaviour
beyond arithmetic. Nothing changes them once they are made; they are not frozen because making a
frozen one costs three times as much, and several are made for every call.

Every time is an `int`: microseconds since the Unix epoch (UTC), as the PBX stamped it.
Every duration is an `int` of whole milliseconds, rounded down, so that a judgement at a limit
and the figure that is shown can never disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Micros = int
"""Microseconds since the Unix epoch, UTC."""
Millis = int
"""A duration in whole milliseconds."""


class Direction(StrEnum):
    """Where a call came from (contract, section 4)."""

    # each member is part of a column name: a new one needs a migration (store/figures/counts.py)
    INBOUND = "inbound"
    INTERNAL = "internal"
    OUTBOUND = "outbound"


class Disposition(StrEnum):
    """How a call ended for its caller (contract, section 4)."""

    # each member is part of a column name: a new one needs a migration (store/figures/counts.py)
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    VOICEMAIL = "voicemail"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Via(StrEnum):
    """The last step that brought a call to whoever answered it first."""

    DIRECT = "direct"
    GROUP = "group"
    QUEUE = "queue"
    FORWARD = "forward"
    PICKUP = "pickup"
    TRANSFER = "transfer"


class LegResult(StrEnum):
    """How one dial attempt at one phone ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    PICKED_UP = "picked_up"
    BUSY = "busy"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    FORWARDED = "forwarded"


class RingSource(StrEnum):
    """Which event told that a leg rang: 180, 183 only, or neither before its answer."""

    RINGING = "ringing"
    PROGRESS = "progress"
    DIAL = "dial"


class HungUpBy(StrEnum):
    """Who ended a call."""

    CALLER = "caller"
    ANSWERER = "answerer"
    PBX = "pbx"


class TimeSource(StrEnum):
    """Where the times come from: the `Timestamp` header, the moment of receipt, or nowhere."""

    EVENT = "event"
    ARRIVAL = "arrival"
    NONE = "none"


_UNKNOWN = Disposition.UNKNOWN
_NO_TIMES = TimeSource.NONE  # looked up once: an enumeration's attributes are slow in Python 3.11


class Did(StrEnum):
    """What a step of a call's timeline says. `who` and `to` are extensions or numbers."""

    STARTED = "started"  # who = caller, to = the dialled number
    PBX_ANSWERED = "pbx_answered"  # an IVR, an announcement or a queue took the line
    QUEUED = "queued"  # to = the queue
    LEFT_QUEUE = "left_queue"
    DIALED = "dialed"  # to = the phone that the PBX tries
    RINGING = "ringing"  # who = the phone
    PROGRESS = "progress"  # 183 without 180
    BUSY = "busy"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"
    FORWARDED = "forwarded"  # who sent the call on, to = where
    PICKED_UP = "picked_up"  # who took it, to = whose phone was ringing
    ANSWERED = "answered"  # who
    TRANSFERRED = "transferred"  # who transferred, to = where
    JOINED = "joined"  # who talks with the caller from now on
    PARKED = "parked"
    RETRIEVED = "retrieved"  # who
    RECORDING = "recording"  # voicemail, or another message after nobody answered
    HUNG_UP = "hung_up"  # who = a HungUpBy
    LOST_SIGHT = "lost_sight"  # the listener did not see what happened from here


@dataclass(slots=True)
class Step:
    """One thing that happened in a call, for its readable timeline."""

    at: Micros
    did: Did
    who: str | None = None
    to: str | None = None


@dataclass(slots=True)
class Leg:
    """One dial attempt (an *offer*) at one phone or outside number. Never a Local channel."""

    extension: str | None
    number: str | None
    """The outside number dialled; personal data, like a caller's."""
    device: str
    channel: str
    dialed_at: Micros
    ring_started_at: Micros | None
    ended_at: Micros | None
    ring_source: RingSource | None
    result: LegResult | None
    """None where the listener did not see how it ended."""
    forwarded_to: str | None = None
    ring_ms: Millis | None = None
    """From the ring start to the answer, or to the end of the leg."""


@dataclass(slots=True)
class Call:
    """One caller's attempt to reach somebody, ended: what the record of contract section 4 says.

    `caller`, `Leg.number` and every party that is no extension are plain numbers here; the edge
    that stores or shows them makes pseudonyms.
    """

    pbx: str
    call_id: str
    direction: Direction
    caller: str | None
    """The extension or number that called; None when it was withheld."""
    dialed: str | None
    extension: str | None
    unit: str | None
    public: bool
    """Whether the public may call the number that was dialled (from the directory)."""
    started_at: Micros
    ring_started_at: Micros | None
    answered_at: Micros | None
    ringing_ended_at: Micros | None
    """The answer, or the end of the last ringing; None if nothing rang."""
    ended_at: Micros
    disposition: Disposition
    complete: bool
    """Whether every channel of it was seen from its birth to its end."""
    time_source: TimeSource
    ring_source: RingSource | None = None
    answered_by: str | None = None
    answered_via: Via | None = None
    picked_up_for: str | None = None
    forwarded_from: str | None = None
    forwarded_to: str | None = None
    transfers: int = 0
    final_party: str | None = None
    hung_up_by: HungUpBy | None = None
    queue_joined_at: Micros | None = None
    conference: bool = False
    answered_while_serving: bool = False
    """The phone that answered was already in another call (handbook H5)."""
    missing: str = ""
    """Kinds of events (their names in AMI, with commas) that must have been sent and did not come,
    without which it cannot be told how the call ended."""
    sound: bool = True
    """Whether what is known of it holds, exactly or between its bounds. False where something was
    missed that nothing bounds."""
    ring_least_ms: Millis | None = None
    """The least that the ring time can be, where it is not known exactly; None where it is."""
    ring_most_ms: Millis | None = None
    """The most that it can be; None where that has no end."""
    blur_ms: Millis = 0
    """How far any duration of the call may be off, either way."""
    start_seen: bool = True
    """False: `started_at` is only when the call was first seen."""
    end_seen: bool = True
    """False: `ended_at` is only when it was last seen."""
    legs: tuple[Leg, ...] = ()
    timeline: tuple[Step, ...] = ()

    @property
    def timed(self) -> bool:
        """Whether the stream had times at all; without them every duration is None."""
        return self.time_source is not _NO_TIMES

    @property
    def evidence(self) -> str:
        """What a judgement rests on: `events` if all of the call was seen, else `bounds`."""
        exact = self.complete and self.ring_bounds is None and not self.blur_ms
        return "events" if exact else "bounds"

    @property
    def unanswered(self) -> bool:
        """Whether nobody had answered by the time the call was last seen, though it is not known
        how it ended."""
        undecided = self.disposition is _UNKNOWN and self.answered_at is None
        return undecided and self.sound and self.missing in ("", "HangupRequest")

    @property
    def ring_bounds(self) -> tuple[Millis, Millis | None] | None:
        """The least and the most that the ring time can be, where it is not known exactly."""
        return None if self.ring_least_ms is None else (self.ring_least_ms, self.ring_most_ms)

    @property
    def wait_ms(self) -> Millis | None:
        """Start of the call to the human answer, or to its end."""
        if not self.start_seen or (self.answered_at is None and not self.end_seen):
            return None
        if self.blur_ms:
            return None
        return self._span(self.started_at, self.answered_at or self.ended_at)

    @property
    def ring_ms(self) -> Millis | None:
        """First ring to the human answer, or to the end of the last ringing; None where it is only
        known between `ring_bounds`."""
        if self.ring_bounds is not None:
            return None
        return self._span(self.ring_started_at, self.ringing_ended_at)

    @property
    def talk_ms(self) -> Millis | None:
        """First human answer to the end of the caller's line."""
        if not self.end_seen:
            return None
        return self._span(self.answered_at, self.ended_at)

    def _span(self, start: Micros | None, end: Micros | None) -> Millis | None:
        if start is None or end is None or not self.timed:
            return None
        return max(0, (end - start) // 1000)
