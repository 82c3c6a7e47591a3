"""The same stream through four consumers in turn: µs of CPU per event, and their ratios."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks import consumers
from benchmarks.feeder import feeding
from benchmarks.processes import SPAWN, pin
from benchmarks.report import Figure
from benchmarks.stream import stream_file
from benchmarks.town import config_text

VARIANTS = 100
FLOOR, BARE, PATH, STORE = "count_only", "bare_panoramisk", "whole_path", "with_store"


def measure(*, short: bool) -> list[Figure]:
    """Figures of interleaved rounds; ratios are taken within a round, so that noise cancels."""
    plays, rounds = (400, 2) if short else (3000, 5)
    path = stream_file(plays, 500, VARIANTS)
    data = path.read_bytes()
    warm = data.find(b"\r\n\r\n", len(data) // 4) + 4
    spent: dict[str, list[float]] = {FLOOR: [], BARE: [], PATH: [], STORE: []}
    for _ in range(rounds):
        for name, per_event in spent.items():
            per_event.append(_cpu_of(name, path, warm))
    return _figures(spent, data[warm:].count(b"\r\n\r\n"))


def _cpu_of(name: str, path: Path, warm: int) -> float:
    """µs of CPU per event after the first `warm` bytes."""
    events = path.read_bytes().count(b"\r\n\r\n")
    measured = path.read_bytes()[warm:].count(b"\r\n\r\n")
    with feeding() as feeder, tempfile.TemporaryDirectory() as folder:
        config = config_text(VARIANTS, feeder.port, "127.0.0.1:0")
        Path(folder, "callcheck.toml").write_text(config, encoding="utf-8")
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=_consume, args=(theirs, name, feeder.port, folder))
        process.start()
        theirs.close()
        ours.recv()
        feeder.play(path, part=(0, warm))
        feeder.sent()
        _wait_until_idle(process.pid)
        ours.send("start")
        ours.recv()
        feeder.play(path, part=(warm, None))
        feeder.sent()
        feeder.hang_up()
        spent, heard = ours.recv()
        process.join()
    if heard not in (-1, events):
        raise RuntimeError(f"{name} heard {heard} of {events} events")
    return float(spent) / measured * 1e6


def _wait_until_idle(pid: int | None) -> None:
    """Until a process has worked off what it got: the kernel counts its work in 10 ms."""
    before = -1
    while before != (now := _ticks(pid)):
        before = now
        time.sleep(0.3)


def _ticks(pid: int | None) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) // 3  # a few for timers and the like


def _consume(pipe: Connection, name: str, port: int, folder: str) -> None:
    pin(0)
    consumer: Callable[..., Any] = getattr(consumers, name)
    meter = consumers.Meter(pipe)
    heard = asyncio.run(consumer(port, Path(folder), meter))
    pipe.send((meter.spent, heard))


def _figures(spent: dict[str, list[float]], events: int) -> list[Figure]:
    said = f"{events:,} events after a warm-up"
    per_event = [
        Figure(f"{text}, CPU per event", *_range(spent[name]), "µs", note=said)
        for name, text in (
            (FLOOR, "asyncio counting message ends"),
            (BARE, "bare panoramisk, no-op `*`"),
            (PATH, "callcheck, bytes to counters"),
            (STORE, "callcheck, with store and API"),
        )
    ]
    return [
        *per_event,
        Figure("panoramisk / callcheck", *_ratio(spent, BARE, PATH), "x", ">= 4 (aim 6)"),
        Figure("panoramisk / callcheck with store", *_ratio(spent, BARE, STORE), "x"),
        Figure("callcheck / counting", *_ratio(spent, PATH, FLOOR), "x", "<= 10"),
    ]


def _range(values: list[float]) -> tuple[float, float, float]:
    return statistics.median(values), min(values), max(values)


def _ratio(spent: dict[str, list[float]], above: str, below: str) -> tuple[float, float, float]:
    return _range([a / b for a, b in zip(spent[above], spent[below], strict=True)])
