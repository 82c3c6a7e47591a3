"""Calls in flight in, bytes and CPU for each out; and what is left when all have ended."""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from collections.abc import Iterator
from itertools import count, islice

from benchmarks import stream, town
from benchmarks.processes import apart, rss_bytes
from benchmarks.report import Figure
from callcheck.ami.events import EVENTS
from callcheck.app.memory import calm_collector
from callcheck.journal.follow import Follower

VARIANTS = 400
IN_FLIGHT = (10, 100, 1_000, 10_000)
IN_FLIGHT_SHORT = (10, 1_000)
PIECE = 2_000


def measure(*, short: bool) -> list[Figure]:
    """Figures; each in a process of its own."""
    calls = 1_000 if short else 10_000
    traced, resident = apart(bytes_per_call, calls, True), apart(bytes_per_call, calls, False)
    said = f"{calls:,} direct calls, answered and talking"
    figures = [
        Figure("memory of a call in flight (tracemalloc)", traced, unit="bytes",
               target="<= 2,000", note=said),
        Figure("memory of a call in flight (RSS)", resident, unit="bytes", note=said),
    ]  # fmt: skip
    return figures + _growth(short=short) + _situations() + _leftover(4_000 if short else 200_000)


def bytes_per_call(calls: int, traced: bool) -> float:
    """What one more open call keeps, with `calls` of them open at once."""
    follower = Follower("main", town.directory(VARIANTS), live=True)
    # layouts, caches and our own numbers are there from now on
    follower.follow(stream.played(stream.scenes("direct_"), VARIANTS, 1, VARIANTS, stream.today()))
    list(follower.ended())
    talking = [_until_hangup(scene) for scene in stream.scenes("direct_4s")]
    gc.collect()
    if traced:
        tracemalloc.start()
    before = _used(traced)
    ids = count(1_000_000)
    for n in range(calls):
        play = talking[0].play(stream.today() + n * 1000, ids, n % VARIANTS)
        follower.follow(raw for _, raw in play)
    gc.collect()
    return (_used(traced) - before) / len(follower.tracker.open_calls)


def _used(traced: bool) -> int:
    return tracemalloc.get_traced_memory()[0] if traced else rss_bytes()


def _until_hangup(scene: stream.Scene) -> stream.Scene:
    asked = next(
        i for i, (_, pieces) in enumerate(scene.messages)
        if pieces[0].startswith((b"Event: HangupRequest\r", b"Event: SoftHangupRequest\r"))
    )  # fmt: skip
    return stream.Scene(scene.name, scene.messages[:asked])


def _growth(*, short: bool) -> list[Figure]:
    sizes = IN_FLIGHT_SHORT if short else IN_FLIGHT
    per_event = {n: apart(cpu_per_event, n, short) for n in sizes}
    worst = max(per_event.values()) / per_event[sizes[0]]
    said = ", ".join(f"{n:,}: {us:.2f}" for n, us in per_event.items())
    return [
        Figure(f"CPU per event, worst of 10 to {sizes[-1]:,} in flight / 10", worst, unit="x",
               target="<= 1.2", note=f"µs/event in memory: {said}"),
    ]  # fmt: skip


def _situations() -> list[Figure]:
    plain, every = (min(apart(cpu_of_book, prefix) for _ in range(3)) for prefix in ("direct_", ""))
    return [
        Figure("CPU per event, every situation / plain calls", every / plain, unit="x",
               target="<= 1.3", note=f"µs/event in memory: {every:.2f}, {plain:.2f}"),
    ]  # fmt: skip


def cpu_of_book(prefix: str) -> float:
    """µs of CPU per event of the recordings that begin so, 300 calls at once, nothing cold."""
    book = stream.scenes(prefix)
    events = list(stream.played(book, 600, 300, 100, stream.today()))
    house, spent = town.directory(100), []
    calm_collector()  # as the listener does
    for _ in range(4):
        follower = Follower("main", house, live=True)
        spent.append(
            sum(_follow(follower, events[i : i + 150]) for i in range(0, len(events), 150))
        )
    return min(spent) / len(events) * 1e6


def cpu_per_event(in_flight: int, short: bool) -> float:
    """µs of CPU per event with so many calls open, taken while no fewer are."""
    book = stream.scenes("direct_")
    measured = 1_000 if short else 6_000
    plays = in_flight + measured
    events = stream.played(book, plays, in_flight, VARIANTS, stream.today())
    follower = Follower("main", town.directory(VARIANTS), live=True)
    per_play = sum(len(scene.messages) for scene in book) / len(book)
    calm_collector()  # as the listener does
    pieces = _pieces(events)
    for piece in pieces:  # until as many are open as shall be
        _follow(follower, piece)
        if follower.tracker.opened >= in_flight:
            break
    spent: list[float] = []
    for piece in islice(pieces, max(1, int(measured * per_play * 0.8 / PIECE))):
        spent.append(_follow(follower, piece) / len(piece) * 1e6)
    return sorted(spent)[len(spent) // 2]


def _pieces(events: Iterator[bytes]) -> Iterator[list[bytes]]:
    while piece := list(islice(events, PIECE)):
        yield piece


def _follow(follower: Follower, piece: list[bytes]) -> float:
    began = time.process_time()
    follower.follow(piece)
    follower.tracker.ended.clear()
    return time.process_time() - began


def _leftover(calls: int) -> list[Figure]:
    grown, objects, kept = apart(after_many, calls)
    said = f"between the {calls // 4:,}th and the {calls:,}th ended call"
    return [
        Figure("growth of the process", grown / 1e6, unit="MB", target="none", note=said),
        Figure("growth in objects", objects, unit="", target="none", note=said),
        Figure("channels, calls, bridges, phones left at the end", kept, target="0"),
    ]


def after_many(calls: int) -> tuple[int, int, int]:
    """Bytes and objects gained over the last three quarters of many calls; what is left open."""
    follower = Follower("main", town.directory(VARIANTS), live=True)
    book = [_wanted(scene) for scene in stream.scenes("direct_")]
    before, objects = 0, 0
    ended = 0
    for raw in stream.played(book, calls, 100, VARIANTS, stream.today()):
        follower.follow([raw])
        for _ in follower.ended():
            ended += 1
            if ended == calls // 4:
                gc.collect()
                before, objects = rss_bytes(), len(gc.get_objects())
    gc.collect()
    tracker = follower.tracker
    kept = len(tracker.channels) + len(tracker.calls) + len(tracker.bridges) + len(tracker.phones)
    return rss_bytes() - before, len(gc.get_objects()) - objects, kept


def _wanted(scene: stream.Scene) -> stream.Scene:
    """The scene without messages that nobody reads: they cost time and prove nothing here."""
    wanted = [m for m in scene.messages if m[1][0].partition(b"\r")[0] in EVENTS]
    if not wanted:
        sys.exit("the table of events has other keys than this benchmark knows")
    return stream.Scene(scene.name, tuple(wanted))
