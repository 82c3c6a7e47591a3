"""Every list that Infinity asks the API for: the same numbers as from PostgreSQL, by HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from callcheck.absences.model import Draft
from callcheck.absences.service import AbsenceService
from callcheck.absences.terms import AbsenceTerms
from callcheck.api.app import make_api
from callcheck.api.backend import ApiSettings, Backend, Readiness
from callcheck.calls.directory import Directory, Party
from callcheck.judging.cadence import CADENCES
from callcheck.store import Absences, CallsDuringAbsence, Forwards, Store, StoreError
from tests.absences.people import CLOCK
from tests.api.house_of_cards import RIGA
from tests.dashboards import known_calls as known
from tests.dashboards.reading import Json, panels, substituted
from tests.store.conftest import EDGES
from tests.store.samples import HOUR, NOON, SECOND, a_call

LATVIA = CADENCES["LV"]
UNITS = {"registry": "Dokumentu reģistrs", "legal": "Juristi"}
PEOPLE = [Party(number, "registry", name=name) for number, name in
          (("201", "Anna"), ("202", "Berta"), ("203", "Dace"))]  # fmt: skip
Rows = list[dict[str, Any]]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[TestClient]:
    store = Store(f"sqlite:///{tmp_path}/calls.db", EDGES)
    store.open()
    store.save(known.known_calls())
    ringing = a_call(99, answered_at=None, at=NOON)
    settings = ApiSettings(UNITS, PEOPLE, ("answer_by_ring",), RIGA)
    terms = AbsenceTerms(Directory(tuple(PEOPLE)), CLOCK)
    service = AbsenceService(
        Absences(store), Forwards(store), CallsDuringAbsence(store), terms, lambda: NOON
    )
    service.add(Draft("203", NOON - HOUR, NOON + HOUR), "api")
    service.add(Draft("202", NOON + 20 * HOUR, NOON + 44 * HOUR), "api")
    backend = Backend(
        store, lambda: [ringing], Readiness, lambda: b"",
        lambda: NOON + 12 * SECOND, service,
    )  # fmt: skip
    app = make_api(settings, backend, (StoreError,))
    with TestClient(app, "http://localhost", client=("127.0.0.1", 1)) as client:
        yield client
    store.close()


def infinity(api: TestClient, target: Json) -> Rows:
    """Asks and picks as Infinity does."""
    options = target["url_options"]
    params = {one["key"]: substituted(one["value"], known.VALUES) for one in options["params"]}
    answer = api.request(options["method"], target["url"], params=params)
    assert answer.status_code == 200, answer.text
    rows = answer.json()[target["root_selector"]]
    for row in rows:
        for column in target["columns"]:
            value = chosen(row, column["selector"])
            if column["type"] == "number":
                assert value is None or isinstance(value, int | float), column
    return [{c["text"]: chosen(row, c["selector"]) for c in target["columns"]} for row in rows]


def chosen(row: Json, selector: str) -> Any:
    """A field, or one of a field's own: `calls.answered`. What is not there is null."""
    found: Any = row
    for name in selector.split("."):
        found = None if found is None else found[name]
    return found


def picked(rows: Rows, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_every_list(api: TestClient) -> None:
    found = {
        f"{board}: {panel['title']}": infinity(api, target)
        for board, panel in panels("en")
        for target in panel["targets"]
        if "url" in target
    }
    _of_the_unit(found)
    _of_the_institution(found)
    (rings,) = found.pop("wallboard: For whom, and how long")
    assert (rings["name"], rings["ring"], rings["ringing_seconds"]) == ("Anna", 3, 12.0)
    assert found.pop("wallboard: Ringing now") == [{"extension": "201", "name": "Anna", "ring": 3}]
    assert found == {}


def _of_the_unit(found: dict[str, Rows]) -> None:
    lost = found.pop("unit: Calls that nobody answered")
    columns = ("extension", "disposition", "rings", "ring_seconds", "caller", "reason")
    assert picked(lost, *columns) == known.MISSED
    assert (lost[0]["started_at"], lost[0]["name"]) == ("2026-11-22T13:10:00.000+02:00", "Anna")
    hours = found.pop("unit: By hour and day of the week")
    assert picked(hours, "hour", "sun", "n") == known.HOURS
    assert {hours[0][day] for day in ("mon", "tue", "wed", "thu", "fri", "sat")} == {None}
    helped = found.pop("unit: Who helped whom")
    assert picked(helped, "helper", "helped", "via", "calls") == known.HELPED
    assert picked(helped, "helper_name", "helped_name") == [("Berta", "Anna"), ("Dace", "Anna")]

    coming, away = found.pop("unit: Absences, and who answers meanwhile")
    assert coming["extension"] == "202"
    assert (away["extension"], away["state"], away["forward.to"]) == ("203", "not_forwarded", None)
    assert (away["calls.offered"], away["calls.answered"]) == (0, 0)

    (tomorrow,) = found.pop("unit: Away on the next working day, and nobody would answer")
    assert picked([tomorrow], "extension", "name", "state") == [("202", "Berta", "not_forwarded")]
    assert tomorrow["at"] == "2026-11-23T08:30:00+02:00"


def _of_the_institution(found: dict[str, Rows]) -> None:
    units = found.pop("institution: Units")
    assert picked(units, "unit", "title") == list(UNITS.items())
    for row in units:
        figures = [row[name] for name in ("n", "compliance", "low", "high", "missed")]
        assert figures == pytest.approx(known.UNITS[row["unit"]], abs=5e-4)
    again = found.pop("institution: Whom we missed again")
    assert picked(again, "caller", "calls", "units") == known.AGAIN
    around = found.pop("institution: Sent around")
    columns = ("unit", "extension", "final_party", "transfers")
    assert picked(around, *columns) == known.SENT_AROUND
    hours = found.pop("institution: The hardest hours")
    shares = [(row["hour"], row["n"]) for row in hours]
    assert shares == [("12:00", 6), ("13:00", 2)]
    assert hours[0]["sun"] == pytest.approx(4 / 6, abs=1e-5)
