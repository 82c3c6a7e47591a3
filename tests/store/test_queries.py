"""Pages of calls are newest first, without duplicates or gaps, for every filter."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from callcheck.calls.model import Direction, Disposition
from callcheck.judging.figures import CallFilter, JudgedCall
from callcheck.judging.verdict import Finding, Result
from callcheck.store import BadCursor, Store
from callcheck.store.calls import cache as known
from callcheck.store.calls import queries
from callcheck.store.calls.cursor import Place, decoded, encoded
from callcheck.store.driver import DriverCursor
from tests.store.samples import NOON, SECOND, a_call, judged, missed, said

UNITS = ("registry", "legal", None)


def a_day(n: int = 240) -> list[JudgedCall]:
    """Calls of three units; several start in the same microsecond."""
    day: list[JudgedCall] = []
    for i in range(n):
        place: dict[str, Any] = {
            "unit": UNITS[i % 3], "extension": f"20{i % 4}", "at": NOON + (i // 3) * SECOND,
            "pbx": ("main", "branch")[i % 2],
        }  # fmt: skip
        if i % 10 == 0:
            verdict = said(Result.BREACHED, False)
            cover = Finding("forward_in_absence", Result.BREACHED, "voicemail")
            day.append((missed(i, Disposition.VOICEMAIL, **place), (*verdict, cover)))
        elif i % 7 == 0:
            direction = Direction.INTERNAL
            day.append((missed(i, direction=direction, **place), said(Result.EXEMPT)))
        else:
            day.append((a_call(i, **place), said(Result.MET, True)))
    return day


def walk(store: Store, wanted: CallFilter, limit: int = 7) -> list[JudgedCall]:
    found: list[JudgedCall] = []
    cursor = None
    while True:
        page, cursor = store.calls(wanted, limit, cursor, timelines=True)
        assert len(page) == limit or cursor is None
        found += page
        if cursor is None:
            return found


def newest_first(calls: list[JudgedCall]) -> list[JudgedCall]:
    return sorted(calls, key=lambda c: (c[0].started_at, c[0].pbx, c[0].call_id), reverse=True)


def verdict(one: JudgedCall, rule: str = "answer_by_ring") -> Result | None:
    return next((f.result for f in one[1] if f.rule == rule), None)


FILTERS: list[tuple[CallFilter, Callable[[JudgedCall], bool]]] = [
    (CallFilter(), lambda c: True),
    (CallFilter(unit="legal"), lambda c: c[0].unit == "legal"),
    (CallFilter(unit=""), lambda c: c[0].unit is None),
    (CallFilter(extension="202"), lambda c: c[0].extension == "202"),
    (CallFilter(disposition=Disposition.ANSWERED), lambda c: c[0].answered_at is not None),
    (CallFilter(disposition=Disposition.VOICEMAIL),
     lambda c: c[0].disposition is Disposition.VOICEMAIL),
    (CallFilter(missed=True),
     lambda c: c[0].answered_at is None and c[0].direction is Direction.INBOUND),
    (CallFilter(missed=True, unit="legal"),
     lambda c: c[0].answered_at is None and c[0].direction is Direction.INBOUND
     and c[0].unit == "legal"),
    (CallFilter(result=Result.BREACHED), lambda c: verdict(c) is Result.BREACHED),
    (CallFilter(result=Result.MET, unit="legal"),
     lambda c: verdict(c) is Result.MET and c[0].unit == "legal"),
    (CallFilter(result=Result.BREACHED, rule="forward_in_absence"),
     lambda c: verdict(c, "forward_in_absence") is Result.BREACHED),
    (CallFilter(result=Result.BREACHED, rule="forward_in_absence", unit="legal"),
     lambda c: verdict(c, "forward_in_absence") is Result.BREACHED and c[0].unit == "legal"),
    (CallFilter(since=NOON + 20 * SECOND, until=NOON + 30 * SECOND),
     lambda c: NOON + 20 * SECOND <= c[0].started_at < NOON + 30 * SECOND),
    (CallFilter(extension="nobody"), lambda c: False),
    (CallFilter(extension="\0"), lambda c: False),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "fits"), FILTERS, ids=[str(i) for i in range(len(FILTERS))])
def test_pages_hold_what_was_asked_for(
    store: Store, wanted: CallFilter, fits: Callable[[JudgedCall], bool]
) -> None:
    day = a_day()
    random.Random(7).shuffle(day)
    store.save(day)
    assert walk(store, wanted) == newest_first([one for one in day if fits(one)])


def test_a_call_saved_meanwhile_moves_no_page(store: Store) -> None:
    store.save([judged(n) for n in range(10)])
    first, cursor = store.calls(CallFilter(), 5, timelines=True)
    store.save([judged(99)])
    second, end = store.calls(CallFilter(), 5, cursor, timelines=True)
    assert first + second == newest_first([judged(n) for n in range(10)])
    assert end is None


def test_the_last_page_is_known_as_the_last(store: Store) -> None:
    store.save([judged(n) for n in range(4)])
    assert store.calls(CallFilter(), 4)[1] is None
    assert store.calls(CallFilter(), 3)[1] is not None
    assert len(store.calls(CallFilter(), 0)[0]) == 1


def test_units_seen(store: Store) -> None:
    assert store.units_seen() == []
    store.save(a_day(6))
    assert store.units_seen() == ["", "legal", "registry"]


def test_a_cursor_is_a_place() -> None:
    place = (NOON, "main", "1.5 ģ")
    assert decoded(encoded(place)) == place
    assert encoded(place).isascii()


@pytest.mark.parametrize(
    "bad", ["", "x", "%%%", "ģ", "bnVsbA", "WzEsMl0", "[" * 5000, encoded((2**70, "a", "b"))]
)
def test_a_bad_cursor_says_so(store: Store, bad: str) -> None:
    with pytest.raises(BadCursor, match="leave it out"):
        store.calls(CallFilter(), 5, bad)


@pytest.mark.parametrize("brief", [True, False])
def test_a_list_asked_for_again_says_what_is_stored_now(store: Store, brief: bool) -> None:
    """Even though complete calls are cached."""
    (call, said_of_it), other = judged(1), judged(2)
    store.save([(replace(call, complete=False, answered_by=None), ()), other])

    def listed() -> list[tuple[str, str | None, int]]:
        page, _ = store.calls(CallFilter(), brief=brief)
        return [(call.call_id, call.answered_by, len(found)) for call, found in page]

    assert listed() == listed() == [(other[0].call_id, "201", 1), (call.call_id, None, 0)]
    store.save([(call, said_of_it)])
    assert listed() == listed() == [(other[0].call_id, "201", 1), (call.call_id, "201", 1)]
    store.purge(other[0].started_at, pause=0)
    assert listed() == [(other[0].call_id, "201", 1)]


def pages(
    store: Store, wanted: CallFilter, **how: Any
) -> list[tuple[list[JudgedCall], str | None]]:
    found = [store.calls(wanted, 7, **how)]
    while cursor := found[-1][1]:
        found.append(store.calls(wanted, 7, cursor, **how))
    return found


def without(one: JudgedCall, brief: bool) -> JudgedCall:
    """A call as it appears in a list."""
    call, said_of_it = one
    if not brief:
        return replace(call, timeline=()), said_of_it
    headline = tuple(finding for finding in said_of_it if finding.rule == "answer_by_ring")
    return replace(call, timeline=(), legs=()), headline


@pytest.mark.parametrize("brief", [True, False])
def test_pages_from_memory_are_those_that_are_stored(store: Store, brief: bool) -> None:
    """With complete calls, incomplete ones, and some that become complete later."""
    day = a_day(120)
    running = [(replace(call, complete=False, final_party=None), ()) for call, _ in day[::3]]
    whole = [one for n, one in enumerate(day) if n % 3]
    for batch in ([*running, *whole], day[::2]):
        store.save(batch)
        for _ in range(2):  # the second time from the cache
            for wanted, _fits in FILTERS:
                stored = [
                    ([without(one, brief) for one in page], cursor)
                    for page, cursor in pages(store, wanted, timelines=True)
                ]
                assert pages(store, wanted, brief=brief) == stored


def test_what_is_purged_is_in_no_list_that_was_remembered(store: Store) -> None:
    store.save([judged(n, transfers=2) for n in range(20)])
    span = NOON, NOON + 100 * SECOND

    def listed() -> list[list[str]]:
        lists = (
            store.calls(CallFilter())[0], store.sent_around(None, *span),
            store.calls(CallFilter(unit="registry"), brief=True)[0],
        )  # fmt: skip
        return [[call.call_id for call, _ in calls] for calls in lists]

    everything = [f"1795341600.{n}" for n in reversed(range(20))]
    assert listed() == listed() == [everything] * 3
    store.purge(NOON + 5 * SECOND, pause=0)
    assert listed() == [everything[:15]] * 3


@pytest.mark.parametrize("timelines", [True, False])
def test_a_call_deleted_while_its_page_is_read_is_left_out(
    store: Store, monkeypatch: pytest.MonkeyPatch, timelines: bool
) -> None:
    store.save([judged(n) for n in range(6)])
    newest = queries._newest

    def and_one_less(cursor: DriverCursor, *of_page: Any) -> list[Place]:
        places = newest(cursor, *of_page)
        cursor.run("DELETE FROM calls WHERE call_id = '1795341600.4'")
        return places

    monkeypatch.setattr(queries, "_newest", and_one_less)
    page, cursor = store.calls(CallFilter(), 3, timelines=timelines)
    assert [call.call_id for call, _ in page] == ["1795341600.5", "1795341600.3"]
    rest, end = store.calls(CallFilter(), 3, cursor, timelines=timelines)
    assert ([call.call_id[-1] for call, _ in rest], end) == (["2", "1", "0"], None)


def test_of_many_calls_the_last_ones_are_remembered(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "KEPT", 20)
    store.save([judged(n) for n in range(100)])
    for _ in range(2):
        pages = [store.calls(CallFilter(since=NOON + n * SECOND), 9, brief=True) for n in range(90)]
        assert all(len(page) == 9 for page, _ in pages)
