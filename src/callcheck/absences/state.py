"""Gives an absence its state at a moment, with a reason in words.

The states are defined in `docs/definitions.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from callcheck.absences.model import Absence, AbsenceState, Forward, ForwardKind
from callcheck.absences.rehearsal import rehearse
from callcheck.absences.snapshot import Snapshot
from callcheck.absences.steps import Coverage, Rehearsal
from callcheck.calls.directory import looks_outside
from callcheck.calls.model import Micros
from callcheck.judging.hours import OpeningHours
from callcheck.times import local, micros

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """The working hours of the house (None: always open) and its zone."""

    hours: OpeningHours | None
    zone: tzinfo

    def worked(self, start: Micros, end: Micros) -> Iterator[tuple[Micros, Micros]]:
        """The periods of working time from `start` to before `end`, in order."""
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
        """The working time of a local date; the whole day if the house is always open."""
        if self.hours is not None:
            return self.hours.spans(day)
        midnight = datetime.combine(day, time(), self.zone)
        return ((micros(midnight), micros(midnight + _DAY)),)

    def local(self, at: Micros) -> datetime:
        """A moment in the zone of the house."""
        return local(at, self.zone)


@dataclass(frozen=True, slots=True)
class Assessment:
    """An absence at a moment: its state, and how much of its working time was covered."""

    state: AbsenceState
    reason: str
    active: bool
    forward: Forward | None
    """The forward in force at that moment, or at the end of an absence that is over."""
    uncovered: Micros = 0
    """Working time so far without a valid forward, in microseconds."""
    covered: Micros = 0
    """Working time so far with a valid forward, in microseconds."""
    first_covered_at: Micros | None = None
    """When a valid forward was set that was missing before."""
    rehearsal: Rehearsal | None = None
    over: bool = False
    """Whether it has ended."""


Assessments = Sequence[tuple[Absence, Assessment]]


def assess(absence: Absence, snapshot: Snapshot, clock: WorkingTime, now: Micros) -> Assessment:
    """The state of an absence at a moment."""
    if absence.cancelled or now >= absence.end:
        return _over(absence, snapshot, clock, now)
    return _at(absence, snapshot, clock, now)


def current(snapshot: Snapshot, now: Micros) -> list[Absence]:
    """The absences that run, and those whose forward was left on. This is cheaper than `assess`."""
    found: list[Absence] = []
    for absences in snapshot.absences_of.values():
        running = [one for one in absences if one.active(now)]
        found += running
        if not running:
            over = [one for one in absences if not one.cancelled and one.end <= now]
            last = max((one.end for one in over), default=None)
            found += [one for one in over if one.end == last and _left_on(one, snapshot, now)]
    return found


def _at(absence: Absence, snapshot: Snapshot, clock: WorkingTime, at: Micros) -> Assessment:
    """While the absence runs, or before it: with the forwards in force now."""
    walked = rehearse(snapshot, absence.extension, at, absence.deputy)
    covered, uncovered, first = _cover(absence, snapshot, clock, at)
    state, reason = STATE_OF[walked.cover], walked.reason
    if state is AbsenceState.FORWARDED and uncovered:
        state = AbsenceState.LATE
        reason += _late(clock, first)
    return Assessment(
        state, reason, absence.active(at), walked.forward, uncovered, covered, first, walked
    )


STATE_OF = {
    Coverage.COVERED: AbsenceState.FORWARDED,
    Coverage.WRONG: AbsenceState.WRONG_TARGET,
    Coverage.NONE: AbsenceState.NOT_FORWARDED,
}


def _late(clock: WorkingTime, first: Micros | None) -> str:
    when = f" ({clock.local(first):%d.%m.%Y %H:%M})" if first is not None else ""
    return f"; but not for the whole of it: set only after working time had begun{when}"


def _over(absence: Absence, snapshot: Snapshot, clock: WorkingTime, now: Micros) -> Assessment:
    """After the end: left on, or the last state that the absence had."""
    last = max(absence.start, absence.end - 1)
    was = _at(absence, snapshot, clock, last)
    left = None if absence.cancelled else _left_on(absence, snapshot, now)
    if left is not None:
        reason = (
            f"the absence is over, but calls for {absence.extension} still go to "
            f"{leads_to(snapshot, absence.extension, left)}; take the forward off"
        )
        return replace(
            was, state=AbsenceState.LEFT_ON, reason=reason, active=False, forward=left, over=True
        )
    state, reason = was.state, was.reason
    if absence.stood is not None:
        state, reason = absence.stood, absence.stood_reason or reason
    return replace(was, state=state, reason=reason, active=False, over=True)


def _left_on(absence: Absence, snapshot: Snapshot, now: Micros) -> Forward | None:
    """The forward of all calls that was in force at the end and still is."""
    others = snapshot.absences_of.get(absence.extension, ())
    if any(o.active(now) or (not o.cancelled and absence.end < o.end <= now) for o in others):
        return None
    ways = (snapshot.in_force(absence.extension, now, by_phone=it) for it in (False, True))
    forward = next((f[ForwardKind.ALWAYS] for f in ways if ForwardKind.ALWAYS in f), None)
    if forward is None or (forward.since is not None and forward.since >= absence.end):
        return None
    return forward


def leads_to(snapshot: Snapshot, extension: str, forward: Forward) -> str:
    """Where a forward of an extension leads, in words, without an outside number."""
    to = forward.to or ""
    party = snapshot.directory.reached_by(to)
    if party is not None:
        return snapshot.directory.named(party.extension, number_first=True)
    owner = snapshot.directory.owner_of_mobile(to)
    if owner is not None and owner.extension == extension:
        return "the person's own mobile"
    return "an outside number" if looks_outside(to) else to


def _cover(
    absence: Absence, snapshot: Snapshot, clock: WorkingTime, until: Micros
) -> tuple[Micros, Micros, Micros | None]:
    """Working time with and without a valid forward until a moment; when the first gap ended."""
    if until < absence.start:
        return 0, 0, None
    end = min(until + 1, absence.end)  # the moment itself counts: a gap may start now
    holds = _holds(absence, snapshot)
    edges = [absence.start, *snapshot.changes(absence.extension, absence.start, end), end]
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


def _holds(absence: Absence, snapshot: Snapshot) -> Callable[[Micros], bool]:
    def valid(at: Micros) -> bool:
        return rehearse(snapshot, absence.extension, at, absence.deputy).cover is Coverage.COVERED

    return valid
