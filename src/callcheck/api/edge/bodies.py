"""Bodies of requests: who may send one, of which type, and how long it may be.

FastAPI reads a body before it looks at anything else, and parsing a long one stops the event loop,
on which the PBXs are listened to as well.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

from callcheck.api.auth import check_may_read_calls
from callcheck.api.problems import Problem

LARGEST_BODY = 64 << 10
"""Bytes of a body; an absence takes some hundred."""


class Body:
    """Receives the body of one request, and refuses a long one while it comes in."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        headers = Headers(scope=scope)
        self._receive, self._size = receive, 0
        self._declared = int(headers.get("content-length") or 0)  # the server has checked it
        self.unread = self._declared > 0 or "transfer-encoding" in headers
        """Whether more may come: such a connection cannot be used again without reading on."""

    async def __call__(self) -> Message:
        """The next piece. Raises HTTPException 413, which FastAPI passes on as it is."""
        if self._declared > LARGEST_BODY:
            raise HTTPException(413)
        message = await self._receive()
        if message["type"] == "http.request":
            self.unread = message.get("more_body", False)
            self._size += len(message.get("body", b""))
            if self._size > LARGEST_BODY:
                self.unread = True
                raise HTTPException(413)
        return message


class TokenFirst(APIRoute):
    """A route for calls and absences that looks at the token and its role, and at the type of a
    body, before it reads that body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As APIRoute has it."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            await check_may_read_calls(request)
            if self.body_field is not None:
                _check_json(request)
            return await handle(request)

        return handler


def _check_json(request: Request) -> None:
    stated = request.headers.get("content-type", "")
    kind = stated.partition(";")[0].strip().lower()
    if kind != "application/json":
        text = "the body must be JSON: send the header Content-Type: application/json"
        raise Problem(415, text, {"Accept": "application/json"})
