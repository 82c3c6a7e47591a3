"""Messages that colleagues noted for somebody absent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("pbx", sa.Text, nullable=False),
        sa.Column("extension", sa.Text, nullable=False),
        sa.Column("taken_by", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("messages_for_a_person", "messages", ["extension", "at"])


def downgrade() -> None:
    raise NotImplementedError("callcheck's databases go forward only; put back a backup")
