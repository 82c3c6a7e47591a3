"""Mailboxes of an Exchange Server, read by the real exchangelib from a server that answers as
Microsoft's pages describe it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callcheck.sources import exchange
from callcheck.sources.base import SourceSettings
from callcheck.store import Store
from tests.absences.people import RIGA
from tests.sources.exchange_server import ExchangeServer
from tests.sources.house import Home, source

SERVICE = ("HOUSE\\callcheck", "s3cret")
ANNA = "anna@house.example"
DAY = 86_400_000_000


@pytest.fixture
def server() -> Iterator[ExchangeServer]:
    with ExchangeServer(*SERVICE) as one:
        yield one


def feed(
    address: str, kind: str = "exchange", user: str = SERVICE[0], password: str = SERVICE[1],
    mailbox: str = ANNA,
) -> SourceSettings:  # fmt: skip
    return source(kind, password, url=address, user=user, mailbox=mailbox)


def in_days(n: int, hour: int = 6) -> datetime:
    today = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + timedelta(days=n)


def test_scheduled_replies_are_an_absence(
    store: Store, tmp_path: Path, server: ExchangeServer
) -> None:
    anna = Home(store, tmp_path, feed(server.address))
    assert not anna.read()
    server.replies = ("Scheduled", in_days(1), in_days(4))
    assert anna.read()
    (one,) = anna.absences()
    assert (one.source, one.kind, (one.end - one.start) // DAY) == ("exchange", None, 3)
    assert not anna.read()
    server.replies = ("Scheduled", in_days(1), in_days(6))
    assert anna.read()
    assert [(a.end - a.start) // DAY for a in anna.absences()] == [5]
    server.replies = ("Disabled", in_days(1), in_days(6))
    assert anna.read()
    assert anna.absences() == []


def test_replies_with_no_end_count_for_today_and_tomorrow(
    store: Store, tmp_path: Path, server: ExchangeServer
) -> None:
    server.replies = ("Enabled", in_days(-1), in_days(0))
    anna = Home(store, tmp_path, feed(server.address))
    assert anna.read()
    today = datetime.now(RIGA).date()
    days = [datetime.fromtimestamp(a.start / 1e6, RIGA) for a in reversed(anna.absences())]
    assert [(day.date() - today).days for day in days] == [0, 1]


def test_what_is_away_in_a_calendar(store: Store, tmp_path: Path, server: ExchangeServer) -> None:
    today = datetime.now(RIGA).date()
    server.put("meeting", in_days(1, 8), in_days(1, 9), "Busy")
    server.put("tentative", in_days(1, 8), in_days(1, 9), "Tentative")
    server.put("doctor", in_days(1, 10), in_days(1, 12), "OOF")
    server.put("called off", in_days(2, 10), in_days(2, 12), "OOF", cancelled=True)
    server.put_day("holiday", today + timedelta(days=200), days=5)
    server.put_day("birthday", today + timedelta(days=7), "Free")
    server.put_day("long ago", today - timedelta(days=90))
    anna = Home(store, tmp_path, feed(server.address, "exchange_calendar"))
    assert anna.read()
    holiday, doctor = anna.absences()
    assert (doctor.end - doctor.start) // 3_600_000_000 == 2
    first, last = (datetime.fromtimestamp(at / 1e6, RIGA) for at in (holiday.start, holiday.end))
    assert (first.date() - today).days == 200
    assert (last.date() - first.date()).days == 5
    assert (first.hour, last.hour) == (0, 0)
    assert not anna.read()
    server.items = server.items[:1]
    assert anna.read()
    assert anna.absences() == []
    asked = b"".join(server.bodies)
    assert b"Subject" not in asked
    assert b"Body>" not in asked.replace(b":Body>", b"")


def test_replies_and_calendar_of_one_mailbox_are_one_absence(
    store: Store, tmp_path: Path, server: ExchangeServer
) -> None:
    server.replies = ("Scheduled", in_days(3), in_days(5))
    server.put("away", in_days(4), in_days(8), "OOF")
    both = (feed(server.address, kind) for kind in ("exchange", "exchange_calendar"))
    anna = Home(store, tmp_path, *both)
    assert anna.read()
    (one,) = anna.absences()
    assert (one.end - one.start) // DAY == 5


def test_a_service_acts_for_a_mailbox_and_its_own_user_does_not(
    store: Store, tmp_path: Path, server: ExchangeServer
) -> None:
    Home(store, tmp_path, feed(server.address)).read()
    assert ("GetUserOofSettings", ANNA) in server.asked
    server.user = ANNA
    server.asked.clear()
    Home(store, tmp_path, feed(server.address, user=ANNA)).read()
    assert ("GetUserOofSettings", "") in server.asked


SOAP_FAULT = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    "<s:Fault><faultcode>s:Server</faultcode><faultstring>s3cret</faultstring></s:Fault>"
    "</s:Body></s:Envelope>"
)


@pytest.mark.parametrize(
    ("fails", "refuses", "said"),
    [
        ((500, "<html>broken"), None, "the answer is not what an Exchange Server gives"),
        ((500, SOAP_FAULT), None, "the answer is not what an Exchange Server gives"),
        ((503, ""), None, "the server is too busy to answer"),
        ((200, "<html>log in</html>"), None, "the answer is not what an Exchange Server gives"),
        ((200, ""), None, "the answer is not what an Exchange Server gives"),
        (None, "ErrorAccessDenied", "the user may not read this mailbox"),
        (None, "ErrorImpersonateUserDenied", "the user may not act for this mailbox"),
        (None, "ErrorNonExistentMailbox", "the server knows no such mailbox"),
        (None, "ErrorServerBusy", "the server is too busy to answer"),
    ],
)
@pytest.mark.parametrize("kind", ["exchange", "exchange_calendar"])
def test_a_server_that_fails_changes_nothing(
    store: Store, tmp_path: Path, server: ExchangeServer, kind: str,
    fails: tuple[int, str] | None, refuses: str | None, said: str,
) -> None:  # fmt: skip
    server.replies = ("Scheduled", in_days(1), in_days(4))
    server.put("away", in_days(1), in_days(4), "OOF")
    anna = Home(store, tmp_path, feed(server.address, kind))
    assert anna.read()
    server.fails, server.refuses = fails, refuses
    assert not anna.read()
    assert anna.trouble.startswith(f"cannot be read: {said}")
    assert "localhost" not in anna.trouble
    assert "s3cret" not in anna.trouble
    server.fails = server.refuses = None
    assert not anna.read()
    assert anna.schedule.failures == {}
    assert len(anna.absences()) == 1


def test_a_mailbox_that_is_not_there(store: Store, tmp_path: Path, server: ExchangeServer) -> None:
    nobody = Home(store, tmp_path, feed(server.address, mailbox="nobody@house.example"))
    assert not nobody.read()
    assert nobody.trouble == "cannot be read: the server knows no such mailbox"


def test_a_wrong_password_is_tried_once_and_not_for_every_mailbox(
    store: Store, tmp_path: Path, server: ExchangeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A domain locks a user who fails often."""
    boxes = [feed(server.address, password="old", mailbox=who) for who in (ANNA, "b@house.example")]
    house = Home(store, tmp_path, *boxes)
    for _ in range(3):
        assert not house.read()
    assert server.logins == 1
    said = sorted(house.schedule.failures.values())
    assert said[0] == "cannot be read: its login was refused; it is tried every 15 minutes"
    monkeypatch.setattr(exchange, "_refused", {})
    server.password = "old"
    house.read()
    assert house.schedule.failures.keys() == {house.schedule.sources[1][0].origin}


def test_a_server_that_is_not_there(store: Store, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://localhost:{free.getsockname()[1]}/EWS/Exchange.asmx"
    anna = Home(store, tmp_path, feed(address))
    assert not anna.read()
    assert anna.trouble == "cannot be read: Connection refused"


def test_tls_is_trusted_like_everywhere_else(
    store: Store, tmp_path: Path, certificate: Path
) -> None:
    with ExchangeServer(*SERVICE, certificate=certificate) as server:
        stranger = Home(store, tmp_path, feed(server.address))
        assert not stranger.read()
        assert "its certificate is not trusted" in stranger.trouble
        assert "ca_file" in stranger.trouble
        server.replies = ("Scheduled", in_days(1), in_days(4))
        known = Home(store, tmp_path, feed(server.address), ca_file=certificate.with_name("ca.pem"))
        assert known.read()


def test_without_the_extra_it_says_what_to_install(
    store: Store, tmp_path: Path, server: ExchangeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "exchangelib", None)
    monkeypatch.delitem(sys.modules, "callcheck.sources.ews", raising=False)
    anna = Home(store, tmp_path, feed(server.address))
    assert not anna.read()
    assert anna.trouble == f"cannot be read: {exchange.NOT_INSTALLED}"
    assert server.asked == []


def test_nothing_of_it_is_loaded_where_nobody_asks_for_it() -> None:
    """Not even by what runs: it costs half a second and 50 MB."""
    program = "import sys, callcheck.app.house; print('exchangelib' in sys.modules)"
    line = [sys.executable, "-c", program]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False\n", "")
