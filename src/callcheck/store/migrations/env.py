"""Runs the revisions on the connection that `schema.migrate` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from callcheck.store.schema import VERSION_TABLE
from callcheck.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite cannot alter a column in place
    transactional_ddl=True,  # SQLite too, because the engine begins its transactions itself
)
with context.begin_transaction():
    context.run_migrations()
