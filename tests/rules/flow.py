"""From the judge through the store to metrics and API, for tests that follow a finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from callcheck.api.app import make_api
from callcheck.api.backend import ApiSettings, Backend, Readiness
from callcheck.app.judge import judge_of
from callcheck.calls.model import Call
from callcheck.config import Config
from callcheck.metrics import Metrics, ring_edges
from callcheck.rules import RULES
from callcheck.store import Store, StoreError
from tests.metrics.samples import Now
from tests.rules.test_colleague_pickup import START


def stored(folder: Path, config: Config, calls: Sequence[Call]) -> Store:
    """An open store with these calls, judged by the configuration."""
    store = Store(f"sqlite:///{folder}/calls.db", ring_edges(config.cadence))
    store.open()
    judge = judge_of(config)
    store.save([(call, judge(call)) for call in calls])
    return store


def metrics_of(config: Config) -> Metrics:
    """The metrics of a house with the unit `registry`, before any call."""
    return Metrics(
        CollectorRegistry(), Now(), pbxs=("main",), units=("registry",), rules=list(RULES),
        ring_edges_ms=ring_edges(config.cadence), version="1",
    )  # fmt: skip


@contextmanager
def api_of(store: Store, config: Config) -> Iterator[TestClient]:
    """The API of the same house."""
    settings = ApiSettings(
        units={"registry": "Registry"}, parties=config.parties, rules=tuple(RULES),
        zone=config.site.zone, tokens=[], version="1",
    )  # fmt: skip
    backend = Backend(
        reader=store, open_calls=list, readiness=Readiness,
        metrics=bytes, now=lambda: START,
    )  # fmt: skip
    api = make_api(settings, backend, store_errors=(StoreError,))
    with TestClient(api, "http://localhost", client=("127.0.0.1", 1)) as client:
        yield client


def listed(client: TestClient, query: str) -> list[str]:
    """The ids of the calls that the API lists."""
    answer = client.get(f"/api/v1/calls?{query}")
    assert answer.status_code == 200, answer.text
    return [item["call_id"] for item in answer.json()["items"]]
