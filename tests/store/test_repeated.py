"""The same id again is another call: a PBX whose clock began anew gives ids a second time."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from callcheck.calls.model import Direction
from callcheck.judging.figures import CallFilter, JudgedCall
from callcheck.judging.verdict import Result
from callcheck.store import Store
from tests.store.conftest import EDGES
from tests.store.samples import counted, judged, missed, said, same_totals

FIRST = judged(1)
ID = FIRST[0].call_id
SECOND = 1_000_000


def other(**changes: Any) -> JudgedCall:
    """A breached call with the id of the first."""
    call = missed(1, **{"at": FIRST[0].started_at + 200 * SECOND, **changes})
    return call, said(Result.BREACHED, third=False)


def renamed(one: JudgedCall, call_id: str) -> JudgedCall:
    return replace(one[0], call_id=call_id), one[1]


@pytest.mark.parametrize("together", [True, False])
def test_both_are_kept_and_counted(
    store: Store, together: bool, caplog: pytest.LogCaptureFixture
) -> None:
    second, third = other(), other(at=FIRST[0].started_at + 900 * SECOND)
    for batch in [[FIRST, second, third]] if together else [[FIRST], [second], [third]]:
        store.save(batch)
    kept = [FIRST, renamed(second, f"{ID}~2"), renamed(third, f"{ID}~3")]
    assert [store.call("main", one[0].call_id) for one in kept] == kept
    assert same_totals(store.totals(), counted(kept, EDGES))
    assert store.totals().findings["registry", "answer_by_ring", "breached"] == 2
    listed, _ = store.calls(CallFilter())
    assert [call.call_id for call, _ in listed] == [f"{ID}~3", f"{ID}~2", ID]
    assert store.repeated == 2
    said = [r.message for r in caplog.records if r.levelno == logging.WARNING]
    assert said == [
        "pbx main gives ids of earlier calls to new ones, so its clock began anew: both are kept, "
        "the newer with ~2 after its id; set the PBX's clock (NTP)"
    ]


def test_the_same_calls_again_change_nothing(store: Store) -> None:
    batch = [FIRST, other(), other(caller="c-0123456789ab")]
    assert len(store.save(batch)) == 3
    before = store.totals()
    for again in (batch, batch[::-1], batch[1:], [batch[2]]):
        assert store.save(again) == []
    assert (store.totals(), store.repeated) == (before, 2)


@pytest.mark.parametrize("changes", [
    {"at": FIRST[0].started_at + 2 * SECOND + 1},
    {"at": FIRST[0].started_at - 2 * SECOND - 1},
    {"at": FIRST[0].started_at, "caller": "c-0123456789ab"},
    {"at": FIRST[0].started_at, "caller": None},
    {"at": FIRST[0].started_at, "dialed": "67000202"},
    {"at": FIRST[0].started_at, "direction": Direction.OUTBOUND},
], ids=str)  # fmt: skip
def test_what_makes_it_another(store: Store, changes: dict[str, Any]) -> None:
    store.save([FIRST])
    assert [one.call.call_id for one in store.save([other(**changes)])] == [f"{ID}~2"]


@pytest.mark.parametrize("changes", [
    {"at": FIRST[0].started_at + 2 * SECOND},
    {"at": FIRST[0].started_at, "answered_by": "202", "transfers": 3},
    {"at": FIRST[0].started_at, "caller": "29111222"},  # ours without pseudonyms
    {"at": FIRST[0].started_at, "caller": "2911****"},
], ids=str)  # fmt: skip
def test_what_does_not(store: Store, changes: dict[str, Any]) -> None:
    store.save([FIRST])
    assert store.save([other(**changes)]) == []
    assert store.repeated == 0


def test_an_incomplete_record_never_gets_an_id_of_its_own(store: Store) -> None:
    cut = (replace(other()[0], complete=False), said(Result.UNKNOWN))
    store.save([FIRST])
    assert store.save([cut]) == []
    store.save([other()])
    assert store.save([cut]) == []
    assert store.call("main", ID) == FIRST


def test_another_takes_the_place_of_an_incomplete_one(store: Store) -> None:
    cut = (replace(FIRST[0], complete=False), said(Result.UNKNOWN))
    second, third = other(), other(at=FIRST[0].started_at + 900 * SECOND)
    store.save([cut])
    saved = store.save([second, third])
    assert [one.replaced for one in saved] == [cut, None]
    assert [one.call.call_id for one in saved] == [ID, f"{ID}~2"]


def test_the_same_id_on_another_pbx_is_no_repetition(store: Store) -> None:
    branch = (replace(other()[0], pbx="branch"), FIRST[1])
    saved = store.save([FIRST, branch])
    assert [(one.call.pbx, one.call.call_id) for one in saved] == [("main", ID), ("branch", ID)]


def test_two_that_save_the_same_calls_agree(url: str) -> None:
    batch = [FIRST, other(), judged(2)]
    stores = [Store(url, EDGES), Store(url, EDGES)]
    saved = []
    for one in stores:
        one.open()
        saved.append(len(one.save(batch)))
    assert saved == [3, 0]
    for one in stores:
        one.close()
