"""Ringing calls: as rows, and as a stream of events over a real connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from callcheck.api.app import make_api
from callcheck.api.backend import Backend, Readiness
from callcheck.api.tables import rows as table_rows
from callcheck.calls.model import Call, Direction, TimeSource
from tests.api.house_of_cards import (
    SECOND,
    SETTINGS,
    TEN,
    TOKENS,
    ListReader,
    a_call,
    bearer,
)
from tests.api.serving import listening

WITH_TOKENS = replace(SETTINGS, tokens=TOKENS)


def ringing(call_id: str, began: int, **changes: Any) -> Call:
    return a_call(call_id, answered_at=None, ring_started_at=began, **changes)


def test_only_what_rings_unanswered_from_outside() -> None:
    answered = a_call("1")
    silent = a_call("2", answered_at=None, ring_started_at=None)
    fresh, old = ringing("3", TEN), ringing("4", TEN - 11 * SECOND, extension="301", unit="law")
    outbound = ringing("5", TEN, direction=Direction.OUTBOUND)
    untimed = ringing("6", TEN, time_source=TimeSource.NONE)
    rows = table_rows.ringing(
        [answered, silent, fresh, old, outbound, untimed], SETTINGS, TEN + 4_999_000
    )
    assert [(row["call_id"], row["name"], row["ring"], row["ringing_seconds"]) for row in rows] == [
        ("4", "Dace", 4, 15.9), ("3", "Anna", 1, 4.9),
    ]  # fmt: skip


def test_a_clock_behind_the_pbx() -> None:
    (row,) = table_rows.ringing([ringing("1", TEN)], SETTINGS, TEN - SECOND)
    assert (row["ring"], row["ringing_seconds"]) == (1, 0.0)


class Moving:
    """The calls going on, and the clock, as a test moves them."""

    def __init__(self) -> None:
        self.calls: Sequence[Call] = []
        self.now = TEN

    def backend(self) -> Backend:
        return Backend(
            ListReader([]), lambda: self.calls, Readiness, lambda: b"", lambda: self.now
        )  # fmt: skip


@asynccontextmanager
async def stream_of(moving: Moving) -> AsyncIterator[str]:
    """The address of the stream, on a real socket: a test client would wait for its end."""
    async with listening(make_api(WITH_TOKENS, moving.backend())) as url:
        yield f"{url}/api/v1/live/stream"


async def events(lines: AsyncIterator[str]) -> AsyncIterator[list[tuple[object, object]]]:
    async for line in lines:
        if line.startswith("data:"):
            items = json.loads(line.removeprefix("data:"))["items"]
            yield [(item["call_id"], item["ring"]) for item in items]


async def test_every_change_is_sent_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcheck.api.tables.board.EVERY", 0.01)
    moving = Moving()
    law = ringing("2", TEN, unit="law")
    async with (
        stream_of(moving) as url,
        httpx2.AsyncClient(timeout=10) as client,
        client.stream("GET", url, headers=bearer("r-key")) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        seen = events(answer.aiter_lines())
        assert await anext(seen) == []
        moving.calls = [ringing("1", TEN), law]
        assert await anext(seen) == [("1", 1)]
        moving.now += 4 * SECOND  # the same ring: nothing new
        await asyncio.sleep(0.1)
        moving.now += 2 * SECOND
        assert await anext(seen) == [("1", 2)]
        moving.calls = [law]
        assert await anext(seen) == []


async def test_the_stream_wants_a_token() -> None:
    async with stream_of(Moving()) as url, httpx2.AsyncClient(timeout=10) as client:
        assert (await client.get(url)).status_code == 401
        assert (await client.get(url, headers=bearer("m-key"))).status_code == 403


async def test_a_stream_ends_when_its_client_disconnects(monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that never reads keeps nobody waiting."""
    monkeypatch.setattr("callcheck.api.tables.board.EVERY", 0.01)
    moving = Looked()
    async with stream_of(moving) as url, httpx2.AsyncClient(timeout=10) as client:
        async with client.stream("GET", url, headers=bearer("r-key")) as answer:
            assert await anext(events(answer.aiter_lines())) == []
            for n in range(200):  # far more than is read
                moving.calls = [ringing(f"1.{n}", TEN)]
                await asyncio.sleep(0.001)
            others = await client.get(url.removesuffix("/stream"), headers=bearer("r-key"))
            assert others.status_code == 200
        async with asyncio.timeout(10):
            before = -1
            while before != moving.looks:
                before = moving.looks
                await asyncio.sleep(0.2)


class Looked(Moving):
    """Counts how often the calls going on were looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0

    def backend(self) -> Backend:
        def open_calls() -> Sequence[Call]:
            self.looks += 1
            return self.calls

        return Backend(ListReader([]), open_calls, Readiness, lambda: b"", lambda: self.now)
