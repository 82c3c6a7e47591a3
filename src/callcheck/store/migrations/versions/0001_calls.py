"""The first tables: calls, legs, findings, the counters, and meta."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _calls()
    _legs()
    _findings()
    _totals()
    _indexes()


def downgrade() -> None:
    raise NotImplementedError("callcheck's databases go forward only; put back a backup")


def _calls() -> None:
    op.create_table(
        "calls",
        *_key(),
        *_texts("direction", nullable=False),
        *_texts("caller", "dialed", "extension"),
        *_texts("unit", nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("ring_started_at", sa.BigInteger),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("ringing_ended_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger, nullable=False),
        *_texts("disposition", nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        *_texts("time_source", nullable=False),
        *_texts("ring_source", "answered_by", "answered_via", "picked_up_for"),
        *_texts("forwarded_from", "forwarded_to"),
        sa.Column("transfers", sa.Integer, nullable=False),
        *_texts("final_party", "hung_up_by"),
        sa.Column("queue_joined_at", sa.BigInteger),
        sa.Column("conference", sa.Boolean, nullable=False),
        sa.Column("answered_while_serving", sa.Boolean, nullable=False),
        sa.Column("start_seen", sa.Boolean, nullable=False),
        sa.Column("end_seen", sa.Boolean, nullable=False),
        *_texts("timeline", "verdict", nullable=False),
        sa.Column("readings", sa.SmallInteger),
        sa.Column("ring_ms", sa.BigInteger),
        sa.Column("counted_wait_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("pbx", "call_id"),
    )


def _legs() -> None:
    op.create_table(
        "legs",
        *_key(),
        sa.Column("position", sa.Integer, nullable=False),
        *_texts("extension", "number"),
        *_texts("device", "channel", nullable=False),
        sa.Column("dialed_at", sa.BigInteger, nullable=False),
        sa.Column("ring_started_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        *_texts("ring_source"),
        *_texts("result"),
        *_texts("forwarded_to"),
        sa.Column("ring_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("pbx", "call_id", "position"),
        _of_a_call("legs_of_a_call"),
        sqlite_with_rowid=False,
    )


def _findings() -> None:
    op.create_table(
        "findings",
        *_key(),
        *_texts("rule", nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        *_texts("result", "reason", nullable=False),
        sa.Column("readings", sa.SmallInteger),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        *_texts("unit", nullable=False),
        sa.PrimaryKeyConstraint("pbx", "call_id", "rule"),
        _of_a_call("findings_of_a_call"),
        sqlite_with_rowid=False,
    )


def _totals() -> None:
    _counter("call_totals", ("pbx", "unit", "direction", "disposition", "via"))
    _counter("finding_totals", ("unit", "rule", "result"))
    op.create_table(
        "ring_totals",
        *_texts("unit", "disposition", nullable=False),
        sa.Column("bucket", sa.Integer, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("sum_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("unit", "disposition", "bucket"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "meta",
        *_texts("key", "value", nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )


def _counter(name: str, labels: tuple[str, ...]) -> None:
    op.create_table(
        name,
        *_texts(*labels, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(*labels),
        sqlite_with_rowid=False,
    )


def _indexes() -> None:
    missed = "direction = 'inbound' AND disposition <> 'answered'"
    covered = ["verdict", "direction", "disposition", "readings", "counted_wait_ms"]
    _index("calls_by_start", ["started_at"], "disposition <> ''")
    _index("calls_by_extension", ["extension", "started_at"], "extension IS NOT NULL")
    _index("calls_by_unit", ["unit", "started_at", *covered])
    _index("calls_missed", ["started_at"], f"{missed} AND disposition <> ''")
    _index("calls_missed_by_unit", ["unit", "started_at"], missed)
    _index("calls_unanswered", ["disposition", "started_at"], "disposition <> 'answered'")
    _index("calls_notable", ["verdict", "started_at"], "verdict IN ('breached', 'unknown')")
    op.create_index(
        "findings_by_rule",
        "findings",
        ["rule", "result", "started_at", "unit"],
        sqlite_where=sa.text("rule <> 'answer_by_ring'"),
        postgresql_where=sa.text("rule <> 'answer_by_ring'"),
    )


def _index(name: str, columns: list[str], where: str | None = None) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, "calls", columns, sqlite_where=only, postgresql_where=only)


def _texts(*names: str, nullable: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _key() -> list[sa.Column[str]]:
    plain = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return [sa.Column(name, plain, nullable=False) for name in ("pbx", "call_id")]


def _of_a_call(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["pbx", "call_id"], ["calls.pbx", "calls.call_id"], name=name, ondelete="CASCADE"
    )
