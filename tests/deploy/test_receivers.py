"""Each choice of receivers, as the real Alertmanager sends by it: `amtool check-config` does not
fill in the templates, and a message that cannot be written reaches nobody."""

from __future__ import annotations

import json
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.deploy.chain import alerting, get, wait_for
from tests.deploy.programs import free_port, program, with_receivers

ALERT = {
    "labels": {"alertname": "CallcheckCallsNotAnswered", "about": "calls", "unit": "legal",
               "severity": "critical"},
    "annotations": {"summary": "legal: 5 calls in a row were not answered",
                    "description": "Nobody answered.",
                    "runbook": "docs/runbooks/CallcheckCallsNotAnswered.md"},
}  # fmt: skip


class Sink:
    """Takes what is posted and mailed to it on the loopback."""

    def __init__(self) -> None:
        self.got: list[str] = []
        sink = self

        class Http(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                sink.got.append(f"{self.path} {body}")
                self.send_response(202 if "enqueue" in self.path else 200)
                self.end_headers()
                self.wfile.write(json.dumps({"ok": True, "result": {"message_id": 1}}).encode())

            def log_message(self, format: str, *args: object) -> None:
                """Nothing to say."""

        class Smtp(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 here\r\n")
                mail: list[str] = []
                while line := self.rfile.readline().decode().rstrip():
                    mail.append(line)
                    if line == "DATA":
                        self.wfile.write(b"354 go on\r\n")
                        while (text := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                            mail.append(text)
                        sink.got.append("\n".join(mail))
                    self.wfile.write(b"250 fine\r\n" if line != "QUIT" else b"221 bye\r\n")
                    if line == "QUIT":
                        return

        self._servers = (
            ThreadingHTTPServer(("127.0.0.1", 0), Http),
            socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp),
        )
        self.http, self.smtp = (one.server_address[1] for one in self._servers)

    @contextmanager
    def serving(self) -> Iterator[Sink]:
        threads = [threading.Thread(target=one.serve_forever) for one in self._servers]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            for server, thread in zip(self._servers, threads, strict=True):
                server.shutdown()
                thread.join()
                server.server_close()


def _by_file(name: str) -> Callable[[str, Sink, Path], str]:
    """The address stands in a file."""

    def change(text: str, sink: Sink, folder: Path) -> str:
        (folder / name).write_text(f"http://127.0.0.1:{sink.http}/{name}", encoding="utf-8")
        return text.replace(f"/run/secrets/{name}", str(folder / name))

    return change


def _telegram(text: str, sink: Sink, folder: Path) -> str:
    here = f'api_url: "http://127.0.0.1:{sink.http}"\n        bot_token:'
    return text.replace("bot_token:", here)


def _pagerduty(text: str, sink: Sink, folder: Path) -> str:
    for key in ("admins", "units", "registry"):
        (folder / f"pagerduty_{key}").write_text("a" * 32, encoding="utf-8")
    text = text.replace("/run/secrets/", f"{folder}/")
    return text.replace(
        "- &page\n", f"- &page\n        url: http://127.0.0.1:{sink.http}/enqueue\n"
    )


def _email(text: str, sink: Sink, folder: Path) -> str:
    text = re.sub(r"(?m)^  smtp_auth.*\n", "", text)
    return text.replace("mail.example.org:587", f"127.0.0.1:{sink.smtp}\n  smtp_require_tls: false")


@pytest.mark.parametrize(
    ("choice", "change", "to"),
    [
        ("slack", _by_file("slack_url"), '"channel":"#phones-legal"'),
        ("mattermost", _by_file("mattermost_url"), '"channel":"phones-legal"'),
        ("telegram", _telegram, "/bot0:REPLACE/sendMessage"),
        ("pagerduty", _pagerduty, '"severity":"critical"'),
        ("email", _email, "RCPT TO:<phones-legal@example.org>"),
    ],
)
def test_a_message_goes_out(
    choice: str, change: Callable[[str, Sink, Path], str], to: str, tmp_path: Path
) -> None:
    alertmanager = program(
        "prometheus-alertmanager", "alertmanager", package="prometheus-alertmanager"
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}/api/v2"
    with Sink().serving() as sink:
        text = change(with_receivers(choice), sink, tmp_path)
        with alerting(tmp_path, port, text, alertmanager):
            wait_for("Alertmanager ready", lambda: get(f"{url}/status"))
            posted = Request(
                f"{url}/alerts", json.dumps([ALERT]).encode(), {"Content-Type": "application/json"}
            )
            urlopen(posted, timeout=5).close()
            wait_for(f"a message by {choice}", lambda: sink.got)
    message = sink.got[0]
    assert to in message
    assert "legal: 5 calls in a row were not answered" in message
    assert "docs/runbooks/CallcheckCallsNotAnswered.md" in message
