"""`/api/v1/live/stream`: ringing calls as server-sent events, for a wallboard.

An event `ringing` is sent when a call starts or stops ringing and when a ring number changes; its
data is the whole list. In between, comments keep the connection open.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from callcheck.api.auth import CallAccess
from callcheck.api.backend import ApiSettings, Backend
from callcheck.api.problems import Problem
from callcheck.api.shared import problems
from callcheck.api.tables import board as boards
from callcheck.api.tables import rows as table_rows

router = APIRouter(prefix="/api/v1", tags=["calls"])
_TYPE = "text/event-stream"
_TEXT = {"type": "string"}
_EVENT = {
    "type": "object",
    "properties": {
        "data": _TEXT, "event": _TEXT, "id": _TEXT, "retry": {"type": "integer", "minimum": 0},
    },
}  # fmt: skip
_FULL = {**problems(503)[503], "description": "too many clients watch already; try again later"}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {_TYPE: {"itemSchema": _EVENT}}},
    **problems(401, 403),
    503: _FULL,
}


class Events(StreamingResponse):
    """What one watcher is sent. Its place is free again when the response ends."""

    media_type = _TYPE

    def __init__(self, board: boards.Board, watcher: boards.Watcher) -> None:
        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}  # nginx would wait
        super().__init__(_texts(watcher), headers=headers)
        self._board, self._watcher = board, watcher

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As StreamingResponse has it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._board.leave(self._watcher)


def board_of(settings: ApiSettings, backend: Backend) -> boards.Board:
    """The list of the ringing calls of all units."""
    return boards.Board(
        lambda: table_rows.ringing(backend.unanswered_calls(), settings, backend.now())
    )


@router.get(
    "/live/stream", status_code=200, response_class=Events, response_model=None,
    responses=_ANSWERS,
)  # fmt: skip
async def stream(request: Request, access: CallAccess) -> Events:
    """Inbound calls that are ringing; the whole list is sent at every change."""
    board: boards.Board = request.app.state.board
    watcher = board.join(access.unit)
    if watcher is None:
        text = f"{boards.MOST_WATCHERS} clients watch the ringing calls already; close one"
        raise Problem(503, text, {"Retry-After": "30", "Connection": "close"})
    return Events(board, watcher)


async def _texts(watcher: boards.Watcher) -> AsyncIterator[bytes]:
    while True:
        yield await watcher.next()
