"""The HTTP server, uvicorn, with its bounds: `callcheck run` and the tests start this one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import uvicorn

from callcheck.api.edge.door import Door
from callcheck.api.edge.protocol import LARGEST_HEAD, BoundedProtocol

BACKLOG = 128
"""Connections that wait to be accepted. asyncio accepts so many at once, without a look at the
PBXs in between."""
BETWEEN_REQUESTS = 5
"""Seconds that a connection is kept without a request."""
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
                backlog=BACKLOG,
                h11_max_incomplete_event_size=LARGEST_HEAD,
                timeout_keep_alive=BETWEEN_REQUESTS,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self.server_state = Door()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
