"""Flat rows for Grafana and spreadsheets: JSON, CSV, roles and numbers."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from callcheck.api.models import Listed
from callcheck.api.tables import models as table_models
from callcheck.calls.model import Disposition
from tests.api.house_of_cards import (
    BREACHED,
    HOUR,
    MET,
    TEN,
    TOKENS,
    ListReader,
    a_call,
    bearer,
    served,
    some_calls,
)

DAY = "from=2026-11-22&to=2026-11-23"
MODELS: dict[str, type[Listed]] = {
    "units": table_models.UnitRows,
    "series": table_models.SeriesRows,
    "hours": table_models.HourRows,
    "missed": table_models.CallRows,
    "sent-around": table_models.CallRows,
    "helped": table_models.HelpRows,
    "again": table_models.AgainRows,
    "ringing": table_models.RingingRows,
}
LOST = replace(a_call("1.9", TEN + 9 * HOUR), disposition=Disposition.NO_ANSWER, caller="+37167")


def lost_too() -> ListReader:
    return ListReader([*some_calls(), (LOST, (BREACHED,))])


def items(api: TestClient, address: str, word: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"/api/v1/tables/{address}", headers=bearer(word) if word else {})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def as_csv(api: TestClient, address: str) -> tuple[list[dict[str, str]], str]:
    answer = api.get(f"/api/v1/{address}", headers={"Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["vary"] == "Accept"
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text))), answer.headers.get("link", "")


@pytest.mark.parametrize("name", MODELS)
def test_rows_have_the_columns_that_are_described(name: str) -> None:
    with served(lost_too()) as api:
        span = "" if name == "ringing" else f"?{DAY}"
        body = api.get(f"/api/v1/tables/{name}{span}").json()
        MODELS[name].model_validate(body)
        rows, _ = as_csv(api, f"tables/{name}{span}")
        assert [set(row) for row in rows] == [set(item) for item in body["items"]]


def test_units_side_by_side() -> None:
    with served(lost_too()) as api:
        registry, law = items(api, f"units?{DAY}")
        assert (registry["title"], registry["n"], registry["compliance"]) == (
            "Dokumentu reģistrs", 6, 0.666667,
        )  # fmt: skip
        assert (registry["inbound"], registry["missed"]) == (6, 1)
        assert (law["n"], law["compliance"], law["low"] < 1) == (1, 1.0, True)
        empty = items(api, "units?from=2026-10-01&to=2026-10-02")
        assert [(unit["n"], unit["compliance"]) for unit in empty] == [(0, None), (0, None)]


def test_series_by_steps() -> None:
    with served() as api:
        rows = items(api, f"series?{DAY}&step=6h&unit=registry")
        assert [(row["from"][11:16], row["n"], row["compliance"]) for row in rows] == [
            ("00:00", 0, None), ("06:00", 2, 1.0), ("12:00", 3, 0.666667), ("18:00", 0, None),
        ]  # fmt: skip


def test_hours_of_the_week_in_local_time() -> None:
    with served() as api:
        rows = items(api, f"hours?{DAY}&unit=registry")
        assert [(row["hour"], row["sun"], row["mon"], row["n"]) for row in rows] == [
            ("10:00", 1.0, None, 1), ("11:00", 1.0, None, 1), ("12:00", 0.0, None, 1),
            ("13:00", 1.0, None, 1), ("14:00", 1.0, None, 1),
        ]  # fmt: skip
        # the beginning of an hour is asked for, whatever the minute
        assert items(api, "hours?from=2026-11-22T10:40&to=2026-11-22T10:50")[0]["n"] == 1


def test_missed_calls_say_who_and_why() -> None:
    with served(lost_too()) as api:
        (row,) = items(api, f"missed?{DAY}&unit=registry")
        assert (row["call_id"], row["name"], row["reason"]) == ("1.9", "Anna", "nobody answered")
        assert items(api, f"missed?{DAY}&unit=law") == []


def test_names_of_helpers() -> None:
    with served() as api:
        (row,) = items(api, f"helped?{DAY}")
        assert (row["helper_name"], row["helped_name"], row["calls"]) == ("Berta", "Anna", 2)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "ringing"])
def test_a_unit_token_sees_its_unit_only(name: str) -> None:
    with served(lost_too(), TOKENS) as api:
        seen = items(api, f"{name}?{DAY}", "r-key")
        units = {row["unit"] for row in seen if "unit" in row}
        assert units <= {"registry"}
        address = f"/api/v1/tables/{name}?unit=law"
        assert api.get(address, headers=bearer("r-key")).status_code == 403
        assert api.get(address, headers=bearer("a-key")).status_code == 200
        assert api.get(address, headers=bearer("m-key")).status_code == 403
        assert api.get(address).status_code == 401


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("unit=nobody", "unknown unit"),
        ("from=2026-01-01&to=2026-11-01", "92 days"),
        ("from=2026-11-22&to=2026-11-22", "not before"),
        ("from=yesterday", "no such date"),
        ("limit=0", "limit"),
        ("colour=red", "colour"),
    ],
)
@pytest.mark.parametrize("name", ["units", "hours", "missed", "helped", "again"])
def test_bad_questions(name: str, query: str, says: str) -> None:
    with served() as api:
        answer = api.get(f"/api/v1/tables/{name}?{query}", headers={"Accept": "text/csv"})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert says in answer.text


def test_calls_as_csv_with_the_next_page() -> None:
    with served() as api:
        rows, link = as_csv(api, "calls?limit=4&unit=registry")
        assert [row["call_id"] for row in rows] == ["1.4", "1.3", "1.2", "1.1"]
        assert (rows[2]["result"], rows[2]["reason"]) == ("breached", "nobody answered")
        following, _, rel = link.partition(">; ")
        assert rel == 'rel="next"'
        rest, none = as_csv(api, following.removeprefix("</api/v1/"))
        assert ([row["call_id"] for row in rest], none) == (["1.0"], "")


def test_summary_as_csv() -> None:
    with served() as api:
        (whole,), _ = as_csv(api, f"units/registry/summary?{DAY}")
        assert (whole["unit"], whole["n"], whole["compliance"]) == ("registry", "5", "0.8")
        steps, _ = as_csv(api, f"units/registry/summary?{DAY}&step=12h")
        assert [(row["from"][11:16], row["n"]) for row in steps] == [("00:00", "2"), ("12:00", "3")]


@pytest.mark.parametrize(
    ("accept", "csv_wanted"),
    [
        ("", False), ("*/*", False), ("application/json", False), ("text/csv", True),
        ("text/csv, application/json;q=0.5", True), ("text/csv;q=0.4, application/json", False),
        ("TEXT/CSV; charset=utf-8", True), ("text/csv;q=0", False), ("text/csv;q=much", False),
    ],
)  # fmt: skip
def test_what_is_asked_for(accept: str, csv_wanted: bool) -> None:
    with served() as api:
        answer = api.get("/api/v1/calls", headers={"Accept": accept})
        assert ("csv" in answer.headers["content-type"]) is csv_wanted


@pytest.mark.parametrize(
    ("caller", "cell"),
    [
        ("+37167012345", "+37167012345"), ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"), ("+cmd|x", "'+cmd|x"), ('say "hi", you', 'say "hi", you'),
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(caller: str, cell: str) -> None:
    with served(ListReader([(a_call(caller=caller), (MET,))])) as api:
        (row,), _ = as_csv(api, "calls")
        assert row["caller"] == cell
