"""The few facts that a database holds about itself, in and out of the table `meta`."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from callcheck.calls.model import Micros, Millis
from callcheck.judging.wait import Clock
from callcheck.store import tables as t
from callcheck.store.driver import set_text, straight

Held = dict[str, str]

RING_EDGES = "ring_edges"
PURGED_BEFORE = "purged_before"
WAIT_LIMITS = "wait_limits"
DAYS = "days"
"""By which zone's days the counts of the days are (`Days.name`)."""
CLOCK = "clock"
"""From which moment the waits are counted (`Clock`)."""
LAST_BATCH = "last_batch"


def read(connection: Connection) -> Held:
    """All facts; there are few."""
    with straight(connection) as cursor:
        return dict(cursor.all("SELECT key, value FROM meta"))


def write(connection: Connection, key: str, value: str) -> None:
    """Sets one fact, in a writing transaction."""
    with straight(connection) as cursor:
        cursor.many(set_text(cursor.kind, t.meta), [(key, value)])


def probe(connection: Connection) -> None:
    """Writes nothing, but fails where nothing may be written; SQLite's BEGIN alone does not."""
    connection.execute(delete(t.meta).where(t.meta.c.key == ""))


def edges_of(held: Held) -> tuple[Millis, ...] | None:
    """The upper edges of the ring histogram's buckets, None before the first opening."""
    text = held.get(RING_EDGES)
    return None if text is None else tuple(int(edge) for edge in text.split())


def set_edges(connection: Connection, ring_edges: tuple[Millis, ...]) -> None:
    """Remembers the edges with which the histogram is counted."""
    write(connection, RING_EDGES, " ".join(map(str, ring_edges)))


def limits_of(held: Held) -> tuple[Millis, Millis] | None:
    """The limits by which the hours are counted, None before they are."""
    text = held.get(WAIT_LIMITS)
    if text is None:
        return None
    limit, short = text.split()
    return int(limit), int(short)


def set_limits(connection: Connection, limits: tuple[Millis, Millis]) -> None:
    """Remembers the limits by which the hours are counted."""
    write(connection, WAIT_LIMITS, f"{limits[0]} {limits[1]}")


def clock_of(held: Held) -> str:
    """The clock by which the waits are counted; a database that does not say counts by the first
    ring, as all did before there was a choice."""
    return held.get(CLOCK, Clock.FIRST_RING.value)


def purged_before(held: Held) -> Micros:
    """Calls that began before this were deleted and stay so; below every time if none were."""
    return int(held.get(PURGED_BEFORE, -(2**63)))
