"""A real Asterisk and real SIP phones in, callcheck's records against the wire's truth out."""

from __future__ import annotations

import asyncio
import gzip
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.live.lab import chroot, compare
from tests.live.lab.runner import INSTANCES, names, run

pytestmark = pytest.mark.live
CONFIG = Path(__file__).parent / "lab" / "config" / "callcheck.toml"
VERSIONS = tuple(os.environ.get("CALLCHECK_LAB_VERSIONS", "22 16").split())
HAS_REPLAY = importlib.util.find_spec("callcheck") is not None


@pytest.fixture(scope="session", params=VERSIONS)
def recorded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the recordings of this version, all made just now."""
    if reason := chroot.why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}; with CI=true that is a failure")
        pytest.skip(reason)
    version: str = request.param
    folder = Path(os.environ.get("CALLCHECK_LAB_OUT") or tmp_path_factory.mktemp("recordings"))
    only = os.environ.get("CALLCHECK_LAB_ONLY", "").split()
    instances = int(os.environ.get("CALLCHECK_LAB_INSTANCES", INSTANCES))
    outcomes = asyncio.run(run(version, only, folder, instances))
    failed = [f"{each.name}: {each.error}" for each in outcomes if each.error]
    assert not failed, "scenarios that could not be played:\n" + "\n".join(failed)
    assert len(outcomes) == len(names(version, only))
    return folder / version


def _pages(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    return [(page, json.loads(page.read_text())) for page in sorted(folder.glob("*.json"))]


def test_the_pbx_says_something_at_every_time_of_the_wire(recorded: Path) -> None:
    wrong = []
    for page, content in _pages(recorded):
        stream = gzip.decompress(page.with_suffix(".ami.gz").read_bytes())
        found = compare.unexplained(content["calls"], stream)
        wrong += [f"{page.stem}: {each}" for each in found]
    assert not wrong, "\n".join(wrong)


@pytest.mark.skipif(not HAS_REPLAY, reason="callcheck is not installed here")
def test_every_record_is_right(recorded: Path) -> None:
    wrong = []
    for page, content in _pages(recorded):
        records = replay(page.with_suffix(".ami.gz"))
        found = compare.differences(content["calls"], records)
        wrong += [f"{page.stem}: {each}" for each in found]
    print(f"{recorded.name}: {len(_pages(recorded))} scenarios replayed")
    assert not wrong, f"{len(wrong)} differences\n" + "\n".join(wrong)


def replay(stream: Path) -> list[dict[str, Any]]:
    """What a user gets from `callcheck replay --json` on this stream."""
    command = [sys.executable, "-m", "callcheck", "replay", "--json", "--config", str(CONFIG)]
    done = subprocess.run(
        [*command, str(stream)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"CALLCHECK_LAB_SECRET": "laboratory"},
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
