"""An absence and the world at a moment in, its state with a reason in words out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from callcheck.absences.model import Absence, Forward, ForwardKind, State
from callcheck.absences.rehearsal import rehearse
from callcheck.absences.snapshot import World
from callcheck.absences.steps import Cover, Rehearsal
from callcheck.calls.model import Micros
from callcheck.judging.hours import OpeningHours
from callcheck.times import local, micros

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The house's working hours (None: always) and its zone."""

    hours: OpeningHours | None
    zone: tzinfo

    def worked(self, start: Micros, end: Micros) -> Iterator[tuple[Micros, Micros]]:
        """The stretches of working time from `start` to before `end`, in order."""
        if self.hours is None:
            if start < end:
                yield start, end
            return
        day, last = self.local(start).date(), self.local(end).date()
        while day <= last:
            for opens, closes in self.day(day):
                a, b = max(opens, start), min(closes, end)
                if a < b:
                    yield a, b
            day += _DAY

    def day(self, day: date) -> tuple[tuple[Micros, Micros], ...]:
        """The working time of a local date; the whole day in a house that is always open."""
        if self.hours is not None:
            return self.hours.spans(day)
        midnight = datetime.combine(day, time(), self.zone)
        return ((micros(midnight), micros(midnight + _DAY)),)

    def local(self, at: Micros) -> datetime:
        """A moment on the house's clock."""
        return local(at, self.zone)


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with an absence at a moment."""

    state: State
    reason: str
    active: bool
    forward: Forward | None
    """In force at that moment (or at the end of an absence that is over)."""
    uncovered: Micros = 0
    """Working time of the absence so far without a valid forward, in microseconds."""
    covered: Micros = 0
    first_covered_at: Micros | None = None
    """When a valid forward came that was missing at the first working moment."""
    rehearsal: Rehearsal | None = None
    over: bool = False
    """Whether it has ended."""


def standing(absence: Absence, world: World, clock: Clockwork, now: Micros) -> Standing:
    """The state as contract section 6 has it."""
    if absence.cancelled or now >= absence.end:
        return _over(absence, world, clock, now)
    return _at(absence, world, clock, now)


def counting(world: World, now: Micros) -> list[Absence]:
    """The absences that run, and those that are over but left on; cheaper than their standing."""
    found: list[Absence] = []
    for absences in world.absences_of.values():
        running = [one for one in absences if one.active(now)]
        found += running
        if not running:
            over = [one for one in absences if not one.cancelled and one.end <= now]
            last = max((one.end for one in over), default=None)
            found += [one for one in over if one.end == last and _left_on(one, world, now)]
    return found


def _at(absence: Absence, world: World, clock: Clockwork, at: Micros) -> Standing:
    """While it runs, or before it: with the forwards of now."""
    walked = rehearse(world, absence.extension, at, absence.deputy)
    covered, uncovered, first = _cover(absence, world, clock, at)
    state, reason = STATE_OF[walked.cover], walked.reason
    if state is State.FORWARDED and uncovered:
        state = State.LATE
        reason += _late(clock, first)
    return Standing(
        state, reason, absence.active(at), walked.forward, uncovered, covered, first, walked
    )


STATE_OF = {
    Cover.COVERED: State.FORWARDED,
    Cover.WRONG: State.WRONG_TARGET,
    Cover.NONE: State.NOT_FORWARDED,
}


def _late(clock: Clockwork, first: Micros | None) -> str:
    when = f" ({clock.local(first):%d.%m.%Y %H:%M})" if first is not None else ""
    return f"; but not for the whole of it: set only after working time had begun{when}"


def _over(absence: Absence, world: World, clock: Clockwork, now: Micros) -> Standing:
    """After its end: still forwarded, or the last state that it had."""
    last = max(absence.start, absence.end - 1)
    was = _at(absence, world, clock, last)
    left = None if absence.cancelled else _left_on(absence, world, now)
    if left is not None:
        reason = (
            f"the absence is over, but calls for {absence.extension} still go to "
            f"{target(world, absence.extension, left)}; take the forward off"
        )
        return replace(
            was, state=State.LEFT_ON, reason=reason, active=False, forward=left, over=True
        )
    state, reason = was.state, was.reason
    if absence.stood is not None:
        state, reason = absence.stood, absence.stood_reason or reason
    return replace(was, state=state, reason=reason, active=False, over=True)


def _left_on(absence: Absence, world: World, now: Micros) -> Forward | None:
    """The forward of all calls that was in force at the end and still is."""
    others = world.absences_of.get(absence.extension, ())
    if any(o.active(now) or (not o.cancelled and absence.end < o.end <= now) for o in others):
        return None
    ways = (world.in_force(absence.extension, now, by_phone=it) for it in (False, True))
    forward = next((f[ForwardKind.ALWAYS] for f in ways if ForwardKind.ALWAYS in f), None)
    if forward is None or (forward.since is not None and forward.since >= absence.end):
        return None
    return forward


def target(world: World, extension: str, forward: Forward) -> str:
    """Where a forward of an extension leads, in words without an outside number."""
    to = forward.to or ""
    party = world.directory.reached_by(to)
    if party is not None:
        return f"{party.extension} ({party.name})" if party.name else party.extension
    owner = world.directory.owner_of_mobile(to)
    if owner is not None and owner.extension == extension:
        return "the person's own mobile"
    return to if len(to) < 7 else "an outside number"


def _cover(
    absence: Absence, world: World, clock: Clockwork, until: Micros
) -> tuple[Micros, Micros, Micros | None]:
    """Working time with and without a valid forward until a moment; when the lack ended first."""
    if until < absence.start:
        return 0, 0, None
    end = min(until + 1, absence.end)  # the moment itself counts: a lack of now is a lack
    holds = _holds(absence, world)
    edges = [absence.start, *world.changes(absence.extension, absence.start, end), end]
    covered = uncovered = 0
    first = None
    for a, b in pairwise(edges):
        worked = sum(d - c for c, d in clock.worked(a, b))
        if holds(a):
            covered += worked
            if uncovered and first is None:
                first = a
        else:
            uncovered += worked
    return covered, uncovered, first


def _holds(absence: Absence, world: World) -> Callable[[Micros], bool]:
    def valid(at: Micros) -> bool:
        return rehearse(world, absence.extension, at, absence.deputy).cover is Cover.COVERED

    return valid
