"""Units, extensions and a unit's summary."""

from __future__ import annotations

from datetime import datetime

import pytest

from callcheck.api.models import ExtensionList, Summary, UnitList
from tests.api.house_of_cards import HOUR, MET, RIGA, ListReader, a_call, served


def test_units_in_the_order_of_the_file() -> None:
    with served() as api:
        body = api.get("/api/v1/units").json()
    UnitList.model_validate(body)
    assert [(u["id"], u["title"], u["extensions"]) for u in body["items"]] == [
        ("registry", "Dokumentu reģistrs", 3),
        ("law", "Juristi", 1),
    ]


def test_extensions_without_their_mobiles() -> None:
    with served() as api:
        answer = api.get("/api/v1/extensions")
    ExtensionList.model_validate(answer.json())
    assert [item["extension"] for item in answer.json()["items"]] == ["201", "202", "701", "301"]
    assert answer.json()["items"][2]["kind"] == "queue"
    assert "20000001" not in answer.text


def test_summary_of_all_time() -> None:
    with served() as api:
        body = api.get("/api/v1/units/registry/summary").json()
    Summary.model_validate(body)
    assert (body["from"], body["to"], body["step"], body["buckets"]) == (None, None, None, [])
    assert body["calls"] == 5
    assert body["dispositions"]["answered"] == body["inbound"]["answered"] == 5
    assert body["results"] == {"met": 4, "breached": 1, "exempt": 0, "unknown": 0}
    assert body["compliance"]["value"] == 0.8
    assert body["compliance"]["n"] == 5
    assert 0.37 < body["compliance"]["low"] < 0.38
    assert 0.96 < body["compliance"]["high"] < 0.97
    assert body["readings"]["third"] == body["compliance"]
    assert body["service_levels"]["handled"] == 1.0
    assert body["service_levels"]["waits"]["all"] == 5


def test_with_no_call_there_is_no_data_and_never_100_percent() -> None:
    with served() as api:
        body = api.get("/api/v1/units/registry/summary?from=2027-01-01&to=2027-01-01").json()
    Summary.model_validate(body)
    nothing = {"met": 0, "n": 0, "value": None, "low": None, "high": None}
    assert body["compliance"] == nothing
    assert body["readings"] == dict.fromkeys(("before", "within", "third"), nothing)
    assert body["service_levels"]["negative"] is None


def test_steps_cover_the_span_and_add_up() -> None:
    with served() as api:
        path = "/api/v1/units/registry/summary?from=2026-11-22T10:00&to=2026-11-22T14:30&step=2h"
        body = api.get(path).json()
    Summary.model_validate(body)
    assert [(b["from"][11:16], b["to"][11:16], b["calls"]) for b in body["buckets"]] == [
        ("10:00", "12:00", 2),
        ("12:00", "14:00", 2),
        ("14:00", "14:30", 1),
    ]
    assert body["calls"] == 5


def test_without_to_the_last_step_ends_now() -> None:
    with served() as api:
        body = api.get("/api/v1/units/registry/summary?from=2026-11-22&step=1d").json()
    assert body["to"] == "2026-11-23T10:00:00.000+02:00"
    assert [b["calls"] for b in body["buckets"]] == [5, 0]


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-22", 24)]
)
def test_a_day_is_a_day_of_the_sites_calendar(day: str, hours: int) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=RIGA)
    start = int(midnight.timestamp()) * 1_000_000
    last_hour = a_call("5.1", start + (hours - 1) * HOUR)
    next_day = a_call("5.2", start + hours * HOUR)
    after = midnight.replace(day=midnight.day + 2).date()
    with served(ListReader([(last_hour, (MET,)), (next_day, (MET,))])) as api:
        path = f"/api/v1/units/registry/summary?from={day}&to={after}&step=1d"
        body = api.get(path).json()
    assert [b["calls"] for b in body["buckets"]] == [1, 1]
    assert {b["from"][11:19] for b in body["buckets"]} == {"00:00:00"}


def test_an_unknown_unit_is_404() -> None:
    with served() as api:
        answer = api.get("/api/v1/units/nobody/summary")
    assert answer.status_code == 404
    assert "/api/v1/units" in answer.json()["detail"]
