"""Defines the record of an ended call, in the terms of `docs/definitions.md`.

These are values without behaviour beyond arithmetic. Nothing changes them once they are made. They
are not frozen, because making a frozen dataclass takes three times as long and every call needs
several.

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
    """Where a call came from (`docs/definitions.md`, Direction)."""

    # each member is part of a column name: a new one needs a migration (store/figures/counts.py)
    INBOUND = "inbound"
    INTERNAL = "internal"
    OUTBOUND = "outbound"


class Disposition(StrEnum):
    """How a call ended for its caller (`docs/definitions.md`, Disposition)."""

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
    """The last step that brought a call to the phone that answered it first."""

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
    """What showed that a leg rang: 180, only 183, or neither before its answer."""

    RINGING = "ringing"
    PROGRESS = "progress"
    DIAL = "dial"


class HungUpBy(StrEnum):
    """Who ended a call."""

    CALLER = "caller"
    ANSWERER = "answerer"
    PBX = "pbx"


class TimeSource(StrEnum):
    """Where times come from: the `Timestamp` header, the moment of receipt, or nowhere."""

    EVENT = "event"
    ARRIVAL = "arrival"
    NONE = "none"


_UNKNOWN = Disposition.UNKNOWN
_NO_TIMES = TimeSource.NONE  # looked up once: attributes of an enumeration are slow in Python 3.11


class Did(StrEnum):
    """What happened in one step of a timeline. `who` and `to` are extensions or numbers."""

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
    RECORDING = "recording"  # voicemail or another message, after nobody answered
    HUNG_UP = "hung_up"  # who = a HungUpBy
    LOST_SIGHT = "lost_sight"  # the listener did not see what happened after this


@dataclass(slots=True)
class Step:
    """One step of a call's timeline."""

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
    """None if the listener did not see how it ended."""
    forwarded_to: str | None = None
    ring_ms: Millis | None = None
    """From the ring start to the answer, or to the end of the leg."""


@dataclass(slots=True)
class Call:
    """One caller's attempt to reach somebody, after it has ended (`docs/definitions.md`, Call).

    `caller`, `Leg.number` and every party without an extension are plain numbers here. Whatever
    stores or shows them replaces them with pseudonyms.
    """

    pbx: str
    call_id: str
    direction: Direction
    caller: str | None
    """The extension or number that called; None if it was withheld."""
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
    """Whether every channel was seen from its birth to its end."""
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
    """Whether the phone that answered was already in another call. No rule uses it."""
    missing: str = ""
    """Kinds of events (AMI names, separated by commas) that the PBX must have sent, that did not
    reach us, and without which the end of the call is not known."""
    sound: bool = True
    """Whether the times are right, exactly or within their bounds. False if something was missed
    that nothing bounds."""
    ring_least_ms: Millis | None = None
    """The least that the ring time can be; None if it is known exactly."""
    ring_most_ms: Millis | None = None
    """The most that it can be; None if it has no upper bound."""
    blur_ms: Millis = 0
    """How far any duration of the call may be off in either direction."""
    start_seen: bool = True
    """If False, `started_at` is only when the call was first seen."""
    end_seen: bool = True
    """If False, `ended_at` is only when it was last seen."""
    legs: tuple[Leg, ...] = ()
    timeline: tuple[Step, ...] = ()

    @property
    def timed(self) -> bool:
        """Whether the stream had times. Without them every duration is None."""
        return self.time_source is not _NO_TIMES

    @property
    def evidence(self) -> str:
        """What a judgement rests on: `events` if the whole call was seen, else `bounds`."""
        exact = self.complete and self.ring_bounds is None and not self.blur_ms
        return "events" if exact else "bounds"

    @property
    def unanswered(self) -> bool:
        """Whether the end is unknown but nobody had answered when the call was last seen."""
        undecided = self.disposition is _UNKNOWN and self.answered_at is None
        return undecided and self.sound and self.missing in ("", "HangupRequest")

    @property
    def ring_bounds(self) -> tuple[Millis, Millis | None] | None:
        """The least and the most that the ring time can be; None if it is known exactly."""
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
        """First ring to the human answer, or to the end of the last ringing; None if only
        `ring_bounds` are known."""
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
