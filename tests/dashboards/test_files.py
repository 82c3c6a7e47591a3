"""The committed JSON: just as the code makes it, and such that Grafana shows it well."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from tests.dashboards.reading import FILES, ROOT, Json, load
from tools.dashboards.files import everything

SOURCES = {
    "prometheus": "callcheck-prometheus",
    "yesoreyeram-infinity-datasource": "callcheck-api",
    "grafana-postgresql-datasource": "callcheck-postgresql",
}
each_file = pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")


def test_the_files_are_what_the_code_makes() -> None:
    """If this fails: python -m tools.dashboards, look at the difference, commit it."""
    written = {str(p.relative_to(ROOT)): p.read_text("utf-8") for p in ROOT.rglob("*.json")}
    assert written == everything()


@each_file
def test_the_shape_is_grafanas(path: Path) -> None:
    """What the SDK does not know falls out on the way through it."""
    loaded = load(path)
    again = json.loads(json.dumps(Dashboard.from_json(loaded).to_json(), cls=JSONEncoder))
    assert again == loaded


@each_file
def test_places_and_numbers(path: Path) -> None:
    panels = load(path)["panels"]
    ids = [panel["id"] for panel in panels]
    assert ids == list(range(1, len(panels) + 1))
    for one, other in combinations((panel["gridPos"] for panel in panels), 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


@each_file
def test_every_panel_says_what_it_shows(path: Path) -> None:
    for panel in load(path)["panels"]:
        assert len(panel["description"]) > 20, panel["title"]
        assert panel["fieldConfig"]["defaults"]["noValue"], panel["title"]
        assert panel["title"]
        if panel["type"] != "table":
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
            assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"], panel["title"]


@each_file
def test_every_target_has_its_source(path: Path) -> None:
    for panel in load(path)["panels"]:
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs)) > 0, panel["title"]
        for target in panel["targets"]:
            source = target["datasource"]
            assert SOURCES[source["type"]] == source["uid"]
            if source["type"] == "prometheus":
                assert target.get("instant", False) is not target.get("range", False)


def test_both_languages_show_the_same() -> None:
    for one in ROOT.glob("lv*/*.json"):
        other = load(one.parents[1] / one.parent.name.replace("lv", "en") / one.name)
        assert _bones(load(one)) == _bones(other)
        titles = [[p["title"] for p in d["panels"]] for d in (load(one), other)]
        assert sum(a != b for a, b in zip(*titles, strict=True)) >= len(titles[0]) - 1


def _bones(board: Json) -> list[Any]:
    """What must not change with the language."""
    return [
        (panel["type"], panel["gridPos"], [_question(target) for target in panel["targets"]])
        for panel in board["panels"]
    ]


def _question(target: Json) -> object:
    plain = {key: value for key, value in target.items() if key != "legendFormat"}
    return sorted((key, json.dumps(value, sort_keys=True)) for key, value in plain.items())
