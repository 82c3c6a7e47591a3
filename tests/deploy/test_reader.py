"""The role that Grafana reads with, made by the script of docker-compose.yml on a real PostgreSQL:
it sees the views, and nothing else."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from callcheck.calls.model import Disposition
from callcheck.judging.verdict import Result
from callcheck.store import Store
from tests.deploy.programs import ROOT, program
from tests.store.conftest import EDGES
from tests.store.postgres import Server
from tests.store.samples import judged, missed, said

PASSWORD = "of-the-reader"
pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def connection_to() -> Iterator[dict[str, str]]:
    """How to reach a database with three calls, whose reports were made twice."""
    psql = program("psql", package="postgresql-client")
    server = Server()
    url = server.new_database()
    store = Store(url, EDGES)
    store.open()
    rang_out = missed(2, Disposition.NO_ANSWER), said(Result.BREACHED)
    store.save([judged(1), rang_out, judged(3)])
    store.close()
    parts = conninfo_to_dict(url.replace("+psycopg", "", 1))
    known: dict[str, str] = {
        name: str(parts[name])
        for name in ("host", "port", "user", "password", "dbname")
        if name in parts
    }
    names = {"dbname": "PGDATABASE"}
    environ = {names.get(k, f"PG{k.upper()}"): v for k, v in known.items()}
    for _ in range(2):
        ended = subprocess.run(
            ["sh", str(ROOT / "deploy" / "postgres" / "reports.sh")], check=False,
            capture_output=True, text=True,
            env={"PATH": f"{Path(psql).parent}:/usr/bin:/bin", "READER_PASSWORD": PASSWORD,
                 **environ},
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
    yield known | {"user": "callcheck_reader", "password": PASSWORD}
    server.drop(url)
    server.close()


@pytest.fixture
def reader(connection_to: dict[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(" ".join(f"{k}={v}" for k, v in connection_to.items())) as connection:
        yield connection


def test_it_reads_the_views(reader: psycopg.Connection) -> None:
    rows = reader.execute("SELECT unit, disposition, reason FROM reports.missed").fetchall()
    assert rows == [("registry", "no_answer", "in words")]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM public.calls",
        "UPDATE reports.missed SET unit = 'x'",
        "CREATE TABLE reports.mine (n int)",
        "CREATE TABLE public.mine (n int)",
    ],
)
def test_it_does_nothing_else(reader: psycopg.Connection, statement: str) -> None:
    reader.autocommit = True
    reader.execute("SET default_transaction_read_only = off")  # anybody may
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(statement.encode())


def test_its_questions_are_bounded(reader: psycopg.Connection) -> None:
    assert reader.execute("SHOW statement_timeout").fetchone() == ("20s",)
    assert reader.execute("SHOW default_transaction_read_only").fetchone() == ("on",)
