"""Turns the automatic replies of a mailbox into absences, for Microsoft 365 and Exchange alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from datetime import time as time_of_day

from callcheck.absences.merging import Claim
from callcheck.absences.model import Draft
from callcheck.calls.model import Micros
from callcheck.sources.base import Report
from callcheck.times import local, micros

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A person's mailbox: how its absences are reported, and the zone of the house."""

    extension: str
    source: str
    origin: str
    zone: tzinfo

    def between(self, start: datetime, end: datetime, key: str) -> Report:
        """One absence."""
        draft = Draft(self.extension, micros(start), micros(end))
        return draft, Claim(self.source, self.origin, key)

    def scheduled(self, start: datetime, end: datetime) -> list[Report]:
        """Replies that are on for a set time."""
        return [self.between(start, end, "scheduled")] if start < end else []

    def always(self, at: Micros) -> list[Report]:
        """Replies with no end: today and tomorrow, whole days; the next reading moves them on."""
        today = local(at, self.zone).date()
        return [
            self.between(self.midnight(day), self.midnight(day + _DAY), f"always {day}")
            for day in (today, today + _DAY)
        ]

    def midnight(self, day: date) -> datetime:
        """The start of a day in the zone of the house."""
        return datetime.combine(day, time_of_day(), self.zone)
