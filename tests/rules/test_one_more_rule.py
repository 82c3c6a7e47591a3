"""A rule is one file and one line: a copy of callcheck gets both, and every room takes the rule."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from callcheck.rules import RULES

ROOT = Path(__file__).parents[2]
ADDED = Path(__file__).with_name("added")
LAST_LINE = '        "forward_in_absence",\n'


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The source tree with the file of the rule and its line in `RULES`."""
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    rules = tmp_path / "src" / "callcheck" / "rules"
    shutil.copy(ADDED / "short_talk.py", rules)
    table = rules / "__init__.py"
    text = table.read_text(encoding="utf-8")
    assert text.count(LAST_LINE) == 1
    table.write_text(text.replace(LAST_LINE, f'{LAST_LINE}        "short_talk",\n'), "utf-8")
    return tmp_path


def test_one_file_and_one_line_add_a_rule(copy: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.rules.added.use", str(copy)], cwd=ROOT, text=True,
        env={"PYTHONPATH": str(copy / "src")}, capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    reason = "talked for 53799 ms of 60000 ms"
    series = 'callcheck_findings_total{result="%s",rule="short_talk",unit="registry"} %s'
    seen = json.loads(run.stdout)
    assert seen["judge"] == ["breached", reason]
    assert seen["store"] == [reason]
    assert series % ("breached", "1.0") in seen["metrics"]
    assert series % ("met", "0.0") in seen["metrics"]
    assert seen["api"] == ["1.1"]
    table = "callcheck.toml:8: [rule.short_talk]"
    assert seen["mistakes"] == [
        f"{table} least_seconds: must be from 1 to 600 seconds",
        f"{table} least_seconds: must be a number, without quotes",
        f"{table} least_secnods: unknown key; did you mean least_seconds?",
    ]


def test_a_rule_bears_the_name_of_its_file() -> None:
    assert [rule.name for rule in RULES.values()] == list(RULES)
