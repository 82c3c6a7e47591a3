"""Ten million stored calls in, how long every question takes over HTTP out; SQLite and PostgreSQL.

All of callcheck runs in a process of its own and is asked over one kept connection: each address
of the API, each list of the dashboards (both as Infinity asks and as PostgreSQL is asked), and
`/metrics`. Each question is asked of another unit, phone, call or week each time; warm: all of it
was asked once before. The peer is the same sum taken from the calls, without the hours' sums.
"""

from __future__ import annotations

import asyncio
import http.client
import itertools
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.latency import free_port
from benchmarks.many_calls import DAY, END, SECOND, extensions, fill, unit_ids
from benchmarks.processes import SPAWN, pin
from benchmarks.report import Figure
from callcheck.config import Config, load
from callcheck.store import Store
from tests.dashboards.reading import panels, substituted

MANY, FEW = 10_000_000, 50_000
ROUNDS = 12
Ask = Callable[[int], str]
"""A path with its query, another one for every number."""


def measure(*, short: bool) -> list[Figure]:
    """Figures of both databases. The full form takes some fifteen minutes and 30 GB in /var/tmp."""
    wanted = FEW if short else MANY
    root = os.environ.get("CALLCHECK_BENCH_STORE", "/var/tmp")
    figures = []
    with tempfile.TemporaryDirectory(dir=root, prefix="callcheck-store-") as folder:
        figures += _asked(f"sqlite:///{folder}/calls.db", wanted)
    with _postgresql(root) as url:
        figures += _asked(url, wanted)
    return figures


@contextmanager
def _postgresql(root: str) -> Iterator[str]:
    """A server as it is after its installation, for this run alone."""
    tempfile.tempdir, before = root, tempfile.tempdir
    try:
        from tests.store.postgres import Server

        server = Server()
    finally:
        tempfile.tempdir = before
    try:
        yield server.new_database()
    finally:
        server.close()


def _asked(url: str, wanted: int) -> list[Figure]:
    kind = url.partition(":")[0].partition("+")[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = _configured(folder, url)
        took = made(config, wanted)
        ids = some_ids(config)
        figures = [_peer(config, kind)]
        with _served(folder) as get:
            figures += [_figure(kind, *question, get) for question in questions(ids)]
            if kind == "postgresql":
                figures += _sql_figures(url)
    return [Figure(f"{kind}: {wanted:,} calls, made and counted", took, unit="s"), *figures]


def made(config: Config, wanted: int) -> float:
    """Fills the store, and says how long that took."""
    began = time.monotonic()
    store = opened(config)
    fill(store, config.judge(), wanted)
    store.open()
    if store.engine.dialect.name == "postgresql":  # what its autovacuum does by itself, but later
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    store.close()
    return time.monotonic() - began


def opened(config: Config) -> Store:
    """The store, counting as this configuration does."""
    from callcheck.app.ports import store_of

    store = store_of(config)
    store.open()
    return store


def some_ids(config: Config) -> list[str]:
    """Ids of calls, some from each corner of the two years."""
    from callcheck.store import CallFilter

    store = opened(config)
    ids: list[str] = []
    for back in range(0, 700, 35):
        until = END - back * DAY
        page, _ = store.calls(CallFilter(since=until - DAY, until=until), 3)
        ids += [call.call_id for call, _ in page]
    store.close()
    return ids


def questions(ids: list[str]) -> list[tuple[str, str, Ask]]:
    """(what, target, how it is asked)."""
    units, phones = unit_ids(), [e for n in range(len(unit_ids())) for e in extensions(n)]

    def unit(n: int) -> str:
        return units[n % len(units)]

    def days(back: int, n: int = 0) -> dict[str, str]:
        # not at whole hours: a dashboard's time range seldom is
        end = END - n * 7 * DAY - 17 * 60 * SECOND
        return {"from": _iso(end - back * DAY), "to": _iso(end)}

    def whole_days(back: int, n: int) -> dict[str, str]:
        # from midnight, as the dashboards ask
        return {**days(back, n), "from": days(back, n)["from"][:10]}

    def of(path: str, **query: str) -> str:
        return f"/api/v1/{path}?{urlencode(query)}"

    return [
        ("units side by side, 24 h", "<= 20", lambda n: of("tables/units", **days(1, n))),
        ("one unit, 24 h", "<= 20", lambda n: of(f"units/{unit(n)}/summary", **days(1, n))),
        ("one unit, 30 days by day", "<= 40",
         lambda n: of(f"units/{unit(n)}/summary", step="1d", **whole_days(30, n))),
        ("all units, 30 days by day", "<= 40",
         lambda n: of("tables/series", step="1d", **whole_days(30, n))),
        ("all units, 30 days by day, odd minutes", "",
         lambda n: of("tables/series", step="1d", **days(30, n))),
        ("last 100 missed calls", "<= 5",
         lambda n: of("tables/missed", limit="100", **days(30, n))),
        ("last 100 missed calls of a unit", "<= 5",
         lambda n: of("tables/missed", limit="100", unit=unit(n), **days(30, n))),
        ("last 50 calls of an extension", "<= 5",
         lambda n: of("calls", limit="50", extension=phones[n * 37 % len(phones)])),
        ("one call", "<= 5", lambda n: f"/api/v1/calls/main/{ids[n % len(ids)]}"),
        ("newest 100 calls", "", lambda n: of("calls", **days(400, n))),
        ("newest 100 of a unit", "", lambda n: of("calls", unit=unit(n))),
        ("newest 100 breached", "", lambda _: of("calls", result="breached")),
        ("newest 100 of another rule", "",
         lambda _: of("calls", rule="colleague_pickup", result="breached")),
        ("newest 100 to voicemail", "", lambda _: of("calls", disposition="voicemail")),
        *_lists(),
        ("hour by weekday, all units, 92 days", "", lambda n: of("tables/hours", **days(92, n))),
        ("units side by side, 92 days", "", lambda n: of("tables/units", **days(92, n))),
        ("one unit, 2 years", "", lambda n: of(f"units/{unit(n)}/summary")),
        ("absences", "", lambda _: of("absences")),
        ("extensions", "", lambda _: of("extensions")),
        ("/metrics", "<= 50", lambda _: "/metrics"),
    ]  # fmt: skip


def _lists() -> Iterator[tuple[str, str, Ask]]:
    """What the dashboards ask the API for, over seven days."""
    for board, panel in panels("en"):
        for target in panel["targets"]:
            if "url" not in target:
                continue
            params = {one["key"]: one["value"] for one in target["url_options"]["params"]}

            def path(n: int, url: str = target["url"], params: dict[str, str] = params) -> str:
                values = _values(n)
                query = {key: substituted(value, values) for key, value in params.items()}
                return f"{url}?{urlencode(query)}"

            yield f"dashboard {board}: {panel['title']}", "", path


def _values(n: int) -> dict[str, str]:
    """Grafana's variables for seven days, and for the n-th unit."""
    units = unit_ids()
    start, end = END - 7 * DAY - 17 * 60 * SECOND, END - 17 * 60 * SECOND
    return {
        "${__from:date:iso}": _iso(start), "${__to:date:iso}": _iso(end),
        "${__from:date:YYYY-MM-DD}": _iso(start)[:10], "${unit}": units[n % len(units)],
        "${unit:sqlstring}": f"'{units[n % len(units)]}'",
        "$__unixEpochFrom()": str(start // SECOND), "$__unixEpochTo()": str(end // SECOND),
    }  # fmt: skip


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _figure(kind: str, what: str, target: str, ask: Ask, get: Callable[[str], bytes]) -> Figure:
    page = b""

    def once(n: int) -> None:
        nonlocal page
        page = get(ask(n))

    note = ""
    found = _timed(once)
    if what == "/metrics":
        note = f"{len(page.splitlines()):,} lines"
    elif b'"items":[' in page:
        note = f"{len(json.loads(page)['items'])} rows"
    return _spread(f"{kind}: {what}", found, target, note)


def _timed(once: Callable[[int], object]) -> list[float]:
    """Milliseconds of each round; all of them went once before, so that they are warm."""
    found = []
    for n in [*range(ROUNDS), *range(ROUNDS)]:
        began = time.perf_counter()
        once(n)
        found.append((time.perf_counter() - began) * 1e3)
    return sorted(found[ROUNDS:])


def _spread(what: str, found: list[float], target: str, note: str) -> Figure:
    high = found[int(len(found) * 0.95)]
    return Figure(what, statistics.median(found), found[0], high, "ms", target, note)


def _sql_figures(url: str) -> list[Figure]:
    """The lists that Grafana asks of PostgreSQL itself, as its role."""
    from tests.dashboards.grafanas_role import made_for_grafana

    reader = made_for_grafana(url)
    figures = []
    for board, panel in panels("en-postgresql"):
        for target in panel["targets"]:
            if "rawSql" in target:
                found = _timed(lambda n, sql=target["rawSql"]: reader.ask(  # type: ignore[misc]
                    substituted(sql, _values(n))
                ))  # fmt: skip
                what = f"postgresql: SQL of dashboard {board}: {panel['title']}"
                figures.append(_spread(what, found, "", "with a new connection each time"))
    return figures


def _peer(config: Config, kind: str) -> Figure:
    """A month of a unit by day, counted from the calls and from the hours."""
    store = opened(config)
    limit, short = store.limits
    edges = [END - n * DAY for n in range(30, -1, -1)]
    spent: dict[int, list[float]] = {0: [], 1: []}
    for unit, plus in itertools.product(unit_ids(), spent):
        began = time.perf_counter()
        store.summary([unit], edges, limit_ms=limit + plus, short_ms=short)
        spent[plus].append(time.perf_counter() - began)
    store.close()
    ratio = statistics.median(spent[1]) / statistics.median(spent[0])
    return Figure(f"{kind}: a unit's month, from calls / from hours", ratio, unit="x")


def _configured(folder: Path, url: str) -> Config:
    text = _TOML.format(port=free_port(), listen=free_port(), url=url)
    for n, unit in enumerate(unit_ids()):
        text += f'[[unit]]\nid = "{unit}"\ntitle = "{unit}"\n'
        for extension in extensions(n):
            text += f'[[unit.member]]\nextension = "{extension}"\nnumbers = ["67{extension}"]\n'
    (folder / "callcheck.toml").write_text(text, encoding="utf-8")
    return _loaded(folder)


def _loaded(folder: Path) -> Config:
    return load(folder / "callcheck.toml", {**os.environ, "CALLCHECK_BENCH_SECRET": "bench"})


@contextmanager
def _served(folder: Path) -> Iterator[Callable[[str], bytes]]:
    """A running callcheck, and how to ask it."""
    http_at = _loaded(folder).http
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(theirs, folder))
    process.start()
    theirs.close()
    pin(1)
    connection = http.client.HTTPConnection(http_at.host, http_at.port, timeout=60)

    def get(path: str) -> bytes:
        connection.request("GET", path)
        answer = connection.getresponse()
        page = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {page[:300]!r}")
        return page

    ours.recv()
    try:
        yield get
    finally:
        connection.close()
        ours.send("stop")
        process.join(20)


def _serve(pipe: Connection, folder: Path) -> None:
    import logging

    pin(0)
    logging.getLogger("callcheck").setLevel(logging.CRITICAL)
    asyncio.run(_live(pipe, _loaded(folder)))


async def _live(pipe: Connection, config: Config) -> None:
    from callcheck.app.house import House

    house, stop = House(config), asyncio.Event()
    living = asyncio.create_task(house.live(stop))
    while not _listens(config):
        await asyncio.sleep(0.05)
    pipe.send("ready")
    asking = asyncio.get_running_loop().run_in_executor(None, pipe.recv)
    await asking
    stop.set()
    await living


def _listens(config: Config) -> bool:
    import socket

    try:
        socket.create_connection((config.http.host, config.http.port), 0.2).close()
    except OSError:
        return False
    return True


_TOML = """\
[site]
name = "Ministry"
timezone = "Europe/Riga"
country = "LV"
[[pbx]]
name = "main"
port = {port}
username = "callcheck"
secret_env = "CALLCHECK_BENCH_SECRET"
trunks = ["PJSIP/trunk*"]
[store]
url = "{url}"
[http]
listen = "127.0.0.1:{listen}"
[privacy]
callers = "plain"
keep_calls_days = 36500
"""
