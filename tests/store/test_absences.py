"""Absences and forwards are stored once each, with their history."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from callcheck.absences.merging import Claim
from callcheck.absences.model import AbsenceState, Draft, ForwardKind
from callcheck.store import Absences, Forwards, Store

DAY = 86_400_000_000
ALWAYS = ForwardKind.ALWAYS


@pytest.fixture
def book(store: Store) -> Absences:
    return Absences(store)


@pytest.fixture
def forwards(store: Store) -> Forwards:
    return Forwards(store)


def whats(book: Absences, number: int) -> list[tuple[str, str]]:
    return [(change.by, change.what) for change in book.history(number)]


def test_the_same_absence_from_two_sources_is_one(book: Absences) -> None:
    draft = Draft("201", 10 * DAY, 20 * DAY)
    first = book.take(draft, "api", 1)
    assert (first.how, first.absence.start, first.absence.end) == ("new", 10 * DAY, 20 * DAY)
    again = book.take(Draft("201", 10 * DAY, 20 * DAY, "202"), "csv", 2, Claim("csv", "hr", "1"))
    assert (again.how, again.absence.id, again.absence.deputy) == (
        "changed",
        first.absence.id,
        "202",
    )
    third = book.take(Draft("201", 19 * DAY, 21 * DAY), "ical", 3, Claim("ical", "a", "1"))
    assert (third.how, third.absence.end, third.absence.source) == ("changed", 21 * DAY, "api")
    assert len(book.all()) == 1
    assert book.sources() == {first.absence.id: ["api", "csv", "ical"]}
    assert whats(book, first.absence.id) == [
        ("api", "reported"),
        ("csv", "changed deputy"),
        ("ical", "changed end"),
    ]


def test_other_persons_and_other_days_are_other_absences(book: Absences) -> None:
    book.take(Draft("201", 10 * DAY, 20 * DAY), "api", 1)
    book.take(Draft("202", 10 * DAY, 20 * DAY), "csv", 1)
    book.take(Draft("201", 20 * DAY, 21 * DAY), "csv", 1)
    book.take(Draft("201", 12 * DAY, 13 * DAY), "api", 1)  # one source knows what it says
    assert len({one.id for one in book.all()}) == 4


def test_a_source_that_repeats_itself_does_not_undo_a_change_by_hand(book: Absences) -> None:
    claim = Claim("ical", "anna", "uid-1")
    draft = Draft("201", 10 * DAY, 20 * DAY)
    number = book.take(draft, "ical", 1, claim).absence.id
    book.change(number, 2, "api", end=15 * DAY)
    assert book.take(draft, "ical", 3, claim).how == "same"
    moved = book.take(Draft("201", 11 * DAY, 20 * DAY), "ical", 4, claim)
    assert (moved.how, moved.absence.start, moved.absence.end) == ("changed", 11 * DAY, 20 * DAY)


def test_what_a_calendar_does_not_tell_any_more_ends(book: Absences) -> None:
    def read(*days: int, at: int) -> list[str]:
        told = [(Draft("201", n * DAY, (n + 1) * DAY), Claim("ical", "a", str(n))) for n in days]
        taken, gone = book.take_all(told, at, whole=("ical", "a"))
        return [one.how for one in taken] + [f"gone {one.start // DAY}" for one in gone]

    assert read(1, 5, 9, at=0) == ["new", "new", "new"]
    assert read(1, 9, at=2 * DAY) == ["same", "same", "gone 5"]
    assert read(9, at=3 * DAY) == ["same"]  # day 1 is over: it happened
    assert [(a.start // DAY, a.cancelled) for a in book.all()] == [
        (9, False), (5, True), (1, False)
    ]  # fmt: skip


def test_somebody_s_word_outlives_a_calendar(book: Absences) -> None:
    """Reported by hand and by a calendar: if the event is deleted, the manual report stays."""
    number = book.take(
        Draft("201", 1 * DAY, 10 * DAY), "ical", 0, Claim("ical", "a", "u")
    ).absence.id
    assert book.take(Draft("201", 2 * DAY, 5 * DAY), "api", 0).absence.id == number
    _, gone = book.take_all([], 0, whole=("ical", "a"))
    (one,) = book.all()
    assert (gone, one.cancelled, one.start, one.end) == ([], False, 2 * DAY, 5 * DAY)


def test_two_events_of_a_calendar_within_one_absence(book: Absences) -> None:
    """Two events: if one of them moves, the other one and the unit's report still count."""
    number = book.take(Draft("201", 10 * DAY, 30 * DAY), "api", 0).absence.id
    first, second = Claim("ical", "a", "1"), Claim("ical", "a", "2")
    book.take(Draft("201", 10 * DAY, 12 * DAY), "ical", 0, first)
    other = book.take(Draft("201", 20 * DAY, 31 * DAY), "ical", 0, second).absence
    assert (other.id, other.start, other.end) == (number, 10 * DAY, 31 * DAY)
    book.take(Draft("201", 20 * DAY, 25 * DAY), "ical", 0, second)
    moved = book.take(Draft("201", 11 * DAY, 12 * DAY), "ical", 0, first).absence
    assert (moved.id, moved.start, moved.end) == (number, 10 * DAY, 30 * DAY)
    third = book.take(Draft("201", 22 * DAY, 24 * DAY), "ical", 0, Claim("ical", "a", "3")).absence
    assert third.id != number  # the calendar tells of that time already: it means another one


def test_two_calendars_of_one_person(book: Absences) -> None:
    told = [
        (Draft("201", 10 * DAY, 20 * DAY), Claim("ical", "own", "1")),
        (Draft("201", 9 * DAY, 15 * DAY), Claim("ical", "team", "1")),
    ]
    book.take_all(told, 0)
    (one,) = book.all()
    assert (one.start, one.end) == (9 * DAY, 20 * DAY)
    book.change(one.id, 0, "api", end=18 * DAY)
    book.take_all([], 0, whole=("ical", "team"))
    (one,) = book.all()
    assert (one.start, one.end) == (10 * DAY, 18 * DAY)  # not longer than by hand
    book.take_all([], 0, whole=("ical", "own"))
    assert book.all()[0].cancelled


@pytest.mark.parametrize(
    ("now", "span"), [(5, (10, 18)), (12, (8, 18)), (19, (8, 19)), (25, (8, 20))]
)
def test_days_that_are_past_stay_when_one_of_two_calendars_withdraws(
    book: Absences, now: int, span: tuple[int, int]
) -> None:
    told = [
        (Draft("201", 8 * DAY, 20 * DAY), Claim("ical", "own", "1")),
        (Draft("201", 10 * DAY, 18 * DAY), Claim("ical", "team", "1")),
    ]
    book.take_all(told, 0)
    book.take_all([], now * DAY, whole=("ical", "own"))
    (one,) = book.all()
    assert (one.start, one.end, one.cancelled) == (span[0] * DAY, span[1] * DAY, False)


def test_an_event_that_is_used_again_for_the_next_holiday(book: Absences) -> None:
    claim = Claim("ical", "a", "holiday")
    first = book.take(Draft("201", 1 * DAY, 3 * DAY), "ical", 0, claim).absence
    moved = book.take(Draft("201", 20 * DAY, 25 * DAY), "ical", 2 * DAY, claim).absence
    assert (moved.id, moved.start) == (first.id, 20 * DAY)  # it was not over
    after = book.take(Draft("201", 40 * DAY, 45 * DAY), "ical", 30 * DAY, claim)
    assert after.how == "new"
    assert [(a.start // DAY, a.end // DAY) for a in book.all()] == [(40, 45), (20, 25)]
    assert book.take(Draft("201", 40 * DAY, 46 * DAY), "ical", 30 * DAY, claim).how == "changed"
    _, gone = book.take_all([], 30 * DAY, whole=("ical", "a"))
    assert [one.id for one in gone] == [after.absence.id]


def test_ending(book: Absences) -> None:
    runs = book.take(Draft("201", 1 * DAY, 9 * DAY), "api", 0).absence.id
    comes = book.take(Draft("202", 5 * DAY, 9 * DAY), "api", 0).absence.id
    ended, cancelled = book.end(runs, 2 * DAY, "api"), book.end(comes, 2 * DAY, "api")
    assert ended is not None
    assert cancelled is not None
    assert (ended.end, ended.cancelled) == (2 * DAY, False)
    assert (cancelled.end, cancelled.cancelled) == (9 * DAY, True)
    assert whats(book, runs)[-1] == ("api", "ended")
    assert book.end(runs, 3 * DAY, "api") == ended
    assert book.end(999, 3 * DAY, "api") is None


def test_a_dry_run_changes_nothing(book: Absences) -> None:
    told = [(Draft("201", DAY, 2 * DAY), Claim("csv", "hr", "1"))]
    taken, _ = book.take_all(told, 0, dry=True)
    assert [one.how for one in taken] == ["new"]
    assert book.all() == []
    assert book.take_all(told, 0)[0][0].how == "new"
    assert book.take_all(told, 0, dry=True)[0][0].how == "same"


def test_a_state_is_written_down_when_it_changes(book: Absences) -> None:
    number = book.take(Draft("201", 1, DAY), "api", 0).absence.id
    book.store_state(number, AbsenceState.NOT_FORWARDED, "stay", 5)
    book.store_state(number, AbsenceState.NOT_FORWARDED, "stay", 6)
    book.store_state(number, AbsenceState.LATE, "go", 7)
    one = book.get(number)
    assert one is not None
    assert (one.stood, one.stood_reason, one.stood_since) == (AbsenceState.LATE, "go", 7)
    assert whats(book, number) == [
        ("api", "reported"),
        ("callcheck", "not_forwarded: stay"),
        ("callcheck", "late: go"),
    ]


def test_many_rows_three_times(book: Absences) -> None:
    """How much work that is, tests/absences/test_work.py counts."""
    told = [
        (Draft(str(20_000 + n % 2000), (n // 2000) * DAY, (n // 2000 + 1) * DAY),
         Claim("csv", "hr", str(n)))
        for n in range(4_000)
    ]  # fmt: skip
    taken, _ = book.take_all(told, 0)
    again, _ = book.take_all(told, 1)
    later = [(replace(draft, end=draft.end + 1), claim) for draft, claim in told]
    moved, _ = book.take_all(later, 2)
    assert {one.how for one in taken} == {"new"}
    assert {one.how for one in again} == {"same"}
    assert {one.how for one in moved} == {"changed"}


def test_a_forward_counts_in_doubt_for_the_person(forwards: Forwards) -> None:
    assert forwards.look("main", {("201", ALWAYS): "202"}, 100) == 1
    assert forwards.look("main", {("201", ALWAYS): "202"}, 160) == 0
    assert forwards.look("main", {("201", ALWAYS): "203", ("204", ALWAYS): "205"}, 220) == 3
    assert forwards.look("main", {("201", ALWAYS): "203"}, 280) == 1
    assert [(f.extension, f.to, f.since, f.until) for f in forwards.all()] == [
        ("201", "202", None, 220),
        ("201", "203", 160, None),
        ("204", "205", 160, 280),
    ]
    assert forwards.looked() == {"main": 280}


def test_what_the_pbx_tells_happened_then(forwards: Forwards) -> None:
    forwards.look("main", {}, 100)
    forwards.look("other", {("201", ALWAYS): "9"}, 100)
    dnd = ("201", ForwardKind.DND)
    forwards.look("main", {dnd: None}, 135, only={"201"}, told={dnd: 130})
    forwards.look("main", {}, 140, only={"202"}, told={("202", None): 140})
    (other, mine) = forwards.all()
    assert (mine.kind, mine.to, mine.since, mine.until) == (ForwardKind.DND, None, 130, None)
    assert (other.pbx, other.until) == ("other", None)


def test_what_the_pbx_told_keeps_its_time_when_all_is_looked_at(forwards: Forwards) -> None:
    cf, dnd = ("201", ALWAYS), ("201", ForwardKind.DND)
    quiet = ("204", ALWAYS)
    forwards.look("main", {}, 100)
    forwards.look("main", {cf: "202", dnd: None, quiet: "205"}, 160, told={cf: 150})
    forwards.look("main", {}, 220, told={("201", None): 210})
    assert [(f.extension, f.kind, f.since, f.until) for f in forwards.all()] == [
        ("201", ALWAYS, 150, 210),
        ("201", ForwardKind.DND, 150, 210),  # few PBXs tell of each kind
        ("204", ALWAYS, 100, 220),
    ]


def test_a_forward_of_another_kind_may_be_older_than_the_first_look(forwards: Forwards) -> None:
    cf, dnd = ("201", ALWAYS), ("201", ForwardKind.DND)
    forwards.look("main", {cf: "202", dnd: None}, 160, told={dnd: 150})
    assert [(f.kind, f.since) for f in forwards.all()] == [(ALWAYS, None), (dnd[1], 150)]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_remembered_is_what_is_stored(store: Store, seed: int) -> None:
    """A reader with a filled cache gives the same answer as a new one, whoever wrote."""
    dice = random.Random(seed)
    readers = Forwards(store), Absences(store)
    pbxs = {name: Forwards(store) for name in ("main", "annex", "main/302")}
    writer = Absences(store)
    for now in range(1, 60):
        name = dice.choice(list(pbxs))
        asked = dice.sample(["201", "202", "203", "301"], 2)
        seen = {
            (one, ALWAYS): dice.choice(["8001", "8002"]) for one in asked if dice.random() > 0.4
        }
        at = now * 1000 - dice.randrange(5000)
        pbxs[name].look(name, seen, at, asked, told=dict.fromkeys(((a, None) for a in asked), at))
        start = dice.randrange(100) * DAY
        taken = writer.take(Draft(dice.choice(asked), start, start + DAY), "api", now).absence
        if dice.random() > 0.5:
            writer.store_state(taken.id, AbsenceState.LATE, f"since {now}", now)
        if dice.random() > 0.7:
            writer.change(taken.id, now, "api", end=taken.end + DAY)
        if dice.random() > 0.5:
            assert readers[0].all() == Forwards(store).all()
            assert readers[1].all() == Absences(store).all()
    held = readers[0].all()
    assert {f.until is None for f in held} == {True, False}
    assert held == Forwards(store).all()


def test_phones(forwards: Forwards) -> None:
    assert forwards.reach("main", {"201": True, "202": False}, 10) == 2
    assert forwards.reach("main", {"201": True, "202": True}, 20) == 1
    assert sorted((p.extension, p.reachable, p.since) for p in forwards.phones()) == [
        ("201", True, 10),
        ("202", True, 20),
    ]
