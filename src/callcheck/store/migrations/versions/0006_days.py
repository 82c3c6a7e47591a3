"""The counts of a unit's day: a month of all units is read in a tenth of the time again.

They are filled from the hours' counts when the store is opened, which knows the zone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
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
    op.create_table(
        "day_totals",
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("unit", "day"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise NotImplementedError("callcheck's databases go forward only; put back a backup")
