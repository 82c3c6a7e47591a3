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
from callcheck.api.shared import house_of, ports_of, problems
from callcheck.api.tables import rows as flat
from callcheck.api.tables.routes import visible

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
    ports = ports_of(request)
    return flat.ringing(visible(ports, access), house_of(request), ports.now())
