"""Prometheus's own checker on our rules, their expected numbers, and what they may name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.deploy.programs import PROMETHEUS, ROOT, promtool, run
from tests.metrics.samples import Now, some_metrics

RULES, ALERTS = PROMETHEUS / "rules.yml", PROMETHEUS / "alerts.yml"
CASES = sorted((PROMETHEUS / "tests").glob("*.yml"))
WINDOWS = {"1h": 3600, "1d": 86_400, "7d": 604_800, "30d": 2_592_000}
_NAME = re.compile(r"\bcallcheck_[a-z_]+\b")


def text_of(path: Path) -> str:
    """A file without its comments."""
    return re.sub(r"(?m)^\s*#.*$", "", path.read_text(encoding="utf-8"))


def alerts() -> list[str]:
    return re.findall(r"- alert: (\w+)", text_of(ALERTS))


def recorded() -> list[str]:
    return re.findall(r"- record: (\S+)", text_of(RULES))


@pytest.mark.parametrize("path", [RULES, ALERTS], ids=lambda p: p.name)
def test_the_rules_are_clean(path: Path) -> None:
    ended = run(promtool(), "check", "rules", "--lint-fatal", path)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_configuration_is_clean() -> None:
    settings = PROMETHEUS / "prometheus.yml"
    ended = run(promtool(), "check", "config", "--syntax-only", settings)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "rule_files: [rules.yml, alerts.yml]" in settings.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.name)
def test_the_expected_numbers(path: Path) -> None:
    ended = run(promtool(), "test", "rules", path)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_alert_has_expected_numbers() -> None:
    cases = "".join(path.read_text(encoding="utf-8") for path in CASES)
    for name in alerts():
        assert re.search(rf'alertname(?:: |=~?"[^"]*){name}\b', cases), name


def test_every_alert_has_its_page_and_every_page_its_alert() -> None:
    named = re.findall(r"runbook: (\S+)", text_of(ALERTS))
    assert named == [f"docs/runbooks/{name}.md" for name in alerts()]
    pages = {path.name for path in (ROOT / "docs" / "runbooks").glob("Callcheck*.md")}
    assert pages == {Path(name).name for name in named}
    for name in named:
        page = (ROOT / name).read_text(encoding="utf-8")
        assert page.startswith(f"# {Path(name).stem}\n")
        for part in ("## What it means", "## What to look at", "## What to do"):
            assert part in page, f"{name}: {part}"


def test_every_window_says_the_same() -> None:
    groups = dict(
        re.findall(r"(?ms)^  - name: callcheck_(1h|1d|7d|30d)\n(.*?)(?=^  - name:|\Z)",
                   text_of(RULES))
    )  # fmt: skip
    assert groups.keys() == WINDOWS.keys()
    hour = _plain(groups["1h"], "1h")
    assert len(hour) > 25
    for window in ("1d", "7d", "30d"):
        assert _plain(groups[window], window) == hour


def _plain(group: str, window: str) -> list[str]:
    """The rules of a window, one a line, with W in its place."""
    ever = "last_over_time(callcheck_ami_connected[30d])"  # the same in every window
    rules = group.replace(ever, "ever").split("- record: ")[1:]
    lines = [" ".join(rule.split()) for rule in rules]
    lines = [line.replace(f"/ {WINDOWS[window]}", "/ W") for line in lines]
    lines = [re.sub(rf"\[{window}(:5m)?\]", "[W]", line) for line in lines]
    return [re.sub(rf"(count|ratio|quantile){window}\b", r"\1W", line) for line in lines]


def test_rules_name_only_metrics_that_are_there() -> None:
    page = some_metrics(Now()).text().decode()
    there = set(re.findall(r"(?m)^(callcheck_\w+)", page))
    for path in (RULES, ALERTS):
        text = re.sub(r"\b(?:unit|site|pbx|unit_le|unit_instance):callcheck_\w+:\w+", "",
                      text_of(path))  # fmt: skip
        text = re.sub(r"- name: \w+", "", text)
        assert set(_NAME.findall(text)) <= there
    states = set(re.findall(r'state!?=~?"([^"]+)"', text_of(RULES) + text_of(ALERTS)))
    known = set(re.findall(r'state="(\w+)"', page))
    assert {state for each in states for state in each.split("|")} <= known


def test_alerts_and_rules_name_only_rules_that_are_there() -> None:
    names = set(recorded())
    used = re.findall(r"\b(?:unit|site|pbx|unit_le|unit_instance):callcheck_\w+:\w+",
                      text_of(RULES) + text_of(ALERTS))  # fmt: skip
    assert set(used) <= names


def test_no_sample_is_older_than_what_prometheus_shows() -> None:
    seconds = {"s": 1, "m": 60}
    for n, unit in re.findall(r"(?m)^\s*interval: (\d+)([a-z]+)$", text_of(RULES)):
        assert int(n) * seconds[unit] <= 240
