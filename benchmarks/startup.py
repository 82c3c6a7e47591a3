"""The installed program in: how long it takes to answer, and what its process weighs, out."""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from benchmarks.latency import free_port
from benchmarks.report import Figure

BARE = (sys.executable, "-c", "pass")
PROGRAM = (sys.executable, "-m", "callcheck")


def measure(*, short: bool) -> list[Figure]:
    """Figures, each command beside bare Python in the same round."""
    rounds = 3 if short else 11
    took: dict[str, list[float]] = {"bare": [], "--help": [], "--version": []}
    for _ in range(rounds):
        took["bare"].append(_seconds(*BARE))
        for flag in ("--help", "--version"):
            took[flag].append(_seconds(*PROGRAM, flag))
    figures = [Figure("bare Python", *_range(took["bare"]), unit="ms")]
    for flag in ("--help", "--version"):
        over = [a - b for a, b in zip(took[flag], took["bare"], strict=True)]
        figures.append(Figure(f"callcheck {flag}, over bare Python", *_range(over), "ms", "<= 100"))
    return figures + _demo(seconds=2 if short else 15)


def _seconds(*command: str) -> float:
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def _range(seconds: list[float]) -> tuple[float, float, float]:
    return statistics.median(seconds) * 1e3, min(seconds) * 1e3, max(seconds) * 1e3


def _demo(seconds: float) -> list[Figure]:
    """`callcheck demo`, which holds the demo PBX and all of callcheck in one process."""
    listen = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        program = subprocess.Popen(
            [*PROGRAM, "demo", "--folder", folder, "--listen", listen],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            ready = _ready(program, f"http://{listen}/readyz", began)
            time.sleep(seconds)
            rss = _rss(program.pid)
        finally:
            program.send_signal(signal.SIGINT)
            program.wait(20)
    return [
        Figure("callcheck demo: ready", ready, unit="s", note="PBX connected, store writable"),
        Figure("callcheck demo: RSS", rss / 1e6, unit="MB", target="<= 120",
               note=f"after {seconds:g} s, demo PBX included"),
    ]  # fmt: skip


def _ready(program: subprocess.Popen[bytes], url: str, began: float) -> float:
    while program.poll() is None and time.monotonic() - began < 30:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
            if answer.status == 200:
                return time.monotonic() - began
        time.sleep(0.02)
    raise RuntimeError("callcheck demo does not become ready; run it by hand to see why")


def _rss(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
