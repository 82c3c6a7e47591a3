"""The writing thread loses nothing, reorders nothing, and keeps nobody waiting."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from callcheck.judging.figures import JudgedCall, SavedCall
from callcheck.store import CallRefused, Store, StoreAway
from callcheck.store import writer as writer_module
from callcheck.store.writer import Writer
from tests.store.conftest import EDGES
from tests.store.samples import counted, judged, same_totals

if TYPE_CHECKING:
    from tests.store.postgres import Server


class Disk:
    """A fake database that remembers what it gets, and fails on demand."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.fails: Callable[[Sequence[JudgedCall]], None] = lambda batch: None
        self.tries = 0

    def save(self, batch: Sequence[JudgedCall]) -> list[SavedCall]:
        self.tries += 1
        self.fails(batch)
        self.batches.append([call.call_id for call, _ in batch])
        return [SavedCall(call, findings) for call, findings in batch]

    @property
    def ids(self) -> list[str]:
        return [call_id for batch in self.batches for call_id in batch]


class Heard:
    """Remembers what was said to be saved."""

    def __init__(self) -> None:
        self.saved: list[SavedCall] = []
        self.threads: set[str] = set()

    def __call__(self, saved: Sequence[SavedCall]) -> None:
        self.saved += saved
        self.threads.add(threading.current_thread().name)

    @property
    def ids(self) -> list[str]:
        return [one.call.call_id for one in self.saved]


def eventually(true: Callable[[], object], seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came about"
        time.sleep(0.005)


@contextmanager
def writing(store: Any, heard: Any, **options: Any) -> Iterator[Writer]:
    quick: dict[str, Any] = {"linger": 0.01, "first_pause": 0.01, "longest_pause": 0.05, **options}
    writer = Writer(store, heard, **quick)
    writer.start()
    try:
        yield writer
    finally:
        writer.close(5)


def put(writer: Writer, numbers: range) -> list[str]:
    for n in numbers:
        assert writer.put(*judged(n))
    return [judged(n)[0].call_id for n in numbers]


def test_calls_arrive_in_order_and_are_told_after_it(store: Store) -> None:
    heard = Heard()
    with writing(store, heard) as writer:
        ids = put(writer, range(1200))
        eventually(lambda: writer.pending == 0)
    assert heard.ids == ids
    assert heard.threads == {"store-writer"}
    assert same_totals(store.totals(), counted([judged(n) for n in range(1200)], EDGES))
    assert (writer.dropped, writer.refused, writer.away) == (0, 0, None)


def test_what_was_known_is_not_told_again(store: Store) -> None:
    store.save([judged(1)])
    heard = Heard()
    with writing(store, heard) as writer:
        put(writer, range(1, 3))
    assert heard.ids == ["1795341600.2"]


def test_batches_are_small_and_soon() -> None:
    disk = Disk()
    with writing(disk, Heard(), batch=50, linger=30) as writer:
        put(writer, range(120))
        eventually(lambda: len(disk.batches) == 2)
        assert [len(batch) for batch in disk.batches] == [50, 50]
        assert writer.pending == 20
    assert len(disk.batches[-1]) == 20  # closing gives 5 s, and the rest would linger for 30


def test_a_single_call_waits_only_to_linger() -> None:
    disk = Disk()
    with writing(disk, Heard(), linger=0.02) as writer:
        put(writer, range(1))
        eventually(lambda: disk.batches)


def test_after_a_crowd_calls_gather(monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit costs as much as several calls, so batches grow when many calls come."""
    monkeypatch.setattr(writer_module, "A_CALL", 30.0)
    monkeypatch.setattr(writer_module, "LONGEST_LINGER", 30.0)
    disk, hold = Disk(), threading.Event()
    disk.fails = lambda batch: assert_(hold.wait(10))
    with writing(disk, Heard(), linger=0) as writer:
        put(writer, range(1))
        eventually(lambda: disk.tries)
        put(writer, range(1, 4))  # three at once are no crowd
        hold.set()
        eventually(lambda: len(disk.batches) == 2)
        hold.clear()
        put(writer, range(4, 5))
        eventually(lambda: disk.tries == 3)
        put(writer, range(5, 15))
        hold.set()
        eventually(lambda: len(disk.batches) == 4)
        for n in range(15, 18):
            put(writer, range(n, n + 1))
        assert writer.pending == 3
    assert [len(batch) for batch in disk.batches] == [1, 3, 1, 10, 3]


def test_the_queue_is_bounded_and_counts_what_it_drops() -> None:
    disk, hold = Disk(), threading.Event()
    disk.fails = lambda batch: assert_(hold.wait(10))
    with writing(disk, Heard(), bound=100, batch=10) as writer:
        put(writer, range(100))
        eventually(lambda: disk.tries)
        assert not writer.put(*judged(100))  # what is in hand takes room too
        assert not disk.batches, "put did not wait for the disk"
        assert (writer.dropped, writer.pending) == (1, 100)
        hold.set()
        eventually(lambda: writer.pending == 0)
        assert writer.put(*judged(101))
    assert len(disk.ids) == 101


def assert_(true: object) -> None:
    assert true


def test_while_the_database_is_away_calls_wait(caplog: pytest.LogCaptureFixture) -> None:
    disk, heard, away = Disk(), Heard(), threading.Event()

    def fails(_: Sequence[JudgedCall]) -> None:
        if not away.is_set():
            raise StoreAway("the database is out for lunch")

    disk.fails = fails
    with writing(disk, heard, batch=10) as writer:
        ids = put(writer, range(35))
        eventually(lambda: disk.tries >= 3)
        assert "lunch" in str(writer.away)
        assert (writer.pending, heard.saved) == (35, [])
        away.set()
        eventually(lambda: writer.pending == 0)
        assert writer.away is None
    assert disk.ids == ids == heard.ids
    said = [record.message for record in caplog.records]
    assert len(said) == 2, said  # once away, once back; not every try


@pytest.mark.parametrize("error", [CallRefused("no"), KeyError("a bug"), ValueError("odd")])
@pytest.mark.parametrize("at", [0, 3, 6])
def test_a_poison_call_takes_no_other_with_it(
    error: Exception, at: int, caplog: pytest.LogCaptureFixture
) -> None:
    disk, heard = Disk(), Heard()
    poison = judged(at)[0]

    def fails(batch: Sequence[JudgedCall]) -> None:
        if any(call == poison for call, _ in batch):
            raise error

    disk.fails = fails
    with writing(disk, heard) as writer:
        ids = put(writer, range(7))
        eventually(lambda: writer.pending == 0)
    ids.remove(poison.call_id)
    assert disk.ids == ids == heard.ids
    assert writer.refused == 1
    assert "set aside" in caplog.text
    assert poison.call_id not in caplog.text
    assert str(poison.caller) not in caplog.text


@pytest.mark.parametrize(
    "poison",
    [{"caller": "+37129111222\ud800"}, {"ended_at": 2**70}, {"extension": "x" * 10**6}],
    ids=["text", "number", "length"],
)
def test_poison_on_a_real_database(
    store: Store, poison: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    if "extension" in poison:  # random, or PostgreSQL would press it into its index
        import random

        poison = {"extension": random.Random(1).randbytes(20_000).hex()}
    with writing(store, Heard()) as writer:
        for n in range(20):
            assert writer.put(*judged(n, **(poison if n == 7 else {})))
        eventually(lambda: writer.pending == 0)
    takes_long_text = store.engine.dialect.name == "sqlite" and "extension" in poison
    assert writer.refused == (0 if takes_long_text else 1)
    kept = [judged(n) for n in range(20) if n != 7]
    assert all(store.call("main", call.call_id) == (call, said) for call, said in kept)
    if not takes_long_text:
        assert same_totals(store.totals(), counted(kept, EDGES))
        assert store.call("main", "1795341600.7") is None
    assert "37129111222" not in caplog.text


def test_a_listener_that_fails_does_not_stop_the_saving(caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk()

    def broken(_: Sequence[SavedCall]) -> None:
        raise RuntimeError("+37129111222")

    with writing(disk, broken, batch=5) as writer:
        ids = put(writer, range(20))
    assert disk.ids == ids
    assert "listener of saved calls failed: RuntimeError" in caplog.text
    assert "37129111222" not in caplog.text


def test_close_says_whether_all_was_saved(caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk()
    writer = Writer(disk, Heard())
    writer.start()
    put(writer, range(3))
    assert writer.close(5)
    assert len(disk.ids) == 3
    assert not writer.put(*judged(4))
    assert writer.dropped == 1

    def away(_: Sequence[JudgedCall]) -> None:
        raise StoreAway("gone")

    disk.fails = away
    writer = Writer(disk, Heard(), first_pause=30)
    writer.start()
    put(writer, range(3))
    eventually(lambda: disk.tries == 2)
    with caplog.at_level(logging.ERROR):
        assert not writer.close(0.3)
    assert disk.tries == 2, "close did not wait for the next try, 30 s later"
    assert "3 calls were not saved before the stop: gone" in caplog.text


def test_close_of_an_idle_writer_is_at_once() -> None:
    before = set(threading.enumerate())
    writer = Writer(Disk(), Heard(), linger=3600)
    writer.start()
    assert writer.close(10)
    assert set(threading.enumerate()) <= before, "its thread has ended, and did not linger"


def test_put_does_not_wait_for_a_slow_disk() -> None:
    disk, hold = Disk(), threading.Event()
    disk.fails = lambda batch: assert_(hold.wait(10))
    with writing(disk, Heard()) as writer:
        put(writer, range(1))
        eventually(lambda: disk.tries)
        put(writer, range(1, 2000))
        assert not disk.batches, "all were put while the disk was still at the first"
        hold.set()


@pytest.mark.postgres
def test_postgresql_stopped_and_started(postgres: Server, postgres_url: str) -> None:
    store, heard = Store(postgres_url, EDGES), Heard()
    store.open()
    with writing(store, heard) as writer:
        ids = put(writer, range(100))
        eventually(lambda: writer.pending == 0)
        postgres.stop()
        try:
            ids += put(writer, range(100, 700))
            eventually(lambda: writer.away)
            assert writer.pending == 600
            with pytest.raises(StoreAway):
                store.totals()
            with pytest.raises(StoreAway):
                store.check()
        finally:
            postgres.start()
        eventually(lambda: writer.pending == 0)
    assert heard.ids == ids
    assert same_totals(store.totals(), counted([judged(n) for n in range(700)], EDGES))
    store.close()
