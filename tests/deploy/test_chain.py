"""A unit that does not answer, from the PBX's events to the webhook: every link is the real one
but the PBX, which plays recordings of a real Asterisk."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from callcheck.app.configured_store import store_of
from callcheck.app.house import run
from callcheck.calls.model import Direction, Disposition, Via
from callcheck.config import Config, load
from callcheck.demo.day import load as load_day
from callcheck.demo.day import redated
from callcheck.demo.folder import prepare_folder
from callcheck.judging.figures import CallFilter, JudgedCall
from callcheck.judging.verdict import Result
from callcheck.rules import answer_by_ring
from callcheck.store import Store
from tests.ami.fake_pbx import SECRET, FakePbx, running
from tests.deploy.chain import Chain, Inbox, wait_for, watching
from tests.deploy.programs import free_port, program
from tools.compose_demo_day import Numbers, Recording, read

RECORDINGS = Path(__file__).parents[1] / "recordings" / "22"
TOKEN = "metrics-of-the-test"
HERE = "/units/registry"


class Exchange:
    """The PBX of the test: recorded calls as if they had just ended."""

    def __init__(self, pbx: FakePbx) -> None:
        self._pbx = pbx
        self._numbers = Numbers()

    def call(self, name: str) -> None:
        """One recorded call to the registry."""
        recording = read(RECORDINGS / f"{name}.ami.gz")
        assert isinstance(recording, Recording)
        events = self._numbers.renumbered(recording, 0)
        start = int(time.time() - recording.seconds) - 1
        self._send([redated(raw, start, 0) for _, raw in events])

    def day(self) -> None:
        """The two hundred calls of the demo's day."""
        events = load_day().events
        self._send([redated(raw, int(time.time()), 1_000_000) for _, raw in events])

    def _send(self, events: list[bytes]) -> None:
        self._pbx.send(b"".join(event + b"\r\n\r\n" for event in events))


@asynccontextmanager
async def callcheck(folder: Path) -> AsyncIterator[tuple[Config, Exchange]]:
    """A callcheck that listens to a PBX of the test, and serves its metrics for a token."""
    pbx = FakePbx()
    pbx.answers["Ping"] = lambda _: f"Response: Success|@|Ping: Pong|Timestamp: {time.time():.6f}"
    async with running(pbx):
        path = prepare_folder(folder, pbx.port, f"127.0.0.1:{free_port()}")
        (folder / "ami.secret").write_text(SECRET, encoding="utf-8")
        (folder / "metrics.secret").write_text(TOKEN, encoding="utf-8")
        (folder / "metrics.secret").chmod(0o600)
        with path.open("a", encoding="utf-8") as file:
            file.write('[[http.token]]\nrole = "metrics"\ntoken_file = "metrics.secret"\n')
        config = load(path, os.environ)
        stop = asyncio.Event()
        task = asyncio.create_task(run(config, stop))
        try:
            yield config, Exchange(pbx)
        finally:
            stop.set()
            await task


async def test_from_the_pbx_to_the_webhook(tmp_path: Path) -> None:
    """Five calls in a row not answered, then one that is; then a whole day, counted."""
    prometheus = program("prometheus", package="prometheus")
    alertmanager = program(
        "prometheus-alertmanager", "alertmanager", package="prometheus-alertmanager"
    )
    async with callcheck(tmp_path / "callcheck") as (config, pbx):
        address = f"{config.http.host}:{config.http.port}"
        with (
            Inbox().serving() as inbox,
            watching(tmp_path, address, TOKEN, inbox, prometheus, alertmanager) as chain,
        ):
            await asyncio.to_thread(_first_look, chain)
            for _ in range(5):
                pbx.call("no_answer_25s")
            await asyncio.to_thread(_told, inbox, "firing")
            await asyncio.to_thread(_becomes, chain, "judged:count1h", "registry", 5)
            await asyncio.to_thread(_becomes, chain, "compliance:ratio1h", "registry", 0)
            assert set(chain.by_unit("unit:callcheck_compliance:ratio1h")) == {"registry"}
            pbx.call("direct_4s")
            await asyncio.to_thread(_told, inbox, "resolved")
            assert inbox.got("/ping", "CallcheckWatchdog", "firing"), "the dead-man's alert"
            assert not [a for path, a in inbox.alerts if path == "/admins"], "nothing else is wrong"

            pbx.day()
            await asyncio.to_thread(_figures_equal, chain, config)


def _first_look(chain: Chain) -> None:
    """Counting begins with the first scrape; every unit is there at zero."""
    chain.wait_until_ready()
    wait_for(
        "three units at zero",
        lambda: (
            chain.by_unit("unit:callcheck_judged:count1h") == {"registry": 0, "legal": 0, "it": 0}
            and chain.query("callcheck_ami_connected == 1")
        ),
    )


def _told(inbox: Inbox, status: str) -> None:
    name = "CallcheckCallsNotAnswered"
    wait_for(f"{name} {status} at the webhook", lambda: inbox.got(HERE, name, status))
    alert = inbox.got(HERE, name, status)
    assert alert is not None
    assert alert["labels"]["unit"] == "registry"
    assert alert["annotations"]["summary"] == "registry: 5 calls in a row were not answered"


def _figures_equal(chain: Chain, config: Config) -> None:
    """What the recording rules say is what the calls in the store say."""
    store = store_of(config)
    store.open()
    try:
        wait_for("the whole day stored", lambda: len(_stored(store)) >= 206)
        stored = _all_of(store)
    finally:
        store.close()
    for unit in config.units:
        mine = [one for one in stored if one[0].unit == unit.id]
        expected = _counted(mine)
        assert expected["judged"] > 10, "else this says little"
        for window in ("1h", "1d", "7d", "30d"):
            for name, n in expected.items():
                _becomes(chain, f"{name}:count{window}", unit.id, n)
            share = expected["met"] / expected["judged"]
            _becomes(chain, f"compliance:ratio{window}", unit.id, share)
    assert chain.query("min(pbx:callcheck_coverage:ratio1h)")[()] > 0.9


def _becomes(chain: Chain, rule: str, unit: str, value: float) -> None:
    """A rule follows the calls an evaluation later, and not the whole group at once."""
    name = f"unit:callcheck_{rule}"
    wait_for(
        f'{name}{{unit="{unit}"}} at {value}',
        lambda: chain.by_unit(name).get(unit) == pytest.approx(value),
    )


def _all_of(store: Store) -> list[JudgedCall]:
    """The calls, once no more come: a consultation of the last one may end after it."""
    before, now = -1, len(_stored(store))
    while now != before:
        time.sleep(1.0)
        before, now = now, len(_stored(store))
    return _stored(store)


def _stored(store: Store) -> list[JudgedCall]:
    return store.calls(CallFilter(), limit=1000)[0]


def _counted(calls: list[JudgedCall]) -> dict[str, int]:
    results = [f.result for _, findings in calls for f in findings if f.rule == answer_by_ring.NAME]
    inbound = [call for call, _ in calls if call.direction is Direction.INBOUND]
    return {
        "met": results.count(Result.MET),
        "judged": results.count(Result.MET) + results.count(Result.BREACHED),
        "inbound": len(inbound),
        "answered": sum(c.disposition is Disposition.ANSWERED for c in inbound),
        "abandoned": sum(c.disposition is Disposition.ABANDONED for c in inbound),
        "picked_up": sum(c.answered_via is Via.PICKUP for c in inbound),
    }
