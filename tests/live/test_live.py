"""A real Asterisk and real SIP phones in, callcheck's records against the wire's truth out."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from callcheck.commands.replay_printer import run_replay
from tests.live import foresight
from tests.live.conftest import VERSIONS
from tests.live.lab import compare
from tests.live.lab.houses import FOREIGN
from tests.live.lab.pbx import SECRET
from tests.live.lab.runner import INSTANCES, Beside, names, run
from tests.live.seer import CONFIG, Seer
from tests.live.spy import Spy, documented

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("laboratory")]
Tell = Callable[[str], None]
rehearsed = pytest.mark.parametrize(
    "recorded", [v for v in VERSIONS if v not in FOREIGN], indirect=True
)
"""Only the laboratory's own house is rehearsed."""
UNTOLD = {
    "together_": "that the dialplan follows only these forwards",
    "press_one_": "that the dialplan follows only these forwards",
}
"""Heads of scenarios whose way no PBX tells (a second phone or a mobile rung by the dialplan), and
what their rehearsals must own to."""


@dataclass
class Recorded:
    """The folder with the recordings of a version, all made just now, and what came beside."""

    folder: Path
    beside: Path
    asked: set[str]
    """Every action that a callcheck sent to a PBX."""

    @property
    def pages(self) -> list[tuple[Path, dict[str, Any]]]:
        found = sorted(self.folder.glob("*.json"))
        return [(page, json.loads(page.read_text())) for page in found]


@pytest.fixture(scope="session", params=VERSIONS)
def recorded(
    request: pytest.FixtureRequest,
    laboratory: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Recorded:
    """All scenarios of a version, played."""
    version: str = request.param
    folder = Path(os.environ.get("CALLCHECK_LAB_OUT") or tmp_path_factory.mktemp("recordings"))
    only = os.environ.get("CALLCHECK_LAB_ONLY", "").split()
    instances = int(os.environ.get("CALLCHECK_LAB_INSTANCES", INSTANCES))
    beside = tmp_path_factory.mktemp("beside")
    spy = Spy()
    seer = partial(Seer, spy, tmp_path_factory.mktemp("seers"))
    outcomes = asyncio.run(run(version, only, folder, instances, Beside(beside, seer)))
    failed = [f"{each.name}: {each.error}" for each in outcomes if each.error]
    assert not failed, "scenarios that could not be played:\n" + "\n".join(failed)
    assert len(outcomes) == len(names(version, only))
    return Recorded(folder / version, beside / version, spy.actions)


def test_the_pbx_says_something_at_every_time_of_the_wire(recorded: Recorded) -> None:
    wrong = []
    for page, content in recorded.pages:
        stream = gzip.decompress(page.with_suffix(".ami.gz").read_bytes())
        found = compare.unexplained(content["calls"], stream)
        wrong += [f"{page.stem}: {each}" for each in found]
    assert not wrong, "\n".join(wrong)


def test_every_record_is_right(recorded: Recorded, tell: Tell) -> None:
    wrong = []
    for page, content in recorded.pages:
        records = replay(page.with_suffix(".ami.gz"))
        found = compare.differences(content["calls"], records)
        wrong += [f"{page.stem}: {each}" for each in found]
    tell(f"Asterisk {recorded.folder.name}: {len(recorded.pages)} scenarios played and replayed")
    assert not wrong, f"{len(wrong)} differences\n" + "\n".join(wrong)


def test_the_command_says_the_same(recorded: Recorded) -> None:
    """What a user gets from `callcheck replay --json`, once in a process of its own."""
    stream = recorded.pages[0][0].with_suffix(".ami.gz")
    command = [sys.executable, "-m", "callcheck", "replay", "--json", "--config", str(CONFIG)]
    done = subprocess.run(
        [*command, str(stream)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"CALLCHECK_LAB_SECRET": SECRET},
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == replay(stream)


def test_filtered_events_change_no_record(recorded: Recorded, tell: Tell) -> None:
    """The sample's `eventfilter` lines: less is sent, and every call is the same."""
    wrong, whole, left = [], 0, 0
    for stream in sorted((recorded.beside / "filtered").glob("*.ami.gz")):
        full = recorded.folder / stream.name
        whole += len(gzip.decompress(full.read_bytes()))
        left += len(gzip.decompress(stream.read_bytes()))
        if replay(full) != replay(stream):
            wrong.append(stream.name)
    share = 100 * left / whole
    tell(f"Asterisk {recorded.folder.name}: with filters {share:.0f} % of {whole:,} bytes are sent")
    assert not wrong
    most = 0.85 if recorded.folder.name.endswith("basic") else 0.8  # its queues say less
    assert left < most * whole


@rehearsed
def test_rehearsal_agrees_with_the_call_that_was_placed(recorded: Recorded, tell: Tell) -> None:
    """What was said just before a call, from the state that a running callcheck had read, against
    whom the PBX did send it to. A 302 is known once a call has met it, and not before."""
    wrong, said, learned, untold = [], 0, [], []
    for page in sorted((recorded.beside / "foreseen").glob("*.json")):
        met = json.loads(page.read_text())
        before, after = (foresight.differences(met[when], met) for when in ("before", "after"))
        if owned := next((UNTOLD[head] for head in UNTOLD if page.stem.startswith(head)), None):
            untold.append(page.stem)
            if not before or owned not in met["before"]["assumes"]:
                wrong.append(f"{page.stem}: is known to the rehearsal, or not owned to")
            continue
        said += 1
        moved = [o["who"] for o in met["offers"] if o["status"] in foresight.MOVED]
        if moved and before:
            learned.append(page.stem)
            before = [] if _owned(moved, met["before"]["assumes"]) else before
        wrong += [f"{page.stem}: before the call {each}" for each in before]
        wrong += [f"{page.stem}: after the call {each}" for each in after]
    tell(
        f"Asterisk {recorded.folder.name}: {said} rehearsals agree with the calls then placed, "
        f"{len(learned)} of them once a 302 was met; {len(untold)} more ways that no PBX tells"
    )
    assert not wrong, "\n".join(wrong)


def _owned(moved: list[str], assumes: list[str]) -> bool:
    return any(who in one and "of its own" in one for who in moved for one in assumes)


@rehearsed
def test_the_pbx_was_only_asked_to_tell(recorded: Recorded) -> None:
    """By the bytes that callcheck sent, not by what it says of itself."""
    assert recorded.asked - documented() == set()
    assert {"Login", "DBGetTree", "DeviceStateList"} <= recorded.asked


def replay(stream: Path) -> list[dict[str, Any]]:
    """What `callcheck replay --json` prints for this stream."""
    os.environ["CALLCHECK_LAB_SECRET"] = SECRET
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = run_replay([str(stream)], CONFIG, None, json=True, explain=False)
    assert code == 0, stream
    return [json.loads(line) for line in out.getvalue().splitlines()]
