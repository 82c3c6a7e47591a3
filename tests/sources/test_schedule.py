"""Sources that are read again and again: calendars in real files and on a real HTTP server."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from callcheck.absences.merging import Claim
from callcheck.absences.model import Draft
from callcheck.clock import now
from callcheck.sources import http as web
from callcheck.store import Absences, Store, StoreAway
from tests.sources.house import DAY, MICRO, Home, calendar, event, ical
from tests.sources.web_server import Page, WebServer


@pytest.fixture
def server(server: WebServer) -> WebServer:
    server.pages["/anna.ics"] = Page(calendar(event("1", 1, 3)))
    return server


@pytest.fixture
def home(store: Store, tmp_path: Path, server: WebServer) -> Home:
    return Home(store, tmp_path, ical(server.address("/anna.ics")))


def test_an_event_is_an_absence_and_is_followed(home: Home, server: WebServer) -> None:
    assert home.read()
    (one,) = home.absences()
    assert (one.extension, one.source, (one.end - one.start) // MICRO // DAY) == ("201", "ical", 3)
    assert not home.read()
    server.pages["/anna.ics"].body = calendar(event("1", 2, 5), event("2", 9, 9))
    assert home.read()
    moved = next(a for a in home.absences() if a.id == one.id)
    assert (moved.end - moved.start) // MICRO // DAY == 4
    assert len(home.absences()) == 2


def test_an_event_that_was_taken_out(home: Home, server: WebServer) -> None:
    """What has not begun is cancelled, what runs ends now, what is over happened."""
    server.pages["/anna.ics"].body = calendar(
        event("past", -9, -8), event("runs", -1, 5), event("comes", 9, 10)
    )
    home.read()
    before = now()
    server.pages["/anna.ics"].body = calendar()
    assert home.read()
    past, runs = sorted(home.absences(), key=lambda a: a.start)
    assert past.end < before
    assert before <= runs.end <= now()
    assert len(Absences(home.store).all()) == 3
    assert [c.what for c in Absences(home.store).history(runs.id)] == ["reported", "ended"]


def test_what_somebody_reported_stays_when_the_event_goes(home: Home, server: WebServer) -> None:
    home.read()
    (one,) = home.absences()
    taken = Absences(home.store).take(Draft("201", one.start, one.end), "api", now())
    assert (taken.how, taken.absence.id) == ("same", one.id)
    server.pages["/anna.ics"].body = calendar()
    home.read()
    assert [a.id for a in home.absences()] == [one.id]


def test_the_same_absence_from_a_file_and_an_address_is_one(
    store: Store, tmp_path: Path, server: WebServer
) -> None:
    file = tmp_path / "team.ics"
    file.write_bytes(calendar(event("other", 2, 5)))
    home = Home(store, tmp_path, ical(server.address("/anna.ics")), ical(str(file)))
    home.read()
    (one,) = home.absences()
    assert (one.end - one.start) // MICRO // DAY == 5
    file.write_bytes(calendar())
    home.read()
    (left,) = home.absences()
    assert (left.id, (left.end - left.start) // MICRO // DAY) == (one.id, 3)


def test_one_calendar_for_two_persons(store: Store, tmp_path: Path, server: WebServer) -> None:
    """The days on which a unit is closed: the same event, reported for each of them."""
    place = server.address("/anna.ics")
    home = Home(store, tmp_path, ical(place, "201"), ical(place, "203"))
    assert home.read()
    assert {one.extension for one in home.absences()} == {"201", "203"}
    assert not home.read()
    server.pages["/anna.ics"].body = calendar()
    home.read()
    assert home.absences() == []


BROKEN = {
    "cut off": calendar(event("1", 1, 3), event("2", 5, 6))[:-30],
    "a login page": b"<html><body>Please log in</body></html>",
    "empty": b"",
    "not text": bytes(range(256)),
    "an event without a beginning": calendar("BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n"),
    "every minute": calendar(event("1", 1, 1, "RRULE:FREQ=MINUTELY")),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_calendar_changes_nothing(home: Home, server: WebServer, body: bytes) -> None:
    home.read()
    server.pages["/anna.ics"].body = body
    assert not home.read()
    assert home.trouble.startswith("cannot be read: this is no calendar that can be read")
    assert len(home.absences()) == 1
    server.pages["/anna.ics"].body = calendar(event("1", 1, 4))
    assert home.read()
    assert home.schedule.failures == {}


def test_an_address_that_does_not_answer_well(
    home: Home, server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.read()
    monkeypatch.setattr(web, "PATIENCE", 0.8)
    monkeypatch.setattr(web, "LONGEST", 1.6)
    good = calendar(event("1", 1, 3))
    for page, said in (
        (Page(status=404), "the server answers 404 Not Found"),
        (Page(status=500), "the server answers 500"),
        (Page(good, says_length=len(good) + 9), "cut off"),
        (Page(b"x" * (web.LARGEST + 1)), "it has more than 8 MiB"),
        (Page(good, slowly=1.5), "did not answer within"),  # nothing comes for a while
        (Page(good * 20, slowly=0.01), "did not answer within"),  # a byte now and then
        (Page(status=302, headers={"Location": "file:///etc/passwd"}), "the server answers 302"),
        (Page(status=302, headers={"Location": "ftp://localhost/x"}), "the server answers 302"),
        (Page(status=302, headers={"Location": "/anna.ics"}), "the server answers 302"),
    ):
        server.pages["/anna.ics"] = page
        assert not home.read()
        assert said in home.trouble, page.status
        assert len(home.absences()) == 1


def test_an_address_that_sends_us_on(home: Home, server: WebServer) -> None:
    server.pages["/there"] = server.pages["/anna.ics"]
    server.pages["/anna.ics"] = Page(status=302, headers={"Location": "/there"})
    assert home.read()


def test_nobody_listens_there(store: Store, tmp_path: Path, server: WebServer) -> None:
    with WebServer() as other:
        gone = other.address("/x.ics")
    home = Home(store, tmp_path, ical(gone))
    assert not home.read()
    assert home.trouble == "cannot be read: Connection refused"
    unknown = Home(store, tmp_path, ical("http://no-such-host.invalid/x.ics"))
    assert not unknown.read()
    assert unknown.trouble.startswith("cannot be read: ")


def test_only_what_has_changed_is_sent_again(home: Home, server: WebServer) -> None:
    server.pages["/anna.ics"].etag = '"one"'
    assert home.read()
    assert not home.read()
    assert "If-None-Match" not in server.asked[0][1]
    assert server.asked[1][1]["If-None-Match"] == '"one"'
    server.pages["/anna.ics"] = Page(calendar(event("1", 1, 9)), etag='"two"')
    assert home.read()


def test_an_unchanged_calendar_is_reported_again_on_another_day(
    home: Home, server: WebServer
) -> None:
    server.pages["/anna.ics"].etag = '"one"'
    ((source, _),) = home.schedule.sources
    today = now()
    assert source.read(today)
    source.stored()
    assert source.read(today + 1) is None
    source.forget()  # the database was replaced
    assert source.read(today + 1) is not None
    assert source.read(today + DAY * MICRO)  # repetitions that were too far off come nearer


def test_what_the_store_did_not_take_is_reported_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StoreAway("the store is away")

    with monkeypatch.context() as broken:
        broken.setattr(Absences, "take_all", away)
        assert not home.read()
    assert home.read()
    assert len(home.absences()) == 1


def test_a_password_in_the_address_is_sent_as_such(
    store: Store, tmp_path: Path, server: WebServer
) -> None:
    place = server.address("/anna.ics").replace("://", "://anna:p%40ss@")
    assert Home(store, tmp_path, ical(place)).read()
    assert server.asked[-1][1]["Authorization"] == "Basic YW5uYTpwQHNz"


def test_files(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "anna.ics"
    home = Home(store, tmp_path, ical(str(file)))
    assert not home.read()
    assert home.trouble == "cannot be read: No such file or directory"
    file.write_bytes(calendar(event("1", 1, 3)))
    assert home.read()
    file.unlink()
    assert not home.read()
    file.mkdir()
    assert not home.read()
    assert home.trouble == "cannot be read: it is no plain file"
    assert len(home.absences()) == 1


def test_tls_with_the_house_s_own_authority(
    store: Store, tmp_path: Path, certificate: Path
) -> None:
    with WebServer(certificate) as server:
        server.pages["/anna.ics"] = Page(calendar(event("1", 1, 3)))
        place = server.address("/anna.ics")
        stranger = Home(store, tmp_path, ical(place))
        assert not stranger.read()
        assert "its certificate is not trusted (self-signed certificate" in stranger.trouble
        assert "ca_file under [absences]" in stranger.trouble
        home = Home(store, tmp_path, ical(place), ca_file=certificate.with_name("ca.pem"))
        assert home.read()
        with WebServer() as plain:  # nobody is led out of TLS
            plain.pages["/anna.ics"] = server.pages["/anna.ics"]
            moved = Page(status=302, headers={"Location": plain.address("/anna.ics")})
            server.pages["/anna.ics"] = moved
            assert not home.read()
            assert plain.asked == []


def test_no_log_line_has_the_address(
    home: Home, server: WebServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.pages["/anna.ics"] = Page(status=403)
    home.read()
    home.read()
    server.pages["/anna.ics"] = Page(calendar())
    home.read()
    assert [record.getMessage() for record in caplog.records] == [
        "the calendar of 201: cannot be read: the server answers 403 Forbidden",
        "the calendar of 201 is read again",
    ]


async def until(true: object, seconds: float = 5.0) -> None:
    assert callable(true)
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


async def test_the_schedule(home: Home, server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each calendar is read at once and then in its own time; one that hangs holds up none."""
    waits: list[float] = []
    sleep = asyncio.sleep

    async def quick(seconds: float) -> None:
        waits.append(seconds)
        await sleep(0.01)

    running = asyncio.create_task(home.schedule.run())
    monkeypatch.setattr("callcheck.app.source_schedule.asyncio.sleep", quick)
    try:
        async with asyncio.timeout(5):
            while len(server.asked) < 3:
                await sleep(0.01)
            assert home.changes == 1  # called after a change, not after each reading
            server.pages["/anna.ics"].status = 503
            assert home.schedule.counts == (1, 0)
            while 60.0 not in waits:
                await sleep(0.01)
            assert home.schedule.counts == (0, 1)
    finally:
        running.cancel()
    assert waits[0] == 15 * 60.0


async def test_a_calendar_that_hangs_holds_up_no_other(
    store: Store, tmp_path: Path, server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "PATIENCE", 2.0)
    server.pages["/slow.ics"] = Page(calendar(), slowly=1.0)
    home = Home(store, tmp_path, *map(ical, map(server.address, ("/slow.ics", "/anna.ics"))))
    running = asyncio.create_task(home.schedule.run())
    try:
        await until(lambda: home.changes == 1, 1.9)
    finally:
        running.cancel()


def last_changes(house: Home) -> list[tuple[str, str]]:
    """Who is away, and what was done to it last."""
    book = Absences(house.store)
    return [(one.extension, book.history(one.id)[-1].what) for one in book.all()]


async def after_the_start(house: Home) -> None:
    """The feeds ran until each was asked."""
    running = asyncio.create_task(house.schedule.run())
    async with asyncio.timeout(10):
        while not (house.schedule.all_tried and house.schedule.removed_withdrawn):
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_a_removed_calendar_reported_ends(
    store: Store, tmp_path: Path, server: WebServer, caplog: pytest.LogCaptureFixture
) -> None:
    """What is over stays, and so does what somebody else reported or a command imported."""
    server.pages["/anna.ics"].body = calendar(
        event("past", -9, -8), event("runs", -1, 5), event("comes", 9, 10), event("api", 20, 20)
    )
    house = Home(store, tmp_path, ical(server.address("/anna.ics")))
    house.read()
    comes = next(a for a in house.absences() if a.end - a.start == DAY * MICRO)
    Absences(store).take(Draft("201", comes.start, comes.end), "api", now())
    Absences(store).take(
        Draft("203", comes.start, comes.end), "ical", now(), Claim("ical", "203 dace.ics", "1")
    )
    caplog.set_level(logging.INFO)
    await after_the_start(Home(store, tmp_path))
    assert sorted(last_changes(house)) == [
        ("201", "cancelled"), ("201", "ended"), ("201", "reported"), ("201", "reported"),
        ("203", "reported"),
    ]  # fmt: skip
    assert caplog.messages == [
        "absences of sources that are no longer configured (1): 1 cancelled, 1 ended"
    ]
    caplog.clear()
    await after_the_start(Home(store, tmp_path))
    assert caplog.messages == []


async def test_a_calendar_that_moved_is_the_same(
    store: Store, tmp_path: Path, server: WebServer
) -> None:
    """What it reported is claimed by the new address before the old one is withdrawn."""
    house = Home(store, tmp_path, ical(server.address("/anna.ics")))
    house.read()
    server.pages["/new.ics"] = server.pages["/anna.ics"]
    await after_the_start(Home(store, tmp_path, ical(server.address("/new.ics"))))
    assert last_changes(house) == [("201", "reported")]
    server.pages["/new.ics"].body = calendar()
    Home(store, tmp_path, ical(server.address("/new.ics"))).read()
    assert last_changes(house) == [("201", "cancelled")]


async def test_as_long_as_the_new_address_cannot_be_read_the_old_one_counts(
    store: Store, tmp_path: Path, server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcheck.app.source_schedule.AGAIN", 0.02)
    Home(store, tmp_path, ical(server.address("/anna.ics"))).read()
    moved = Home(store, tmp_path, ical(server.address("/new.ics")))
    running = asyncio.create_task(moved.schedule.run())
    async with asyncio.timeout(10):
        while not moved.schedule.failures:
            await asyncio.sleep(0.01)
        assert len(moved.absences()) == 1
        server.pages["/new.ics"] = Page(calendar(event("other", 30, 31)))
        while not moved.schedule.removed_withdrawn:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert sorted(last_changes(moved)) == [("201", "cancelled"), ("201", "reported")]
    assert moved.changes >= 1
