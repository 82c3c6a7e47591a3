"""The demo of docker-compose.yml without Docker: both its Asterisks, started by its own script in
the real Asterisk 22, its callers, and callcheck on its configuration."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from callcheck.ami.client import State
from callcheck.app.house import House
from callcheck.config import Config, load
from callcheck.judging.figures import CallFilter, JudgedCall
from callcheck.judging.verdict import Result
from callcheck.rules import answer_by_ring
from tests.live.lab import chroot

pytestmark = pytest.mark.live
DEMO = Path(__file__).parents[2] / "deploy" / "demo"
PBX, WORLD = "127.22.99.1", "127.22.99.2"  # no other test's
SECRET = "of-the-demo-in-the-laboratory"
ENOUGH, PATIENCE = 8, 110.0


@contextmanager
def asterisk(root: Path, part: str) -> Iterator[Path]:
    """One of the two, in a chroot; gives where its log is."""
    home = root / "lab" / f"demo-{part}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    shutil.copytree(DEMO, home / "demo")
    names = {"AT": f"/lab/demo-{part}/at", "PBX": PBX, "WORLD": WORLD, "EVERY": "1",
             "BIND": PBX if part == "pbx" else WORLD, "AMI_SECRET": SECRET,
             "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}  # fmt: skip
    with (home / "console.log").open("wb") as log:
        process = subprocess.Popen(
            ["chroot", str(root), "sh", f"/lab/demo-{part}/demo/start.sh", part],
            env=names, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            yield home / "console.log"
        finally:
            os.killpg(process.pid, 9)  # its callers' loop too
            process.wait()


def configured(folder: Path) -> Config:
    """The demo's configuration, as far as it can be without containers and PostgreSQL."""
    text = (DEMO / "callcheck.toml").read_text("utf-8")
    for theirs, ours in (
        ('host = "asterisk"', f'host = "{PBX}"'),
        ('"postgresql+psycopg://callcheck@postgres/callcheck"', '"sqlite:///calls.db"'),
        ('"0.0.0.0:9876"', '"127.0.0.1:9895"'),
        ("/var/lib/callcheck/", ""),
    ):
        assert theirs in text
        text = text.replace(theirs, ours)
    path = folder / "callcheck.toml"
    path.write_text(text, encoding="utf-8")
    secrets = {"AMI_SECRET": SECRET, "ADMIN_TOKEN": "a" * 48, "METRICS_TOKEN": "b" * 48}
    return load(path, {f"CALLCHECK_{name}": value for name, value in secrets.items()})


async def test_the_demo_of_compose_makes_calls_that_are_judged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    if reason := chroot.why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    root = chroot.ensure("22")
    with asterisk(root, "pbx") as log, asterisk(root, "world"):
        house = House(configured(tmp_path))
        stop = asyncio.Event()
        task = asyncio.create_task(house.live(stop))
        try:
            await _connected(house)
            began = (time.time() + 1) * 1_000_000
            calls = await _judged(house, log)
        finally:
            stop.set()
            await task
    numbers = {"201", "202", "203", "600", "301", "302", "101", "701"}
    for call, findings in calls:
        assert call.unit in {"registry", "legal", "it"}, call
        assert call.extension in numbers, call
        (said,) = (one for one in findings if one.rule == answer_by_ring.NAME)
        already = call.started_at < began  # it may have been going on when callcheck came
        assert already or said.result is not Result.UNKNOWN, (call, said)
    assert any(call.answered_by for call, _ in calls), "some are answered"
    assert "denies" not in caplog.text, "callcheck's user may do what it needs there"


async def _connected(house: House) -> None:
    (listener, _) = house.watched[0]
    async with asyncio.timeout(60):
        while listener.state is not State.CONNECTED:
            await asyncio.sleep(0.1)


async def _judged(house: House, log: Path) -> list[JudgedCall]:
    """The first ended calls from outside, once there are enough with a verdict."""
    end = time.monotonic() + PATIENCE
    while True:
        calls = [one for one in house.store.calls(CallFilter(), limit=200)[0]
                 if one[0].direction == "inbound"]  # fmt: skip
        judged = [one for one in calls for finding in one[1]
                  if finding.rule == answer_by_ring.NAME
                  and finding.result in (Result.MET, Result.BREACHED)]  # fmt: skip
        if len(judged) >= ENOUGH:
            return calls
        said = log.read_text("utf-8", "replace")[-1500:]
        assert time.monotonic() < end, f"{len(calls)} calls in {PATIENCE:.0f} s\n{said}"
        await asyncio.sleep(1)
