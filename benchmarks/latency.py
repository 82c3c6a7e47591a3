"""A paced stream through all of callcheck in: how late calls are judged and counted out.

*Judged*: from just before the feeder wrote the last event of a call to the moment when its call
is judged and handed to the writer. *Counted*: to the moment when the counters of `/metrics` hold
it; they follow the store's commit. A ticker on the event loop notes its longest stall. All of it
twice: while nobody asks, and while twice a second `/metrics` is scraped, a month is asked of the
API and the last 500 calls are, some thirty times as often as Prometheus and a reader do.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks import town
from benchmarks.consumers import configured
from benchmarks.feeder import Sent, feeding
from benchmarks.processes import SPAWN, pin, rss_bytes, stolen_ms
from benchmarks.report import Figure
from benchmarks.stream import stream_file
from callcheck.ami.framing import Framer
from callcheck.app.house import House
from callcheck.app.judge import judge_of
from callcheck.app.watch import Watch
from callcheck.calls.model import Call
from callcheck.journal.follow import Follower
from callcheck.judging.figures import SavedCall

VARIANTS = 100
RATES = (6_000, 20_000)
TICK = 0.005
ASK_EVERY = 0.5
LONG_AGO_US = 30 * 86_400 * 1_000_000


@dataclass
class Marks:
    """What the consumer noted; ns of CLOCK_MONOTONIC."""

    judged: list[tuple[int, int]] = field(default_factory=list)
    """(events so far, when) of each event that ended a call."""
    ends: dict[str, int] = field(default_factory=dict)
    """Events so far at the end of each call, by call id."""
    counted: dict[str, int] = field(default_factory=dict)
    stalls: list[float] = field(default_factory=list)
    """How late each tick came, in seconds."""
    scrapes: list[tuple[float, int]] = field(default_factory=list)
    """(seconds, lines) of each scrape."""
    queries: list[float] = field(default_factory=list)
    rss: int = 0
    stolen: float = 0.0
    """ms for which the host kept this machine waiting."""


def measure(*, short: bool) -> list[Figure]:
    """Figures at each rate."""
    plays, seconds, stored = (600, 1.5, 3_000) if short else (3000, 12.0, 100_000)
    path = stream_file(plays, 500, VARIANTS)
    figures: list[Figure] = []
    for rate in RATES:
        for asked in (False, True):
            marks, sent = _run(path, rate, round(rate * seconds), stored, asked=asked)
            figures += _figures(rate, marks, sent, asked=asked)
    return figures


def _run(path: Path, rate: int, events: int, stored: int, *, asked: bool) -> tuple[Marks, Sent]:
    with feeding() as feeder, tempfile.TemporaryDirectory() as folder:
        listen = f"127.0.0.1:{free_port()}"
        config = town.config_text(VARIANTS, feeder.port, listen)
        Path(folder, "callcheck.toml").write_text(config, encoding="utf-8")
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=consume, args=(theirs, folder, path, stored, asked))
        process.start()
        theirs.close()
        ours.recv()
        feeder.play(path, rate, events)
        sent = feeder.sent()
        feeder.hang_up()
        marks: Marks = ours.recv()
        process.join()
    return marks, sent


def free_port() -> int:
    """A port of the loopback that was free just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def consume(pipe: Connection, folder: str, path: Path, stored: int, asked: bool) -> None:
    pin(0)
    logging.getLogger("callcheck").setLevel(logging.CRITICAL)
    pipe.send(asyncio.run(_live(Path(folder), path, stored, pipe, asked=asked)))


async def _live(folder: Path, path: Path, stored: int, pipe: Connection, *, asked: bool) -> Marks:
    marks = Marks()

    def counted(saved: Sequence[SavedCall]) -> None:
        now = time.monotonic_ns()
        marks.counted.update((one.call.call_id, now) for one in saved)

    house = House(configured(folder), counted)
    listener, watch = house.watched[0]
    calls = _rehearsed(watch, path, marks)
    _fill(house, calls, stored)
    listener.sink = sink = _Noting(watch, marks)
    stop = asyncio.Event()
    living = asyncio.create_task(house.live(stop))
    await sink.on.wait()
    if asked:
        threading.Thread(target=_ask, args=(house, marks, sink.over), daemon=True).start()
    ticking = asyncio.create_task(_tick(marks))
    pipe.send("ready")
    stolen = stolen_ms()
    while not sink.over.is_set() or house.writer.pending:
        await asyncio.sleep(0.05)
    ticking.cancel()
    marks.rss, marks.stolen = rss_bytes(), stolen_ms() - stolen
    stop.set()
    await living
    return marks


class _Noting:
    """The watch, and when each call that ends was dealt with."""

    def __init__(self, watch: Watch, marks: Marks) -> None:
        self._watch, self._marks = watch, marks
        self._ends = frozenset(marks.ends.values())
        self._events = 0
        self.on, self.over = asyncio.Event(), threading.Event()

    def connected(self) -> None:
        self.on.set()

    def messages(self, batch: Iterable[bytes]) -> None:
        came = list(batch)
        self._watch.messages(came)
        now = time.monotonic_ns()
        before, self._events = self._events, self._events + len(came)
        self._marks.judged += [
            (n, now) for n in range(before + 1, self._events + 1) if n in self._ends
        ]

    def pong(self, raw: bytes, round_trip: float) -> None:
        self._watch.pong(raw, round_trip)

    def lost(self) -> None:
        if self._events:
            self.over.set()


def _rehearsed(watch: Watch, path: Path, marks: Marks) -> list[Call]:
    """Follows the stream once beforehand, to know which event ends which call."""
    follower = Follower("main", watch.follower.tracker.directory, live=True)
    calls: list[Call] = []
    for events, raw in enumerate(Framer().feed(path.read_bytes()), 1):
        follower.follow([raw])
        for call in follower.ended():
            marks.ends[call.call_id] = events
            calls.append(call)
    return calls


def _fill(house: House, calls: Sequence[Call], wanted: int) -> None:
    """Puts calls of the month before into the store, so that questions cost something."""
    judge = judge_of(house.config)
    batch = []
    for n in range(wanted):
        call = calls[n % len(calls)]
        at = call.started_at - LONG_AGO_US + n * 20_000_000
        batch.append((replace(call, call_id=f"{at // 1_000_000}.{n}", started_at=at), judge(call)))
        if len(batch) == 500 or n == wanted - 1:
            house.store.save(batch)
            batch = []


async def _tick(marks: Marks) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time() + TICK
    while True:
        await asyncio.sleep(max(0.0, due - loop.time()))
        marks.stalls.append(loop.time() - due)
        due = loop.time() + TICK


def _ask(house: House, marks: Marks, over: threading.Event) -> None:
    """Scrapes and asks for a month of a unit, until the stream is over."""
    http = house.config.http
    base = f"http://{http.host}:{http.port}"
    unit = house.config.units[0].id
    today = datetime.now(UTC).date()
    month = f"from={today - timedelta(days=31)}&to={today}&step=1d"
    while not over.wait(ASK_EVERY):
        with suppress(OSError):
            took, page = _get(f"{base}/metrics")
            marks.scrapes.append((took, page.count(b"\n")))
            took, _ = _get(f"{base}/api/v1/units/{unit}/summary?{month}")
            marks.queries.append(took)
            _get(f"{base}/api/v1/calls?limit=500")


def _get(url: str) -> tuple[float, bytes]:
    began = time.monotonic()
    with urllib.request.urlopen(url, timeout=10) as answer:
        return time.monotonic() - began, answer.read()


def _figures(rate: int, marks: Marks, sent: Sent, *, asked: bool) -> list[Figure]:
    when = written(sent)
    judged = [(at - when[n]) / 1e6 for n, at in marks.judged if n in when]
    late = [
        (at - when[marks.ends[name]]) / 1e6
        for name, at in marks.counted.items()
        if marks.ends.get(name) in when
    ]
    reached = sent[-1][1] / ((sent[-1][0] - sent[0][0]) / 1e9)
    at_rate = f"{rate:,} events/s, {'asked' if asked else 'not asked'}: "
    limit = "<= 5" if rate <= 6_000 else "<= 10"
    stall = Figure(at_rate + "longest stall", max(marks.stalls) * 1e3, unit="ms", target="<= 100")
    said = (
        f"{len(judged):,} calls, {reached:,.0f} events/s reached, {marks.stolen:.0f} ms kept "
        "waiting by the host"
    )
    return [
        *_spread(at_rate + "event to judged", judged, limit, said),
        *_spread(at_rate + "event to counter", late, limit),
        stall,
        *(_answers(at_rate, marks) if asked else ()),
    ]


def _answers(at_rate: str, marks: Marks) -> list[Figure]:
    lines = max((lines for _, lines in marks.scrapes), default=0)
    return [
        Figure(at_rate + "scrape, median", _median([s for s, _ in marks.scrapes]) * 1e3, unit="ms",
               target="<= 50", note=f"{lines:,} lines, {len(marks.scrapes)} scrapes"),
        Figure(at_rate + "month's summary over HTTP", _median(marks.queries) * 1e3, unit="ms"),
        Figure(at_rate + "RSS of the process", marks.rss / 1e6, unit="MB"),
    ]  # fmt: skip


def written(sent: Sent) -> dict[int, int]:
    """When each event was written, by its number."""
    when: dict[int, int] = {}
    before = 0
    for at, so_far in sent:
        when.update(dict.fromkeys(range(before + 1, so_far + 1), at))
        before = so_far
    return when


def _spread(what: str, values: list[float], limit: str, note: str = "") -> list[Figure]:
    values = sorted(values) or [float("nan")]

    def quantile(q: float) -> float:
        return values[min(len(values) - 1, int(q * len(values)))]

    wanted = {"p99": limit, "p99.9": "<= 50" if limit else ""}
    return [
        Figure(f"{what}, {name}", quantile(q), unit="ms", target=wanted.get(name, ""),
               note=note if name == "p50" else "")
        for name, q in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999))
    ]  # fmt: skip


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")
