"""Work that may wait for a stranger's server, done beside the event loop.

Unlike `asyncio.to_thread` it never holds up the end of the program: what has not come by then is
not waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T]) -> T:
    """The result of `work`, which runs in a thread of its own."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            done = work()
        except BaseException as error:
            tell(result.set_exception, error)
        else:
            tell(result.set_result, done)

    def tell(how: Callable[..., None], what: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody wants to know any more
            loop.call_soon_threadsafe(lambda: None if result.done() else how(what))

    Thread(target=run, daemon=True, name="callcheck-aside").start()
    return await result
