"""The HTTP server, uvicorn, with its bounds: `callcheck run` and the tests start this one."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Iterator
from typing import Any

import anyio.to_thread
import uvicorn

from callcheck.api.edge.door import Door
from callcheck.api.edge.protocol import LARGEST_HEAD, BoundedProtocol

log = logging.getLogger(__name__)

AT_ONCE = 32
"""Connections that are accepted without a look at the PBXs in between."""
BACKLOG = 1024
"""Connections that may wait to be accepted; who finds no place there tries again after a second."""
BETWEEN_REQUESTS = 5
"""Seconds that a connection is kept without a request."""
THREADS = 6
"""Requests that are worked on at a time; others wait their turn. The event loop takes turns with
every thread that computes, so the 40 of AnyIO kept events waiting for a fifth of a second."""
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
                backlog=AT_ONCE,
                h11_max_incomplete_event_size=LARGEST_HEAD,
                timeout_keep_alive=BETWEEN_REQUESTS,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self.server_state = Door()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to serve, and logs where."""
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        await super().startup(sockets)
        for listening in sockets or ():
            listening.listen(BACKLOG)  # asyncio has one number for both
            host, port = listening.getsockname()[:2]
            log.info("API and metrics at http://%s:%d", f"[{host}]" if ":" in host else host, port)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
