"""A calendar of a CalDAV server: a real Radicale."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcheck.sources.http import WebError, ask
from callcheck.store import Store
from tests.sources.house import Home, calendar, event, source
from tests.sources.web_server import Page, WebServer

pytest.importorskip("radicale", reason="the CalDAV server of these tests is not installed")

ANNA = ("anna", "p@ss")
SETTINGS = """
[server]
hosts = localhost:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
"""


class Radicale:
    """A server with a calendar `anna/away`, and what a calendar program does there."""

    def __init__(self, address: str) -> None:
        self.address = address

    def tell(self, method: str, path: str, body: bytes = b"") -> None:
        ask(f"{self.address}{path}", method=method, data=body, sign_in=ANNA,
            headers={"Content-Type": "text/calendar"})  # fmt: skip

    def put(self, uid: str, first: int, last: int, *more: str) -> None:
        body = calendar(event(uid, first, last, "DTSTAMP:20260101T000000Z", *more))
        self.tell("PUT", f"/anna/away/{uid}.ics", body)

    def take_out(self, uid: str) -> None:
        self.tell("DELETE", f"/anna/away/{uid}.ics")


@pytest.fixture
def radicale(tmp_path: Path) -> Iterator[Radicale]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "users").write_text(":".join(ANNA) + "\n")
    settings = tmp_path / "radicale.ini"
    settings.write_text(SETTINGS.format(port=port, folder=tmp_path))
    log = (tmp_path / "log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "radicale", "--config", settings], stderr=log, stdout=log
    )
    try:
        running = Radicale(f"http://localhost:{port}")
        deadline = time.monotonic() + 20
        while True:
            try:
                running.tell("MKCALENDAR", "/anna/away/")
                break
            except WebError:
                assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.1)
        yield running
    finally:
        server.terminate()
        server.wait(10)
        log.close()


def home(store: Store, folder: Path, place: str, password: str = ANNA[1]) -> Home:
    return Home(store, folder, source("caldav", password, url=place, user=ANNA[0]))


def test_events_are_absences_and_are_followed(
    store: Store, tmp_path: Path, radicale: Radicale
) -> None:
    anna = home(store, tmp_path, f"{radicale.address}/anna/away/")
    radicale.put("one", 1, 3)
    radicale.put("each-week", 10, 10, "RRULE:FREQ=WEEKLY;COUNT=3")
    radicale.put("long-ago", -90, -80)
    radicale.put("free", 5, 6, "TRANSP:TRANSPARENT")
    assert anna.read()
    assert len(anna.absences()) == 4
    assert not anna.read()
    radicale.put("one", 2, 5)
    radicale.take_out("each-week")
    assert anna.read()
    (one,) = anna.absences()
    assert (one.end - one.start) // 86_400_000_000 == 4
    assert (one.source, anna.schedule.failures) == ("ical", {})


def test_what_is_no_calendar_ends_no_absence(
    store: Store, tmp_path: Path, radicale: Radicale
) -> None:
    radicale.put("one", 1, 3)
    place = f"{radicale.address}/anna/away/"
    assert home(store, tmp_path, place).read()
    for other, password, said in (
        (f"{radicale.address}/anna/", ANNA[1], "this is no calendar of a CalDAV server"),
        (f"{radicale.address}/anna/gone/", ANNA[1], "the server answers 404"),
        (place, "wrong", "the server answers 401"),
    ):
        stranger = home(store, tmp_path, other, password)
        assert not stranger.read()
        assert stranger.trouble.startswith(f"cannot be read: {said}")
        assert len(stranger.absences()) == 1
    with WebServer() as page:
        page.pages["/"] = Page(b"<html></html>")
        stranger = home(store, tmp_path, page.address("/"))
        assert not stranger.read()
        assert stranger.trouble.startswith("cannot be read: the server ")
