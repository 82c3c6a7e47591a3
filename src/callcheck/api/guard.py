"""The outermost layer of the API: refuses non-local requests, answers HEAD, explains failures.

Every failure becomes a problem response. The log names the method, the route's template and the
status (or why it was refused), never the path that was requested, so that it holds no numbers and
no call ids. A failure
is logged by its type and place without its text, which may quote data.
"""

from __future__ import annotations

import asyncio
import logging
from traceback import extract_tb

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcheck.api.auth import why_not_loopback
from callcheck.api.edge.bodies import Body
from callcheck.api.problems import problem

log = logging.getLogger(__name__)


class GuardMiddleware:
    """ASGI middleware. Set `loopback_only` when no token is configured."""

    def __init__(self, app: ASGIApp, loopback_only: bool) -> None:
        self._app, self._loopback_only = app, loopback_only
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] != "/healthz":
            # one at a time begins: of a thousand that come at once, the event loop would begin all
            # before it looks at the PBXs again
            async with self._turn:
                await asyncio.sleep(0)
        method = scope["method"]
        body = Body(scope, receive)
        response = _Response(send, body, headers_only=method == "HEAD")
        if method == "HEAD":
            # FastAPI routes answer only GET; RFC 9110, section 9.3.2 wants GET's headers
            scope = {**scope, "method": "GET"}
        refusal = why_not_loopback(scope) if self._loopback_only else None
        if refusal:
            await problem(403, refusal)(scope, body, response)
            log.info("%s refused: %s", method, refusal)  # before any route: it has none to name
            return
        await self._serve(scope, body, response)
        route = getattr(scope.get("route"), "path_format", "(no route)")
        level = logging.INFO if response.status >= 400 else logging.DEBUG
        log.log(level, "%s %s %d", method, route, response.status)

    async def _serve(self, scope: Scope, receive: Receive, response: _Response) -> None:
        try:
            await self._app(scope, receive, response)
        except Exception as error:
            place = extract_tb(error.__traceback__)[-1]
            log.error("%s in %s:%s", type(error).__name__, place.filename, place.lineno)
            if response.status:
                raise
            text = "this is a fault in callcheck; its log says where, please report it"
            await problem(500, text)(scope, receive, response)


class _Response:
    """Passes a response on, remembers its status and adds the headers that every response has.

    A connection on which more of a `body` may come is closed after the response: nothing of what
    comes then is read. With `headers_only` the response ends after its headers: the event stream
    has no end of its own, and it stops as soon as the server reports the request as finished.
    """

    def __init__(self, send: Send, body: Body, *, headers_only: bool) -> None:
        self._send, self._body, self._headers_only, self.status = send, body, headers_only, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.setdefault("Cache-Control", "no-store")
            headers.setdefault("X-Content-Type-Options", "nosniff")
            if self._body.unread:
                headers["Connection"] = "close"
            await self._send(message)
            if self._headers_only:
                await self._send({"type": "http.response.body", "body": b""})
        elif not self._headers_only:
            await self._send(message)
