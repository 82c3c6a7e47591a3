"""The API and the metrics on the real store (SQLite): they show what was saved."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from callcheck.api.app import make_api
from callcheck.api.backend import Backend, Readiness
from callcheck.api.calls.models import CallDetail, CallList
from callcheck.api.models import Summary
from callcheck.calls.model import Disposition
from callcheck.judging.cadence import CADENCES
from callcheck.judging.figures import JudgedCall
from callcheck.metrics import Metrics, ring_edges
from callcheck.store import Store, StoreError
from tests.api.house_of_cards import SETTINGS, TEN, UNITS, some_calls
from tests.metrics.samples import Now

LATVIA = CADENCES["LV"]
EDGES = ring_edges(LATVIA)


"""In time, and a short abandon, in ms."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    one = Store(f"sqlite:///{tmp_path}/calls.db", EDGES)
    one.open()
    one.save(some_calls())
    yield one
    one.close()


def metrics_of(store: Store) -> Metrics:
    metrics = Metrics(
        CollectorRegistry(), Now(), pbxs=("main",), units=tuple(UNITS),
        rules=("answer_by_ring",), ring_edges_ms=EDGES, version="1",
    )  # fmt: skip
    metrics.seed(store.totals())
    return metrics


@pytest.fixture
def api(store: Store) -> Iterator[TestClient]:
    backend = Backend(store, list, Readiness, metrics_of(store).text, lambda: TEN + 10**11)
    app = make_api(SETTINGS, backend, (StoreError,))
    with TestClient(app, "http://localhost", client=("127.0.0.1", 1)) as client:
        yield client


def test_pages_of_real_rows(api: TestClient) -> None:
    pages = [CallList.model_validate(api.get("/api/v1/calls?limit=4").json())]
    following = pages[0].next
    pages.append(
        CallList.model_validate(api.get(f"/api/v1/calls?limit=4&cursor={following}").json())
    )
    seen = [[item.call_id for item in page.items] for page in pages]
    assert seen == [["2.1", "1.4", "1.3", "1.2"], ["1.1", "1.0"]]
    assert pages[1].next is None


def test_filters_on_real_rows(api: TestClient) -> None:
    def ids(query: str) -> list[str]:
        return [item["call_id"] for item in api.get(f"/api/v1/calls?{query}").json()["items"]]

    assert ids("result=breached") == ["1.2"]
    assert ids("unit=law&extension=301&disposition=answered&result=met") == ["2.1"]
    assert ids("from=2026-11-22T13:00&to=2026-11-22T15:00") == ["1.4", "1.3"]


def test_one_real_row_with_its_story(api: TestClient) -> None:
    detail = CallDetail.model_validate(api.get("/api/v1/calls/main/1.0").json())
    assert detail.timeline[2].text == "Berta (202) picks up the call for Anna (201)"
    assert sum(share.seconds for share in detail.wait_budget) == detail.wait_seconds


@pytest.mark.parametrize("address", ["calls", "tables/missed?from=2026-11-22&to=2026-11-23"])
def test_a_list_says_what_the_record_says(api: TestClient, store: Store, address: str) -> None:
    call, said = some_calls()[0]
    store.save([(replace(call, call_id="1.9", disposition=Disposition.NO_ANSWER), said)])
    items = api.get(f"/api/v1/{address}").json()["items"]
    assert items
    for item in items:
        record = api.get(f"/api/v1/calls/{item['pbx']}/{item['call_id']}").json()
        both = item.keys() & record.keys()
        assert len(both) > 20
        assert {name: item[name] for name in both} == {name: record[name] for name in both}


@pytest.mark.parametrize(
    "query", ["", "?from=2026-11-22&to=2026-11-23&step=1h", "?from=2026-11-20&step=1d"]
)
def test_summary_of_real_rows(api: TestClient, query: str) -> None:
    body = api.get(f"/api/v1/units/registry/summary{query}").json()
    Summary.model_validate(body)
    assert body["results"] == {"met": 4, "breached": 1, "exempt": 0, "unknown": 0}
    assert body["compliance"]["value"] == 0.8
    assert body["readings"]["before"]["met"] == 4
    if body["buckets"]:
        assert sum(bucket["calls"] for bucket in body["buckets"]) == body["calls"] == 5


UNUSABLE = [
    base64.urlsafe_b64encode(text).rstrip(b"=").decode()
    for text in (b'[1,"main","\\u0000"]', b'[1,"\\u0000","1.1"]', b'[1,"main","\\ud800"]')
]
"""Well made, with text that no database can compare with."""


@pytest.mark.parametrize("cursor", ["nonsense", "e30", "WzFd", "%00", "ā", *UNUSABLE])
def test_cursors_that_the_store_never_gave(api: TestClient, cursor: str) -> None:
    answer = api.get(f"/api/v1/calls?cursor={cursor}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("cursor: unknown; use `next`")


def test_a_closed_store_is_503(api: TestClient, store: Store) -> None:
    store.close()
    for path in ("/api/v1/calls", "/api/v1/calls/main/1.0", "/api/v1/units/registry/summary"):
        assert api.get(path).status_code == 503


def test_counters_equal_the_store_at_every_moment(store: Store) -> None:
    live = metrics_of(store)
    again: list[JudgedCall] = some_calls()
    more = [
        (replace(call, call_id=f"3.{n}"), found) for n, (call, found) in enumerate(some_calls())
    ]
    for batch in (again, more[:3], more):
        live.saved(store.save(batch))
        assert live.text() == metrics_of(store).text()


def test_another_call_with_the_same_id_is_reached(store: Store, api: TestClient) -> None:
    call, findings = some_calls()[0]
    later = replace(call, started_at=call.started_at + 200_000_000)
    (saved,) = store.save([(later, findings)])
    assert saved.call.call_id == f"{call.call_id}~2"
    shown = [
        api.get(f"/api/v1/calls/{call.pbx}/{call_id}").json()
        for call_id in (call.call_id, saved.call.call_id)
    ]
    assert [one["call_id"] for one in shown] == [call.call_id, saved.call.call_id]
    assert shown[0]["started_at"] != shown[1]["started_at"]
