"""An ended call in, whether a human answered it by the third ring out (handbook H1; contract,
section 2). Pure. The ring number follows from the country's cadence, since a PBX reports only
the start of the ringing; the milliseconds are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from callcheck.cadence import Cadence, Reading
from callcheck.calls.model import Call, Direction, Disposition, Micros, Millis
from callcheck.verdict import Finding, Readings, Result

NAME = "answer_by_ring"

Closed = Callable[[Micros], str | None]
"""Why the house does not work at a moment, in words; None when it does (`Hours.closed`)."""


class Clock(StrEnum):
    """From when on the rings are counted. `first_ring` is the handbook's."""

    FIRST_RING = "first_ring"
    QUEUE_JOIN = "queue_join"  # of a call that joined no queue: the first ring
    INBOUND = "inbound"


@dataclass(frozen=True, slots=True)
class Settings:
    """`[rule.answer_by_ring]` of the configuration."""

    ring: int = 3
    reading: Reading = Reading.THIRD
    exempt_abandons_within: Millis | Literal["limit"] = "limit"
    """Milliseconds, the last one included; or the limit itself, as `reading` has it."""
    short_abandon_ms: Millis = 5000
    clock: Clock = Clock.FIRST_RING

    def limit_ms(self, cadence: Cadence) -> Millis:
        """The limit of the headline reading, counted from the clock's start."""
        return cadence.limit_ms(self.reading, self.ring)


def always_open(_: Micros) -> str | None:
    """The hours of a house that has none configured."""
    return None


def judge(call: Call, settings: Settings, cadence: Cadence, closed: Closed) -> Finding:
    """The finding of one call. No reason ever holds an outside number."""
    not_seen = _not_seen(call)
    if not_seen:
        return Finding(NAME, Result.UNKNOWN, not_seen)
    exempt = _not_asked(call) or closed(call.started_at)
    if exempt:
        return Finding(NAME, Result.EXEMPT, exempt)
    if call.disposition is Disposition.ANSWERED:
        return _answered(call, settings, cadence)
    if call.disposition is Disposition.ABANDONED:
        return _abandoned(call, settings, cadence)
    return _unanswered(call)


def _not_seen(call: Call) -> str | None:
    if not call.timed:
        return "the stream has no times"
    if not call.complete:
        return "not seen from its beginning to its end"
    if call.disposition is Disposition.UNKNOWN:
        return "not seen how it ended"
    return None


def _not_asked(call: Call) -> str | None:
    if call.direction is Direction.INTERNAL:
        return "an internal call"
    if call.direction is Direction.OUTBOUND:
        return "an outbound call"
    if not call.public:
        return "the number called is not a public one"
    if call.conference:
        return "a conference room"
    return None


def _answered(call: Call, settings: Settings, cadence: Cadence) -> Finding:
    waited = _since_clock(call, settings.clock, call.answered_at)
    if waited is None:
        return Finding(NAME, Result.UNKNOWN, "answered, but no ringing was seen")
    readings = Readings(*(cadence.kept(r, settings.ring, waited) for r in Reading))
    met = cadence.kept(settings.reading, settings.ring, waited)
    return Finding(
        NAME,
        Result.MET if met else Result.BREACHED,
        _how_answered(waited, met, settings, cadence),
        readings,
    )


def _how_answered(waited: Millis, met: bool, settings: Settings, cadence: Cadence) -> str:
    ring = cadence.ring_number(waited)
    limit = f"the limit of {_seconds(settings.limit_ms(cadence))}"
    if settings.clock is not Clock.FIRST_RING:
        bound = "within" if met else "later than"
        return f"answered after {_seconds(waited)}{_COUNTED[settings.clock]}, {bound} {limit}"
    if met:
        return f"answered in ring {ring} of {settings.ring}"
    return f"answered in ring {ring}, after {_seconds(waited)}, later than {limit}"


def _abandoned(call: Call, settings: Settings, cadence: Cadence) -> Finding:
    if call.ring_started_at is None:
        return Finding(NAME, Result.EXEMPT, "gave up before any phone rang")
    waited = _since_clock(call, settings.clock, call.ended_at) or 0
    within = settings.exempt_abandons_within
    if within == "limit":
        patient = not cadence.kept(settings.reading, settings.ring, waited)
        limit = f"the limit of {_seconds(settings.limit_ms(cadence))}"
    else:
        patient = waited > within
        limit = f"the {_seconds(within)} that are not counted"
    gave_up = f"gave up after {_seconds(waited)}{_COUNTED[settings.clock]}"
    if patient:
        return Finding(NAME, Result.BREACHED, f"{gave_up}, past {limit}", _NONE)
    return Finding(NAME, Result.EXEMPT, f"{gave_up}, before {limit}")


def _unanswered(call: Call) -> Finding:
    rang = call.ring_started_at is not None
    whom = call.extension or "the phone"
    if call.disposition in (Disposition.UNREACHABLE, Disposition.FAILED) and not rang:
        why = f"technical failure before any phone rang: {_FAILED[call.disposition]}"
        return Finding(NAME, Result.EXEMPT, why.format(whom))
    why = _FAILED[call.disposition].format(whom)
    rung = f" after {_seconds(call.ring_ms or 0)} of ringing" if rang else ", no phone rang"
    return Finding(NAME, Result.BREACHED, f"nobody answered: {why}{rung}", _NONE)


def _since_clock(call: Call, clock: Clock, until: Micros | None) -> Millis | None:
    start = call.ring_started_at
    if clock is Clock.INBOUND:
        start = call.started_at
    elif clock is Clock.QUEUE_JOIN and call.queue_joined_at is not None:
        start = call.queue_joined_at
    if start is None or until is None:
        return None
    return max(0, (until - start) // 1000)


def _seconds(ms: Millis) -> str:
    """Tenths, rounded down: a call before the limit never reads as if it were at it."""
    whole, rest = divmod(ms, 1000)
    return f"{whole}.{rest // 100} s" if rest >= 100 else f"{whole} s"


_NONE = Readings(before=False, within=False, third=False)

_COUNTED = {
    Clock.FIRST_RING: "",
    Clock.QUEUE_JOIN: " in the queue",
    Clock.INBOUND: " from the start of the call",
}

_FAILED = {
    Disposition.NO_ANSWER: "{} did not answer",
    Disposition.BUSY: "{} was busy",
    Disposition.REJECTED: "{} did not take the call",
    Disposition.UNREACHABLE: "{} could not be reached",
    Disposition.VOICEMAIL: "a recording took the call for {}",
    Disposition.FAILED: "the call to {} failed",
}
