"""Who gets a password or a token, and how long and how much a server may make us read.

The servers are real ones; another port is another origin.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from callcheck.config import ConfigErrors, load
from callcheck.sources import http as web
from callcheck.sources.http import WebError, ask
from tests.sources.web_server import Page, WebServer

BEARER = {"Authorization": "Bearer of-the-app"}


@pytest.fixture
def other() -> Iterator[WebServer]:
    with WebServer() as one:
        one.pages["/there"] = Page(b"there")
        yield one


def sent_on(server: WebServer, to: str, status: int = 302) -> str:
    server.pages["/here"] = Page(status=status, headers={"Location": to})
    return server.address("/here")


def authorizations(server: WebServer) -> list[str | None]:
    return [headers.get("Authorization") for _, headers in server.asked]


WAYS: dict[str, Callable[[str], Any]] = {
    "Basic": lambda url: ask(url, sign_in=("anna", "secret")),
    "in the address": lambda url: ask(url.replace("://", "://anna:secret@")),
    "Bearer": lambda url: ask(url, headers=BEARER),
    "a bearer in small letters": lambda url: ask(url, headers={"authorization": "Bearer x"}),
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


@each_way
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_another_origin_gets_no_credentials(
    server: WebServer, other: WebServer, way: Callable[[str], Any], status: int
) -> None:
    assert way(sent_on(server, other.address("/there"), status)).body == b"there"
    assert authorizations(server) != [None]
    assert authorizations(other) == [None]


@each_way
def test_the_same_origin_gets_them_again(server: WebServer, way: Callable[[str], Any]) -> None:
    server.pages["/there"] = Page(b"there")
    for to in ("/there", "there", server.address("/there"), server.address("/there").upper()[:4]
               + server.address("/there")[4:]):  # fmt: skip
        server.asked.clear()
        assert way(sent_on(server, to)).body == b"there"
        first, second = authorizations(server)
        assert first == second is not None


@each_way
def test_they_do_not_come_back_by_way_of_another(
    server: WebServer, other: WebServer, way: Callable[[str], Any]
) -> None:
    other.pages["/back"] = Page(status=302, headers={"Location": server.address("/home")})
    server.pages["/home"] = Page(b"home")
    assert way(sent_on(server, other.address("/back"))).body == b"home"
    assert authorizations(other) == [None]
    assert authorizations(server)[1] is None


def test_another_name_of_the_same_machine_is_another_origin(server: WebServer) -> None:
    server.pages["/there"] = Page(b"there")
    to = server.address("/there").replace("localhost", "127.0.0.1")
    ask(sent_on(server, to), sign_in=("anna", "secret"))
    assert authorizations(server)[1] is None


def test_a_redirect_cannot_give_credentials_either(server: WebServer, other: WebServer) -> None:
    to = other.address("/there").replace("://", "://eve:word@")
    ask(sent_on(server, to), sign_in=("anna", "secret"))
    assert authorizations(other) == [None]


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://localhost/x", "data:,x", "gopher://localhost/", "//", ""]
)
def test_nothing_but_the_web_is_opened_on_redirects(server: WebServer, to: str) -> None:
    with pytest.raises(WebError):
        ask(sent_on(server, to))


def test_tls_is_not_left(certificate: Path, server: WebServer) -> None:
    server.pages["/there"] = Page(b"there")
    with WebServer(certificate) as safe, pytest.raises(WebError, match="answers 302"):
        ask(sent_on(safe, server.address("/there")), ca_file=certificate)
    assert server.asked == []


def test_what_is_posted_goes_to_one_place(server: WebServer, other: WebServer) -> None:
    server.status = 307
    with pytest.raises(WebError, match="answers 307"):
        ask(server.address("/x"), data=b"secret", headers=BEARER)
    assert (other.asked, other.posted) == ([], [])


@pytest.mark.parametrize("scheme", ["file", "ftp", "gopher", "data", "HTTP+unix"])
@pytest.mark.parametrize("place", ["calendar", "webhook", "csv"])
def test_nothing_but_the_web_is_configured(scheme: str, place: str, tmp_path: Path) -> None:
    address = f"{scheme}://localhost/etc/passwd"
    tables = {
        "calendar": f'[[absences.calendar]]\nextension = "201"\nurl = "{address}"\n',
        "webhook": f'[absences.tomorrow]\nat = "15:00"\nwebhook = "{address}"\n',
        "csv": f'[[absences.calendar]]\nkind = "csv"\nurl = "{address}"\n',
    }
    path = tmp_path / "callcheck.toml"
    path.write_text(tables[place])
    with pytest.raises(ConfigErrors) as refused:
        load(path, {})
    assert "is not an address" in str(refused.value)


def drip(first: bytes, again: bytes) -> contextlib.AbstractContextManager[str]:
    """A server that begins an answer and goes on for ever."""

    @contextlib.contextmanager
    def serving() -> Iterator[str]:
        over = threading.Event()
        with socket.create_server(("127.0.0.1", 0)) as bound:

            def serve() -> None:
                with contextlib.suppress(OSError), bound.accept()[0] as one:
                    one.recv(1 << 16)
                    one.sendall(first)
                    while not over.wait(0.01):
                        one.sendall(again)

            thread = threading.Thread(target=serve)
            thread.start()
            try:
                yield f"http://127.0.0.1:{bound.getsockname()[1]}/x"
            finally:
                over.set()
                thread.join()

    return serving()


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b"H", b""),
        (OK + b"X-A: ", b"a"),
        (OK, b"X-A: a\r\n"),
        (OK + b"Content-Length: 1000000\r\n\r\n", b"a"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nX-A: ", b"a"),
    ],
)
def test_a_server_that_never_ends_is_left(
    first: bytes, again: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "LONGEST", 0.5)
    with drip(first, again) as url, pytest.raises(WebError) as left:
        ask(url)
    too_many_headers = "HTTPException"
    assert str(left.value) in ("the server did not answer within 0 s", too_many_headers)


def test_the_bodies_of_redirects_and_errors_are_not_read() -> None:
    for first in (b"HTTP/1.1 404 No\r\n\r\n", b"HTTP/1.1 302 Found\r\nLocation: ftp://x\r\n\r\n"):
        with drip(first, b"a" * 65536) as url, pytest.raises(WebError, match="the server answers"):
            ask(url)


def test_an_endless_answer_ends_at_the_largest(monkeypatch: pytest.MonkeyPatch) -> None:
    with drip(OK + b"\r\n", b"a" * (1 << 20)) as url, pytest.raises(WebError, match="8 MiB"):
        ask(url)
