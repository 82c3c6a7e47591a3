"""Calls counted by the hour, for sums over many calls; indexes for who helped, and sent around.

The counts are filled when the store is opened: they depend on the limits of the configuration.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LABELS = ("unit", "hour", "direction", "disposition", "verdict", "readings")


def upgrade() -> None:
    op.create_table(
        "hour_totals",
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _LABELS[2:5]),
        sa.Column("readings", sa.SmallInteger, nullable=False),
        *(sa.Column(n, sa.BigInteger, nullable=False) for n in ("n", "counted")),
        *(sa.Column(n, sa.BigInteger, nullable=False) for n in ("in_time", "short")),
        sa.PrimaryKeyConstraint(*_LABELS),
        sqlite_with_rowid=False,
    )
    helped = (
        "disposition = 'answered' AND (picked_up_for IS NOT NULL OR forwarded_from IS NOT NULL)"
    )
    _index("calls_helped", ["unit", "started_at"], helped)
    _index("calls_sent_around", ["started_at"], "transfers > 1")


def downgrade() -> None:
    raise NotImplementedError("callcheck's databases go forward only; put back a backup")


def _index(name: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, "calls", columns, sqlite_where=only, postgresql_where=only)
