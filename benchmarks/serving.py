"""A store's address in, a callcheck serving it in its own process out, and how to ask it."""

from __future__ import annotations

import asyncio
import http.client
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.latency import free_port
from benchmarks.many_calls import extensions, unit_ids
from benchmarks.processes import SPAWN, pin
from callcheck.config import Config, load


def configured(folder: Path, url: str) -> Config:
    """The configuration of a ministry on this store; its file is in the folder."""
    text = _TOML.format(port=free_port(), listen=free_port(), url=url)
    for n, unit in enumerate(unit_ids()):
        text += f'[[unit]]\nid = "{unit}"\ntitle = "{unit}"\n'
        for extension in extensions(n):
            text += f'[[unit.member]]\nextension = "{extension}"\nnumbers = ["67{extension}"]\n'
    (folder / "callcheck.toml").write_text(text, encoding="utf-8")
    return _loaded(folder)


def _loaded(folder: Path) -> Config:
    return load(folder / "callcheck.toml", {**os.environ, "CALLCHECK_BENCH_SECRET": "bench"})


@contextmanager
def served(folder: Path) -> Iterator[Callable[[str], bytes]]:
    """A running callcheck, and how to ask it."""
    http_at = _loaded(folder).http
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(theirs, folder))
    process.start()
    theirs.close()
    pin(1)
    connection = http.client.HTTPConnection(http_at.host, http_at.port, timeout=60)

    def get(path: str) -> bytes:
        connection.request("GET", path)
        answer = connection.getresponse()
        page = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {page[:300]!r}")
        return page

    ours.recv()
    try:
        yield get
    finally:
        connection.close()
        ours.send("stop")
        process.join(20)


def _serve(pipe: Connection, folder: Path) -> None:
    import logging

    pin(0)
    logging.getLogger("callcheck").setLevel(logging.CRITICAL)
    asyncio.run(_live(pipe, _loaded(folder)))


async def _live(pipe: Connection, config: Config) -> None:
    from callcheck.app.house import House

    house, stop = House(config), asyncio.Event()
    living = asyncio.create_task(house.live(stop))
    while not _listens(config):
        await asyncio.sleep(0.05)
    pipe.send("ready")
    asking = asyncio.get_running_loop().run_in_executor(None, pipe.recv)
    await asking
    stop.set()
    await living


def _listens(config: Config) -> bool:
    import socket

    try:
        socket.create_connection((config.http.host, config.http.port), 0.2).close()
    except OSError:
        return False
    return True


_TOML = """\
[site]
name = "Ministry"
timezone = "Europe/Riga"
country = "LV"
[[pbx]]
name = "main"
port = {port}
username = "callcheck"
secret_env = "CALLCHECK_BENCH_SECRET"
trunks = ["PJSIP/trunk*"]
[store]
url = "{url}"
[http]
listen = "127.0.0.1:{listen}"
[privacy]
callers = "plain"
keep_calls_days = 36500
"""
