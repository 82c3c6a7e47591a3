"""Works out who will be absent on the next working day, and what will become of their calls.

The list is for the unit that can still do something about it: it is due from a set hour of a
working day (`due_at`) until the next working day begins, weekends and holidays included.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from callcheck.absences.model import Absence, AbsenceState
from callcheck.absences.rehearsal import rehearse
from callcheck.absences.snapshot import Snapshot
from callcheck.absences.state import STATE_OF, WorkingTime
from callcheck.calls.model import Micros
from callcheck.times import micros

Spans = Sequence[tuple[Micros, Micros]]
_DAY = timedelta(days=1)
_LONGEST_PAUSE = 62
"""After so many days without work, a house counts as closed for good."""


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A local date with its working time."""

    date: date
    spans: Spans


@dataclass(frozen=True, slots=True)
class TomorrowEntry:
    """A person who will be absent, and what would become of the calls."""

    absence: Absence
    state: AbsenceState
    reason: str
    at: Micros
    """The first working moment for which this is true."""

    @property
    def covered(self) -> bool:
        """Whether somebody would get the calls the whole day."""
        return self.state is AbsenceState.FORWARDED


def next_working_day(clock: WorkingTime, now: Micros) -> WorkingDay | None:
    """The next working day that has not begun; None if there is none."""
    today = clock.local(now).date()
    for n in range(_LONGEST_PAUSE):
        spans = clock.day(today + n * _DAY)
        if spans and spans[0][0] > now:
            return WorkingDay(today + n * _DAY, spans)
    return None


def due_at(clock: WorkingTime, day: date, hour: time) -> Micros | None:
    """When the list for a working day is due: at that hour of the working day before it."""
    for n in range(1, _LONGEST_PAUSE):
        if clock.day(day - n * _DAY):
            due = datetime.combine(day - n * _DAY, hour, clock.zone)
            return micros(due)
    return None


def look_ahead(snapshot: Snapshot, day: WorkingDay) -> list[TomorrowEntry]:
    """Everybody who is absent during the working time of a day; the uncovered first."""
    lines = [
        line
        for absences in snapshot.absences_of.values()
        if (line := _worst(list(_moments(snapshot, absences, day.spans)))) is not None
    ]
    return sorted(lines, key=lambda line: (line.covered, line.absence.extension, line.at))


def _moments(
    snapshot: Snapshot, absences: Sequence[Absence], spans: Spans
) -> Iterator[TomorrowEntry]:
    """An entry for each working moment of an absence at which anything may change."""
    for one in absences:
        for opens, closes in spans:
            start, end = max(opens, one.start), min(closes, one.end)
            if one.cancelled or start >= end:
                continue
            for at in (start, *snapshot.changes(one.extension, start, end)):
                walked = rehearse(snapshot, one.extension, at, one.deputy)
                yield TomorrowEntry(one, STATE_OF[walked.cover], walked.reason, at)


def _worst(lines: Sequence[TomorrowEntry]) -> TomorrowEntry | None:
    """The first moment of the day at which nobody would get the calls, or just the first."""
    return min(lines, key=lambda line: (line.covered, line.at), default=None)
