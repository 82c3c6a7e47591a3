"""`callcheck run` as a process of its own, on a fake PBX: a real database, port and signals."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from tests.ami.fake_pbx import SECRET, USER, FakePbx, lines

PATIENCE = 40.0
"""Seconds after which a test gives up; nothing takes nearly as long."""
CONFIG = """\
[site]
name = "Story"
timezone = "Europe/Riga"
country = "LV"
[[pbx]]
name = "main"
host = "127.0.0.1"
port = {pbx}
username = "{user}"
secret_file = "ami.secret"
trunks = ["PJSIP/trunk*"]
[store]
url = "sqlite:///calls.db"
[http]
listen = "127.0.0.1:{http}"
[[unit]]
id = "registry"
title = "Registry"
[[unit.member]]
extension = "201"
numbers = ["67000201"]
"""


class Household:
    """One folder with a configuration; `running` starts callcheck in it, again and again."""

    def __init__(self, folder: Path, pbx: FakePbx) -> None:
        self.folder, self.pbx = folder, pbx
        self.database = folder / "calls.db"
        self.http = free_port()
        self._calls = 0
        pbx.answers["Ping"] = lambda _: f"Response: Success|@|Ping: Pong|Timestamp: {time.time()}"
        secret = folder / "ami.secret"
        secret.write_text(SECRET, encoding="utf-8")
        secret.chmod(0o600)
        text = CONFIG.format(pbx=pbx.port, http=self.http, user=USER)
        (folder / "callcheck.toml").write_text(text, encoding="utf-8")

    @asynccontextmanager
    async def running(self, before: str = "") -> AsyncIterator[Running]:
        """callcheck, with some Python `before` it that makes something fail."""
        code = f"{before}\nfrom callcheck.__main__ import main\nmain()"
        config = str(self.folder / "callcheck.toml")
        with (self.folder / "stderr").open("wb") as stderr:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", code, "run", "--config", config,
                stderr=stderr, stdout=stderr, cwd=self.folder,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
            )  # fmt: skip
        try:
            yield Running(self, process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def rows(self) -> int:
        """How many calls the database file holds."""
        with closing(sqlite3.connect(self.database)) as database:
            found: int = database.execute("SELECT count(*) FROM calls").fetchone()[0]
        return found

    def calls(self, n: int) -> None:
        """`n` calls from outside that nobody answered."""
        for call in range(self._calls, self._calls + n):
            self.pbx.send(born(call) + hung_up(call))
        self._calls += n


class Running:
    """A callcheck that runs."""

    def __init__(self, house: Household, process: asyncio.subprocess.Process) -> None:
        self.house, self.process = house, process

    @property
    def log(self) -> str:
        return (self.house.folder / "stderr").read_text("utf-8")

    async def get(self, path: str) -> tuple[int, str]:
        """Status and text of an answer; (0, why) if there is none."""
        return await asyncio.to_thread(fetch, f"http://127.0.0.1:{self.house.http}{path}")

    async def readyz(self) -> tuple[int, Any]:
        status, text = await self.get("/readyz")
        return status, json.loads(text) if status else text

    async def metric(self, name: str) -> float:
        """The value of the first series of a metric, summed over its labels."""
        _, text = await self.get("/metrics")
        found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
        return sum(map(float, found))

    async def ready(self) -> None:
        await self.until(self._is_ready)

    async def _is_ready(self) -> bool:
        return (await self.readyz())[0] == 200

    async def says(self, text: str, times: int = 1) -> None:
        """Waits until the log has a text so many times."""

        async def said() -> bool:
            return self.log.count(text) >= times

        await self.until(said)

    async def until(self, true: Callable[[], Any]) -> None:
        end = time.monotonic() + PATIENCE
        while not await true():
            assert time.monotonic() < end, self.log
            assert self.process.returncode is None, self.log
            await asyncio.sleep(0.05)

    async def stored(self, n: float) -> None:
        """Waits until so many calls are stored."""

        async def all_there() -> bool:
            return await self.metric("callcheck_calls_total") == n

        await self.until(all_there)

    async def pending(self, n: float) -> None:
        """Waits until so many calls wait to be stored."""

        async def so_many() -> bool:
            return await self.metric("callcheck_store_pending") == n

        await self.until(so_many)

    async def ended(self) -> tuple[int, str]:
        """Waits for its end: its status, and the sentence that it ended with."""
        status = await asyncio.wait_for(self.process.wait(), PATIENCE)
        said = [line for line in self.log.splitlines() if line.startswith("callcheck: ")]
        return status, said[-1] if said else self.log

    async def stop(self) -> tuple[int, str]:
        """Stops it as systemd does."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()


def born(call: int) -> bytes:
    """A call from outside arrives."""
    return _event("Newchannel", call, "ChannelState: 4|CallerIDNum: 67999000|Exten: 67000201")


def hung_up(call: int) -> bytes:
    """Its caller hangs up."""
    return _event("Hangup", call, "ChannelState: 4|Exten: 67000201|Cause: 16")


def _event(name: str, call: int, headers: str) -> bytes:
    unique = f"1795000000.{call + 1}"
    return lines(
        f"Event: {name}|Privilege: call,all|Timestamp: {time.time():.6f}|"
        f"Channel: PJSIP/trunk-{call:08x}|Context: from-trunk|{headers}|"
        f"Uniqueid: {unique}|Linkedid: {unique}"
    )


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
