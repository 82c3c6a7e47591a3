"""callcheck's metrics in, notifications out: the real Prometheus and Alertmanager on a copy of
our configuration that does not wait long (seconds instead of minutes)."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.deploy.programs import PROMETHEUS, free_port, with_receivers

Alert = Mapping[str, Any]


@dataclass
class Inbox:
    """A webhook that keeps what it is sent."""

    port: int = 0
    alerts: list[tuple[str, Alert]] = field(default_factory=list)
    """(path, alert) in the order of their arrival."""

    def got(self, path: str, alertname: str, status: str) -> Alert | None:
        """The newest such alert, or None so far."""
        for at, alert in reversed(self.alerts):
            if (at, alert["labels"]["alertname"], alert["status"]) == (path, alertname, status):
                return alert
        return None

    @contextmanager
    def serving(self) -> Iterator[Inbox]:
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.alerts += [(self.path, alert) for alert in json.loads(body)["alerts"]]
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing to say."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@dataclass
class Chain:
    """The running programs."""

    prometheus: str
    alertmanager: str

    def wait_until_ready(self) -> None:
        """Until both serve."""
        wait_for("Alertmanager ready", lambda: get(f"{self.alertmanager}/api/v2/status"))
        wait_for("Prometheus ready", lambda: get(f"{self.prometheus}/api/v1/status/buildinfo"))

    def query(self, expression: str) -> dict[tuple[tuple[str, str], ...], float]:
        """The present values by their labels, without the metric's name."""
        data = get(f"{self.prometheus}/api/v1/query?{urlencode({'query': expression})}")
        return {
            tuple(sorted((k, v) for k, v in one["metric"].items() if k != "__name__")): float(
                one["value"][1]
            )
            for one in data["data"]["result"]
        }

    def by_unit(self, expression: str) -> dict[str, float]:
        """The present values by unit alone."""
        return {dict(labels)["unit"]: value for labels, value in self.query(expression).items()}


def get(url: str) -> Any:
    """The JSON that is there."""
    with urlopen(url, timeout=5) as answer:
        return json.load(answer)


def wait_for(what: str, seen: Callable[[], object], seconds: float = 20) -> None:
    """Until `seen` is true. Raises AssertionError when it takes too long."""
    end = time.monotonic() + seconds
    while True:
        try:
            if seen():
                return
        except (URLError, ConnectionError, TimeoutError):
            pass
        assert time.monotonic() < end, f"after {seconds} s still not: {what}"
        time.sleep(0.1)


@contextmanager
def watching(
    folder: Path, callcheck: str, token: str, inbox: Inbox, prometheus: str, alertmanager: str
) -> Iterator[Chain]:
    """Prometheus on `callcheck` (host:port), Alertmanager behind it, the inbox behind that."""
    ports = free_port(), free_port()
    chain = Chain(*(f"http://127.0.0.1:{port}" for port in ports))
    settings = _prometheus(folder, callcheck, token, ports[1])
    with (
        notifying(folder, ports[1], inbox, alertmanager),
        _running(
            folder / "prometheus.log", prometheus,
            f"--config.file={settings}", f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{ports[0]}", "--rules.alert.resend-delay=1s",
        ),
    ):  # fmt: skip
        yield chain


@contextmanager
def notifying(folder: Path, port: int, inbox: Inbox, alertmanager: str) -> Iterator[None]:
    """Alertmanager on our routes, which all lead to the inbox."""
    text = re.sub(r"\w+\.example\.org", f"127.0.0.1:{inbox.port}", with_receivers("webhook"))
    with alerting(folder, port, text, alertmanager):
        yield


@contextmanager
def alerting(folder: Path, port: int, text: str, alertmanager: str) -> Iterator[None]:
    """Alertmanager on a configuration, made impatient."""
    path = folder / "alertmanager.yml"
    text = re.sub(r"(?m)^(\s*group_(?:wait|interval):) \w+$", r"\1 1s", text)
    path.write_text(text, encoding="utf-8")
    with _running(
        folder / "alertmanager.log", alertmanager, f"--config.file={path}",
        f"--storage.path={folder / 'alertmanager'}", "--cluster.listen-address=",
        f"--web.listen-address=127.0.0.1:{port}",
    ):  # fmt: skip
        yield


@contextmanager
def _running(log: Path, *command: str) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(["nice", *command], stdout=out, stderr=out)
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


def _prometheus(folder: Path, callcheck: str, token: str, alertmanager: int) -> Path:
    """Our configuration and rules, impatient; returns the path of the former."""
    secret = folder / "metrics.token"
    secret.write_text(token, encoding="utf-8")
    for name in ("prometheus.yml", "rules.yml", "alerts.yml"):
        text = (PROMETHEUS / name).read_text(encoding="utf-8")
        text = re.sub(r"(?m)^(\s*(?:\w+_)?interval:) \w+$", r"\1 1s", text)
        text = re.sub(r"(?m)^(\s*for:) 1m\b", r"\1 2s", text)
        text = text.replace("/run/secrets/metrics_token", str(secret))
        text = text.replace("callcheck:9876", callcheck)
        text = text.replace("alertmanager:9093", f"127.0.0.1:{alertmanager}")
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "prometheus.yml"
