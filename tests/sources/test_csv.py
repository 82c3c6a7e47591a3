"""A personnel system's list of many persons, read again and again."""

from __future__ import annotations

import os
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from callcheck.config import Site
from callcheck.store import Absences, Store
from tests.sources.house import DAY, MICRO, Home, calendar, event, ical, source
from tests.sources.web_server import Page, WebServer

HEAD = "Darbinieks;Iekšējais;No;Līdz;Aizvietotājs;Veids\r\n"


def in_days(n: int) -> date:
    return datetime.now(Site().zone).date() + timedelta(days=n)


def row(name: str, first: int, last: int, extension: str = "", deputy: str = "") -> str:
    dates = f"{in_days(first):%d.%m.%Y};{in_days(last):%d.%m.%Y}"
    return f"{name};{extension};{dates};{deputy};atvaļinājums\r\n"


def listing(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode()


@pytest.fixture
def house(store: Store, tmp_path: Path, server: WebServer) -> Home:
    server.pages["/list.csv"] = Page(listing(row("Anna", 1, 3), row("Dace", 2, 9, deputy="Berta")))
    return Home(store, tmp_path, source("csv", url=server.address("/list.csv")))


def away(house: Home) -> dict[str, int]:
    """Who is to be away, and for how many days."""
    return {one.extension: (one.end - one.start) // DAY // MICRO for one in house.absences()}


def test_one_list_reports_many_persons_and_is_followed(house: Home, server: WebServer) -> None:
    assert house.read()
    assert away(house) == {"201": 3, "203": 8}
    dace = next(one for one in house.absences() if one.extension == "203")
    assert (dace.source, dace.deputy) == ("csv", "202")
    assert not house.read()
    server.pages["/list.csv"].body = listing(row("Anna", 1, 5), row("Edgars", 4, 4))
    assert house.read()
    assert away(house) == {"201": 5, "301": 1}  # Dace's was called off
    assert house.schedule.failures == {}


@pytest.mark.parametrize("keep", [False, True])
def test_why_somebody_is_away_is_kept_only_if_the_house_says_so(
    store: Store, tmp_path: Path, server: WebServer, keep: bool
) -> None:
    server.pages["/list.csv"] = Page(listing(row("Anna", 1, 3)))
    one = source("csv", url=server.address("/list.csv"))
    house = Home(store, tmp_path, one, keep_kind=keep)
    house.read()
    (anna,) = house.absences()
    assert anna.kind == ("atvaļinājums" if keep else None)


def test_a_bad_row_is_logged_and_ends_nothing_of_its_person(
    house: Home, server: WebServer, caplog: pytest.LogCaptureFixture
) -> None:
    house.read()
    bad = row("Anna", 1, 3).replace(f"{in_days(1):%d.%m.%Y}", "31.02.2026")
    server.pages["/list.csv"].body = listing(bad, row("Edgars", 4, 4), row("Zane", 5, 6))
    assert house.read()
    assert away(house) == {"201": 3, "301": 1}  # Anna's stays, Dace's was called off
    assert not house.read()
    assert caplog.messages == [
        "the CSV file of localhost: line 2: from: no such date; write 21.12.2026 or "
        "21.12.2026 13:00",
        "the CSV file of localhost: rows about nobody in the configuration: 1 (line 4)",
    ]
    caplog.clear()
    server.pages["/list.csv"].body = listing(row("Edgars", 4, 4))
    assert house.read()
    assert away(house) == {"301": 1}
    assert caplog.messages == []


def test_a_row_that_may_be_about_anybody_ends_nothing(house: Home, server: WebServer) -> None:
    house.read()
    body = listing(row("Edgars", 4, 4), f"Berta;;{'x' * 200_000};;;\r\n")
    server.pages["/list.csv"].body = body
    assert house.read()
    assert away(house) == {"201": 3, "203": 8, "301": 1}


def test_many_bad_rows_are_not_all_logged(
    house: Home, server: WebServer, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = [row("Anna", 3, 1)] * 13
    strangers = [row(f"Nobody {n}", 1, 1) for n in range(12)]
    server.pages["/list.csv"].body = listing(*wrong, *strangers, row("Dace", 2, 9))
    house.read()
    said = [message.removeprefix("the CSV file of localhost: ") for message in caplog.messages]
    assert said[0] == "line 2: to: is before from"
    assert said[9:] == [
        "line 11: to: is before from",
        "3 more rows cannot be taken",
        "rows about nobody in the configuration: 12 "
        "(line 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, …)",
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (listing(), "it has no rows; nothing is changed"),
        (listing(row("Zane", 1, 2)), "none of its 1 rows can be taken (line 2: extension: nobody"),
        (b"<html>Please log in</html>", "the first line names no column extension"),
        (b"", "the first line names no column extension"),
    ],
)
def test_a_list_that_cannot_be_true_changes_nothing(
    house: Home, server: WebServer, body: bytes, said: str
) -> None:
    house.read()
    server.pages["/list.csv"].body = body
    assert not house.read()
    assert house.trouble.startswith(f"cannot be read: {said}")
    assert away(house) == {"201": 3, "203": 8}
    server.pages["/list.csv"].body = listing(row("Anna", 1, 3))
    assert house.read()
    assert away(house) == {"201": 3}


def test_what_is_long_over_or_far_off_is_left_out(house: Home, server: WebServer) -> None:
    server.pages["/list.csv"].body = listing(
        row("Anna", -400, -390), row("Anna", 1, 2), row("Anna", 1, 4), row("Anna", 900, 901)
    )
    house.read()
    assert [(one.end - one.start) // DAY // MICRO for one in house.absences()] == [4]


def test_a_file_is_read_when_it_is_complete(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(listing(row("Anna", 1, 3)))
    house = Home(store, tmp_path, source("csv", folder=tmp_path, file="list.csv"))
    assert not house.read()
    assert house.trouble == "cannot be read: it was changed just now and may not be complete"
    written = time.time() - 6
    os.utime(file, (written, written))
    assert house.read()
    assert away(house) == {"201": 3}


def test_user_and_password(store: Store, tmp_path: Path, server: WebServer) -> None:
    server.pages["/list.csv"] = Page(listing(row("Anna", 1, 3)))
    one = source("csv", "p@ss", url=server.address("/list.csv"), user="anna")
    assert Home(store, tmp_path, one).read()
    assert server.asked[-1][1]["Authorization"] == "Basic YW5uYTpwQHNz"


def test_a_list_in_the_place_of_calendars(store: Store, tmp_path: Path, server: WebServer) -> None:
    """As long as the list was not read, the removed calendar's absences stay: it may report the
    same. What it does not report ends then."""
    server.pages["/anna.ics"] = Page(calendar(event("same", 1, 3), event("other", 20, 21)))
    calendars = Home(store, tmp_path, ical(server.address("/anna.ics")))
    calendars.read()
    house = Home(store, tmp_path, source("csv", url=server.address("/list.csv")))
    assert not house.schedule.withdraw_removed()
    assert len(house.absences()) == 2
    server.pages["/list.csv"] = Page(listing(row("Anna", 1, 3), row("Dace", 2, 9)))
    for one, _ in house.schedule.sources:
        house.schedule.read(one)
        house.schedule._tried.add(one.origin)
    assert house.schedule.withdraw_removed()
    assert house.schedule.removed_withdrawn
    assert away(house) == {"201": 3, "203": 8}
    assert [a.cancelled for a in Absences(store).all() if a.extension == "201"] == [True, False]


def test_calendars_in_the_place_of_a_list(house: Home, server: WebServer, tmp_path: Path) -> None:
    """One person's unread calendar holds back the whole list: it is withdrawn in one piece."""
    house.read()
    server.pages["/dace.ics"] = Page(calendar(event("1", 2, 9)))
    moved = Home(house.store, tmp_path, ical(server.address("/dace.ics"), "203"))
    assert not moved.schedule.withdraw_removed()
    for one, _ in moved.schedule.sources:
        moved.schedule.read(one)
        moved.schedule._tried.add(one.origin)
    assert moved.schedule.withdraw_removed()
    assert away(moved) == {"203": 8}
