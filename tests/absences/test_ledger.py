"""The ledger by absence and public number, the digest, and messages: reports on the past."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from callcheck.absences.model import Absence, AbsenceCall, ForwardKind, Message
from callcheck.api.absences.models import AbsenceOut, CoverList, DigestOut, LedgerList
from callcheck.calls.model import Call, Disposition, Via
from callcheck.store import CallsDuringAbsence, Forwards, Store
from callcheck.store.absences.forwards import Told
from tests.absences.people import HOUR, at
from tests.absences.test_api import PATH, Clock, served
from tests.api.house_of_cards import BREACHED, MET, TOKENS, a_call, bearer

MONDAY_9, BACK = at("2026-11-23 09:00"), at("2026-11-27 00:00")
LOST: dict[str, Any] = {
    "disposition": Disposition.NO_ANSWER, "answered_at": None, "answered_by": None,
    "answered_via": None,
}  # fmt: skip


@dataclass
class Week:
    """Anna's week away: three calls taken by Berta, and one by nobody."""

    store: Store
    clock: Clock
    number: int


@pytest.fixture
def week(store: Store) -> Week:
    clock = Clock(at("2026-11-20 16:00"))
    Forwards(store).look("main", {}, clock.now)
    with served(store, clock) as api:
        body = {"extension": "201", "from": "2026-11-23", "to": "2026-11-27", "deputy": "202"}
        number = api.post(PATH, json=body).json()["id"]
    Forwards(store).look("main", {("201", ForwardKind.ALWAYS): "202"}, at("2026-11-23 10:00"))

    def call(name: str, hours: int, **more: Any) -> Call:
        more = {"extension": "201", "dialed": "67000201", "answered_by": "202", **more}
        return a_call(name, MONDAY_9 + hours * HOUR, **more)

    store.save([
        (call("1", 0, answered_via=Via.PICKUP), (MET,)),
        (call("2", 1, answered_via=Via.FORWARD, dialed="+37167000201"), (MET,)),
        (call("3", 2, answered_via=Via.FORWARD), (BREACHED,)),
        (call("4", 3, **LOST), (BREACHED,)),
        (call("5", 4, answered_via=Via.FORWARD, dialed="201", answered_by="c-5f2a9c1b7e04"),
         (MET,)),
        (call("6", 5, answered_via=Via.DIRECT, answered_by="201", dialed="67009999"), (MET,)),
        (call("7", 24 * 7), (MET,)),  # she is back
    ])  # fmt: skip
    happened = CallsDuringAbsence(store)
    happened.note(Message("201", "202", MONDAY_9 + 3 * HOUR + 60_000_000, "main"))
    happened.note(Message("201", None, MONDAY_9 + 4 * HOUR, "main"))
    happened.note(Message("203", "202", MONDAY_9, "main"))
    clock.now = BACK + 9 * HOUR
    return Week(store, clock, number)


def ask(week: Week, path: str, **headers: str) -> Any:
    with served(week.store, week.clock) as api:
        answer = api.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json() if "Accept" not in headers else answer.text


def test_a_line_for_each_public_number(week: Week) -> None:
    body = ask(week, f"{PATH}/ledger")
    LedgerList.model_validate(body)
    first, other = body["items"]
    assert first["number"] == "67000201"
    counts = ("offered", "answered", "in_time", "forward", "pickup", "nobody", "own", "direct")
    assert [first[name] for name in counts] == [4, 3, 2, 2, 1, 1, 0, 0]
    assert (other["number"], other["offered"], other["own"]) == (None, 2, 1)
    assert {(line["absence"], line["name"], line["unit"]) for line in body["items"]} == {
        (week.number, "Anna", "registry")
    }
    # the forward was set on Monday between two looks, and is still there
    assert {line["state"] for line in body["items"]} == {"left_on"}
    assert first["covered_minutes"] + first["uncovered_minutes"] == 4 * 510


def test_the_ledger_as_a_spreadsheet(week: Week) -> None:
    text = ask(week, f"{PATH}/ledger", Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["number"], row["from"][:10], row["offered"]) for row in rows] == [
        ("67000201", "2026-11-23", "4"), ("", "2026-11-23", "2")
    ]  # fmt: skip


def test_the_states_of_the_ledger(store: Store) -> None:
    """Forwarded in time, late, to a wrong target, never, left on after the return."""
    clock = Clock(at("2026-11-20 16:00"))
    forwards = Forwards(store)
    always = ForwardKind.ALWAYS

    def told(seen: dict[tuple[str, ForwardKind], str | None], text: str) -> None:
        moment = at(text)
        changed: Told = {("201", None): moment, ("203", None): moment}
        forwards.look("main", seen, moment, told=changed)

    with served(store, clock) as api:

        def away(extension: str, day: int) -> None:
            body = {"extension": extension, "from": f"2026-11-{day}", "to": f"2026-11-{day + 1}"}
            assert api.post(PATH, json=body).status_code == 201

        forwards.look("main", {}, clock.now)
        away("201", 23)
        told({("201", always): "202"}, "2026-11-22 12:00")
        told({}, "2026-11-24 08:00")
        away("201", 24)
        told({("201", always): "202"}, "2026-11-24 10:00")
        told({}, "2026-11-25 08:00")
        away("201", 25)
        told({("201", always): "299"}, "2026-11-25 08:00")
        told({}, "2026-11-26 08:00")
        away("201", 26)
        told({("203", always): "202"}, "2026-11-26 08:00")
        away("203", 26)
        clock.now = at("2026-11-30 12:00")
        lines = api.get(f"{PATH}/ledger").json()["items"]
    assert {(line["extension"], line["from"][8:10]): line["state"] for line in lines} == {
        ("201", "23"): "forwarded", ("201", "24"): "late", ("201", "25"): "wrong_target",
        ("201", "26"): "not_forwarded", ("203", "26"): "left_on",
    }  # fmt: skip
    minutes = {line["from"][8:10]: (line["covered_minutes"], line["uncovered_minutes"])
               for line in lines if line["extension"] == "201"}  # fmt: skip
    assert minutes == {"23": (510, 0), "24": (420, 90), "25": (0, 510), "26": (0, 510)}


def test_all_of_one_absence(week: Week) -> None:
    body = ask(week, f"{PATH}/{week.number}")
    AbsenceOut.model_validate(body)
    assert body["calls"] == {"offered": 6, "answered": 5, "in_time": 4}
    assert [(one["way"], one["by"], one["in_time"]) for one in body["came"]] == [
        ("pickup", "202", True), ("forward", "202", True), ("forward", "202", False),
        ("nobody", None, False), ("forward", "outside", True), ("own", "201", True),
    ]  # fmt: skip
    assert [(one["by"], one["via"], one["calls"], one["messages"]) for one in body["cover"]] == [
        ("202", "forward", 2, 0), ("201", "direct", 1, 0), ("202", "pickup", 1, 0),
        ("outside", "forward", 1, 0), (None, None, 1, 0),
        ("202", "message", 0, 1), (None, "message", 0, 1),
    ]  # fmt: skip
    assert [one["by"] for one in body["messages"]] == ["202", None]
    assert [line["number"] for line in body["numbers"]] == ["67000201", None]


def test_the_cover_matrix_has_the_messages(week: Week) -> None:
    body = ask(week, "/api/v1/cover?from=2026-11-23&to=2026-11-27")
    CoverList.model_validate(body)
    noted = [(one["extension"], one["by"], one["help"], one["messages"])
             for one in body["items"] if one["via"] == "message"]  # fmt: skip
    assert noted == [("203", "202", True, 1), ("201", "202", True, 1), ("201", None, False, 1)]


def test_the_letter_to_the_person_who_returns(week: Week) -> None:
    body = ask(week, f"{PATH}/{week.number}/digest?language=en")
    DigestOut.model_validate(body)
    assert body["text"].splitlines() == [
        "While you were away (from 23.11.2026, back 27.11.2026), 6 calls came for you.",
        "Answered: Berta (202) took 3, 2 in time; an outside phone (such as your own mobile) "
        "took 1, 1 in time; you took 1.",
        "Not answered: 1 (23.11.2026 12:00).",
        "Messages were noted for you, ask: Berta (202), 23.11.2026 12:01; "
        "a colleague, 23.11.2026 13:00.",
        "Your calls still go to 202 (Berta); take the forward off.",
    ]
    assert ask(week, f"{PATH}/{week.number}/digest?language=lv")["text"].splitlines() == [
        "Prombūtnes laikā (no 23.11.2026., atgriešanās 27.11.2026.) Jums zvanīja 6 reizes.",
        "Atbildēja: Berta (202) - 3, laikus 2; ārējs tālrunis (piemēram, Jūsu mobilais) - 1, "
        "laikus 1; Jūs - 1.",
        "Neatbildēti: 1 (23.11.2026. 12:00).",
        "Jums ir atstātas ziņas, jautājiet: Berta (202), 23.11.2026. 12:01; "
        "kolēģis, 23.11.2026. 13:00.",
        "Jūsu zvani joprojām tiek pāradresēti: 202 (Berta). Noņemiet pāradresāciju.",
    ]


def test_the_letter_while_somebody_is_still_away(week: Week) -> None:
    week.clock.now = at("2026-11-23 09:30")
    text = ask(week, f"{PATH}/{week.number}/digest")["text"]
    assert text.splitlines()[0] == (
        "You are away from 23.11.2026, back 27.11.2026; so far 1 call came for you."
    )
    week.clock.now = at("2026-11-23 08:00")
    text = ask(week, f"{PATH}/{week.number}/digest")["text"]
    assert text.endswith("so far nobody called you from outside.")
    week.clock.now = at("2026-11-22 08:00")
    text = ask(week, f"{PATH}/{week.number}/digest")["text"]
    assert text == "You will be away from 23.11.2026, back 27.11.2026."


def test_calls_that_were_deleted_are_not_said_to_be_none(week: Week) -> None:
    week.store.purge(MONDAY_9 + HOUR + 1, pause=0)
    CallsDuringAbsence(week.store).purge(MONDAY_9 + 4 * HOUR)
    body = ask(week, f"{PATH}/{week.number}")
    assert (body["calls_kept"], body["calls"]["offered"]) == (False, 4)
    assert [one["by"] for one in body["messages"]] == [None]
    text = ask(week, f"{PATH}/{week.number}/digest?language=en")["text"]
    assert "Older calls are not kept any more" in text


def test_a_cancelled_absence_has_no_calls(week: Week) -> None:
    store = week.store
    week.clock.now = at("2026-11-20 17:00")
    with served(store, week.clock) as api:
        assert api.delete(f"{PATH}/{week.number}").json()["cancelled"] is True
        week.clock.now = BACK
        assert api.get(f"{PATH}/{week.number}").json()["calls"]["offered"] == 0


def test_only_the_own_unit_reads_the_letter(week: Week) -> None:
    path = f"{PATH}/{week.number}/digest"
    with served(week.store, week.clock, tuple(TOKENS)) as api:
        law = {"extension": "301", "from": "2026-11-23", "to": "2026-11-24"}
        other = api.post(PATH, json=law, headers=bearer("a-key")).json()["id"]
        answers = {
            "own": api.get(path, headers=bearer("r-key")),
            "no reader": api.get(path, headers=bearer("m-key")),
            "another unit's": api.get(f"{PATH}/{other}/digest", headers=bearer("r-key")),
            "another unit": api.get(f"{PATH}/ledger?unit=law", headers=bearer("r-key")),
            "no language": api.get(f"{path}?language=de", headers=bearer("r-key")),
        }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "own": 200, "no reader": 403, "another unit's": 404, "another unit": 403,
        "no language": 422,
    }  # fmt: skip


def test_the_calls_of_an_absence_are_read_once_for_a_report(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    came = CallsDuringAbsence.came

    def counted(
        self: CallsDuringAbsence, of: Sequence[Absence], until: int
    ) -> dict[int, list[AbsenceCall]]:
        asked.append(len(of))
        return came(self, of, until)

    monkeypatch.setattr(CallsDuringAbsence, "came", counted)
    for path in (f"{PATH}/ledger", f"{PATH}/{week.number}", f"{PATH}/{week.number}/digest"):
        asked.clear()
        ask(week, path)
        assert asked == [1], path
