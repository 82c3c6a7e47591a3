"""One list for all who watch: how often it is made, who gets it, and how many may watch."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Sequence
from dataclasses import replace

import pytest

from callcheck.api.app import make_api
from callcheck.api.backend import Backend
from callcheck.api.edge.protocol import BoundedProtocol
from callcheck.api.tables import board as boards
from callcheck.api.tables.board import Board, Watcher
from callcheck.api.tables.rows import Row
from callcheck.calls.model import Call
from tests.api.house_of_cards import TEN
from tests.api.serving import listening
from tests.api.test_ringing import WITH_TOKENS, Moving, ringing
from tests.api.wire import wire

GET = "GET /api/v1/live/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a-key\r\n\r\n"


def row(call_id: str, unit: str = "registry", ring: int = 1) -> Row:
    return {"pbx": "main", "call_id": call_id, "unit": unit, "extension": "201", "ring": ring}


class Calls:
    """The rows of the ringing calls, and how often they were looked at."""

    def __init__(self) -> None:
        self.rows: Sequence[Row] = []
        self.looks = 0
        self.fails = False

    def look(self) -> Sequence[Row]:
        self.looks += 1
        if self.fails:
            raise TimeoutError
        return self.rows


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "EVERY", 0.01)


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def board(calls: Calls) -> Board:
    return Board(calls.look)


def joined(board: Board, unit: str | None = None) -> Watcher:
    watcher = board.join(unit)
    assert watcher is not None
    return watcher


async def shown(watcher: Watcher) -> list[object]:
    async with asyncio.timeout(10):
        text = await watcher.next()
    _, data = text.decode().strip().split("\n")
    return [item["call_id"] for item in json.loads(data.removeprefix("data: "))["items"]]


async def test_many_watchers_cost_one_look_and_one_text(board: Board, calls: Calls) -> None:
    many = [joined(board, unit) for unit in (None, "registry", "law") for _ in range(60)]
    calls.rows = [row("1"), row("2", "law")]
    texts = [await one.next() for one in many]
    assert len({id(text) for text in texts}) == 3
    assert calls.looks <= 2
    for one, unit in ((0, ["1", "2"]), (60, ["1"]), (120, ["2"])):
        many[one].give(texts[one])
        assert await shown(many[one]) == unit


async def test_a_change_in_another_unit_is_not_sent(board: Board, calls: Calls) -> None:
    everyone, law = joined(board), joined(board, "law")
    assert (await shown(everyone), await shown(law)) == ([], [])
    calls.rows = [row("1")]
    assert await shown(everyone) == ["1"]
    calls.rows = [row("1"), row("2", "law")]
    assert (await shown(everyone), await shown(law)) == (["1", "2"], ["2"])


async def test_who_joins_later_gets_the_list_at_once_and_only_once(
    board: Board, calls: Calls
) -> None:
    first = joined(board)
    calls.rows = [row("1")]
    while await shown(first) != ["1"]:
        pass
    late = joined(board, "registry")
    assert await shown(late) == ["1"]
    looks = calls.looks
    while calls.looks < looks + 5:
        await asyncio.sleep(0.01)
    calls.rows = [row("1", ring=2)]
    assert await shown(late) == ["1"]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(late.next(), 0.05)


async def test_who_does_not_read_misses_lists_and_gets_the_newest(
    board: Board, calls: Calls
) -> None:
    quick, slow = joined(board), joined(board)
    for n in range(20):
        calls.rows = [row(str(n))]
        while await shown(quick) != [str(n)]:
            pass
    assert await shown(slow) == ["19"]


async def test_a_quiet_stream_is_kept_open_by_comments(
    board: Board, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "QUIET", 0.03)
    one = joined(board)
    assert await shown(one) == []
    assert await one.next() == boards.PING
    one.give(b"list")
    one.remind()
    assert await one.next() == b"list"


async def test_it_stops_looking_when_nobody_watches_and_starts_again(
    board: Board, calls: Calls
) -> None:
    for n in range(3):
        calls.rows = [row(str(n))]
        one = joined(board)
        assert await shown(one) == [str(n)]
        board.leave(one)
        await asyncio.sleep(0.05)
        looks = calls.looks
        await asyncio.sleep(0.05)
        assert calls.looks == looks


async def test_a_failure_is_logged_once_and_the_list_goes_on(
    board: Board, calls: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    one = joined(board)
    assert await shown(one) == []
    calls.fails = True
    looks = calls.looks
    while calls.looks < looks + 5:
        await asyncio.sleep(0.01)
    calls.fails, calls.rows = False, [row("1")]
    assert await shown(one) == ["1"]
    said = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in said] == [
        "the ringing calls cannot be listed: TimeoutError"
    ]


async def test_too_many_clients_are_told_so_until_one_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(boards, "MOST_WATCHERS", 3)
    api = make_api(WITH_TOKENS, Moving().backend())
    async with listening(api) as url, wire(url) as a, wire(url) as b, wire(url) as c:
        for one in (a, b, c):
            await one.say(GET)
            assert (await one.head())[0] == 200
        async with wire(url) as refused:
            await refused.say(GET)
            status, headers = await refused.head()
            text = await refused.reader.readexactly(int(headers["content-length"]))
        assert (status, headers["retry-after"]) == (503, "30")
        assert json.loads(text)["detail"] == "3 clients watch the ringing calls already; close one"
        a.writer.close()
        while len(api.state.board.watchers) == 3:
            await asyncio.sleep(0.01)
        async with wire(url) as admitted:
            await admitted.say(GET)
            assert (await admitted.head())[0] == 200


async def test_a_client_that_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcheck.api.edge.protocol.STALLED", 0.2)
    waiting: list[int] = []
    original = BoundedProtocol.pause_writing

    def noting(self: BoundedProtocol) -> None:
        waiting.append(self.transport.get_write_buffer_size())
        original(self)

    monkeypatch.setattr(BoundedProtocol, "pause_writing", noting)
    moving = Moving()
    api = make_api(WITH_TOKENS, moving.backend())
    async with listening(api) as url, wire(url) as deaf:
        narrow = deaf.writer.get_extra_info("socket")
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await deaf.say(GET)
        deaf.writer.transport.pause_reading()  # type: ignore[attr-defined]
        longest = [ringing(f"1.{n}", TEN, caller="7" * 20) for n in range(500)]
        for turn in range(10_000):
            moving.calls = longest[turn % 2 :]
            await asyncio.sleep(0.01)
            if waiting and not api.state.board.watchers:
                break
        assert not api.state.board.watchers
        assert max(waiting) < 1 << 20


async def test_only_calls_that_nobody_has_answered_are_made_for_it() -> None:
    def all_of_them() -> Sequence[Call]:
        raise AssertionError("the answered calls are not wanted")

    moving = Moving()
    moving.calls = [ringing("1", TEN)]
    backend: Backend = replace(
        moving.backend(), open_calls=all_of_them, open_unanswered=lambda: moving.calls
    )
    async with listening(make_api(WITH_TOKENS, backend)) as url, wire(url) as one:
        await one.say(GET)
        assert (await one.head())[0] == 200
        assert b'"call_id":"1"' in await one.reader.readuntil(b"\n\n")
        async with wire(url) as table:
            await table.say(GET.replace("/live/stream", "/tables/ringing"))
            assert (await table.head())[0] == 200


async def test_a_head_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "MOST_WATCHERS", 1)
    api = make_api(WITH_TOKENS, Moving().backend())
    async with listening(api) as url, wire(url) as one:
        for _ in range(5):
            await one.say(GET.replace("GET", "HEAD"))
            assert (await one.head())[0] == 200
            while api.state.board.watchers:
                await asyncio.sleep(0.01)
