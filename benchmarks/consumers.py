"""A port of the feeder in, the CPU seconds that one way of reading all its events took out.

Each runs in a fresh process. What is spent before the meter runs (imports, login, the events that
warm up) does not count.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from callcheck.config import Config, load


class Meter:
    """CPU seconds of this process, all threads, from when the other side says so to `stop`."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._began = 0.0
        self.spent = 0.0

    def ready(self) -> None:
        """Says that events may come; the first of them are to warm up."""
        threading.Thread(target=self._wait_for_start, daemon=True).start()
        self._pipe.send("ready")

    def _wait_for_start(self) -> None:
        self._pipe.recv()
        self._began = time.process_time()
        self._pipe.send("started")

    def stop(self) -> None:
        """Takes the time."""
        self.spent = time.process_time() - self._began


def configured(folder: Path) -> Config:
    """The town's configuration."""
    return load(folder / "callcheck.toml", {**os.environ, "CALLCHECK_BENCH_SECRET": "bench"})


async def count_only(port: int, _folder: Path, meter: Meter) -> int:
    """The floor: asyncio reads and counts where messages end."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()

    class Counter(asyncio.Protocol):
        events, tail = 0, b""

        def data_received(self, data: bytes) -> None:
            self.events += (self.tail + data).count(b"\r\n\r\n")
            self.tail = data[-3:]

        def connection_lost(self, _: Exception | None) -> None:
            over.set_result(None)

    transport, counter = await loop.create_connection(Counter, "127.0.0.1", port)
    meter.ready()
    await over
    meter.stop()
    transport.close()
    return counter.events


async def bare_panoramisk(port: int, _folder: Path, meter: Meter) -> int:
    """panoramisk's own Manager with one callback for every event that does nothing."""
    from panoramisk import Manager

    logging.getLogger("panoramisk").setLevel(logging.CRITICAL)
    loop = asyncio.get_running_loop()
    on, over = loop.create_future(), loop.create_future()
    manager = Manager(
        loop=loop, host="127.0.0.1", port=port, username="bench", secret="bench",
        on_login=lambda _: on.set_result(None), on_disconnect=lambda *_: over.set_result(None),
    )  # fmt: skip
    manager.register_event("*", lambda *_: None)
    await manager.connect()
    await on
    meter.ready()
    await over
    meter.stop()
    return -1  # to count would be to do something


async def whole_path(_port: int, folder: Path, meter: Meter) -> int:
    """callcheck from bytes to counters, without a store: as the app does it."""
    from prometheus_client import CollectorRegistry

    from callcheck.ami.client import Listener
    from callcheck.app.inspection import Inspection
    from callcheck.app.judge import judge_of, wait_limit_of
    from callcheck.app.memory import calm_collector
    from callcheck.app.status import Status
    from callcheck.app.watch import Watch
    from callcheck.calls.model import Call
    from callcheck.judging.figures import SavedCall
    from callcheck.judging.verdict import Finding
    from callcheck.metrics import Metrics, ring_edges
    from callcheck.privacy import Pseudonyms
    from callcheck.rules import RULES
    from callcheck.store import Store
    from callcheck.store.writer import Writer

    config = configured(folder)
    edges = ring_edges(config.cadence, wait_limit_of(config).ring)
    store = Store("sqlite://", edges)
    metrics = Metrics(
        CollectorRegistry(), Status([], store, Writer(store, print), Inspection([])), pbxs=["main"],
        units=[u.id for u in config.units], rules=list(RULES), ring_edges_ms=edges, version="0",
    )  # fmt: skip

    def counted(call: Call, findings: Sequence[Finding]) -> None:
        metrics.saved([SavedCall(call, findings)])

    class Sink(Watch):
        def connected(self) -> None:
            meter.ready()

        def lost(self) -> None:
            if started.is_set():
                meter.stop()
                over.set()
            started.set()

    started, over = asyncio.Event(), asyncio.Event()
    started.set()
    watch = Sink(
        "main", config.directory("main"), judge_of(config),
        Pseudonyms(bytes(32), "pseudonym", "371"), counted, metrics.delay_of("main"),
    )  # fmt: skip
    logging.getLogger("callcheck").setLevel(logging.CRITICAL)
    listener = Listener(config.pbxs[0], watch)
    calm_collector()
    running = asyncio.create_task(listener.run())
    await over.wait()
    await listener.close()
    await running
    return watch.follower.messages


async def with_store(_port: int, folder: Path, meter: Meter) -> int:
    """All of callcheck: store, API and everything, until the last call is saved."""
    from callcheck.ami.client import State
    from callcheck.app.house import House

    logging.getLogger("callcheck").setLevel(logging.CRITICAL)
    house = House(configured(folder))
    (listener, watch) = house.watched[0]
    stop = asyncio.Event()
    living = asyncio.create_task(house.live(stop))

    def on() -> bool:
        return listener.state is State.CONNECTED

    while not on():
        await asyncio.sleep(0.02)
    meter.ready()
    while on() or house.writer.pending:
        await asyncio.sleep(0.02)
    meter.stop()
    stop.set()
    await living
    return watch.follower.messages
