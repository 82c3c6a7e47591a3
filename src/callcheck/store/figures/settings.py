"""The settings that stored counts depend on, and counting anew when one of them changes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from callcheck.calls.model import Millis
from callcheck.judging.wait import Clock
from callcheck.store import meta
from callcheck.store.figures import hourly, totals
from callcheck.store.figures.counted import recount_waits
from callcheck.store.figures.hourly import WaitLimits
from callcheck.store.figures.local_days import LocalDays


@dataclass(frozen=True, slots=True)
class CountSettings:
    """What stored counts depend on; the table `meta` records what they were made with."""

    edges: tuple[Millis, ...]
    """Upper edges of the ring histogram's buckets."""
    clock: Clock
    """From which moment a wait counts."""
    limits: WaitLimits
    days: LocalDays

    def made(self, held: meta.MetaRows) -> bool:
        """Whether the stored counts were made with these settings."""
        return meta.edges_of(held) == self.edges and self.made_days(held)

    def made_days(self, held: meta.MetaRows) -> bool:
        """Whether the counts of the hours and days were made with these settings."""
        theirs = meta.clock_of(held), meta.limits_of(held), held.get(meta.DAYS)
        return theirs == (self.clock, self.limits, self.days.name)

    def recount(self, connection: Connection) -> None:
        """Counts anew what was made with other settings, from the calls that are still stored."""
        held = meta.read(connection)
        if meta.edges_of(held) != self.edges:
            totals.recount_rings(connection, self.edges)
            meta.set_edges(connection, self.edges)
        clock_changed = meta.clock_of(held) != self.clock
        if clock_changed:
            recount_waits(connection, self.clock)
            meta.write(connection, meta.CLOCK, self.clock.value)
        if clock_changed or meta.limits_of(held) != self.limits:
            hourly.recount(connection, self.limits, self.days)
            meta.set_limits(connection, self.limits)
        elif held.get(meta.DAYS) != self.days.name:
            hourly.recount_days(connection, self.days)
        meta.write(connection, meta.DAYS, self.days.name)
