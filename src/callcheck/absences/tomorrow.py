"""The absences and forwards of now in, how it will stand on the next working day out.

Pure. The list is for the unit that can still do something about it: from a set hour of a working
day (`due_at`) until the next one begins, whatever lies between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from callcheck.absences.model import Absence, State
from callcheck.absences.rehearsal import rehearse
from callcheck.absences.snapshot import World
from callcheck.absences.state import STATE_OF, Clockwork
from callcheck.calls.model import Micros
from callcheck.times import micros

Spans = Sequence[tuple[Micros, Micros]]
STATES = (State.FORWARDED, State.WRONG_TARGET, State.NOT_FORWARDED)
"""What can be said of a day that has not begun."""
_DAY = timedelta(days=1)
_LONGEST_PAUSE = 62
"""Days without work after which a house is taken as closed for good."""


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A local date with its working time."""

    date: date
    spans: Spans


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody who will be absent, and what would become of the calls."""

    absence: Absence
    state: State
    reason: str
    at: Micros
    """The first working moment of which this is said."""

    @property
    def covered(self) -> bool:
        """Whether somebody would get the calls the whole day."""
        return self.state is State.FORWARDED


def next_working_day(clock: Clockwork, now: Micros) -> WorkingDay | None:
    """The next working day that has not begun; None for a house without any."""
    today = clock.local(now).date()
    for n in range(_LONGEST_PAUSE):
        spans = clock.day(today + n * _DAY)
        if spans and spans[0][0] > now:
            return WorkingDay(today + n * _DAY, spans)
    return None


def due_at(clock: Clockwork, day: date, hour: time) -> Micros | None:
    """When the list for a working day is due: at that hour of the working day before it."""
    for n in range(1, _LONGEST_PAUSE):
        if clock.day(day - n * _DAY):
            due = datetime.combine(day - n * _DAY, hour, clock.zone)
            return micros(due)
    return None


def look_ahead(world: World, day: WorkingDay) -> list[Line]:
    """Everybody who is absent in the working time of a day; what fails stands first."""
    lines = [
        line
        for absences in world.absences_of.values()
        if (line := _worst(list(_moments(world, absences, day.spans)))) is not None
    ]
    return sorted(lines, key=lambda line: (line.covered, line.absence.extension, line.at))


def _moments(world: World, absences: Sequence[Absence], spans: Spans) -> Iterator[Line]:
    """What is said at each working moment of an absence at which anything may change."""
    for one in absences:
        for opens, closes in spans:
            start, end = max(opens, one.start), min(closes, one.end)
            if one.cancelled or start >= end:
                continue
            for at in (start, *world.changes(one.extension, start, end)):
                walked = rehearse(world, one.extension, at, one.deputy)
                yield Line(one, STATE_OF[walked.cover], walked.reason, at)


def _worst(lines: Sequence[Line]) -> Line | None:
    """The first moment of a person's day at which nobody would get the calls, or just the first."""
    return min(lines, key=lambda line: (line.covered, line.at), default=None)
