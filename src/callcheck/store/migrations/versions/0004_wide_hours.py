"""The counts of a unit's hour in one row: a month of all units is read in a tenth of the time.

They are filled when the store is opened, as the limits are forgotten by which they were counted.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KINDS = [
    f"{direction}_{disposition}"
    for direction in ("inbound", "internal", "outbound")
    for disposition in (
        "answered", "abandoned", "no_answer", "busy", "rejected", "unreachable", "voicemail",
        "failed", "unknown",
    )
]  # fmt: skip
_COUNTS = (
    "calls", *_KINDS, "met", "breached", "exempt", "unknown", "before", "within", "third",
    "answered", "answered_in_time", "abandoned", "abandoned_in_time", "abandoned_short",
    "otherwise",
)  # fmt: skip


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP VIEW IF EXISTS reports.hours")  # deploy/postgres/reports.sql makes it anew
    op.drop_table("hour_totals")
    op.create_table(
        "hour_totals",
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("unit", "hour"),
        sqlite_with_rowid=False,
    )
    op.execute("DELETE FROM meta WHERE key = 'wait_limits'")


def downgrade() -> None:
    raise NotImplementedError("callcheck's databases go forward only; put back a backup")
