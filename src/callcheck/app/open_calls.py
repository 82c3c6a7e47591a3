"""The calls that are going on, for the API's threads: one look serves all who ask meanwhile.

Only the event loop's thread may read a tracker, and the PBXs wait while it does: a look at 500 open
calls takes as long as 500 calls that end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from threading import Lock
from typing import Any

from callcheck.calls.model import Call

PATIENCE = 5.0
"""Seconds to wait for the event loop."""


class OpenCalls:
    """Looks at most once in `fresh` seconds, on the event loop. Call it in any other thread."""

    def __init__(
        self,
        look: Callable[[], Coroutine[Any, Any, Sequence[Call]]],
        loop: asyncio.AbstractEventLoop,
        fresh: float,
    ) -> None:
        self._look, self._loop, self._fresh = look, loop, fresh
        self._lock = Lock()
        self._found: Sequence[Call] = ()
        self._until = 0.0

    def __call__(self) -> Sequence[Call]:
        """Newest first. Raises TimeoutError if the event loop has no time."""
        with self._lock:
            if time.monotonic() >= self._until:
                looking = asyncio.run_coroutine_threadsafe(self._look(), self._loop)
                self._found = looking.result(PATIENCE)
                self._until = time.monotonic() + self._fresh
            return self._found
