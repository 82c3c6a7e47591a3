"""Saved calls come back unchanged and once, and the counters match them."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, func, select
from sqlalchemy.exc import OperationalError

from callcheck.calls.model import Call, Direction, Disposition
from callcheck.judging.figures import JudgedCall
from callcheck.judging.verdict import Result
from callcheck.store import CallRefused, Store, StoreAway, StoreError, tables
from tests.store.conftest import EDGES
from tests.store.samples import a_call, any_judged, counted, judged, missed, said, same_totals


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=st.lists(st.lists(any_judged, max_size=4), max_size=4))
def test_any_calls_come_back_as_they_were(store: Store, batches: list[list[JudgedCall]]) -> None:
    _empty(store)
    held: dict[tuple[str, str], JudgedCall] = {}
    for batch in batches:
        for one in batch:
            _hold(held, one)
        store.save(batch)
    for key, one in held.items():
        if all(part.isprintable() for part in key):
            assert store.call(*key) == one
    assert same_totals(store.totals(), counted(list(held.values()), EDGES))


def _hold(held: dict[tuple[str, str], JudgedCall], one: JudgedCall) -> None:
    """What the store is to do, said in another way."""
    call, findings = one
    number = 1
    while True:
        key = call.pbx, f"{call.call_id}~{number}" if number > 1 else call.call_id
        other = held[key][0] if key in held else None
        if other is None or not other.complete or not call.complete or _same(call, other):
            break
        number += 1
    if other is None or (call.complete and not other.complete):
        held[key] = replace(call, call_id=key[1]), findings


def _same(call: Call, other: Call) -> bool:
    numbers = [(call.caller, other.caller), (call.dialed, other.dialed)]
    alike = all(a == b or (a and b and _form(a) != _form(b)) for a, b in numbers)
    near = -2_000_000 <= call.started_at - other.started_at <= 2_000_000
    return bool(alike) and near and call.direction is other.direction


def _form(number: str) -> tuple[bool, bool]:
    pseudonym = number[:2] == "c-"
    return pseudonym, number[-1] == "*" and not pseudonym


def _empty(store: Store) -> None:
    with store.engine.begin() as connection:
        for table in (tables.calls, tables.call_totals, tables.finding_totals, tables.ring_totals):
            connection.execute(delete(table))


def test_a_replay_changes_nothing(store: Store) -> None:
    batch = [judged(n) for n in range(10)]
    assert [one.call for one in store.save(batch)] == [call for call, _ in batch]
    before = store.totals()
    assert store.save(batch) == []
    assert store.save([(replace(call, answered_by="another"), said) for call, said in batch]) == []
    assert store.totals() == before
    assert store.call("main", "1795341600.3") == batch[3]


def test_a_complete_call_takes_the_place_of_an_incomplete_one(store: Store) -> None:
    half = (
        missed(1, Disposition.UNKNOWN, complete=False, legs=(), timeline=()),
        said(Result.UNKNOWN),
    )
    whole = judged(1)
    store.save([half])
    (saved,) = store.save([whole, judged(2)])[:1]
    assert (saved.call, saved.findings, saved.replaced) == (*whole, half)
    assert store.call("main", "1795341600.1") == whole
    assert same_totals(store.totals(), counted([whole, judged(2)], EDGES))
    assert store.save([half]) == []
    assert store.call("main", "1795341600.1") == whole


def test_in_one_batch_the_complete_record_wins(store: Store) -> None:
    half = (a_call(1, complete=False), said(Result.UNKNOWN))
    (saved,) = store.save([half, judged(1), half])
    assert (saved.call, saved.replaced) == (judged(1)[0], None)
    assert same_totals(store.totals(), counted([judged(1)], EDGES))


def test_one_id_on_two_pbxs_is_two_calls(store: Store) -> None:
    batch = [judged(1), judged(1, pbx="branch")]
    assert len(store.save(batch)) == 2
    assert store.call("branch", "1795341600.1") == batch[1]
    assert store.call("nowhere", "1795341600.1") is None
    assert store.call("main", "\0") is None


def test_an_empty_batch(store: Store) -> None:
    assert store.save([]) == []
    assert same_totals(store.totals(), counted([], EDGES))


@pytest.mark.parametrize("bad", ["\ud800", 2**70], ids=["half a character", "too large a time"])
def test_data_that_no_database_takes_is_refused_whole(store: Store, bad: Any) -> None:
    change = {"caller": bad} if isinstance(bad, str) else {"ended_at": bad}
    with pytest.raises(CallRefused):
        store.save([judged(1), judged(2, **change), judged(3)])
    assert store.call("main", "1795341600.1") is None
    assert same_totals(store.totals(), counted([], EDGES))


def test_a_rule_that_speaks_twice_is_refused(store: Store) -> None:
    call, findings = judged(1)
    with pytest.raises(CallRefused):
        store.save([(call, (*findings, *findings))])


def test_a_lost_answer_to_the_commit_loses_no_count(store: Store) -> None:
    """The database committed, and the connection broke before it could say so."""
    store.save([judged(1)])

    @event.listens_for(store.engine, "commit", once=True)
    def commit_and_break(connection: Any) -> None:
        connection.connection.dbapi_connection.commit()
        raise OperationalError("COMMIT", None, RuntimeError("the connection is closed"))

    with pytest.raises(StoreAway):
        store.save([judged(2), judged(3)])
    assert [one.call for one in store.save([judged(2), judged(3)])] == [judged(2)[0], judged(3)[0]]
    assert store.save([judged(2), judged(3)]) == []
    assert same_totals(store.totals(), counted([judged(n) for n in (1, 2, 3)], EDGES))


def test_two_writers_of_one_database(url: str) -> None:
    """Each call is new for exactly one of them, and is counted once."""
    batches = [[judged(n) for n in range(at, at + 20)] for at in range(0, 400, 20)]
    stores = [Store(url, EDGES), Store(url, EDGES)]
    won: list[int] = []

    def write(store: Store) -> None:
        store.open()
        won.append(sum(len(store.save(batch)) for batch in batches))

    threads = [threading.Thread(target=write, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 2
    assert sum(won) == 400
    assert same_totals(stores[0].totals(), counted([one for b in batches for one in b], EDGES))
    for store in stores:
        store.close()


def test_purge_keeps_the_counters_and_what_is_young(store: Store) -> None:
    everything = [judged(n) for n in range(1200)]
    store.save(everything)
    before = store.totals()
    assert store.purge(everything[1100][0].started_at, pause=0) == 1100
    assert store.totals() == before
    assert store.call("main", "1795341600.1099") is None
    assert store.call("main", "1795341600.1100") == everything[1100]
    with store.engine.connect() as connection:
        for table in (tables.calls, tables.legs, tables.findings):
            assert connection.scalar(select(func.count()).select_from(table)) == 100


def test_a_replay_of_purged_calls_counts_nothing_twice(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    everything = [judged(n) for n in range(10)]
    store.save(everything)
    store.purge(everything[5][0].started_at, pause=0)
    before = store.totals()
    assert store.save(everything) == []
    assert store.too_old == 5
    assert [record.message for record in caplog.records] == [
        "5 calls were not stored because calls that began this long ago are deleted "
        "(keep_calls_days); check the clock of the PBX"
    ]
    assert store.totals() == before
    store.purge(0, pause=0)
    assert store.save(everything) == []
    assert store.too_old == 10
    assert len(caplog.records) == 1  # one warning an hour is enough


def test_other_edges_count_the_histogram_anew(url: str) -> None:
    everything = [judged(n, rang=n / 10) for n in range(60)]
    everything.append(judged(99, direction=Direction.INTERNAL))
    first = Store(url, EDGES)
    first.open()
    first.save(everything)
    second = Store(url, (2000, 3000))
    second.open()
    assert second.totals().rings == counted(everything, (2000, 3000)).rings
    assert second.totals().calls == counted(everything, EDGES).calls
    with pytest.raises(StoreError, match="another ring cadence"):
        first.save([judged(100)])
    first.close()
    second.close()
    again = Store(url, ())
    again.open()
    assert again.totals().rings["registry", "answered"].counts == [60]
    again.close()


def test_a_checkpoint_brings_the_file_up_to_date(sqlite_url: str) -> None:
    """The log is copied into the file, while a reader keeps its snapshot."""
    store = Store(sqlite_url, EDGES)
    store.open()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    store.save([judged(n) for n in range(200)])
    assert b"1795341600.150" not in file.read_bytes()
    store.checkpoint()
    assert b"1795341600.150" in file.read_bytes()
    with store.engine.connect() as reader:
        assert reader.scalar(select(func.count()).select_from(tables.calls)) == 200
        store.save([judged(200)])
        store.checkpoint()
        assert reader.scalar(select(func.count()).select_from(tables.calls)) == 200
    store.close()
    with pytest.raises(StoreError, match="not open"):
        store.checkpoint()


def test_a_long_log_is_cut_without_being_told(sqlite_url: str) -> None:
    """Without a timer that checkpoints, the log does not grow without limit."""
    store = Store(sqlite_url, EDGES)
    store.open()
    for at in range(0, 2000, 2):
        store.save([judged(at), judged(at + 1)])
    assert Path(sqlite_url.removeprefix("sqlite:///") + "-wal").stat().st_size < 45_000_000
    store.close()


def test_the_log_begins_anew_while_calls_are_written(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint without a second pass would never let it restart."""
    monkeypatch.setattr("callcheck.store.engine._TOO_LONG_LOG", 1_000_000)
    monkeypatch.setattr("callcheck.store.engine._LONG_LOG", 500)
    store = Store(sqlite_url, EDGES)
    store.open()
    over = threading.Event()

    def write() -> None:
        for number in range(100_000):
            store.save([judged(number)])
            if over.wait(0.002):
                return

    writer = threading.Thread(target=write)
    writer.start()
    log = Path(sqlite_url.removeprefix("sqlite:///") + "-wal")
    began_anew = any(_checkpointed(store, log) for _ in range(400))
    over.set()
    writer.join()
    store.close()
    assert began_anew


def _checkpointed(store: Store, log: Path) -> int:
    """How often the log has begun anew, which its header counts, some calls after a checkpoint."""
    sleep(0.1)
    store.checkpoint()
    return int.from_bytes(log.read_bytes()[12:16])
