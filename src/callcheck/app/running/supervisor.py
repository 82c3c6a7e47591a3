"""Keeps the parts of the program going: no task ends without a word, and none ends the others.

A part that fails is started again. If that cannot help, the program stops in order and says why.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import PurePath
from traceback import extract_tb

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds until a part that failed is started again; each time twice as many."""
Work = Callable[[], Awaitable[None]]


class AppError(Exception):
    """callcheck cannot start, or cannot go on. The message says why and what to do."""


class CannotGoOn(Exception):
    """Raised by a part that cannot be started again. The message is a sentence."""


class Supervisor:
    """The tasks of a running program."""

    def __init__(self, first_pause: float = FIRST_PAUSE) -> None:
        self.tasks: list[asyncio.Task[None]] = []
        self._first_pause = first_pause
        self._stopping = asyncio.Event()
        self._failed = asyncio.Event()
        self._why: str | None = None

    def keep(self, name: str, work: Work) -> None:
        """Starts a part that is to run until the program stops, and again whenever it ends."""
        self.tasks.append(asyncio.create_task(self._keep(name, work), name=name))

    async def until(self, stop: asyncio.Event) -> str | None:
        """Waits for `stop`, or for a part that cannot be started again, and gives its sentence."""
        waits = [asyncio.create_task(event.wait()) for event in (stop, self._failed)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return self._why

    def stopping(self) -> None:
        """From here on parts may end."""
        self._stopping.set()

    async def end(self, within: float) -> None:
        """Waits for the parts to end, and cancels those that take longer."""
        if not self.tasks:
            return
        _, late = await asyncio.wait(self.tasks, timeout=within)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _keep(self, name: str, work: Work) -> None:
        pause = self._first_pause
        while True:
            began = time.monotonic()
            try:
                await work()
                trouble = "ended by itself"
            except CannotGoOn as error:
                self._fail(str(error))
                return
            except (Exception, SystemExit) as error:  # uvicorn leaves with the latter
                trouble = f"failed ({where(error)})"
            if self._stopping.is_set():
                return
            if time.monotonic() - began > LONGEST_PAUSE:
                pause = self._first_pause
            log.error(
                "%s %s: please report this; it is started again in %g s", name, trouble, pause
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
                return
            pause = min(2 * pause, LONGEST_PAUSE)

    def _fail(self, why: str) -> None:
        log.critical("callcheck stops: %s", why)
        self._why = why
        self._failed.set()


def where(error: BaseException) -> str:
    """The kind of an error and its place in the source. Its text may hold a caller's number."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    frames = extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} in {PurePath(frames[-1].filename).name}:{frames[-1].lineno}"
