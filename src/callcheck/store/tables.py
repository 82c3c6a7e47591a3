"""The tables: calls, their legs and findings, and the counters that outlive them.

Times are BIGINT microseconds since 1970 (UTC), durations BIGINT milliseconds. Every key begins with
`pbx`, so that tables can be partitioned by it. An unknown unit is stored as "", so that
`unit IN (…)` finds it. `migrations/` creates these tables; a test compares the two.

The indexes are designed for ten million calls: a query reads only the range that it returns. The
database uses a partial index only if the query contains its condition literally (`MISSED` etc.).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TextClause,
    text,
    true,
)

from callcheck.judging.verdict import HEADLINE
from callcheck.store.figures.counts import COUNTS

EVERY = text("disposition <> ''")
"""True for every call. Only queries that contain it use an index with this condition. Without it
PostgreSQL likes to look for one unit's calls in the index of all calls by time, which is slow for
a unit without recent calls."""
UNANSWERED = text("disposition <> 'answered'")
MISSED = text("direction = 'inbound' AND disposition <> 'answered'")
MISSED_ANYWHERE = text(f"{MISSED} AND {EVERY}")
NOTABLE = text("verdict IN ('breached', 'unknown')")
HELPED = text(
    "disposition = 'answered' AND (picked_up_for IS NOT NULL OR forwarded_from IS NOT NULL)"
)
SENT_AROUND = text("transfers > 1")
OTHER_RULE = text(f"rule <> '{HEADLINE}'")

metadata = MetaData()

# sorted by code point, as in Python and SQLite, whatever the locale of the database
_PLAIN_TEXT = Text().with_variant(Text(collation="C"), "postgresql")


def _key() -> list[Column[str]]:
    return [
        Column("pbx", _PLAIN_TEXT, primary_key=True),
        Column("call_id", _PLAIN_TEXT, primary_key=True),
    ]


def _of_a_call(name: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["pbx", "call_id"], ["calls.pbx", "calls.call_id"], name=name, ondelete="CASCADE"
    )


calls = Table(
    "calls",
    metadata,
    *_key(),
    Column("direction", Text, nullable=False),
    Column("caller", Text),
    Column("dialed", Text),
    Column("extension", Text),
    Column("unit", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ring_started_at", BigInteger),
    Column("answered_at", BigInteger),
    Column("ringing_ended_at", BigInteger),
    Column("ended_at", BigInteger, nullable=False),
    Column("disposition", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("time_source", Text, nullable=False),
    Column("ring_source", Text),
    Column("answered_by", Text),
    Column("answered_via", Text),
    Column("picked_up_for", Text),
    Column("forwarded_from", Text),
    Column("forwarded_to", Text),
    Column("transfers", Integer, nullable=False),
    Column("final_party", Text),
    Column("hung_up_by", Text),
    Column("queue_joined_at", BigInteger),
    Column("conference", Boolean, nullable=False),
    Column("answered_while_serving", Boolean, nullable=False),
    Column("start_seen", Boolean, nullable=False),
    Column("end_seen", Boolean, nullable=False),
    Column("missing", Text, nullable=False, server_default=""),
    Column("sound", Boolean, nullable=False, server_default=true()),
    Column("ring_least_ms", BigInteger),
    Column("ring_most_ms", BigInteger),
    Column("blur_ms", Integer, nullable=False, server_default="0"),
    Column("timeline", Text, nullable=False),
    # derived columns for queries: the headline rule's finding, and durations
    Column("verdict", Text, nullable=False),
    Column("readings", SmallInteger),
    Column("ring_ms", BigInteger),
    Column("counted_wait_ms", BigInteger),
)

legs = Table(
    "legs",
    metadata,
    *_key(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("extension", Text),
    Column("number", Text),
    Column("device", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("dialed_at", BigInteger, nullable=False),
    Column("ring_started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("ring_source", Text),
    Column("result", Text),
    Column("forwarded_to", Text),
    Column("ring_ms", BigInteger),
    _of_a_call("legs_of_a_call"),
    sqlite_with_rowid=False,
)

findings = Table(
    "findings",
    metadata,
    *_key(),
    Column("rule", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("result", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("readings", SmallInteger),
    Column("started_at", BigInteger, nullable=False),
    Column("unit", Text, nullable=False),
    _of_a_call("findings_of_a_call"),
    sqlite_with_rowid=False,
)

call_totals = Table(
    "call_totals",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("direction", Text, primary_key=True),
    Column("disposition", Text, primary_key=True),
    Column("via", Text, primary_key=True),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

finding_totals = Table(
    "finding_totals",
    metadata,
    Column("unit", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("result", Text, primary_key=True),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

ring_totals = Table(
    "ring_totals",
    metadata,
    Column("unit", Text, primary_key=True),
    Column("disposition", Text, primary_key=True),
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    Column("sum_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)


def _counts_by(name: str, time: str) -> Table:
    return Table(
        name,
        metadata,
        Column("unit", Text, primary_key=True),
        Column(time, BigInteger, primary_key=True, autoincrement=False),
        *(Column(name, Integer, nullable=False) for name in COUNTS),
        sqlite_with_rowid=False,
    )


hour_totals = _counts_by("hour_totals", "hour")
day_totals = _counts_by("day_totals", "day")

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

# newest first: all calls, one extension, one unit (which covers what `summary` counts)
Index("calls_by_start", calls.c.started_at, sqlite_where=EVERY, postgresql_where=EVERY)
Index(
    "calls_by_extension",
    calls.c.extension,
    calls.c.started_at,
    sqlite_where=text("extension IS NOT NULL"),
    postgresql_where=text("extension IS NOT NULL"),
)
Index(
    "calls_by_unit",
    calls.c.unit,
    calls.c.started_at,
    calls.c.verdict,
    calls.c.direction,
    calls.c.disposition,
    calls.c.readings,
    calls.c.counted_wait_ms,
)


def _index_of_few(name: str, few: TextClause, *columns: Column[Any]) -> None:
    """A partial index, on both databases."""
    Index(name, *columns, sqlite_where=few, postgresql_where=few)


# the few calls that people look for, among the many that went well
_index_of_few("calls_missed", MISSED_ANYWHERE, calls.c.started_at)
_index_of_few("calls_missed_by_unit", MISSED, calls.c.unit, calls.c.started_at)
_index_of_few("calls_unanswered", UNANSWERED, calls.c.disposition, calls.c.started_at)
_index_of_few("calls_notable", NOTABLE, calls.c.verdict, calls.c.started_at)
_index_of_few("calls_helped", HELPED, calls.c.unit, calls.c.started_at)
_index_of_few("calls_sent_around", SENT_AROUND, calls.c.started_at)
_index_of_few(
    "findings_by_rule",
    OTHER_RULE,
    findings.c.rule,
    findings.c.result,
    findings.c.started_at,
    findings.c.unit,
)
