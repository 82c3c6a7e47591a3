"""Clients that are slow, many or strange: they are bounded, and the log says so once."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from types import SimpleNamespace

import pytest

from callcheck.api.app import make_api
from callcheck.api.edge import door, protocol
from tests.api.serving import listening
from tests.api.test_over_the_wire import Program
from tests.api.test_ringing import WITH_TOKENS
from tests.api.wire import Wire, wire

HEALTHZ = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
STREAM = HEALTHZ.replace("/healthz", "/api/v1/live/stream").replace(
    "\r\n\r\n", "\r\nAuthorization: Bearer a-key\r\n\r\n"
)
POST = (
    "POST /api/v1/absences HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a-key\r\n"
    "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with listening(make_api(WITH_TOKENS, Program().backend)) as one:
        yield one


async def is_healthy(one: Wire) -> bool:
    await one.say(HEALTHZ)
    status, headers = await one.head()
    await one.reader.readexactly(int(headers["content-length"]))
    return status == 200


@pytest.mark.parametrize("sent", ["", "G", HEALTHZ[:-2], POST], ids=["none", "G", "head", "body"])
async def test_who_does_not_finish_a_request_is_disconnected(
    sent: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.2)
    async with wire(url) as one:
        await one.say(sent)
        assert await one.rest() == b""


@pytest.mark.parametrize("start", [HEALTHZ[:-2], POST])
async def test_bytes_now_and_then_are_no_reason_to_wait(
    start: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.3)
    async with wire(url) as one:
        await one.say(start)
        waiting = asyncio.create_task(one.rest())
        while not waiting.done():
            await one.push(b"X-A: a\r\n" if start != POST else b" ", 1)
            await asyncio.sleep(0.02)
        assert await waiting == b""


async def test_a_second_request_has_the_same_limit(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.3)
    async with wire(url) as one:
        for _ in range(2):
            assert await is_healthy(one)
        await one.say("G")
        assert await one.rest() == b""


async def test_a_stream_may_last(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.1)
    async with wire(url) as one:
        await one.say(STREAM)
        assert (await one.head())[0] == 200
        await asyncio.sleep(0.3)
        assert await one.reader.readuntil(b"\n\n\r\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(one.reader.read(1), 0.1)


async def test_a_health_check_is_answered_however_many_send_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(door, "MOST_CONNECTIONS", 10)
    monkeypatch.setattr(door, "SPARE", 0)
    async with AsyncExitStack() as all_of_them:
        idle = [await all_of_them.enter_async_context(wire(url)) for _ in range(40)]
        for n, one in enumerate(idle):
            await one.push(b"G" if n % 2 else POST.encode(), 1)
        async with wire(url) as probe:
            for _ in range(3):
                assert await is_healthy(probe)
        assert await idle[0].rest() == b""  # the one that waited longest made room
    said = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert said == ["1 HTTP connections without a request were closed, because all were taken"]


async def test_in_a_rush_nobody_is_sent_away_whose_request_is_just_coming(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_CONNECTIONS", 5)
    monkeypatch.setattr(door, "JUST_COMING", 3600.0)
    async with AsyncExitStack() as all_of_them:
        rush = [await all_of_them.enter_async_context(wire(url)) for _ in range(50)]
        for one in rush:
            assert await is_healthy(one)


async def test_when_all_are_at_work_the_next_one_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_CONNECTIONS", 3)
    monkeypatch.setattr(door, "SPARE", 0)
    monkeypatch.setattr(door, "DOORSTEP", 0)
    async with wire(url) as a, wire(url) as b, wire(url) as c:
        for one in (a, b, c):
            await one.say(STREAM)
            assert (await one.head())[0] == 200
        for _ in range(3):
            async with wire(url) as refused:
                status, headers = await refused.head()
                assert (status, headers["content-type"]) == (503, "application/problem+json")
                assert "too many" in json.loads(await refused.rest())["detail"]
        c.writer.close()
        while True:
            async with wire(url) as again:
                await again.push(HEALTHZ.encode(), 1)
                if (await again.head())[0] == 200:
                    break


async def test_a_health_check_is_answered_when_all_are_at_work(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_CONNECTIONS", 1)
    monkeypatch.setattr(door, "SPARE", 0)
    async with wire(url) as a:
        await a.say(STREAM)
        assert (await a.head())[0] == 200
        async with wire(url) as refused:
            await refused.say(STREAM)
            status, headers = await refused.head()
            assert (status, headers["connection"]) == (503, "close")
        async with wire(url) as probe:
            assert await is_healthy(probe)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 40_000, 431),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ],
)
async def test_what_cannot_be_read_is_a_problem_and_said_once(
    sent: bytes, status: int, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        async with wire(url) as one:
            await one.push(sent, 1)
            found, headers = await one.head()
            assert (found, headers["connection"]) == (status, "close")
            assert json.loads(await one.rest())["status"] == status
    said = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert said == ["1 HTTP requests could not be read"]


async def test_an_upgrade_is_not_known_and_not_logged(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    asked = "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    async with wire(url) as one:
        await one.say(HEALTHZ.replace("\r\n\r\n", asked))
        assert (await one.head())[0] == 200
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_a_trouble_is_logged_once_an_hour_with_its_count(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    moments = iter((0.0, 1.0, 2.0, 3601.0, 3602.0))
    monkeypatch.setattr(door, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    one = door.Door()
    for _ in range(5):
        one.note("slow")
    assert [r.getMessage().split(" ")[0] for r in caplog.records] == ["1", "3"]
    assert sorted(door.TROUBLES) == ["deaf", "evicted", "refused", "slow", "unreadable"]
