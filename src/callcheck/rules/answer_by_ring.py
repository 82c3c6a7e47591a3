"""An ended call in, whether a human answered it by the third ring out (handbook H1; contract,
section 2). Pure. The ring number follows from the country's cadence, since a PBX reports only
the start of the ringing; the milliseconds are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from callcheck.calls.model import Call, Disposition, Millis
from callcheck.judging.cadence import Cadence, Reading
from callcheck.judging.people import NOBODY, People, tenths
from callcheck.judging.scope import Closed, out_of_scope
from callcheck.judging.verdict import Finding, Readings, Result
from callcheck.judging.wait import Clock, waited_ms

NAME = "answer_by_ring"


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


def judge(
    call: Call, settings: Settings, cadence: Cadence, closed: Closed, people: People = NOBODY
) -> Finding:
    """The finding of one call. No reason ever holds an outside number."""
    outside = out_of_scope(call, closed)
    if outside is not None:
        return Finding(NAME, *outside)
    if call.disposition is Disposition.ANSWERED:
        return _answered(call, settings, cadence, people)
    if call.disposition is Disposition.ABANDONED:
        return _abandoned(call, settings, cadence)
    return _unanswered(call, people)


def gave_up_early(call: Call, settings: Settings, cadence: Cadence) -> str | None:
    """Why the caller of an abandoned call gave up too early to be judged; None if not so."""
    if call.ring_started_at is None:
        return "gave up before any phone rang"
    patient, gave_up, limit = _patience(call, settings, cadence)
    return None if patient else f"{gave_up}, before {limit}"


def _answered(call: Call, settings: Settings, cadence: Cadence, people: People) -> Finding:
    waited = waited_ms(call, settings.clock, call.answered_at)
    if waited is None:
        return Finding(NAME, Result.UNKNOWN, "answered, but no ringing was seen")
    readings = _readings(waited, settings, cadence)
    met = cadence.kept(settings.reading, settings.ring, waited)
    reason = _how_answered(waited, met, settings, cadence, people.answered_by(call))
    return Finding(NAME, Result.MET if met else Result.BREACHED, reason, readings)


def _readings(waited: Millis, settings: Settings, cadence: Cadence) -> Readings:
    ring = settings.ring
    return Readings(
        before=cadence.kept(Reading.BEFORE, ring, waited),
        within=cadence.kept(Reading.WITHIN, ring, waited),
        third=cadence.kept(Reading.THIRD, ring, waited),
    )


def _how_answered(waited: Millis, met: bool, settings: Settings, cadence: Cadence, by: str) -> str:
    ring = cadence.ring_number(waited)
    limit = f"the limit of {tenths(settings.limit_ms(cadence))}"
    late = f",{by}" if by else ""
    if settings.clock is not Clock.FIRST_RING:
        bound = "within" if met else "later than"
        return f"answered after {tenths(waited)}{_COUNTED[settings.clock]}, {bound} {limit}{late}"
    if met:
        return f"answered in ring {ring} of {settings.ring}{by}"
    return f"answered in ring {ring}, after {tenths(waited)}, later than {limit}{late}"


def _abandoned(call: Call, settings: Settings, cadence: Cadence) -> Finding:
    early = gave_up_early(call, settings, cadence)
    if early:
        rang = call.ring_started_at is not None
        return Finding(NAME, Result.EXEMPT, early, gave_up_early=rang)
    _, gave_up, limit = _patience(call, settings, cadence)
    return Finding(NAME, Result.BREACHED, f"{gave_up}, past {limit}", _NONE)


def _patience(call: Call, settings: Settings, cadence: Cadence) -> tuple[bool, str, str]:
    """Whether the caller waited out what counts, for how long and until when in words."""
    waited = waited_ms(call, settings.clock, call.ended_at) or 0
    gave_up = f"gave up after {tenths(waited)}{_COUNTED[settings.clock]}"
    within = settings.exempt_abandons_within
    if within == "limit":
        patient = not cadence.kept(settings.reading, settings.ring, waited)
        return patient, gave_up, f"the limit of {tenths(settings.limit_ms(cadence))}"
    return waited > within, gave_up, f"the {tenths(within)} that are not counted"


def _unanswered(call: Call, people: People) -> Finding:
    if call.ring_started_at is not None:
        why = f"{people.rang(call)}{_THEN[call.disposition]}"
        return Finding(NAME, Result.BREACHED, f"nobody answered: {why}", _NONE)
    why = _FAILED[call.disposition].format(people.asked(call))
    if call.disposition in (Disposition.UNREACHABLE, Disposition.FAILED):
        return Finding(NAME, Result.EXEMPT, f"technical failure before any phone rang: {why}")
    return Finding(NAME, Result.BREACHED, f"nobody answered: {why}, no phone rang", _NONE)


_NONE = Readings(before=False, within=False, third=False)

_COUNTED = {
    Clock.FIRST_RING: "",
    Clock.QUEUE_JOIN: " in the queue",
    Clock.INBOUND: " from the start of the call",
}

_THEN = {
    Disposition.NO_ANSWER: "",
    Disposition.BUSY: ", then the call met a busy line",
    Disposition.REJECTED: ", then the call was rejected",
    Disposition.UNREACHABLE: ", then no phone could be reached",
    Disposition.VOICEMAIL: ", then voicemail or another recording took the call",
    Disposition.FAILED: ", then the call failed",
}

_FAILED = {
    Disposition.NO_ANSWER: "{} did not answer",
    Disposition.BUSY: "{} was busy",
    Disposition.REJECTED: "{} rejected the call",
    Disposition.UNREACHABLE: "{} could not be reached",
    Disposition.VOICEMAIL: "voicemail or another recording took the call for {}",
    Disposition.FAILED: "the call to {} failed",
}
