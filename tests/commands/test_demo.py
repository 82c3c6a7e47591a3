"""`callcheck demo` as a process: it prints verdicts, and Ctrl-C ends it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "callcheck", "demo", "--folder", str(folder / "demo")]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
            assert process.returncode == 0
        finally:
            process.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def lines_until(process: subprocess.Popen[str], pattern: str) -> list[str]:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if re.search(pattern, line):
            return lines
    raise AssertionError(f"ended without {pattern}: {lines}")


def test_it_prints_a_line_for_each_verdict_and_never_a_caller(tmp_path: Path) -> None:
    listen = f"127.0.0.1:{free_port()}"
    verdict = r"^\d\d:\d\d:\d\d  inbound +\d{3} .* (met|breached|exempt|unknown) "
    with demo(tmp_path, "--speed", "300", "--listen", listen) as process:
        said = "".join(lines_until(process, verdict))
    assert f"http://{listen}/docs" in said
    assert f"API and metrics at http://{listen}\n" in said
    assert not re.search(r"\+371|\b[26]\d{7}\b", said)


def test_the_pbx_alone_says_how_to_listen_to_it(tmp_path: Path) -> None:
    with demo(tmp_path, "--pbx-only", "--port", "0") as process:
        said = "".join(lines_until(process, "Ctrl-C"))
        assert f"callcheck run --config {tmp_path}" in said
        assert "minutes pass without a call" in said
        port = re.search(r"127\.0\.0\.1:(\d+)", said)
        assert port
        with socket.create_connection(("127.0.0.1", int(port[1])), timeout=10) as connection:
            assert connection.recv(100).startswith(b"Asterisk Call Manager/")
    config = tmp_path / "demo" / "callcheck.toml"
    assert f"port = {port[1]}" in config.read_text("utf-8")


def pbx_clock(connection: socket.socket) -> float:
    """What the PBX's clock says, in a Pong."""
    connection.sendall(b"Action: Ping\r\n\r\n")
    said = b""
    while not (found := re.search(rb"Ping: Pong\r\nTimestamp: ([\d.]+)\r\n", said)):
        said += connection.recv(65536)
    return float(found[1])


def test_the_clock_of_the_pbx_alone_is_never_set(tmp_path: Path) -> None:
    """A separate callcheck compares it with its own: a faster clock would be "set" all the time."""
    with demo(tmp_path, "--pbx-only", "--port", "0") as process:
        said = "".join(lines_until(process, r"127\.0\.0\.1:\d+"))
        port = re.search(r"127\.0\.0\.1:(\d+)", said)
        assert port
        secret = (tmp_path / "demo" / "ami.secret").read_text("utf-8").strip()
        login = f"Action: Login\r\nUsername: callcheck\r\nSecret: {secret}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", int(port[1])), timeout=10) as connection:
            connection.sendall(login.encode())
            first, here = pbx_clock(connection), time.time()
            time.sleep(1.5)
            assert abs((pbx_clock(connection) - first) - (time.time() - here)) < 1.5


def test_an_address_that_is_taken_is_one_line_without_a_welcome(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-m", "callcheck", "demo", "--listen", listen, "--folder",
             str(tmp_path)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"callcheck: cannot listen on {listen} (")
    assert done.stderr.endswith("Choose another address with --listen\n")
    assert done.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "callcheck", "demo", "--pbx-only", "--port", port]
        done = subprocess.run(
            [*command, "--folder", str(tmp_path)], capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(f"callcheck: the demo PBX cannot use port {port} (")
    assert done.stderr.count("\n") == 1
