"""The table `meta`: how the stored counts were made, and what was purged."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from callcheck.calls.model import Micros, Millis
from callcheck.judging.wait import Clock
from callcheck.store import tables as t
from callcheck.store.driver import driver_cursor, upsert_sql

MetaRows = dict[str, str]
"""All rows of `meta`."""

RING_EDGES = "ring_edges"
PURGED_BEFORE = "purged_before"
WAIT_LIMITS = "wait_limits"
DAYS = "days"
"""Whose days the daily counts use (`LocalDays.name`)."""
CLOCK = "clock"
"""From which moment the waits are counted (`Clock`)."""
LAST_BATCH = "last_batch"


def read(connection: Connection) -> MetaRows:
    """All rows; there are few."""
    with driver_cursor(connection) as cursor:
        return dict(cursor.all("SELECT key, value FROM meta"))


def write(connection: Connection, key: str, value: str) -> None:
    """Sets one value, in a writing transaction."""
    with driver_cursor(connection) as cursor:
        cursor.many(upsert_sql(cursor.kind, t.meta), [(key, value)])


def probe(connection: Connection) -> None:
    """Changes nothing, but fails on a read-only database; SQLite's BEGIN alone does not."""
    connection.execute(delete(t.meta).where(t.meta.c.key == ""))


def edges_of(held: MetaRows) -> tuple[Millis, ...] | None:
    """Upper edges (ms) of the ring histogram's buckets; None before the first opening."""
    text = held.get(RING_EDGES)
    return None if text is None else tuple(int(edge) for edge in text.split())


def set_edges(connection: Connection, ring_edges: tuple[Millis, ...]) -> None:
    """Records the edges of the histogram."""
    write(connection, RING_EDGES, " ".join(map(str, ring_edges)))


def limits_of(held: MetaRows) -> tuple[Millis, Millis] | None:
    """The limits (ms) of the stored counts; None before anything was counted."""
    text = held.get(WAIT_LIMITS)
    if text is None:
        return None
    limit, short = text.split()
    return int(limit), int(short)


def set_limits(connection: Connection, limits: tuple[Millis, Millis]) -> None:
    """Records the limits of the stored counts."""
    write(connection, WAIT_LIMITS, f"{limits[0]} {limits[1]}")


def clock_of(held: MetaRows) -> str:
    """The `Clock` of the stored waits. A database without one was written by an early version,
    which always counted from the first ring."""
    return held.get(CLOCK, Clock.FIRST_RING.value)


def purged_before(held: MetaRows) -> Micros:
    """Calls that began before this time were deleted and are not stored again."""
    return int(held.get(PURGED_BEFORE, -(2**63)))
