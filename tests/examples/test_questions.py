"""The API questions of examples/README.md, asked of `callcheck demo`."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.deploy.programs import free_port
from tests.docs.reading import text

HOST = "127.0.0.1:9876"
QUESTIONS = re.findall(rf"curl 'http://{HOST}(/\S+)'", text("examples/README.md"))
ANSWERED = ("breached", "met")
PATIENCE = 60.0


def ask(address: str, path: str) -> Any:
    with urlopen(f"http://{address}{path}", timeout=10) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo that has judged enough calls to answer every question."""
    address = f"127.0.0.1:{free_port()}"
    folder = tmp_path_factory.mktemp("demo")
    command = [
        *(sys.executable, "-m", "callcheck", "demo", "--speed", "1000"),
        *("--listen", address, "--folder", str(folder / "house")),
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            until_answered(process, address, folder / "log")
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def until_answered(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Waits until every question has something in its answer."""
    end = time.monotonic() + PATIENCE
    while not all_answered(address):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.2)


def all_answered(address: str) -> bool:
    try:
        calls, summary, helped = (ask(address, path) for path in QUESTIONS)
    except URLError:
        return False
    return bool(calls["items"] and summary["compliance"]["n"] and helped["items"])


def test_there_are_three_questions() -> None:
    assert len(QUESTIONS) == 3


def test_which_calls_broke_the_rule(demo: str) -> None:
    items = ask(demo, QUESTIONS[0])["items"]
    assert {call["unit"] for call in items} == {"legal"}
    findings = [finding for call in items for finding in call["findings"]]
    by_ring = {one["result"] for one in findings if one["rule"] == "answer_by_ring"}
    assert by_ring == {"breached"}


def test_what_share_was_answered_in_time(demo: str) -> None:
    summary = ask(demo, QUESTIONS[1])
    compliance = summary["compliance"]
    assert 0 <= compliance["low"] <= compliance["value"] <= compliance["high"] <= 1
    assert compliance["n"] == sum(summary["results"][result] for result in ANSWERED)
    levels = {"handled", "ignore", "positive", "negative", "short"}
    assert levels <= set(summary["service_levels"])


def test_who_helped_whom(demo: str) -> None:
    rows = ask(demo, QUESTIONS[2])["items"]
    assert all(row["helper"] != row["helped"] and row["calls"] >= 1 for row in rows)
