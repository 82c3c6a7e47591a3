"""Bodies of requests: the token comes first, a long body is refused while it comes in."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from callcheck.api.app import make_api
from callcheck.api.edge.bodies import LARGEST_BODY
from callcheck.api.edge.protocol import PIECE, BoundedProtocol
from tests.api.serving import listening
from tests.api.test_over_the_wire import Program
from tests.api.test_ringing import WITH_TOKENS
from tests.api.wire import Wire, wire

PATHS = ("POST /api/v1/absences", "PATCH /api/v1/absences/7")
MEBIBYTE = b" " * (1 << 20)


@dataclass
class House:
    """The address of an API, and how many bytes it has read."""

    url: str
    read: int = 0


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    original = BoundedProtocol.data_received

    def counting(self: BoundedProtocol, data: bytes) -> None:
        served.read += len(data)
        original(self, data)

    monkeypatch.setattr(BoundedProtocol, "data_received", counting)
    async with listening(make_api(WITH_TOKENS, Program().backend)) as url:
        served = House(url)
        yield served


def head(line: str, *headers: str) -> str:
    kind = "Content-Type: application/json"
    return "\r\n".join((f"{line} HTTP/1.1", "Host: localhost", kind, *headers, "", ""))


def token(word: str) -> str:
    return f"Authorization: Bearer {word}"


async def refused_while_pushing(one: Wire, piece: bytes, times: int) -> tuple[int, str]:
    pushing = asyncio.create_task(one.push(piece, times))
    status, headers = await one.head()
    assert headers["connection"] == "close"
    assert headers["content-type"] == "application/problem+json"
    detail = json.loads(await one.rest())["detail"]
    await pushing
    return status, detail


@pytest.mark.parametrize("line", PATHS)
@pytest.mark.parametrize(
    ("sent", "status"), [(None, 401), ("no-key", 401), ("m-key", 403), ("a-key", 413)]
)
@pytest.mark.parametrize("way", ["Content-Length: 20971520", "Transfer-Encoding: chunked"])
async def test_a_long_body_is_not_read(
    house: House, line: str, sent: str | None, status: int, way: str
) -> None:
    headers = [way] if sent is None else [way, token(sent)]
    chunk = b"100000\r\n" + MEBIBYTE + b"\r\n" if "chunked" in way else MEBIBYTE
    async with wire(house.url) as one:
        await one.say(head(line, *headers))
        found, _ = await refused_while_pushing(one, chunk, 20)
    assert found == status
    assert house.read <= 3 * LARGEST_BODY  # uvicorn reads some ahead


@pytest.mark.parametrize("line", ["POST /api/v1/calls", "POST /nowhere", "PUT /healthz"])
async def test_nobody_reads_a_body_where_none_belongs(house: House, line: str) -> None:
    async with wire(house.url) as one:
        await one.say(head(line, "Content-Length: 20971520"))
        await refused_while_pushing(one, MEBIBYTE, 20)
    assert house.read <= 3 * LARGEST_BODY


async def test_a_body_of_exactly_the_longest_is_read(house: House) -> None:
    for size, status in ((LARGEST_BODY, 422), (LARGEST_BODY + 1, 413)):
        for way in ("length", "chunked"):
            body = b"{}".ljust(size)
            how = f"Content-Length: {size}" if way == "length" else "Transfer-Encoding: chunked"
            framed = body if way == "length" else b"%x\r\n%b\r\n0\r\n\r\n" % (size, body)
            async with wire(house.url) as one:
                await one.say(head(PATHS[0], token("a-key"), how))
                with contextlib.suppress(OSError):
                    await one.say(framed)
                found, _ = await one.head()
            assert (found, size, way) == (status, size, way)


async def test_a_short_body_leaves_the_connection_open(house: House) -> None:
    async with wire(house.url) as one:
        for _ in range(2):
            await one.say(head(PATHS[0], token("a-key"), "Content-Length: 2") + "{}")
            status, headers = await one.head()
            await one.reader.readexactly(int(headers["content-length"]))
            assert (status, headers.get("connection")) == (422, None)


async def test_nobody_is_told_to_go_on_before_the_token_is_seen(house: House) -> None:
    async with wire(house.url) as one:
        await one.say(head(PATHS[0], "Content-Length: 30", "Expect: 100-continue"))
        assert (await one.head())[0] == 401
    async with wire(house.url) as one:
        await one.say(head(PATHS[0], token("a-key"), "Content-Length: 2", "Expect: 100-continue"))
        assert (await one.head())[0] == 100


async def test_only_json_is_read(house: House) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"):
        plain = head(PATHS[0], token("a-key"), "Content-Length: 20971520")
        async with wire(house.url) as one:
            await one.say(plain.replace("application/json", kind))
            status, detail = await refused_while_pushing(one, MEBIBYTE, 20)
        assert (status, "Content-Type: application/json" in detail) == (415, True), kind


async def test_chunks_of_one_byte_are_read_a_little_at_a_time(house: House) -> None:
    """Each takes h11 some microseconds, so a long piece of them would stop the event loop."""
    async with wire(house.url) as one:
        await one.say(head(PATHS[0], token("a-key"), "Transfer-Encoding: chunked"))
        assert (await refused_while_pushing(one, b"1\r\n \r\n" * 20_000, 20))[0] == 413
    assert house.read <= 8 * LARGEST_BODY
    assert PIECE < LARGEST_BODY
