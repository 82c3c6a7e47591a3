"""Calls and messages that came while somebody was away, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from callcheck.absences.model import Absence, CoverCount, Draft, Message
from callcheck.calls.model import Direction, Disposition, Via
from callcheck.store import Absences, CallsDuringAbsence, KeyValues, Store
from callcheck.store.absences import calls_during_absence as meanwhile
from tests.api.house_of_cards import BREACHED, MET, a_call

DAY = 86_400_000_000
LOST: dict[str, Any] = {
    "disposition": Disposition.NO_ANSWER, "answered_at": None, "answered_by": None,
    "answered_via": None,
}  # fmt: skip


def away(store: Store, extension: str, first: int, last: int) -> Absence:
    return Absences(store).take(Draft(extension, first * DAY, last * DAY), "api", 0).absence


def test_the_calls_of_an_absence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meanwhile, "AT_ONCE", 2)
    anna, again, berta = (
        away(store, "201", 10, 20), away(store, "201", 30, 31), away(store, "202", 10, 20)
    )  # fmt: skip
    store.save([
        (a_call("1", 10 * DAY, answered_by="202", answered_via=Via.PICKUP), (MET,)),
        (a_call("2", 15 * DAY, dialed="67000201", **LOST), (BREACHED,)),
        (a_call("3", 20 * DAY), (MET,)),  # back
        (a_call("4", 30 * DAY), (MET,)),
        (a_call("5", 11 * DAY, extension="202"), (MET,)),
        (a_call("6", 12 * DAY, direction=Direction.INTERNAL), (MET,)),
        (a_call("7", 18 * DAY), (MET,)),  # not yet
    ])  # fmt: skip
    came = CallsDuringAbsence(store).came([anna, again, berta], 18 * DAY)
    assert {number: [one.call_id for one in calls] for number, calls in came.items()} == {
        anna.id: ["1", "2"], again.id: [], berta.id: ["5"]
    }  # fmt: skip
    taken, lost = came[anna.id]
    assert (taken.by, taken.via, taken.in_time) == ("202", "pickup", True)
    assert (lost.dialed, lost.disposition, lost.in_time) == ("67000201", "no_answer", False)


def test_who_covers_whom(store: Store) -> None:
    store.save([
        (a_call("1", DAY, answered_by="202", answered_via=Via.PICKUP), (MET,)),
        (a_call("2", DAY, answered_by="202", answered_via=Via.PICKUP), (BREACHED,)),
        (a_call("3", DAY, pbx="branch", answered_by="202", answered_via=Via.PICKUP), (MET,)),
        (a_call("4", DAY, extension=None, unit=None), (MET,)),
        (a_call("5", 3 * DAY), (MET,)),
    ])  # fmt: skip
    pickup = CoverCount("201", "202", "pickup", 2, 1, "main")
    branch = CoverCount("201", "202", "pickup", 1, 1, "branch")
    assert CallsDuringAbsence(store).cover(None, DAY, 2 * DAY) == [pickup, branch]
    assert CallsDuringAbsence(store).cover(["201"], None, 2 * DAY) == [pickup, branch]
    assert CallsDuringAbsence(store).cover(["999"], None, None) == []


def test_messages_are_kept_and_go_with_the_calls(store: Store) -> None:
    happened = CallsDuringAbsence(store)
    for n in (1, 2, 3):
        happened.note(Message("201", None if n == 2 else "202", n * DAY, "main"))
    happened.note(Message("203", "202", 2 * DAY, "branch"))
    assert [one.at // DAY for one in happened.messages(["201"], 2 * DAY, 3 * DAY)] == [2]
    assert len(happened.messages(None, None, None)) == 4
    happened.purge(3 * DAY)
    assert happened.messages(None, None, None) == [Message("201", "202", 3 * DAY, "main")]


def test_a_fact_that_one_run_leaves_for_the_next(store: Store) -> None:
    assert KeyValues(store).get("tomorrow_told") is None
    KeyValues(store).set("tomorrow_told", "2026-11-23")
    KeyValues(store).set("tomorrow_told", "2026-11-24")
    assert KeyValues(store).get("tomorrow_told") == "2026-11-24"
    assert store.totals().calls == {}  # and the store's own facts are as they were


def test_no_question_walks_through_all_calls(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'x.db'}", (1000, 15000))
    store.open()
    asked: list[str] = []

    def explained(_: object, query: Any) -> list[Any]:
        sql = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        with store.engine.connect() as connection:
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {sql}".replace(":", r"\:")))
            asked.extend(str(row[-1]) for row in plan)
        return []

    monkeypatch.setattr(CallsDuringAbsence, "_read", explained)
    many = [Absence(n, "201", 0, DAY) for n in range(600)]
    CallsDuringAbsence(store).came(many, DAY)
    CallsDuringAbsence(store).cover(None, DAY, 2 * DAY)
    CallsDuringAbsence(store).messages(["201"], DAY, 2 * DAY)
    store.close()
    assert len(asked) > 3
    assert not [step for step in asked if step.startswith("SCAN")]
