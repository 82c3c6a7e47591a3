"""Lists of calls, single calls, and open calls."""

from __future__ import annotations

import pytest

from callcheck.api.calls.models import CallDetail, CallList, OpenCallList
from tests.api.house_of_cards import ListReader, served, some_calls


def ids(path: str) -> list[str]:
    with served() as api:
        return [item["call_id"] for item in api.get(path).json()["items"]]


def test_without_a_period_all_calls_are_listed_newest_first() -> None:
    assert ids("/api/v1/calls") == ["2.1", "1.4", "1.3", "1.2", "1.1", "1.0"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("unit=law", ["2.1"]),
        ("extension=301", ["2.1"]),
        ("result=breached", ["1.2"]),
        ("rule=answer_by_ring&result=breached", ["1.2"]),
        ("disposition=voicemail", []),
        ("from=2026-11-22T13:00:00%2B02:00&to=2026-11-22T14:00:00%2B02:00", ["1.3"]),
        ("from=2026-11-22T13:00:00+02:00&to=2026-11-22T14:00:00+02:00", ["1.3"]),
        ("from=2026-11-22T11:00:00Z&to=2026-11-22T12:00:00Z", ["1.3"]),
        ("from=2026-11-22T13:00&to=2026-11-22 14:00", ["1.3"]),
        ("from=2026-11-23", []),
        ("to=2026-11-22", []),
        ("from=2026-11-22&to=2026-11-23&unit=law", ["2.1"]),
        ("from=2026-11-22T13:00&to=2026-11-22T13:00", []),
    ],
)
def test_filters(query: str, expected: list[str]) -> None:
    assert ids(f"/api/v1/calls?{query}") == expected


def test_pages_join_to_the_whole_list() -> None:
    with served() as api:
        pages = [CallList.model_validate(api.get("/api/v1/calls?limit=2").json())]
        while following := pages[-1].next:
            answer = api.get(f"/api/v1/calls?limit=2&cursor={following}")
            pages.append(CallList.model_validate(answer.json()))
    seen = [[item.call_id for item in page.items] for page in pages]
    assert seen == [["2.1", "1.4"], ["1.3", "1.2"], ["1.1", "1.0"]]


def test_one_call_is_its_record_its_timeline_and_where_the_wait_went() -> None:
    with served() as api:
        body = api.get("/api/v1/calls/main/1.0").json()
        in_list = api.get("/api/v1/calls").json()["items"][-1]
    CallDetail.model_validate(body)
    assert {key: body[key] for key in in_list} == in_list
    assert body["timeline"] == [
        {
            "at": "2026-11-22T10:00:00.000+02:00",
            "seconds_since_first_ring": -0.211,
            "text": "c-5f2a9c1b7e04 calls 701",
        },
        {
            "at": "2026-11-22T10:00:00.211+02:00",
            "seconds_since_first_ring": 0.0,
            "text": "Anna (201) rings",
        },
        {
            "at": "2026-11-22T10:00:06.412+02:00",
            "seconds_since_first_ring": 6.201,
            "text": "Berta (202) picks up the call for Anna (201)",
        },
        {
            "at": "2026-11-22T10:00:37.412+02:00",
            "seconds_since_first_ring": 37.201,
            "text": "the caller hangs up",
        },
    ]
    assert body["wait_budget"] == [
        {"spent": "setup", "seconds": 0.211, "who": []},
        {"spent": "ringing", "seconds": 6.201, "who": ["201"]},
    ]
    assert body["findings"][0]["result"] == "met"


def test_an_unknown_call_is_404_and_says_where_the_ids_are() -> None:
    with served() as api:
        answer = api.get("/api/v1/calls/main/7.7")
    assert answer.status_code == 404
    assert "/api/v1/calls" in answer.json()["detail"]


def test_live_calls() -> None:
    with served() as api:
        body = api.get("/api/v1/live").json()
    OpenCallList.model_validate(body)
    assert [item["call_id"] for item in body["items"]] == ["9.2", "9.1"]


def test_a_store_that_cannot_be_read_is_503_without_internals() -> None:
    reader = ListReader(some_calls())
    reader.away = True
    with served(reader) as api:
        answer = api.get("/api/v1/calls")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "secret" not in answer.text
    assert answer.json()["detail"].startswith("the store cannot be read now")
