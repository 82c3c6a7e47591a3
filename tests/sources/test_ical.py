"""Out-of-office events and whole days, with recurrences, exceptions and time zones."""

from __future__ import annotations

import pytest

from callcheck.sources.ical import read_calendar
from tests.absences.people import RIGA, TEN, at

OOF = "X-MICROSOFT-CDO-BUSYSTATUS:OOF"


def spans(*events: str) -> list[tuple[int, int, str]]:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for n, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:u{n}", "DTSTAMP:20261101T000000Z", *event.split("|"),
                  "END:VEVENT"]  # fmt: skip
    raw = "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
    reports = read_calendar(raw, "201", "anna", TEN, RIGA)
    assert len({claim.key for _, claim in reports}) == len(reports)
    assert {(d.extension, c.source, c.origin) for d, c in reports} <= {("201", "ical", "anna")}
    return sorted((d.start, d.end, c.key) for d, c in reports)


def days(*events: str) -> list[tuple[int, int]]:
    return [(start, end) for start, end, _ in spans(*events)]


def test_whole_days_end_before_the_end_that_is_written() -> None:
    event = "DTSTART;VALUE=DATE:20261221|DTEND;VALUE=DATE:20270104"
    assert spans(event) == [(at("2026-12-21 00:00"), at("2027-01-04 00:00"), "u0")]
    assert days("DTSTART;VALUE=DATE:20261221") == [(at("2026-12-21 00:00"), at("2026-12-22 00:00"))]


def test_out_of_office_with_its_zone() -> None:
    times = "DTSTART;TZID=Europe/Paris:20261201T130000|DTEND;TZID=Europe/Paris:20261201T170000"
    assert days(f"{times}|{OOF}") == [(at("2026-12-01 14:00"), at("2026-12-01 18:00"))]
    assert days(f"DTSTART:20261201T130000Z|DURATION:PT2H|{OOF}") == [
        (at("2026-12-01 15:00"), at("2026-12-01 17:00"))
    ]
    floating = f"DTSTART:20261201T130000|DTEND:20261201T140000|{OOF}"
    assert days(floating) == [(at("2026-12-01 13:00"), at("2026-12-01 14:00"))]


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART:20261201T130000Z|DTEND:20261201T140000Z",  # a meeting
        "DTSTART;VALUE=DATE:20261221|TRANSP:TRANSPARENT",
        "DTSTART;VALUE=DATE:20261221|STATUS:CANCELLED",
        "DTSTART;VALUE=DATE:20261221|X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        f"DTSTART:20261201T130000Z|DTEND:20261201T130000Z|{OOF}",
        "DTSTART;VALUE=DATE:20251221",  # long ago
    ],
)
def test_what_is_no_absence(event: str) -> None:
    assert spans(event) == []


def test_a_series_with_an_exception_and_across_the_change_of_clocks() -> None:
    rule = "RRULE:FREQ=WEEKLY;COUNT=4|EXDATE;TZID=Europe/Riga:20270325T090000"
    start = "DTSTART;TZID=Europe/Riga:20270318T090000|DTEND;TZID=Europe/Riga:20270318T120000"
    assert days(f"{start}|{rule}|{OOF}") == [
        (at("2027-03-18 09:00"), at("2027-03-18 12:00")),
        (at("2027-04-01 09:00"), at("2027-04-01 12:00")),
        (at("2027-04-08 09:00"), at("2027-04-08 12:00")),
    ]


def test_an_instance_of_a_series_that_is_unlike_the_others() -> None:
    """Each Monday out of office; on one of them there, and one of the meetings out of office."""
    series = (
        f"UID:s|DTSTART:20261130T080000Z|DTEND:20261130T100000Z|RRULE:FREQ=WEEKLY;COUNT=3|{OOF}"
    )
    there = "UID:s|RECURRENCE-ID:20261207T080000Z|DTSTART:20261207T080000Z|DTEND:20261207T090000Z"
    meeting = "UID:m|DTSTART:20261201T080000Z|DTEND:20261201T090000Z|RRULE:FREQ=WEEKLY;COUNT=3"
    away = f"UID:m|RECURRENCE-ID:20261208T080000Z|DTSTART:20261208T080000Z|DURATION:PT9H|{OOF}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for event in (series, there, meeting, away):
        lines += ["BEGIN:VEVENT", *event.split("|"), "END:VEVENT"]
    raw = "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
    reports = read_calendar(raw, "201", "anna", TEN, RIGA)
    assert sorted((draft.start, draft.end) for draft, _ in reports) == [
        (at("2026-11-30 10:00"), at("2026-11-30 12:00")),
        (at("2026-12-08 10:00"), at("2026-12-08 19:00")),
        (at("2026-12-14 10:00"), at("2026-12-14 12:00")),
    ]


def test_one_that_is_moved_is_the_same() -> None:
    first = spans("DTSTART;VALUE=DATE:20261221|DTEND;VALUE=DATE:20261223")
    moved = spans("DTSTART;VALUE=DATE:20261228|DTEND;VALUE=DATE:20261230")
    assert first[0][2] == moved[0][2]


@pytest.mark.parametrize("raw", [b"", b"<html>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"])
def test_what_is_no_calendar(raw: bytes) -> None:
    with pytest.raises(ValueError, match="no calendar"):
        read_calendar(raw, "201", "anna", TEN, RIGA)
