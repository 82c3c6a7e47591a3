"""The files in examples/ give what their README shows."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.reading import HOME, of_the_rules_in, shown

EXAMPLES = HOME / "examples"
SHOWN = shown("examples/README.md")
NOT_TAKEN = 1
"""The exit status of an import with a bad row."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a copy of the examples, as the repository's root."""
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    return tmp_path


def run(folder: Path, arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "callcheck", *shlex.split(arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("arguments", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_readme_shows_what_the_program_prints(
    folder: Path, arguments: str, output: str
) -> None:
    ended = run(folder, arguments)
    assert of_the_rules_in(output, ended.stdout) == output
    assert ended.returncode == (NOT_TAKEN if " import " in arguments else 0)


def test_both_commands_are_shown() -> None:
    assert [arguments.split()[0] for arguments, _ in SHOWN] == ["replay", "absences"]


def test_the_bad_row_is_explained(folder: Path) -> None:
    ended = run(folder, SHOWN[1][0])
    assert "examples/absences.csv:4: name:" in ended.stderr


def test_the_absences_are_taken_without_dry_run(folder: Path) -> None:
    config = "--config examples/callcheck.toml"
    run(folder, f"absences import {config} examples/absences.csv")
    listed = run(folder, f"absences list {config}").stdout.splitlines()
    assert [line.split()[1] for line in listed] == ["202", "201"]
