"""HTTP clients that mean harm in, what they cost the listener and a health check out.

A PBX sends 2,000 events a second meanwhile. In turn: nobody, 400 half-open connections, 1,000
clients of the live list, 50 clients that ask at once, and bodies of 100 MB. Beside each, a health
check asks twenty times a second over connections of its own. Compare the turns with the first.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks import town
from benchmarks.feeder import Sent, feeding
from benchmarks.latency import VARIANTS, Marks, consume, free_port, written
from benchmarks.processes import SPAWN, pin
from benchmarks.report import Figure
from benchmarks.stream import stream_file

RATE = 2_000
PAUSE = 1.0
"""Seconds between two turns, in which the connections of the one are closed."""
HEAD = "HTTP/1.1\r\nHost: localhost\r\n"
BODY = "POST /api/v1/absences " + HEAD + "Content-Type: application/json\r\n"


@dataclass
class Turn:
    """What one kind of clients met."""

    name: str
    began: int
    ended: int = 0
    """ns of CLOCK_MONOTONIC"""
    met: Counter[str] = field(default_factory=Counter)
    """How their requests ended."""


Attack = Callable[[int, Turn], Awaitable[None]]


def measure(*, short: bool) -> list[Figure]:
    """Figures of each turn."""
    seconds = 2.0 if short else 6.0
    total = round(RATE * (len(ATTACKS) * (seconds + PAUSE) + 2))
    path = stream_file(3000, 500, VARIANTS)
    with feeding() as feeder, tempfile.TemporaryDirectory() as folder:
        port = free_port()
        config = town.config_text(VARIANTS, feeder.port, f"127.0.0.1:{port}")
        Path(folder, "callcheck.toml").write_text(config, encoding="utf-8")
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=consume, args=(theirs, folder, path, 3_000, False))
        process.start()
        theirs.close()
        ours.recv()
        feeder.play(path, RATE, total)
        told, tells = SPAWN.Pipe()
        attackers = SPAWN.Process(target=_attack, args=(tells, port, seconds))
        health, checks = SPAWN.Pipe()
        checker = SPAWN.Process(target=_check, args=(checks, port))
        checker.start()
        attackers.start()
        turns: list[Turn] = told.recv()
        attackers.join()
        health.send("stop")
        checked: list[tuple[int, float]] = health.recv()
        checker.join()
        sent = feeder.sent()
        feeder.hang_up()
        marks: Marks = ours.recv()
        process.join()
    return [figure for turn in turns for figure in _figures(turn, checked, marks, sent)]


def _figures(
    turn: Turn, checked: list[tuple[int, float]], marks: Marks, sent: Sent
) -> list[Figure]:
    when = written(sent)
    late = sorted(
        (at - when[n]) / 1e6
        for n, at in marks.judged
        if n in when and turn.began <= when[n] < turn.ended
    ) or [float("nan")]
    met = ", ".join(f"{how} {times:,}" for how, times in sorted(turn.met.items()))
    health = [took for at, took in checked if turn.began <= at < turn.ended]
    healthy = max(health, default=float("nan")) * 1e3
    checks = f"{len(health)} checks"
    return [
        Figure(f"{turn.name}: slowest /healthz", healthy, unit="ms", target="<= 1000",
               note=f"{checks}; {met}" if met else checks),
        Figure(f"{turn.name}: event to judged, p50", late[len(late) // 2], unit="ms",
               note=f"{len(late):,} calls"),
        Figure(f"{turn.name}: event to judged, p99", late[int(0.99 * len(late))], unit="ms"),
        Figure(f"{turn.name}: event to judged, longest", late[-1], unit="ms", target="<= 100"),
    ]  # fmt: skip


def _attack(pipe: Connection, port: int, seconds: float) -> None:
    pin(1)
    pipe.send(asyncio.run(_turns(port, seconds)))


async def _turns(port: int, seconds: float) -> list[Turn]:
    turns = []
    for name, attack in ATTACKS.items():
        turn = Turn(name, time.monotonic_ns())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await attack(port, turn)
        turn.ended = time.monotonic_ns()
        turns.append(turn)
        await asyncio.sleep(PAUSE)
    return turns


def _check(pipe: Connection, port: int) -> None:
    """Asks for /healthz until it is told to stop; gives when it asked, and how long each took."""
    pin(1)
    found: list[tuple[int, float]] = []
    while not pipe.poll(0.05):
        at, began = time.monotonic_ns(), time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("GET", "/healthz")
            well = connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            well = False
        finally:
            connection.close()
        found.append((at, time.monotonic() - began if well else float("inf")))
    pipe.send(found)


async def _asked(port: int, text: str, then: bytes = b"", times: int = 0) -> str:
    """The status that a request gets, or how it ended; `then` is written so many times after."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(text.encode())
        with contextlib.suppress(OSError):
            for _ in range(times):
                writer.write(then)
                await writer.drain()
        first = await reader.readline()
        return first.split(b" ")[1].decode() if first else "closed"
    except OSError:
        return "reset"
    finally:
        writer.close()


async def _nobody(_port: int, _turn: Turn) -> None:
    await asyncio.sleep(3600)


async def _half_open(port: int, turn: Turn) -> None:
    async def one() -> None:
        turn.met[await _asked(port, "GET /api/v1/calls " + HEAD)] += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(400):
            group.create_task(one())
    await asyncio.sleep(3600)


async def _watchers(port: int, turn: Turn) -> None:
    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(f"GET /api/v1/live/stream {HEAD}\r\n".encode())
            first = await reader.readline()
            turn.met[first.split(b" ")[1].decode() if first else "closed"] += 1
            while await reader.read(1 << 16):
                pass
        except OSError:
            turn.met["reset"] += 1
        finally:
            writer.close()

    async with asyncio.TaskGroup() as group:
        for n in range(1_000):
            group.create_task(one())
            if n % 50 == 0:
                await asyncio.sleep(0.01)


async def _askers(port: int, turn: Turn) -> None:
    paths = ("/api/v1/calls?limit=500", "/api/v1/live", "/metrics", "/api/v1/tables/units")

    async def one(n: int) -> None:
        while True:
            status = await _asked(port, f"GET {paths[n % len(paths)]} {HEAD}\r\n")
            turn.met[status] += 1

    async with asyncio.TaskGroup() as group:
        for n in range(50):
            group.create_task(one(n))


async def _bodies(port: int, turn: Turn) -> None:
    mebibyte = b" " * (1 << 20)
    ways = (
        ("Content-Length: 104857600\r\n\r\n", mebibyte),
        ("Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + mebibyte + b"\r\n"),
        ("Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 170_000),
    )

    async def one(n: int) -> None:
        how, piece = ways[n % len(ways)]
        while True:
            turn.met[await _asked(port, BODY + how, piece, 100)] += 1

    async with asyncio.TaskGroup() as group:
        for n in range(12):
            group.create_task(one(n))


ATTACKS: dict[str, Attack] = {
    "nobody": _nobody,
    "400 half-open": _half_open,
    "1,000 of the live list": _watchers,
    "50 at once": _askers,
    "bodies of 100 MB": _bodies,
}
