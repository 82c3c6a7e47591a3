"""Absences, their history and claims; the forwards and phones of the PBXs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _absences()
    _phones()


def downgrade() -> None:
    raise NotImplementedError("callcheck's databases go forward only; put back a backup")


def _absences() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        *_texts("extension", nullable=False),
        *_times("start_at", "end_at", nullable=False),
        *_texts("deputy"),
        *_texts("source", nullable=False),
        *_texts("kind"),
        sa.Column("cancelled", sa.Boolean, nullable=False),
        *_texts("stood", "stood_reason"),
        *_times("stood_since"),
    )
    op.create_index("absences_of_a_person", "absences", ["extension", "start_at"])
    op.create_table(
        "absence_history",
        _of_an_absence("history_of_an_absence"),
        sa.Column("position", sa.Integer, primary_key=True),
        *_times("at", nullable=False),
        *_texts("by", "what", nullable=False),
    )
    op.create_index("history_by_absence", "absence_history", ["absence_id"])
    op.create_table(
        "absence_claims",
        *_texts("source", "origin", "key", nullable=False),
        _of_an_absence("claim_of_an_absence"),
        *_times("start_at", "end_at", nullable=False),
        sa.PrimaryKeyConstraint("source", "origin", "key"),
    )


def _phones() -> None:
    op.create_table(
        "forwards",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        *_texts("pbx", "extension", "kind", nullable=False),
        *_texts("target"),
        *_times("since", "until"),
    )
    op.create_index("forwards_of_a_phone", "forwards", ["pbx", "extension"])
    op.create_table(
        "phones",
        *_texts("pbx", "extension", nullable=False),
        sa.Column("reachable", sa.Boolean, nullable=False),
        *_times("since", nullable=False),
        sa.PrimaryKeyConstraint("pbx", "extension"),
    )
    op.create_table(
        "forward_looks",
        *_texts("pbx", nullable=False),
        *_times("at", nullable=False),
        sa.PrimaryKeyConstraint("pbx"),
    )


def _texts(*names: str, nullable: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _times(*names: str, nullable: bool = True) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


def _of_an_absence(name: str) -> sa.Column[int]:
    return sa.Column(
        "absence_id", sa.Integer, sa.ForeignKey("absences.id", name=name), nullable=False
    )
