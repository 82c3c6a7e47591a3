"""The API behind uvicorn on a real socket, set up as `callcheck run` does."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

from callcheck.api.edge.server import Server


@contextlib.asynccontextmanager
async def listening(api: Any) -> AsyncIterator[str]:
    """Its address, without a slash at the end."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        server = Server(api)
        task = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
