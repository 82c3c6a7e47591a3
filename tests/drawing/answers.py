"""A month of the demo house in, the answer to every question of the dashboards out.

A real Prometheus has read the pages of metrics; callcheck's own API serves the store.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from callcheck.api.app import make_api
from callcheck.api.backend import ApiSettings, Backend, Readiness
from callcheck.app.absence_service import make_absence_service
from callcheck.calls.model import Call, Direction
from callcheck.rules import RULES
from tests.dashboards.grafanas_role import Reader, made_for_grafana
from tests.dashboards.reading import Json, substituted
from tests.dashboards.real_prometheus import Prometheus, running
from tests.drawing.month import DAY, US, Month, lived

CURVES = (
    "unit:callcheck_(met|judged):count[17]d|unit_le:callcheck_answer_seconds_bucket:count1d",
    "unit:callcheck_compliance:ratio[17]d|unit:callcheck_answer_seconds:quantile1d",
)
SPANS = {"now-7d": 7 * DAY, "now-24h": DAY, "now-1h": 3600}
STEPS = {"15m": 1800, "1h": 3600}
OURS = 'job="callcheck",instance="callcheck:9876"'
PROCESS = {"up": 1.0, "process_resident_memory_bytes": 98e6, "process_cpu_seconds_total": 0.02}
"""In the place of what this process would say of itself; the CPU's is a second's."""
FULL_OF_ZEROS = ("callcheck_calls_total", "callcheck_ring_seconds_bucket")
UNIT = "registry"


@dataclass
class Answering:
    """Answers as Grafana's data sources get them."""

    month: Month
    prometheus: Prometheus
    api: TestClient
    database: Reader | None

    def of(self, board: Json) -> dict[str, list[Any]]:
        """By panel, in the order of its targets: series of Prometheus, or rows."""
        span = SPANS[board["time"]["from"]]
        return {
            str(panel["id"]): [self._asked(target, span) for target in panel["targets"]]
            for panel in board["panels"]
        }

    def _asked(self, target: Json, span: int) -> Any:
        start, now = self.month.now - span, self.month.now
        if "rawSql" in target:
            assert self.database is not None, "these lists are asked of PostgreSQL"
            return self.database.table(
                substituted(target["rawSql"], {
                    "${unit:sqlstring}": f"'{UNIT}'",
                    "$__unixEpochFrom()": str(start),
                    "$__unixEpochTo()": str(now),
                })
            )  # fmt: skip
        if "expr" not in target:
            return self._rows(target, start)
        values = {"$__range": f"{span}s", "$__rate_interval": "65m", "$unit": UNIT}
        expr = substituted(target["expr"], values)
        if target.get("instant"):
            return self.prometheus.instant(expr)
        step = STEPS.get(target.get("interval", ""), 600)
        return self.prometheus.over(expr, now - (now - start) // step * step, step)

    def _rows(self, target: Json, start: int) -> Any:
        values = {
            "${__from:date:iso}": _iso(start), "${__from:date:YYYY-MM-DD}": _iso(start)[:10],
            "${__to:date:iso}": _iso(self.month.now), "${unit}": UNIT,
        }  # fmt: skip
        params = {
            one["key"]: substituted(one["value"], values) for one in target["url_options"]["params"]
        }
        answer = self.api.get(target["url"], params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()[target["root_selector"]]


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


@contextmanager
def answering(now: int, postgres_url: str = "") -> Iterator[Answering]:
    """All of it running; it takes some 25 s to begin. Without a PostgreSQL it is on SQLite."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        month = lived(folder, now, postgres_url or f"sqlite:///{folder}/calls.db")
        try:
            with (
                running(folder, now, _openmetrics(month), CURVES) as prometheus,
                _api(month) as api,
            ):
                database = made_for_grafana(postgres_url) if postgres_url else None
                yield Answering(month, prometheus, api, database)
        finally:
            month.store.close()


@contextmanager
def _api(month: Month) -> Iterator[TestClient]:
    config = month.config
    units = {unit.id: unit.title for unit in config.units}
    settings = ApiSettings(units, config.parties, tuple(RULES), config.site.zone)
    backend = Backend(
        month.store, lambda: _ringing(month), Readiness,
        lambda: b"", lambda: month.now * US, make_absence_service(config, month.store),
    )  # fmt: skip
    app = make_api(settings, backend)
    with TestClient(app, "http://localhost", client=("127.0.0.1", 1)) as client:
        yield client


def _ringing(month: Month) -> Sequence[Call]:
    """Three of the month's calls, as they were 3, 12 and 17 seconds after their first ring."""
    named = {"201": 3, "303": 12, "202": 17}
    found = []
    for call, _ in month.calls:
        seconds = named.get(call.extension or "")
        if seconds and call.direction is Direction.INBOUND and call.ring_started_at is not None:
            del named[call.extension or ""]
            began = (month.now - seconds) * US
            found.append(replace(call, started_at=began, ring_started_at=began, answered_at=None))
    return found


def _openmetrics(month: Month) -> Iterator[str]:
    """The pages as one text, grouped by metric; counters that never counted are left out."""
    series: dict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
    for at, page in month.pages():
        for line in page.splitlines():
            if not line.startswith((b"#", b"process_", b"python_")):
                name, _, value = line.rpartition(b" ")
                series[name].append((at, value))
    times = [at for at, _ in series[b'callcheck_ami_connected{pbx="main"}']]
    families: dict[str, list[tuple[str, list[tuple[int, bytes]]]]] = defaultdict(list)
    for raw, values in series.items():
        family, _, labels = raw.decode().partition("{")
        if values[-1][1] != b"0.0" or family not in FULL_OF_ZEROS:
            known = labels.removesuffix("}")
            families[family].append((f"{known},{OURS}" if known else OURS, values))
    for family, each in PROCESS.items():
        rising = each if family.endswith("_total") else 0.0
        values = [(at, b"%f" % (rising * (at - times[0]) or each)) for at in times]
        families[family].append((OURS, values))
    for family in sorted(families):
        kind = "counter" if family.endswith("_total") else "gauge"
        yield f"# TYPE {family.removesuffix('_total')} {kind}"
        for labels, values in sorted(families[family]):
            head = f"{family}{{{labels}}}"
            yield from (f"{head} {value.decode()} {at}" for at, value in values)
    yield "# EOF"
