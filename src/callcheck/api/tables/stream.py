"""`/api/v1/live/stream`: the ringing calls as server-sent events, for a wallboard.

An event `ringing` whenever a call begins or stops to ring or a ring number changes; its data is
the whole list. Between them FastAPI keeps the line open with a comment.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from callcheck.api.auth import Access, Reads
from callcheck.api.shared import backend_of, problems, settings_of, visible_open_calls
from callcheck.api.tables import rows as flat

router = APIRouter(prefix="/api/v1", tags=["calls"])
EVERY = 0.5
"""Seconds between two looks."""


@router.get("/live/stream", response_class=EventSourceResponse, responses=problems(401, 403))
async def stream(request: Request, access: Reads) -> AsyncIterator[ServerSentEvent]:
    """Calls from outside that ring now, sent anew at every change."""
    last = None
    while True:
        rows = await run_in_threadpool(_ringing, request, access)
        now = [(row["pbx"], row["call_id"], row["extension"], row["ring"]) for row in rows]
        if now != last:
            yield ServerSentEvent(event="ringing", data={"items": rows})
            last = now
        await asyncio.sleep(EVERY)


def _ringing(request: Request, access: Access) -> list[flat.Row]:
    open_calls = visible_open_calls(request, access)
    return flat.ringing(open_calls, settings_of(request), backend_of(request).now())
