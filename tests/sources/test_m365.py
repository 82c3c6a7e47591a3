"""Automatic replies of Microsoft 365: a server that answers as Microsoft's pages describe it, in
the place of the real one, which no test can have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from callcheck.store import Store
from tests.absences.people import RIGA
from tests.sources.house import Home, source
from tests.sources.web_server import Page, WebServer

MAILBOX = "/v1.0/users/anna@house.example/mailboxSettings/automaticRepliesSetting"
NO_ANSWER = "the answer is not what Microsoft Graph gives"
TOKEN = "/house.example/oauth2/v2.0/token"


@pytest.fixture
def microsoft() -> Iterator[WebServer]:
    with WebServer() as server:
        granted = {"token_type": "Bearer", "expires_in": 3599, "access_token": "t0ken"}
        server.pages[TOKEN] = Page(json.dumps(granted).encode())
        says(server, "disabled")
        yield server


def says(server: WebServer, status: str, first: int = 1, days: int = 3) -> None:
    start = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0)
    moments = [
        f"{start + timedelta(days=n):%Y-%m-%dT%H:%M:%S}.0000000" for n in (first, first + days)
    ]
    setting = {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users('x')/mailboxSettings",
        "status": status,
        "externalAudience": "all",
        "internalReplyMessage": "<html>I am ill.</html>",
        "externalReplyMessage": "<html>Away.</html>",
        "scheduledStartDateTime": {"dateTime": moments[0], "timeZone": "UTC"},
        "scheduledEndDateTime": {"dateTime": moments[1], "timeZone": "UTC"},
    }
    server.pages[MAILBOX] = Page(json.dumps(setting).encode())


@pytest.fixture
def home(store: Store, tmp_path: Path, microsoft: WebServer) -> Home:
    return Home(store, tmp_path, source(
        "m365", "s3cret", user="app-id", mailbox="anna@house.example", tenant="house.example",
        url=microsoft.address(""), login_url=microsoft.address(""),
    ))  # fmt: skip


def test_scheduled_replies_are_an_absence(home: Home, microsoft: WebServer) -> None:
    assert not home.read()
    says(microsoft, "scheduled")
    assert home.read()
    (one,) = home.absences()
    assert (one.source, one.kind, (one.end - one.start) // 86_400_000_000) == ("m365", None, 3)
    assert not home.read()
    says(microsoft, "scheduled", days=5)
    assert home.read()
    assert [(a.end - a.start) // 86_400_000_000 for a in home.absences()] == [5]
    says(microsoft, "disabled")
    assert home.read()
    assert home.absences() == []


def test_replies_with_no_end_count_for_today_and_tomorrow(home: Home, microsoft: WebServer) -> None:
    says(microsoft, "alwaysEnabled")
    assert home.read()
    today = datetime.now(RIGA).date()
    days = [datetime.fromtimestamp(a.start / 1e6, RIGA) for a in reversed(home.absences())]
    assert [(day.date() - today).days for day in days] == [0, 1]
    says(microsoft, "disabled")
    home.read()
    (left,) = home.absences()  # today until now
    assert left.end < left.start + 86_400_000_000


def test_the_sign_in(home: Home, microsoft: WebServer) -> None:
    home.read()
    home.read()
    ((_, body),) = microsoft.posted  # a token is used again
    assert parse_qs(body.decode()) == {
        "grant_type": ["client_credentials"], "client_id": ["app-id"],
        "client_secret": ["s3cret"], "scope": [microsoft.address("/.default")],
    }  # fmt: skip
    assert microsoft.asked[0][1]["Authorization"] == "Bearer t0ken"
    microsoft.pages[MAILBOX] = Page(status=401)
    home.read()
    assert home.trouble == "cannot be read: the server answers 401 Unauthorized"
    says(microsoft, "scheduled")
    assert home.read()
    assert len(microsoft.posted) == 2


@pytest.mark.parametrize(
    ("path", "page", "said"),
    [
        (TOKEN, Page(status=401), "signing in to Microsoft 365: the server answers 401"),
        (TOKEN, Page(b"{}"), NO_ANSWER),
        (MAILBOX, Page(status=404), "the server answers 404"),
        (MAILBOX, Page(b"<html>"), NO_ANSWER),
        (
            MAILBOX,
            Page(b'{"status": "on holiday"}'),
            NO_ANSWER,
        ),
        (MAILBOX, Page(b"[]"), NO_ANSWER),
    ],
)
def test_an_answer_that_is_no_answer_changes_nothing(
    home: Home, microsoft: WebServer, path: str, page: Page, said: str
) -> None:
    says(microsoft, "scheduled")
    home.read()
    for one, _ in home.schedule.sources:
        one._until = 0.0  # type: ignore[attr-defined]
    microsoft.pages[path] = page
    assert not home.read()
    assert home.trouble.startswith(f"cannot be read: {said}")
    assert "s3cret" not in home.trouble
    assert len(home.absences()) == 1
