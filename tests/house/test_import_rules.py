"""The import rules bite: each violation, planted alone into a copy of the tree, is caught."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CORE = "the core does no I/O and reads no clock"
PATH = "rooms along the path of a call: imports go down only"

# where the line is planted, the line, the contract that must break
PLANTED = [
    ("calls/tracker", "import asyncio", CORE),
    ("calls/tracker", "from time import monotonic", CORE),
    ("calls/events", "from os import path", CORE),
    ("calls/events", "from callcheck.calls import tracker", "what can happen to a channel"),
    ("calls/model", "from callcheck.judging import verdict", PATH),
    ("calls/model", "from callcheck.ami import framing", PATH),
    ("judging/verdict", "from pathlib import Path", CORE),
    ("judging/verdict", "from callcheck import rules", PATH),
    ("judging/cadence", "import time", CORE),
    ("judging/hours", "import os", CORE),
    ("judging", "from callcheck import explain", PATH),
    ("rules/answer_by_ring", "import logging", CORE),
    ("rules/answer_by_ring", "from callcheck import config", PATH),
    ("rules/answer_by_ring", "from callcheck.rules import planted", "a rule knows no other rule"),
    ("ami/framing", "import asyncio", "framing knows bytes, not calls"),
    ("ami/framing", "from callcheck.calls import events", "framing knows bytes, not calls"),
    ("ami/events", "import asyncio", "the names of AMI headers"),
    ("ami/events", "import panoramisk", "panoramisk lives in ami's link"),
    ("ami/client", "from callcheck.judging import verdict", "AMI knows nothing of verdicts"),
    ("ami/client", "from callcheck.store import tables", "AMI knows nothing of verdicts"),
    ("store/planted", "from callcheck.calls import tracker", "the store keeps calls"),
    ("store/planted", "from callcheck import rules", "the store keeps calls"),
    ("metrics", "from callcheck.calls import tracker", "metrics count what they are handed"),
    ("metrics", "import sqlalchemy", "SQLAlchemy lives in the store"),
    ("api/planted", "from callcheck import metrics", "the API shows"),
    ("api/planted", "from callcheck.calls.tracker import Tracker", "the API shows"),
    ("api/planted", "from sqlalchemy import text", "SQLAlchemy lives in the store"),
    ("api/planted", "import prometheus_client", "prometheus_client lives in metrics"),
    ("app", "import sqlite3", "SQLAlchemy lives in the store"),
    ("app", "import fastapi", "FastAPI lives in the API"),
    ("app", "from callcheck import commands", PATH),
    ("a_new_room", "import panoramisk", "panoramisk lives in ami's link"),
    ("a_room_without_a_place", "import enum", PATH),
]


def plant(tree: Path, room: str, line: str) -> str:
    """Add the line to the end of the room's file and return the path of that file."""
    place = tree / "src" / "callcheck" / room
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    file.parent.mkdir(exist_ok=True)
    with file.open("a", encoding="utf-8") as text:
        text.write(f"\n{line}\n")
    return str(file.relative_to(tree))


def run(tree: Path, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment on the tree."""
    return subprocess.run(
        [str(Path(sys.executable).with_name(tool)), *arguments],
        cwd=tree,
        env={"PYTHONPATH": str(tree / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def lint_imports(tree: Path) -> set[str]:
    """Return the names of the contracts that are broken in the tree."""
    ended = run(tree, "lint-imports", "--no-cache")
    assert "Contracts:" in ended.stdout, ended.stdout + ended.stderr
    broken = set(re.findall(r"^(.+) BROKEN", ended.stdout, re.MULTILINE))
    assert ended.returncode == bool(broken), ended.stdout
    return broken


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Copy what the tools look at, and add a second rule to disobey with."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    planted = tmp_path / "src" / "callcheck" / "rules" / "planted.py"
    planted.write_text('"""A rule that is not there."""\n', encoding="utf-8")
    return tmp_path


def test_the_tree_keeps_every_contract(tree: Path) -> None:
    assert lint_imports(tree) == set()


@pytest.mark.parametrize(("room", "line", "contract"), PLANTED)
def test_a_planted_import_is_caught(tree: Path, room: str, line: str, contract: str) -> None:
    plant(tree, room, line)
    broken = lint_imports(tree)
    assert any(name.startswith(contract) for name in broken), broken


@pytest.mark.parametrize("room", ["calls/tracker", "rules/answer_by_ring", "judging", "explain"])
@pytest.mark.parametrize(
    "line",
    [
        "NOW = datetime.datetime.now(datetime.UTC)",
        "TODAY = datetime.date.today()",
        "EVEN_SO = datetime.datetime.utcnow()",
        "from time import time",
        "import random",
        "print('a call')",
    ],
)
def test_the_core_is_kept_from_clock_chance_and_terminal(tree: Path, room: str, line: str) -> None:
    file = plant(tree, room, f"import datetime\n{line}")
    found = run(tree, "ruff", "check", "--no-cache", "--output-format", "concise", "src")
    assert re.search(rf"^{file}:.* (TID251|T201) ", found.stdout, re.MULTILINE), found.stdout


@pytest.mark.parametrize("room", ["ami/client", "app", "store/planted", "metrics"])
def test_the_edges_may_read_the_clock(tree: Path, room: str) -> None:
    plant(tree, room, "import datetime\nimport time\nNOW = datetime.datetime.now(datetime.UTC)")
    found = run(tree, "ruff", "check", "--no-cache", "--select", "TID251", "src")
    assert found.returncode == 0, found.stdout


def test_a_function_with_too_many_ways_is_refused(tree: Path) -> None:
    ways = "".join(f"    if x == {way}:\n        return {way}\n" for way in range(11))
    plant(tree, "app", f"def tangled(x: int) -> int:\n{ways}    return 11")
    assert "C901" in run(tree, "ruff", "check", "--no-cache", "--select", "C901", "src").stdout
