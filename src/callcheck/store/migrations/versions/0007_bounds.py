"""What is only known between bounds of a call, and which events were missing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("missing", sa.Text, nullable=False, server_default=""))
    op.add_column("calls", sa.Column("sound", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("calls", sa.Column("ring_least_ms", sa.BigInteger))
    op.add_column("calls", sa.Column("ring_most_ms", sa.BigInteger))
    op.add_column("calls", sa.Column("blur_ms", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    raise NotImplementedError("callcheck's databases go forward only; put back a backup")
