"""Runs work that may wait for somebody else's server outside the event loop.

Unlike `asyncio.to_thread` it never delays the end of the program: nothing waits for the thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def run_in_daemon_thread(work: Callable[[], T]) -> T:
    """The result of `work`, which runs in a thread of its own."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            done = work()
        except BaseException as error:
            finish(result.set_exception, error)
        else:
            finish(result.set_result, done)

    def finish(set_outcome: Callable[..., None], outcome: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits for the result
            loop.call_soon_threadsafe(lambda: None if result.done() else set_outcome(outcome))

    Thread(target=run, daemon=True, name="callcheck-daemon").start()
    return await result
