"""A loaded configuration in, an exit status out, when Ctrl-C or SIGTERM has ended the work."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from callcheck.app.house import AppError, run
from callcheck.config import Config, Pbx
from callcheck.journal.record import RecordError
from callcheck.journal.record import record as write_stream


def run_until_told(config: Config) -> int:
    """`callcheck run`."""

    async def work(stop: asyncio.Event) -> None:
        await run(config, stop)

    return until_told(work, AppError)


def record_until_told(config: Config, pbx_name: str | None, file: Path, *, force: bool) -> int:
    """`callcheck record`."""
    named: dict[str, Pbx] = {pbx.name: pbx for pbx in config.pbxs}
    pbx = named.get(pbx_name) if pbx_name else config.pbxs[0]
    if pbx is None:
        print(f"callcheck: no [[pbx]] is named {pbx_name}; there is {', '.join(named)}",
              file=sys.stderr)  # fmt: skip
        return 1

    async def work(stop: asyncio.Event) -> None:
        if not file.exists() or force:
            print(f"recording {pbx.name} to {file}; Ctrl-C ends it", file=sys.stderr)
        events = await write_stream(pbx, file, stop, force=force)
        print(f"{events} events written to {file}", file=sys.stderr)

    return until_told(work, RecordError)


def until_told(work: Callable[[asyncio.Event], Awaitable[None]], *failures: type[Exception]) -> int:
    """Runs `work` until it ends or a signal sets its event: 0, or 1 with a line for a failure."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, stop.set)
        await work(stop)

    try:
        asyncio.run(main())
    except failures as error:
        said = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        print(f"callcheck: {said}", file=sys.stderr)
        return 1
    return 0
