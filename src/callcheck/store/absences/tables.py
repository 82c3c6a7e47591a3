"""The tables of absences: who is away, which source said so, and what phones did.

Times are BIGINT microseconds since 1970 (UTC). The retention of calls does not purge `absences` and
`absence_history`. A claim is what a source last reported about an absence, under the source's key.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from callcheck.store.tables import metadata

absences = Table(
    "absences",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("extension", Text, nullable=False),
    Column("start_at", BigInteger, nullable=False),
    Column("end_at", BigInteger, nullable=False),
    Column("deputy", Text),
    Column("source", Text, nullable=False),
    Column("kind", Text),
    Column("cancelled", Boolean, nullable=False),
    Column("stood", Text),
    Column("stood_reason", Text),
    Column("stood_since", BigInteger),
    Index("absences_of_a_person", "extension", "start_at"),
)

absence_history = Table(
    "absence_history",
    metadata,
    Column(
        "absence_id",
        Integer,
        ForeignKey("absences.id", name="history_of_an_absence"),
        nullable=False,
    ),
    Column("position", Integer, nullable=False, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("what", Text, nullable=False),
    Index("history_by_absence", "absence_id"),
)

absence_claims = Table(
    "absence_claims",
    metadata,
    Column("source", Text, primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column(
        "absence_id", Integer, ForeignKey("absences.id", name="claim_of_an_absence"), nullable=False
    ),
    Column("start_at", BigInteger, nullable=False),
    Column("end_at", BigInteger, nullable=False),
)

forwards = Table(
    "forwards",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("pbx", Text, nullable=False),
    Column("extension", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("target", Text),
    Column("since", BigInteger),
    Column("until", BigInteger),
    Index("forwards_of_a_phone", "pbx", "extension"),
)

phones = Table(
    "phones",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("extension", Text, primary_key=True),
    Column("reachable", Boolean, nullable=False),
    Column("since", BigInteger, nullable=False),
)

forward_looks = Table(
    "forward_looks",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("pbx", Text, nullable=False),
    Column("extension", Text, nullable=False),
    Column("taken_by", Text),
    Column("at", BigInteger, nullable=False),
    Index("messages_for_a_person", "extension", "at"),
)
