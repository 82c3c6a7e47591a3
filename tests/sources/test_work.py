"""How much work an import is, counted and not timed: twice the rows are twice the work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy import event

from callcheck.absences.merging import Claim, Merger
from callcheck.absences.model import Draft
from callcheck.sources.ical import read_calendar
from callcheck.store import Absences, Store
from tests.absences.people import RIGA, at

DAY = 86_400_000_000
NOW = at("2026-11-23 09:00")
Rows = list[tuple[Draft, Claim]]


def rows(count: int, overlapping: int = 1) -> Rows:
    """Absences of one person, one beginning each day."""
    return [
        (Draft("201", NOW + n * DAY, NOW + (n + overlapping) * DAY), Claim("csv", "", str(n)))
        for n in range(count)
    ]


def calls_of(work: Callable[[], object]) -> int:
    """Functions called, those written in C too."""
    count = 0

    def tell(_frame: object, what: str, _argument: object) -> None:
        nonlocal count
        count += what in ("call", "c_call")

    sys.setprofile(tell)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def take(reports: Rows) -> Callable[[], object]:
    merger = Merger([], {}, 1, NOW)
    return lambda: [merger.merge(draft, "csv", claim) for draft, claim in reports]


@pytest.mark.parametrize("overlapping", [1, 10])
def test_a_row_costs_the_same_after_many(overlapping: int) -> None:
    few, many = (calls_of(take(rows(count, overlapping))) for count in (300, 1200))
    assert many < 4.2 * few


def test_so_it_does_if_others_reported_the_person_before() -> None:
    def again(count: int) -> Callable[[], object]:
        merger = Merger([], {}, 1, NOW)
        for draft, claim in rows(count):
            merger.merge(draft, "csv", claim)
        reports = [(draft, Claim("ical", "a", claim.key)) for draft, claim in rows(count)]
        return lambda: [merger.merge(draft, "ical", claim) for draft, claim in reports]

    few, many = (calls_of(again(count)) for count in (300, 1200))
    assert many < 4.2 * few


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    said: list[str] = []

    def tell(*arguments: object) -> None:
        said.append(str(arguments[2]))

    event.listen(store.engine, "before_cursor_execute", tell)
    yield said
    event.remove(store.engine, "before_cursor_execute", tell)


def test_the_store_is_not_asked_for_each_row(store: Store, tmp_path: Path) -> None:
    with statements(store) as said:
        Absences(store).take_all(rows(1000), NOW, whole=("csv", ""))
    assert len(said) < 12
    with statements(store) as said:
        Absences(store).take_all(rows(1000)[1:], NOW, whole=("csv", ""))
    assert len(said) < 12


def test_of_an_event_only_what_says_who_is_away_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest takes longest, and is nobody's business."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1",
             "DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261125", "SUMMARY:ill",
             "DESCRIPTION:a long story\r\n that goes on", "ATTENDEE;CN=Berta:mailto:b@x",
             "X-MICROSOFT-CDO-BUSYSTATUS:OOF", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M",
             "END:VALARM", "END:VEVENT", "END:VCALENDAR"]  # fmt: skip
    read: list[bytes] = []
    whole = Calendar.from_ical

    def from_ical(raw: bytes) -> object:
        read.append(raw)
        return whole(raw)

    monkeypatch.setattr(Calendar, "from_ical", from_ical)
    ((draft, _),) = read_calendar("\r\n".join(lines).encode(), "201", "x", NOW, RIGA)
    assert (draft.end - draft.start) == DAY
    for private in (b"ill", b"story", b"goes on", b"Berta", b"TRIGGER"):
        assert private not in read[0]
