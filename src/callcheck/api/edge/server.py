"""The HTTP server, uvicorn, with its bounds: `callcheck run` and the tests start this one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import uvicorn

from callcheck.api.edge.protocol import BoundedProtocol

GRACE = 1
"""Seconds that answers get when the program stops; the stream of a wallboard never ends itself."""


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: the program has its own."""

    def __init__(self, app: Any) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedProtocol,
                ws="none",
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=GRACE,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
