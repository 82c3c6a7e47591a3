"""Absences over HTTP, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from callcheck.absences.model import ForwardKind
from callcheck.absences.service import AbsenceService
from callcheck.absences.terms import AbsenceTerms
from callcheck.api.absences.models import (
    AbsenceList,
    AbsenceOut,
    CoverList,
    RehearsalOut,
    TomorrowOut,
)
from callcheck.api.app import make_api
from callcheck.api.backend import ApiSettings, Backend, Readiness, Token
from callcheck.calls.model import Disposition, Via
from callcheck.store import Absences, CallsDuringAbsence, Forwards, Store
from tests.absences.people import CLOCK, DIRECTORY, HOUR, PARTIES, RIGA, TEN, at
from tests.api.house_of_cards import BREACHED, MET, TOKENS, ListReader, a_call, bearer

UNITS = {"registry": "Dokumentu reģistrs", "law": "Juristi"}
PATH = "/api/v1/absences"
BODY = {"extension": "201", "from": "2026-11-23", "to": "2026-11-27", "deputy": "202"}


@dataclass
class Clock:
    now: int = TEN


@contextmanager
def served(
    store: Store, clock: Clock, tokens: tuple[Token, ...] = (), keep_kind: bool = False
) -> Iterator[TestClient]:
    terms = AbsenceTerms(DIRECTORY, CLOCK, keep_kind=keep_kind)
    service = AbsenceService(
        Absences(store), Forwards(store), CallsDuringAbsence(store), terms, lambda: clock.now
    )
    settings = ApiSettings(UNITS, PARTIES, (), RIGA, tokens)
    backend = Backend(ListReader([]), list, Readiness, lambda: b"", lambda: clock.now, service)
    client = TestClient(
        make_api(settings, backend), "http://127.0.0.1", client=("127.0.0.1", 50000)
    )
    with client as api:
        yield api


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(store: Store, clock: Clock) -> Iterator[TestClient]:
    with served(store, clock) as one:
        yield one


def test_report_list_change_and_end(api: TestClient, clock: Clock) -> None:
    answer = api.post(PATH, json=BODY)
    assert answer.status_code == 201
    made = answer.json()
    AbsenceOut.model_validate(made)
    assert {key: made[key] for key in (
        "extension", "unit", "from", "to", "deputy", "source", "active", "state", "forward", "calls"
    )} == {
        "extension": "201", "unit": "registry", "from": "2026-11-23T00:00:00+02:00",
        "to": "2026-11-27T00:00:00+02:00", "deputy": "202", "source": "api", "active": True,
        "state": "not_forwarded", "forward": None,
        "calls": {"offered": 0, "answered": 0, "in_time": 0},
    }  # fmt: skip
    assert made["reason"].endswith("forward them to 202 (Berta)")
    listed = api.get(PATH).json()
    AbsenceList.model_validate(listed)
    assert listed == {"items": [made], "next": None}
    one = f"{PATH}/{made['id']}"
    changed = api.patch(one, json={"to": "2026-11-25T12:00", "deputy": None})
    assert (changed.status_code, changed.json()["to"]) == (200, "2026-11-25T12:00:00+02:00")
    assert changed.json()["deputy"] is None
    ended = api.delete(one)
    assert (ended.status_code, ended.json()["active"]) == (200, False)
    assert ended.json()["to"] == "2026-11-23T10:00:00+02:00"
    assert [h["what"] for h in api.get(one).json()["history"]] == [
        "reported", "changed deputy, end", "ended"
    ]  # fmt: skip
    assert clock.now == TEN


def test_the_state_follows_the_forward(api: TestClient, store: Store, clock: Clock) -> None:
    forwards = Forwards(store)
    api.post(PATH, json=BODY)

    def state(**seen: str) -> tuple[str, Any]:
        clock.now += 60_000_000
        now = {(name[1:], ForwardKind.ALWAYS): to for name, to in seen.items()}
        forwards.look("main", now, clock.now)
        found = api.get(PATH).json()["items"][0]
        return found["state"], found["forward"] and found["forward"]["to"]

    assert state() == ("not_forwarded", None)
    assert state(_201="299") == ("wrong_target", "299")
    assert state(_201="202") == ("late", "202")
    assert state(_201="202", _202="201") == ("wrong_target", "202")
    assert state(_201="202") == ("late", "202")
    clock.now = at("2026-11-27 00:00")
    assert state(_201="202") == ("left_on", "202")
    assert state()[0] == "late"


def test_calls_that_came(api: TestClient, store: Store) -> None:
    monday = TEN + HOUR
    lost = {"disposition": Disposition.NO_ANSWER, "answered_at": None}
    store.save([
        (a_call("1", monday), (MET,)),
        (a_call("2", monday), (BREACHED,)),
        (a_call("3", monday, **lost), (BREACHED,)),
        (a_call("4", monday, extension="202"), (MET,)),
        (a_call("5", TEN - 24 * HOUR), (MET,)),
    ])  # fmt: skip
    made = api.post(PATH, json=BODY).json()
    assert made["calls"] == {"offered": 0, "answered": 0, "in_time": 0}  # they are to come
    assert api.get(PATH).json()["items"][0]["id"] == made["id"]


def test_calls_are_counted_up_to_now(api: TestClient, store: Store, clock: Clock) -> None:
    store.save([(a_call("1", TEN), (MET,)), (a_call("2", TEN + 1), (BREACHED,))])
    clock.now = TEN + HOUR
    made = api.post(PATH, json=BODY).json()
    assert made["calls"] == {"offered": 2, "answered": 2, "in_time": 1}


def test_who_took_the_calls(store: Store, clock: Clock) -> None:
    lost: dict[str, Any] = {"answered_at": None, "answered_by": None, "answered_via": None}
    mobile: dict[str, Any] = {"answered_via": Via.FORWARD}
    store.save([
        (a_call("1", TEN), (MET,)),
        (a_call("2", TEN), (BREACHED,)),
        (a_call("3", TEN, disposition=Disposition.NO_ANSWER, **lost), (BREACHED,)),
        (a_call("4", TEN, answered_by="c-5f2a9c1b7e04", **mobile), (MET,)),
        (a_call("5", TEN, answered_by="c-000000000000", **mobile), (MET,)),
        (a_call("6", TEN, extension="301", answered_by="301"), (MET,)),
        (a_call("7", TEN - 1), (MET,)),
    ])  # fmt: skip
    clock.now = TEN + HOUR
    taken = [("202", "pickup", 2, 1), ("outside", "forward", 2, 2), (None, None, 1, 0)]
    with served(store, clock, tuple(TOKENS)) as api:
        body = {**BODY, "from": "2026-11-23T10:00"}
        number = api.post(PATH, json=body, headers=bearer("a-key")).json()["id"]
        one = api.get(f"{PATH}/{number}", headers=bearer("a-key")).json()
        assert sorted((c["by"] or "", c["via"] or "", c["calls"], c["in_time"])
                      for c in one["cover"]) == sorted((b or "", v or "", n, m)
                                                       for b, v, n, m in taken)  # fmt: skip
        path = "/api/v1/cover?from=2026-11-23T10:00"
        everything = api.get(path, headers=bearer("a-key")).json()
        CoverList.model_validate(everything)
        assert {c["extension"] for c in everything["items"]} == {"201", "301"}
        mine = api.get(path, headers=bearer("r-key")).json()["items"]
        assert mine == [c for c in everything["items"] if c["extension"] == "201"]
        assert {c["by"]: c["help"] for c in everything["items"]} == {
            "202": True, "outside": True, None: False, "301": False
        }  # fmt: skip
        assert api.get(f"{path}&unit=law", headers=bearer("r-key")).status_code == 403


def test_why_somebody_is_away_is_not_kept(store: Store, clock: Clock) -> None:
    for keep, kept in ((False, None), (True, "vacation")):
        extension = "203" if keep else "201"
        with served(store, clock, keep_kind=keep) as api:
            made = api.post(PATH, json={**BODY, "extension": extension, "kind": "vacation"})
            assert made.status_code == 201
            assert made.json().get("kind") == kept


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({**BODY, "extension": "999"}, "extension: no such extension"),
        ({**BODY, "deputy": "999"}, "deputy: no such extension"),
        ({**BODY, "deputy": "201"}, "deputy: an absent person cannot be"),
        ({**BODY, "to": "2026-11-20"}, "to: must be after from"),
        ({**BODY, "to": "2026-11-23"}, "to: must be after from"),
        ({**BODY, "to": "soon"}, "to: no such date"),
        ({**BODY, "why": "?"}, "why: unknown parameter"),
        ({"extension": "201"}, "from: field required"),
    ],
)
def test_bad_input_is_explained(api: TestClient, body: dict[str, str], said: str) -> None:
    answer = api.post(PATH, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].startswith(said)


def test_no_such_absence(api: TestClient) -> None:
    for answer in (api.get(f"{PATH}/7"), api.delete(f"{PATH}/7"), api.patch(f"{PATH}/7", json={})):
        assert answer.status_code == 404
    number = api.post(PATH, json=BODY).json()["id"]
    wrong = api.patch(f"{PATH}/{number}", json={"to": "2026-11-20"})
    assert (wrong.status_code, wrong.json()["detail"][:22]) == (422, "to: must be after from")


def test_nobody_becomes_their_own_deputy(api: TestClient) -> None:
    number = api.post(PATH, json=BODY).json()["id"]
    wrong = api.patch(f"{PATH}/{number}", json={"deputy": "201"})
    assert wrong.status_code == 422
    assert wrong.json()["detail"] == "deputy: an absent person cannot be their own deputy"
    assert api.get(f"{PATH}/{number}").json()["deputy"] == "202"


def test_a_unit_sees_and_changes_its_own(store: Store, clock: Clock) -> None:
    with served(store, clock, tuple(TOKENS)) as api:
        law = {**BODY, "extension": "301"}
        other = api.post(PATH, json=law, headers=bearer("a-key")).json()["id"]
        own = api.post(PATH, json=BODY, headers=bearer("r-key"))
        assert own.status_code == 201
        assert api.post(PATH, json=law, headers=bearer("r-key")).status_code == 403
        assert api.post(PATH, json=BODY).status_code == 401
        assert api.get(PATH, headers=bearer("m-key")).status_code == 403
        assert api.delete(f"{PATH}/{other}", headers=bearer("r-key")).status_code == 404
        mine = api.get(PATH, headers=bearer("r-key")).json()["items"]
        assert [one["extension"] for one in mine] == ["201"]
        assert len(api.get(PATH, headers=bearer("a-key")).json()["items"]) == 2
        path = "/api/v1/rehearsal/301"
        assert api.get(path, headers=bearer("r-key")).status_code == 403


def test_pages(api: TestClient) -> None:
    for n in range(5):
        span = {"from": f"2026-12-0{n + 1}", "to": f"2026-12-0{n + 2}"}
        api.post(PATH, json={"extension": "201", **span})
    seen: list[str] = []
    more = ""
    while True:
        page = api.get(f"{PATH}?limit=2&extension=201{more}").json()
        seen += [one["from"][9:10] for one in page["items"]]
        if page["next"] is None:
            break
        more = f"&cursor={page['next']}"
    assert seen == ["5", "4", "3", "2", "1"]
    assert api.get(f"{PATH}?cursor=x").status_code == 422
    assert api.get(f"{PATH}?active=true").json()["items"] == []
    narrow = api.get(f"{PATH}?from=2026-12-03&to=2026-12-04").json()["items"]
    assert [one["from"][9:10] for one in narrow] == ["3"]


def test_rehearsal(api: TestClient, store: Store) -> None:
    api.post(PATH, json=BODY)
    Forwards(store).look("main", {("201", ForwardKind.NO_ANSWER): "202"}, TEN)
    body = api.get("/api/v1/rehearsal/201").json()
    RehearsalOut.model_validate(body)
    assert (body["state"], body["absent"], body["eaten_seconds"]) == ("forwarded", True, 15.0)
    assert [(s["at"], s["does"], s["to"]) for s in body["steps"]] == [
        ("201", "rings", None), ("201", "forwards", "202"), ("202", "rings", None)
    ]  # fmt: skip
    later = api.get("/api/v1/rehearsal/201?at=2026-11-28T12:00").json()
    assert (later["absent"], later["at"]) == (False, "2026-11-28T12:00:00+02:00")
    assert api.get("/api/v1/rehearsal/999").status_code == 404
    assert api.get("/api/v1/rehearsal/201?at=never").status_code == 422


def test_tomorrows_list(api: TestClient, store: Store, clock: Clock) -> None:
    clock.now = at("2026-11-20 15:00")  # a Friday
    api.post(PATH, json=BODY)
    api.post(PATH, json={**BODY, "extension": "203", "deputy": None})
    afternoon = {"extension": "301", "from": "2026-11-23T13:00", "to": "2026-11-23T17:00"}
    api.post(PATH, json=afternoon)
    api.post(PATH, json={**BODY, "extension": "202", "from": "2026-11-24", "deputy": None})
    Forwards(store).look("main", {("203", ForwardKind.ALWAYS): "202"}, clock.now)
    body = api.get(f"{PATH}/tomorrow").json()
    TomorrowOut.model_validate(body)
    assert body["day"] == "2026-11-23"
    assert {one["extension"]: one["state"] for one in body["items"]} == {
        "201": "not_forwarded",
        "301": "not_forwarded",
    }
    of_the_unit = api.get(f"{PATH}/tomorrow?unit=registry").json()
    assert [one["extension"] for one in of_the_unit["items"]] == ["201"]
    assert [one["extension"] for one in of_the_unit["covered"]] == ["203"]
    assert api.get(f"{PATH}/tomorrow?unit=nobodys").status_code == 422


def test_a_nul_is_refused_before_the_store_sees_it(api: TestClient) -> None:
    number = api.post(PATH, json=BODY).json()["id"]
    for answer in (
        api.post(PATH, json={**BODY, "kind": "ill\0"}),
        api.patch(f"{PATH}/{number}", json={"kind": "\0"}),
        api.post(PATH, json={**BODY, "deputy": "20\0"}),
        api.get(f"{PATH}?cursor=%00"),
        api.get(f"{PATH}?unit=%00"),
    ):
        assert answer.status_code == 422
        assert "\n" not in answer.json()["detail"]
    assert api.get(f"{PATH}?extension=%00").json()["items"] == []
