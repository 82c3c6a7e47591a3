"""The outermost layer: refuses what is not from here, and lets no failure out unexplained.

Its log names the method, the route's template and the status, never an address asked for, so
that no number and no call id is in it. A failure is logged by its type and place, without its
text, which may quote data.
"""

from __future__ import annotations

import logging
from traceback import extract_tb

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcheck.api.auth import why_not_loopback
from callcheck.api.problems import problem

log = logging.getLogger(__name__)


class Guard:
    """ASGI middleware. `loopback_only` where no token is configured."""

    def __init__(self, app: ASGIApp, loopback_only: bool) -> None:
        self._app, self._loopback_only = app, loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        refusal = why_not_loopback(scope) if self._loopback_only else None
        if refusal:
            await problem(403, refusal)(scope, receive, answer)
        else:
            await self._serve(scope, receive, answer)
        route = getattr(scope.get("route"), "path", "(no route)")
        level = logging.INFO if answer.status >= 400 else logging.DEBUG
        log.log(level, "%s %s %d", scope["method"], route, answer.status)

    async def _serve(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            place = extract_tb(error.__traceback__)[-1]
            log.error("%s in %s:%s", type(error).__name__, place.filename, place.lineno)
            if answer.status:
                raise
            text = "this is a fault in callcheck; its log says where, please report it"
            await problem(500, text)(scope, receive, answer)


class _Answer:
    """Sends on, remembers the status, and adds the headers that every answer has."""

    def __init__(self, send: Send) -> None:
        self._send, self.status = send, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.setdefault("Cache-Control", "no-store")
            headers.setdefault("X-Content-Type-Options", "nosniff")
        await self._send(message)
