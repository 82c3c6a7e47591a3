"""Creates and migrates the tables, or says in one sentence why a database cannot be used."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from callcheck.store.engine import use_wal, writing
from callcheck.store.errors import StoreError, reason

HEAD = "0007"
"""The newest revision of `migrations/`; a test holds them together."""
VERSION_TABLE = "callcheck_version"
"""Not Alembic's default name, so that another program's tables are not taken for ours."""


def migrate(engine: Engine, name: str) -> None:
    """Brings the tables to `HEAD`, in one transaction. Raises StoreError.

    Two processes that start at the same time take turns.
    """
    try:
        with engine.connect() as connection:
            _refuse_foreign(connection, name)
        use_wal(engine)
        with writing(engine) as connection:
            revision = _revision(connection)
            if revision != HEAD:
                _upgrade(connection, revision, name)
    except DBAPIError as error:
        raise StoreError(f"cannot use the store {name}: {reason(error)}") from error


def _refuse_foreign(connection: Connection, name: str) -> None:
    held = set(inspect(connection).get_table_names())
    if held and VERSION_TABLE not in held:
        some = ", ".join(sorted(held)[:3])
        raise StoreError(
            f"{name} is not a callcheck database: it has other tables ({some}); "
            "give callcheck a database of its own"
        )


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()


def _upgrade(connection: Connection, revision: str | None, name: str) -> None:
    # imported here: it takes a tenth of a second, and most starts need no migration
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "callcheck.store:migrations")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            f"{name} was made by a newer callcheck (revision {revision}); "
            "upgrade this one, or restore the backup from before the upgrade"
        )
    command.upgrade(config, "head")
