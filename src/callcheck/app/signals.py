"""Runs a program on an event loop until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable

Work = Callable[[asyncio.Event], Awaitable[None]]


def run_until_stopped(work: Work, *failures: type[Exception]) -> int:
    """Runs `work`, which must end when its event is set. Returns the exit status.

    Any of `failures` is printed as one line and gives status 1.
    """
    try:
        asyncio.run(_with_signals(work))
    except failures as error:
        os_error = isinstance(error, OSError) and error.errno
        print(f"callcheck: {os.strerror(os_error) if os_error else error}", file=sys.stderr)
        return 1
    return 0


async def _with_signals(work: Work) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    await work(stop)
