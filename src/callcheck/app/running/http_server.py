"""Serves the API on its port. While that is taken, the rest of the program goes on."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from typing import Any

from callcheck.api.edge.server import Server

log = logging.getLogger(__name__)

FIRST_RETRY, LONGEST_RETRY = 1.0, 15.0
"""Seconds until a port that cannot be had is tried again."""


class HttpServer:
    """The server of one application. `run` serves until `stop`, and may be called again."""

    def __init__(self, host: str, port: int, api: Any) -> None:
        self._host, self._port, self._api = host, port, api
        self._server: Server | None = None
        self._binding: asyncio.Task[socket.socket] | None = None

    async def run(self) -> None:
        """Serves until `stop`."""
        self._binding = asyncio.create_task(self._bound())
        try:
            listening = await self._binding
        except asyncio.CancelledError:
            if self._binding.cancelled():  # by `stop`, or with us
                return
            raise
        self._server = Server(self._api)
        try:
            await self._server.serve(sockets=[listening])
        finally:
            self._server = None
            listening.close()

    def stop(self) -> None:
        """Ends `run` as soon as the requests under way are answered."""
        if self._server is not None:
            self._server.should_exit = True
        elif self._binding is not None:
            self._binding.cancel()

    async def _bound(self) -> socket.socket:
        """The listening socket, however long it takes until the port is free."""
        pause, refused = FIRST_RETRY, False
        while True:
            try:
                bound = bind(self._host, self._port)
            except OSError as error:
                if not refused:
                    log.error(
                        "cannot listen on %s:%d (%s), so there is no API and no /metrics: calls "
                        "are followed all the same, and the port is tried again; is another "
                        "callcheck running? Else change listen under [http]",
                        self._host, self._port, why(error),
                    )  # fmt: skip
                refused = True
            else:
                if refused:
                    log.warning("listening on %s:%d now", self._host, self._port)
                return bound
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_RETRY)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError if the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.create_server((host, port), family=family, backlog=128)
    # asyncio does this for sockets it creates itself; without it a kept connection waits 40 ms for
    # the second packet of each response
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def why(error: OSError) -> str:
    """The reason alone; the messages of asyncio and socket repeat the address."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
