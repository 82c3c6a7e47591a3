"""What both rules say, from the judge through store and metrics to the record and the filter."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from callcheck.api.app import make_api
from callcheck.api.backend import ApiSettings, Backend, Readiness
from callcheck.calls.model import Via
from callcheck.config import Config, load_for_replay
from callcheck.explain.record import to_record
from callcheck.metrics import Metrics, ring_edges
from callcheck.rules import RULES
from callcheck.store import Store, StoreError
from tests.metrics.samples import Now, samples
from tests.rules.test_colleague_pickup import START, a_call

CONFIG = """
[site]
timezone = "UTC"
[[pbx]]
name = "main"
secret_env = "SECRET"
[[unit]]
id = "registry"
title = "Registry"
[[unit.member]]
extension = "201"
name = "Anna"
numbers = ["67000201"]
[[unit.member]]
extension = "202"
name = "Berta"
"""
TAKEN = a_call("202", Via.PICKUP, picked_up_for="201", call_id="1.1")
LOST = a_call(call_id="1.2")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    file = tmp_path / "callcheck.toml"
    file.write_text(CONFIG, encoding="utf-8")
    return load_for_replay(file)


@pytest.fixture
def store(tmp_path: Path, config: Config) -> Store:
    one = Store(f"sqlite:///{tmp_path}/calls.db", ring_edges(config.cadence))
    one.open()
    judge = config.judge()
    one.save([(call, judge(call)) for call in (TAKEN, LOST)])
    return one


def metrics_of(store: Store, config: Config) -> Metrics:
    return Metrics(
        CollectorRegistry(), Now(), pbxs=("main",), units=("registry",), rules=list(RULES),
        ring_edges_ms=ring_edges(config.cadence), version="1",
    )  # fmt: skip


def test_the_record_of_a_call_has_both_findings_the_headline_first(config: Config) -> None:
    record = to_record(TAKEN, config.judge()(TAKEN), config.site.zone, config.cadence)
    by = "by Berta (202) of the same unit, who picked up for Anna (201)"
    assert record["findings"] == [
        {
            "rule": "answer_by_ring",
            "result": "met",
            "reason": f"answered in ring 2 of 3 {by}",
            "evidence": "events",
            "readings": {"before": True, "within": True, "third": True},
        },
        {
            "rule": "colleague_pickup",
            "result": "met",
            "reason": f"taken {by}",
            "evidence": "events",
            "readings": None,
        },
    ]


def test_store_and_metrics_hold_both(store: Store, config: Config) -> None:
    kept = store.call("main", "1.1")
    assert kept == (TAKEN, config.judge()(TAKEN))
    metrics = metrics_of(store, config)
    name = 'callcheck_findings_total{{result="{1}",rule="{0}",unit="registry"}}'
    fresh = samples(metrics)
    metrics.seed(store.totals())
    seeded = samples(metrics)
    for rule in ("answer_by_ring", "colleague_pickup"):
        assert [fresh[name.format(rule, r)] for r in ("met", "breached", "exempt")] == [0, 0, 0]
        assert [seeded[name.format(rule, r)] for r in ("met", "breached", "exempt")] == [1, 1, 0]
    store.close()


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("rule=colleague_pickup&result=breached", ["1.2"]),
        ("rule=colleague_pickup&result=met", ["1.1"]),
        ("rule=colleague_pickup&result=exempt", []),
    ],
)
def test_the_api_filters_by_rule(store: Store, config: Config, query: str, ids: list[str]) -> None:
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
        answer = client.get(f"/api/v1/calls?{query}").json()
    assert [item["call_id"] for item in answer["items"]] == ids
    store.close()
