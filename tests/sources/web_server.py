"""A real HTTP server on the loopback address, whose answers the test sets."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.sources.serving import Serving

Headers = Mapping[str, str]


@dataclass
class Page:
    """What a path answers."""

    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    etag: str | None = None
    slowly: float = 0.0
    """Seconds before each byte."""
    says_length: int | None = None
    """A Content-Length that is not true."""


class WebServer(Serving):
    """Serves `pages`, takes what is posted, and remembers what it was asked."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, Headers]] = []
        self.posted: list[tuple[Headers, bytes]] = []
        self.status = 200
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._scheme = "http"
        if certificate is not None:
            trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trust.load_cert_chain(certificate)
            self._server.socket = trust.wrap_socket(self._server.socket, server_side=True)
            self._scheme = "https"

    def address(self, path: str) -> str:
        return f"{self._scheme}://localhost:{self._server.server_port}{path}"


def _handler(server: WebServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True  # otherwise each answer waits 40 ms for a delayed ACK

        def do_GET(self) -> None:
            server.asked.append((self.path, dict(self.headers)))
            page = server.pages.get(self.path, Page(status=404))
            if page.etag and self.headers["If-None-Match"] == page.etag:
                page = Page(status=304)
            self.send_response(page.status)
            length = len(page.body) if page.says_length is None else page.says_length
            marks = {"ETag": page.etag} if page.etag else {}
            for name, value in {**page.headers, **marks, "Content-Length": str(length)}.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):  # the client has gone away
                self._write(page)

        def _write(self, page: Page) -> None:
            if not page.slowly:
                self.wfile.write(page.body)
                return
            for n in range(len(page.body)):
                self.wfile.write(page.body[n : n + 1])
                self.wfile.flush()
                time.sleep(page.slowly)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.posted.append((dict(self.headers), body))
            page = server.pages.get(self.path, Page(status=server.status))
            self.send_response(page.status)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
