"""The API behind uvicorn on a real socket, set up as `callcheck run` does."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI


@contextlib.asynccontextmanager
async def listening(api: FastAPI) -> AsyncIterator[str]:
    """Its address, without a slash at the end."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        config = uvicorn.Config(api, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
        task = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
