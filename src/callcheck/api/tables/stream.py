"""`/api/v1/live/stream`: ringing calls as server-sent events, for a wallboard.

An event `ringing` is sent when a call starts or stops ringing and when a ring number changes; its
data is the whole list. In between, FastAPI sends comments that keep the connection open.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from callcheck.api.auth import Access, CallAccess
from callcheck.api.shared import backend_of, problems, settings_of, visible_open_calls
from callcheck.api.tables import rows as table_rows

router = APIRouter(prefix="/api/v1", tags=["calls"])
EVERY = 0.5
"""Seconds between two checks."""


@router.get("/live/stream", response_class=EventSourceResponse, responses=problems(401, 403))
async def stream(request: Request, access: CallAccess) -> AsyncIterator[ServerSentEvent]:
    """Inbound calls that are ringing; the whole list is sent at every change."""
    last = None
    while True:
        rows = await run_in_threadpool(_ringing, request, access)
        now = [(row["pbx"], row["call_id"], row["extension"], row["ring"]) for row in rows]
        if now != last:
            yield ServerSentEvent(event="ringing", data={"items": rows})
            last = now
        await asyncio.sleep(EVERY)


def _ringing(request: Request, access: Access) -> list[table_rows.Row]:
    open_calls = visible_open_calls(request, access)
    return table_rows.ringing(open_calls, settings_of(request), backend_of(request).now())
