"""The database of callcheck as Grafana reads it: by the views and the role of deploy/postgres."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy.engine import make_url

from tests.dashboards.reading import ROOT, Json

REPORTS = ROOT.parents[1] / "deploy" / "postgres" / "reports.sql"
Rows = list[dict[str, Any]]
KINDS = {25: "string", 1043: "string", 1184: "timestamp"}
"""By PostgreSQL's number of a type; the rest are numbers."""


class Reader:
    """Asks as Grafana does."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, statement: str) -> Rows:
        """The rows."""
        with psycopg.connect(self._url, row_factory=dict_row) as connection:
            return connection.execute(statement.encode()).fetchall()

    def table(self, statement: str) -> Json:
        """The rows as JSON, and what kind each column is, as Grafana's data source tells it."""
        with psycopg.connect(self._url) as connection:
            cursor = connection.execute(statement.encode())
            columns = [
                {"selector": one.name, "text": one.name, "type": KINDS.get(one.type_code, "number")}
                for one in cursor.description or ()
            ]
            rows = [
                {c["text"]: _plain(value, c["type"]) for c, value in zip(columns, row, strict=True)}
                for row in cursor
            ]
        return {"columns": columns, "rows": rows}


def _plain(value: Any, kind: str) -> Any:
    if value is None or kind == "string":
        return value
    return value.isoformat() if kind == "timestamp" else float(value)


def made_for_grafana(url: str) -> Reader:
    """The views, and the role's way in; to run them twice changes nothing."""
    plain = make_url(url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
        for _ in range(2):
            connection.execute(REPORTS.read_bytes())
        connection.execute(b"ALTER ROLE callcheck_reader PASSWORD 'for-the-tests'")
    role = plain.set(username="callcheck_reader", password="for-the-tests")
    return Reader(role.render_as_string(hide_password=False))
