"""Whether a human answered a call by the third ring: the headline rule.

The results and the three readings are defined in `docs/definitions.md`. A PBX reports only the
start of the ringing, so the ring number follows from the country's cadence; the milliseconds are
exact.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from callcheck.calls.model import Call, Disposition, Micros, Millis
from callcheck.judging.cadence import Cadence, Reading
from callcheck.judging.context import RuleContext
from callcheck.judging.people import NOBODY, People, tenths
from callcheck.judging.rule_settings import by, milliseconds, one_of, whole
from callcheck.judging.scope import WhyClosed, not_asked, out_of_scope
from callcheck.judging.verdict import HEADLINE, Finding, Readings, Result, Rule
from callcheck.judging.wait import Bounds, Clock, WaitLimit, wait_bounds

NAME = HEADLINE


def _limit_or_seconds(value: object) -> Millis | Literal["limit"]:
    if value == "limit":
        return "limit"
    try:
        within: Millis = milliseconds(0, 3600)(value)
    except ValueError:
        raise ValueError('must be "limit" or a number of seconds') from None
    return within


@dataclass(frozen=True, slots=True)
class Settings:
    """`[rule.answer_by_ring]` of the configuration."""

    ring: int = field(default=3, metadata=by(whole(1, 20)))
    reading: Reading = field(default=Reading.THIRD, metadata=by(one_of(Reading)))
    exempt_abandons_within: Millis | Literal["limit"] = field(
        default="limit", metadata=by(_limit_or_seconds)
    )
    """Milliseconds, including the last one; or the limit itself, by `reading`."""
    short_abandon_ms: Millis = field(
        default=5000, metadata=by(milliseconds(0, 3600), "short_abandon_seconds")
    )
    clock: Clock = field(default=Clock.FIRST_RING, metadata=by(one_of(Clock)))

    def limit_ms(self, cadence: Cadence) -> Millis:
        """The limit of the headline reading, counted from the start of the clock."""
        return cadence.limit_ms(self.reading, self.ring)


def bind(context: RuleContext) -> Rule:
    """This rule for one house."""
    return partial(
        judge,
        settings=context.own_settings(NAME, Settings),
        cadence=context.cadence,
        why_closed=context.why_closed,
        people=context.people,
    )


def wait_limit(settings: Settings, cadence: Cadence) -> WaitLimit:
    """How long a caller may wait by this rule."""
    limit = settings.limit_ms(cadence)
    # `within` includes its limit; the other two readings end just before it
    in_time = limit if settings.reading is Reading.WITHIN else limit - 1
    return WaitLimit(
        settings.ring,
        limit,
        in_time,
        settings.short_abandon_ms,
        settings.clock,
        partial(gave_up_early, settings=settings, cadence=cadence),
    )


def judge(
    call: Call,
    settings: Settings,
    cadence: Cadence,
    why_closed: WhyClosed,
    people: People = NOBODY,
) -> Finding:
    """The finding for one call. No reason ever holds an outside number."""
    outside = out_of_scope(call, why_closed)
    if outside is not None:
        return _too_late_already(call, settings, cadence, why_closed) or Finding(NAME, *outside)
    if call.disposition is Disposition.ANSWERED:
        return _answered(call, settings, cadence, people)
    if call.disposition is Disposition.ABANDONED:
        return _abandoned(call, settings, cadence)
    return _unanswered(call, people)


def gave_up_early(call: Call, settings: Settings, cadence: Cadence) -> str | None:
    """Why the caller of an abandoned call gave up too early to be judged; None if not so, or if
    that is not known."""
    if not _rang(call):
        return "gave up before any phone rang"
    least, most = _bounds(call, settings, call.ended_at) or (0, 0)
    _, limit = _patience(settings, cadence)
    if most is None or _waited_out(most, settings, cadence):
        return None
    return f"{_gave_up_after(least, most, settings)}, before {limit}"


def _too_late_already(
    call: Call, settings: Settings, cadence: Cadence, why_closed: WhyClosed
) -> Finding | None:
    """A call of which the end was not seen, but which had rung for too long by then: whatever came
    after that, nobody had answered in time."""
    bounds = call.ring_bounds or _bounds(call, settings, call.ringing_ended_at)
    if not call.unanswered or bounds is None or not_asked(call, why_closed):
        return None
    least = bounds[0]
    late = not cadence.kept(settings.reading, settings.ring, least)
    if settings.clock is not Clock.FIRST_RING or not late:
        return None
    if not _waited_out(least, settings, cadence):
        return None
    limit = f"the limit of {tenths(settings.limit_ms(cadence))}"
    return Finding(
        NAME, Result.BREACHED, f"still ringing after {tenths(least)}, past {limit}", _NONE
    )


def _rang(call: Call) -> bool:
    return call.ring_started_at is not None or call.ring_bounds is not None


def _bounds(call: Call, settings: Settings, until: Micros | None) -> Bounds | None:
    return wait_bounds(call, settings.clock, until)


def _answered(call: Call, settings: Settings, cadence: Cadence, people: People) -> Finding:
    bounds = _bounds(call, settings, call.answered_at)
    if bounds is None:
        return Finding(NAME, Result.UNKNOWN, "answered, but no ringing was seen")
    least, most = bounds
    if least == most:
        return _answered_after(call, least, settings, cadence, people)
    met = most is not None and cadence.kept(settings.reading, settings.ring, most)
    between = _between(least, most)
    limit = f"the limit of {tenths(settings.limit_ms(cadence))}"
    if not met and cadence.kept(settings.reading, settings.ring, least):
        return Finding(NAME, Result.UNKNOWN, f"answered after {between}, and {limit} lies between")
    bound = "within" if met else "later than"
    by = people.answered_by(call)
    reason = f"answered after {between}, {bound} {limit}{',' + by if by else ''}"
    readings = _readings_between(least, most, settings, cadence)
    return Finding(NAME, Result.MET if met else Result.BREACHED, reason, readings)


def _answered_after(
    call: Call, waited: Millis, settings: Settings, cadence: Cadence, people: People
) -> Finding:
    readings = _readings(waited, settings, cadence)
    met = cadence.kept(settings.reading, settings.ring, waited)
    reason = _how_answered(waited, met, settings, cadence, people.answered_by(call))
    return Finding(NAME, Result.MET if met else Result.BREACHED, reason, readings)


def _between(least: Millis, most: Millis | None) -> str:
    """`3.5 to 4.5 s`, `at least 17 s`."""
    if most is None:
        return f"at least {tenths(least)}"
    return f"{tenths(least).removesuffix(' s')} to {tenths(most)}"


def _readings_between(
    least: Millis, most: Millis | None, settings: Settings, cadence: Cadence
) -> Readings | None:
    """The readings, if each is the same at both bounds."""
    first = _readings(least, settings, cadence)
    last = _readings(most, settings, cadence) if most is not None else _NONE
    return first if first == last else None


def _readings(waited: Millis, settings: Settings, cadence: Cadence) -> Readings:
    ring = settings.ring
    return Readings(
        before=cadence.kept(Reading.BEFORE, ring, waited),
        within=cadence.kept(Reading.WITHIN, ring, waited),
        third=cadence.kept(Reading.THIRD, ring, waited),
    )


def _how_answered(waited: Millis, met: bool, settings: Settings, cadence: Cadence, by: str) -> str:
    ring = cadence.ring_number(waited)
    if met and settings.clock is Clock.FIRST_RING:
        return f"answered in ring {ring} of {settings.ring}{by}"
    limit = f"the limit of {tenths(settings.limit_ms(cadence))}"
    late = f",{by}" if by else ""
    if settings.clock is not Clock.FIRST_RING:
        bound = "within" if met else "later than"
        return f"answered after {tenths(waited)}{_COUNTED[settings.clock]}, {bound} {limit}{late}"
    return f"answered in ring {ring}, after {tenths(waited)}, later than {limit}{late}"


def _abandoned(call: Call, settings: Settings, cadence: Cadence) -> Finding:
    early = gave_up_early(call, settings, cadence)
    if early:
        return Finding(NAME, Result.EXEMPT, early, gave_up_early=_rang(call))
    least, most = _bounds(call, settings, call.ended_at) or (0, 0)
    gave_up = _gave_up_after(least, most, settings)
    _, limit = _patience(settings, cadence)
    if not _waited_out(least, settings, cadence):
        return Finding(NAME, Result.UNKNOWN, f"{gave_up}, and {limit} lies between")
    return Finding(NAME, Result.BREACHED, f"{gave_up}, past {limit}", _NONE)


def _gave_up_after(least: Millis, most: Millis | None, settings: Settings) -> str:
    waited = tenths(least) if least == most else _between(least, most)
    return f"gave up after {waited}{_COUNTED[settings.clock]}"


def _patience(settings: Settings, cadence: Cadence) -> tuple[Millis | None, str]:
    """For how long callers may wait and are not counted if they then give up (None: the limit of
    the rule), and the same in words."""
    within = settings.exempt_abandons_within
    if within == "limit":
        return None, f"the limit of {tenths(settings.limit_ms(cadence))}"
    return within, f"the {tenths(within)} that are not counted"


def _waited_out(waited: Millis, settings: Settings, cadence: Cadence) -> bool:
    """Whether a caller who gave up after so long is counted."""
    within, _ = _patience(settings, cadence)
    if within is None:
        return not cadence.kept(settings.reading, settings.ring, waited)
    return waited > within


def _unanswered(call: Call, people: People) -> Finding:
    if _rang(call):
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
