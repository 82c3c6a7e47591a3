"""Questions in, targets of a panel out: to Prometheus, to callcheck's API, or to PostgreSQL.

The SDK has no builders for Infinity and PostgreSQL, whose queries are plain JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from grafana_foundation_sdk.builders.prometheus import Dataquery as PrometheusQuery
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

Flavour = Literal["api", "sql"]
PROMETHEUS = DataSourceRef("prometheus", "callcheck-prometheus")
API = DataSourceRef("yesoreyeram-infinity-datasource", "callcheck-api")
POSTGRESQL = DataSourceRef("grafana-postgresql-datasource", "callcheck-postgresql")
REF_IDS = "ABCDEFGHIJ"


@dataclass(frozen=True, slots=True)
class Ask:
    """One expression of PromQL. `now` asks for the newest value, else for the time range."""

    expr: str
    legend: str = "__auto"
    now: bool = False
    interval: str | None = None

    def target(self, ref_id: str) -> PrometheusQuery:
        """As a target of a panel."""
        query = PrometheusQuery().ref_id(ref_id).datasource(PROMETHEUS).expr(self.expr)
        query.legend_format(self.legend).format(PromQueryFormat.TIME_SERIES)
        if self.interval:
            query.interval(self.interval)
        return query.instant() if self.now else query.range()


@dataclass(frozen=True, slots=True)
class Plain(Dataquery, Builder[Dataquery]):
    """A target whose JSON is said as it is."""

    body: dict[str, Any] = field(default_factory=dict)

    def build(self) -> Dataquery:
        """Itself: it is its own builder."""
        return self

    def to_json(self) -> dict[str, Any]:
        """What stands in the dashboard."""
        return self.body


def api_target(path: str, params: dict[str, str], columns: list[tuple[str, str]]) -> Plain:
    """Rows of `items` of an address of the API. Columns: (field, string | number | timestamp)."""
    return Plain({
        "refId": "A", "datasource": API.to_json(), "type": "json", "source": "url",
        "format": "table", "parser": "backend", "url": path, "root_selector": "items",
        "url_options": {
            "method": "GET", "data": "",
            "params": [{"key": key, "value": value} for key, value in params.items()],
        },
        "columns": [
            {"selector": name, "text": name, "type": kind} for name, kind in columns
        ],
        "filters": [],
    })  # fmt: skip


def sql_target(statement: str) -> Plain:
    """The rows of a statement."""
    return Plain({
        "refId": "A", "datasource": POSTGRESQL.to_json(), "format": "table", "editorMode": "code",
        "rawQuery": True, "rawSql": statement,
    })  # fmt: skip
