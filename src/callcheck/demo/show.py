"""Runs the demo: the PBX, callcheck on it, and a printed line for each verdict."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from callcheck.app.house import run
from callcheck.app.running.http_server import bind, why
from callcheck.app.running.supervisor import AppError
from callcheck.app.signals import run_until_stopped
from callcheck.calls.model import Micros
from callcheck.config import Config, ConfigErrors, load
from callcheck.demo.folder import prepare_folder, secret_in
from callcheck.demo.pbx import DemoPbx
from callcheck.judging.figures import SavedCall
from callcheck.times import local

WELCOME = """\
callcheck listens to a demo PBX: a working day of a small ministry at {speed:g} times real time.

  metrics  http://{listen}/metrics
  API      http://{listen}/docs
  calls    http://{listen}/api/v1/calls
  folder   {folder} (configuration, database)

Ctrl-C ends it. One line for each call that ends:
"""
ALONE = """\
A demo PBX speaks AMI at {host}:{port}, at {speed:g} times real time. Listen to it with

  callcheck run --config {config}

{pace}Ctrl-C ends it.
"""
SLOW = "At real speed minutes pass without a call.\n"


def show(folder: Path, listen: str, speed: float, port: int) -> int:
    """Runs the demo PBX and callcheck until Ctrl-C. Returns the exit status."""

    async def work(stop: asyncio.Event) -> None:
        prepare_folder(folder, port, listen)
        pbx = DemoPbx(secret_in(folder), speed=speed, port=port)
        async with _serving(pbx):
            config = load(prepare_folder(folder, pbx.port, listen), os.environ)
            _check_port(config)
            print(WELCOME.format(speed=speed, listen=listen, folder=folder), flush=True)

            # the demo's clock is fast: beside the real one, every Ping would show it to be set
            def clock() -> Micros:
                return round(pbx.now * 1_000_000)

            await run(config, stop, _VerdictPrinter(config).print_saved, clock)

    return run_until_stopped(work, AppError, ConfigErrors, OSError)


def play_alone(folder: Path, listen: str, speed: float, port: int) -> int:
    """Runs only the demo PBX until Ctrl-C. Returns the exit status."""

    async def work(stop: asyncio.Event) -> None:
        config = prepare_folder(folder, port, listen)
        pbx = DemoPbx(secret_in(folder), speed=speed, port=port)
        async with _serving(pbx):
            prepare_folder(folder, pbx.port, listen)
            pace = SLOW if speed <= 1 else ""
            text = ALONE.format(host=pbx.host, port=pbx.port, speed=speed, config=config, pace=pace)
            print(text, flush=True)
            await stop.wait()

    return run_until_stopped(work, AppError, OSError)


def _check_port(config: Config) -> None:
    """Raises AppError if the address of the API is taken: the demo shows nothing without it."""
    host, port = config.http.host, config.http.port
    try:
        bind(host, port).close()
    except OSError as error:
        raise AppError(
            f"cannot listen on {host}:{port} ({why(error)}); is another callcheck running? "
            "Choose another address with --listen"
        ) from error


@asynccontextmanager
async def _serving(pbx: DemoPbx) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(pbx.serving())
        except OSError as error:
            raise AppError(
                f"the demo PBX cannot use port {pbx.port} ({os.strerror(error.errno or 0)}); "
                "choose another with --port"
            ) from error
        yield


class _VerdictPrinter:
    """Prints one line per judged call: who was called, never who called."""

    def __init__(self, config: Config) -> None:
        self._zone = config.site.zone
        self._names = {party.extension: party.name for party in config.parties}
        self._lock = threading.Lock()

    def print_saved(self, saved: Sequence[SavedCall]) -> None:
        """Prints calls that have just been stored. Runs on the writer's thread."""
        with self._lock:
            for one in saved:
                print(self._line(one), flush=True)

    def _line(self, saved: SavedCall) -> str:
        call, finding = saved.call, saved.findings[0]
        at = local(call.started_at, self._zone)
        who = call.extension or "-"
        name = self._names.get(who, "")
        return (
            f"{at:%H:%M:%S}  {call.direction:8}  {who:>4} {name:8} {call.disposition:11} "
            f"{finding.result:8}  {finding.reason}"
        )
