"""What a mailbox says of its automatic replies in, when its person is away out; alike for
Microsoft 365 and Exchange."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from datetime import time as time_of_day

from callcheck.absences.merging import Claim
from callcheck.absences.model import Draft
from callcheck.calls.model import Micros
from callcheck.sources.ical import Told
from callcheck.times import local, micros

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose it is, as what its absences are kept, and the zone of the house."""

    extension: str
    source: str
    origin: str
    zone: tzinfo

    def between(self, start: datetime, end: datetime, key: str) -> Told:
        """One absence."""
        told = Draft(self.extension, micros(start), micros(end))
        return told, Claim(self.source, self.origin, key)

    def scheduled(self, start: datetime, end: datetime) -> list[Told]:
        """Replies for a time."""
        return [self.between(start, end, "scheduled")] if start < end else []

    def always(self, at: Micros) -> list[Told]:
        """Replies with no end count for today and tomorrow, whole days, each time anew."""
        today = local(at, self.zone).date()
        return [
            self.between(self.midnight(day), self.midnight(day + _DAY), f"always {day}")
            for day in (today, today + _DAY)
        ]

    def midnight(self, day: date) -> datetime:
        """When a day of the house begins."""
        return datetime.combine(day, time_of_day(), self.zone)
