"""Fixtures: `url` is an empty database, on SQLite and on PostgreSQL; `store` is open on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from callcheck.store import Store

if TYPE_CHECKING:
    from tests.store.postgres import Server

EDGES = (1000, 5000, 10000, 11000, 15000, 20000)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for this process; with pytest-xdist each worker is one."""
    try:
        from tests.store.postgres import Server

        server = Server()
    except Exception as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL can be started here: {type(error).__name__}: {error}")
    yield server
    server.close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'callcheck.db'}"


@pytest.fixture
def postgres_url(postgres: Server) -> Iterator[str]:
    """An empty PostgreSQL database."""
    url = postgres.new_database()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database, of either kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url = request.getfixturevalue(name)
    assert isinstance(url, str)
    return url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An open, empty store."""
    store = Store(url, EDGES)
    store.open()
    yield store
    store.close()


@contextmanager
def counting_calls(store: Store) -> Iterator[None]:
    """Summaries count the calls one by one, and use neither hours nor days: these are counted by
    other limits, 1 ms apart, which no call of the tests tells apart."""
    limit, short = limits = store.limits
    store.limits = limit - 1, short
    yield
    store.limits = limits
