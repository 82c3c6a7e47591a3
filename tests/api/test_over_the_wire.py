"""HEAD, Allow and call ids with a slash, through uvicorn as clients meet it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

from callcheck.api.app import make_api
from callcheck.api.backend import Backend, Readiness, Token
from callcheck.calls.model import Call
from callcheck.store import Store, StoreError
from tests.api.house_of_cards import (
    HOUR,
    LIVE,
    MET,
    SETTINGS,
    TEN,
    TOKENS,
    ListReader,
    a_call,
    bearer,
    some_calls,
)
from tests.api.serving import listening
from tests.api.test_with_the_store import EDGES

GET_PATHS = (
    "/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/api/v1/calls",
    "/api/v1/calls?limit=1", "/api/v1/calls/main/1.1", "/api/v1/units", "/api/v1/extensions",
    "/api/v1/units/registry/summary", "/api/v1/live", "/api/v1/tables/ringing",
)  # fmt: skip


class Program:
    """A running callcheck that may be not ready, and counts how often open calls are read."""

    def __init__(self, *problems: str) -> None:
        self.looks = 0
        self.backend = Backend(
            reader=ListReader(some_calls()),
            open_calls=self._open_calls,
            readiness=lambda: Readiness(problems),
            metrics=lambda: b"callcheck_up 1.0\n",
            now=lambda: TEN + 24 * HOUR,
        )

    def _open_calls(self) -> Sequence[Call]:
        self.looks += 1
        return LIVE


@asynccontextmanager
async def client_of(
    backend: Backend, tokens: Sequence[Token] = ()
) -> AsyncIterator[httpx2.AsyncClient]:
    api = make_api(replace(SETTINGS, tokens=tokens), backend, (StoreError,))
    async with listening(api) as url, httpx2.AsyncClient(base_url=url, timeout=10) as client:
        yield client


def without_date(answer: httpx2.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}


@pytest.mark.parametrize("accept", ["*/*", "text/csv"])
async def test_head_has_the_status_and_headers_of_get_and_no_body(accept: str) -> None:
    async with client_of(Program().backend) as client:
        for path in GET_PATHS:
            head = await client.head(path, headers={"accept": accept})
            # on the same connection: a body after HEAD would be read as the next answer
            get = await client.get(path, headers={"accept": accept})
            assert (head.status_code, head.content) == (200, b""), path
            assert get.status_code == 200, path
            assert without_date(head) == without_date(get), path
            assert int(head.headers["content-length"]) == len(get.content) > 0, path


async def test_head_of_what_is_not_ready_refused_or_not_there() -> None:
    async with client_of(Program("PBX main is not connected").backend, TOKENS) as client:
        for path, status in (
            ("/readyz", 503), ("/healthz", 200), ("/metrics", 401), ("/api/v1/calls", 401),
            ("/nowhere", 404), ("/api/v1/calls?limit=0", 401),
        ):  # fmt: skip
            head, get = await client.head(path), await client.get(path)
            assert (head.status_code, head.content) == (status, b""), path
            assert without_date(head) == without_date(get), path
        bad = await client.head("/api/v1/calls?limit=0", headers=bearer("a-key"))
        assert (bad.status_code, bad.content) == (422, b"")


async def test_head_of_the_stream_ends_and_the_calls_are_looked_at_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("callcheck.api.tables.board.EVERY", 0.01)
    program = Program()
    async with client_of(program.backend) as client:
        head = await client.head("/api/v1/live/stream")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"].startswith("text/event-stream")
        async with asyncio.timeout(10):
            before = -1
            while before != program.looks:
                before = program.looks
                await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/healthz", "GET, HEAD"),
        ("/docs", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
        ("/api/v1/calls", "GET, HEAD"),
        ("/api/v1/calls/main/1.1", "GET, HEAD"),
        ("/api/v1/absences", "GET, HEAD, POST"),
        ("/api/v1/absences/7", "DELETE, GET, HEAD, PATCH"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "OPTIONS"])
async def test_allow_names_every_method_of_the_path(method: str, path: str, allow: str) -> None:
    async with client_of(Program().backend) as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)
    assert answer.headers["content-type"] == "application/problem+json"


IDS = (
    "riga/1-1795600000.101",  # systemname = riga/1
    "riga/1-1795600000.102", "a//b/-1.1", "50%2F-1.1", "Rīga PBX-1.1", "mikopbx-1795600000.5",
    "what?#-1.1", "../up-1.1", "a+b&c=d-1.1", "1795600000.103",
)  # fmt: skip


async def test_a_call_is_found_whatever_the_systemname_of_its_pbx(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/calls.db", EDGES)
    store.open()
    store.save([(a_call(one, TEN + n), (MET,)) for n, one in enumerate(IDS)])
    store.save([(a_call("riga/2-1.1", TEN + 99, unit="law"), (MET,))])
    backend = replace(Program().backend, reader=store)
    async with client_of(backend, TOKENS) as client:
        client.headers.update(bearer("r-key"))
        listed = (await client.get("/api/v1/calls")).json()["items"]
        assert {one["call_id"] for one in listed} == set(IDS)
        for one in listed:
            path = f"/api/v1/calls/{one['pbx']}/{quote(one['call_id'], safe='')}"
            assert await call_id_at(client, path) == one["call_id"]
        assert await call_id_at(client, f"/api/v1/calls/main/{IDS[0]}") == IDS[0]
        hidden = await client.get("/api/v1/calls/main/riga%2F2-1.1")
        absent = await client.get("/api/v1/calls/main/riga%2F3-1.1")
        assert (hidden.status_code, hidden.text) == (404, absent.text)
        assert (await client.get("/api/v1/calls/main/%00")).status_code == 422
    store.close()


async def call_id_at(client: httpx2.AsyncClient, path: str) -> object:
    answer = await client.get(path)
    assert answer.status_code == 200, path
    return json.loads(answer.content)["call_id"]


async def test_openapi_says_how_to_write_such_an_id() -> None:
    async with client_of(Program().backend) as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
    parameters = paths["/api/v1/calls/{pbx}/{call_id}"]["get"]["parameters"]
    (call_id,) = [one for one in parameters if one["name"] == "call_id"]
    assert "`%2F`" in call_id["description"]
