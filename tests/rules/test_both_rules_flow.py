"""The findings of both rules, from the judge through store and metrics to record and API."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from callcheck.app.judge import judge_of
from callcheck.calls.model import Via
from callcheck.config import Config, load_for_replay
from callcheck.explain.record import to_record
from callcheck.store import Store
from tests.metrics.samples import samples
from tests.rules.flow import api_of, listed, metrics_of, stored
from tests.rules.test_colleague_pickup import a_call

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
BOTH = ("answer_by_ring", "colleague_pickup")
TAKEN = a_call("202", Via.PICKUP, picked_up_for="201", call_id="1.1")
LOST = a_call(call_id="1.2")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    file = tmp_path / "callcheck.toml"
    file.write_text(CONFIG, encoding="utf-8")
    return load_for_replay(file)


@pytest.fixture
def store(tmp_path: Path, config: Config) -> Store:
    return stored(tmp_path, config, [TAKEN, LOST])


def test_the_record_of_a_call_has_both_findings_the_headline_first(config: Config) -> None:
    record = to_record(TAKEN, judge_of(config)(TAKEN), config.site.zone, config.cadence)
    by = "by Berta (202) of the same unit, who picked up for Anna (201)"
    findings = [f for f in cast("list[Any]", record["findings"]) if f["rule"] in BOTH]
    assert findings == [
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
    assert kept == (TAKEN, judge_of(config)(TAKEN))
    metrics = metrics_of(config)
    name = 'callcheck_findings_total{{result="{1}",rule="{0}",unit="registry"}}'
    fresh = samples(metrics)
    metrics.seed(store.totals())
    seeded = samples(metrics)
    for rule in BOTH:
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
    with api_of(store, config) as client:
        assert listed(client, query) == ids
    store.close()
