"""Cached lists of calls: the same bytes as without a cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from fastapi.testclient import TestClient

from callcheck.api.app import make_api
from callcheck.api.backend import ApiSettings, Backend, CallReader, Readiness
from callcheck.api.calls import json_cache
from callcheck.api.calls.json_cache import JsonCache
from callcheck.calls.directory import Party
from callcheck.calls.model import Call, Disposition
from callcheck.judging.figures import CallFilter, JudgedCall
from callcheck.judging.verdict import Finding
from callcheck.store import Store, StoreError
from tests.api.house_of_cards import (
    BREACHED,
    HOUR,
    MET,
    PARTIES,
    RIGA,
    TEN,
    UNITS,
    ListReader,
    a_call,
    some_calls,
)
from tests.api.test_with_the_store import EDGES

DAY = "from=2026-11-22&to=2026-11-23"
LISTS = (
    "calls?limit=3", "calls?limit=50&extension=201", "calls?result=breached&unit=registry",
    f"tables/missed?{DAY}", f"tables/missed?{DAY}&unit=law", f"tables/sent-around?{DAY}",
)  # fmt: skip


@contextmanager
def shown(
    reader: CallReader, zone: tzinfo = RIGA, parties: Sequence[Party] = PARTIES
) -> Iterator[TestClient]:
    """A client of an API that has shown nothing yet."""
    settings = ApiSettings(UNITS, parties, ("answer_by_ring",), zone)
    backend = Backend(reader, list, Readiness, lambda: b"", lambda: TEN + 24 * HOUR)
    app = make_api(settings, backend, (StoreError,))
    with TestClient(app, "http://localhost", client=("127.0.0.1", 1)) as client:
        yield client


def whole_list(api: TestClient, path: str) -> list[bytes]:
    """All pages of a list."""
    pages, cursor = [], ""
    while True:
        answer = api.get(f"/api/v1/{path}{cursor}")
        assert answer.status_code == 200, answer.text
        pages.append(answer.content)
        following = answer.json()["next"]
        if following is None:
            return pages
        cursor = f"&cursor={following}"


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{folder}/calls.db", EDGES)
    store.open()
    yield store
    store.close()


def a_day() -> list[JudgedCall]:
    """Calls of both units; every third was missed, and all were sent around."""
    day: list[JudgedCall] = []
    for n in range(12):
        call = a_call(
            f"5.{n}", TEN + n // 2 * HOUR, transfers=2 + n,
            unit=("registry", "law")[n % 2], extension=("201", "301")[n % 2],
        )  # fmt: skip
        lost = replace(call, disposition=Disposition.NO_ANSWER, answered_at=None)
        day.append((call, (MET,)) if n % 3 else (lost, (BREACHED,)))
    return day


def test_cached_lists_equal_uncached_ones(tmp_path: Path) -> None:
    """Of calls that are complete, not complete, completed later, and purged."""
    day = a_day()
    running: list[JudgedCall] = [
        (replace(call, complete=False, final_party=None), ()) for call, _ in day[::2]
    ]
    with opened(tmp_path) as store, shown(store) as api:

        def check() -> str:
            with opened(tmp_path) as other, shown(other) as anew:
                expected = [whole_list(anew, path) for path in LISTS]
            for _ in range(2):
                assert [whole_list(api, path) for path in LISTS] == expected
            return str(expected)

        store.save([*running, *day[1::2]])
        found_running = check()
        store.save(day[::4])
        completed = check()
        assert completed.count('"complete":true') > found_running.count('"complete":true') > 0
        assert '"call_id":"5.1"' in completed
        store.purge(TEN + HOUR, pause=0)
        left = check()
        assert '"call_id":"5.1"' not in left
        assert '"call_id":"5.2"' in left


def test_two_apis_do_not_share_a_cache() -> None:
    reader = ListReader([(call, said) for call, said in some_calls() if call.call_id == "1.0"])
    renamed = [replace(party, name=f"{party.name}!") for party in PARTIES]
    with ExitStack() as houses:
        riga = houses.enter_context(shown(reader))
        tokyo = houses.enter_context(shown(reader, ZoneInfo("Asia/Tokyo"), renamed))
        for _ in range(2):
            for api, start, name in (
                (riga, "2026-11-22T10:00:00.000+02:00", "Anna"),
                (tokyo, "2026-11-22T17:00:00.000+09:00", "Anna!"),
            ):
                (record,) = api.get("/api/v1/calls").json()["items"]
                (row,) = api.get(f"/api/v1/tables/sent-around?{DAY}").json()["items"]
                assert record["started_at"] == row["started_at"] == start
                assert (row["name"], "name" in record) == (name, False)
                assert record["legs"][0]["ring_started_at"][19:] == f".211{start[-6:]}"


class Shown:
    """Shows a call, and counts that."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, call: Call, findings: Sequence[Finding]) -> dict[str, object]:
        self.times += 1
        return {"id": call.call_id, "to": call.dialed, "rules": len(findings)}


def test_a_complete_call_is_rendered_once() -> None:
    show = Shown()
    lists = JsonCache(show)
    calls: list[JudgedCall] = [(a_call(f"1.{n}"), (MET,)) for n in range(5)]
    first = orjson.dumps(lists.items(calls))
    assert orjson.loads(first)[3] == {"id": "1.3", "to": "701", "rules": 1}
    assert orjson.dumps(lists.items(reversed(calls[1:3]))) == orjson.dumps(
        [{"id": f"1.{n}", "to": "701", "rules": 1} for n in (2, 1)]
    )
    assert orjson.dumps(lists.items(calls)) == first
    assert show.times == 5


def test_a_changed_call_is_rendered_anew() -> None:
    lists = JsonCache(Shown())
    for to, complete in (("1", False), ("2", False), ("3", True), ("4", True)):
        (item,) = lists.items([(a_call(dialed=to, complete=complete), ())])
        assert orjson.loads(orjson.dumps(item))["to"] == to


def test_the_cache_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_cache, "MAX_CALLS", 20)
    lists = JsonCache(Shown())
    for n in range(100):
        lists.items([(a_call(f"1.{n}"), ()), (a_call(f"2.{n}", complete=False), ())])
        assert len(lists._cached) <= 21
        assert all(call.complete for (call, _), _ in lists._cached.values())


@pytest.mark.parametrize("brief", [True, False])
def test_the_store_gives_a_complete_call_as_the_same_object(tmp_path: Path, brief: bool) -> None:
    """Otherwise the cache would never be used."""
    with opened(tmp_path) as store:
        store.save([(replace(call, transfers=2), said) for call, said in some_calls()])
        first, again = (store.calls(CallFilter(), 9, None, brief=brief)[0] for _ in range(2))
        assert len(first) == len(again) == 6
        assert all(one is other for one, other in zip(first, again, strict=True))
