"""The book of scenarios in, one recording and one page of expectations for each out.

Several PBX instances run side by side; each plays one scenario at a time, the longest first, so
that a recording holds its own scenario only.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import traceback
from asyncio import Barrier
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import compare, over_sip, sample, tap
from . import scenarios as _scenarios  # noqa: F401  (enters them into the book)
from .chroot import cache, ensure
from .foresight import Seer
from .houses import OVER_SIP, asterisk_of, house_of
from .pbx import AMI_PORT, SECRET, Pbx
from .stage import BOOK, Scenario, Stage

INSTANCES = 12
STARTING = 3
"""So many start at once: a starting Asterisk takes a core for some seconds."""
TRIES = 3
STILL = 0.5
"""A phone that does what it has to so many seconds late tells another story."""
TAIL = 0.25
"""How long (s) the recorder stays on after the last channel, for what comes behind (Cdr)."""


@dataclass
class Outcome:
    """How one scenario went; `error` is the reason why there is no recording."""

    name: str
    error: str = ""
    late: list[str] = field(default_factory=list)


def _chosen(version: str, only: list[str]) -> list[Scenario]:
    return [
        scenario
        for scenario in BOOK.scenarios.values()
        if _tells(scenario, version)
        and (not only or any(scenario.name.startswith(head) for head in only))
    ]


def _tells(scenario: Scenario, version: str) -> bool:
    if version == OVER_SIP:
        own = "16" in scenario.versions and not scenario.house
        return own and over_sip.tells(scenario.name)
    return asterisk_of(version) in scenario.versions and house_of(version).name == scenario.house


def names(version: str, only: list[str]) -> list[str]:
    """The scenarios that a run would play (`only`: heads of names; empty: all)."""
    return [scenario.name for scenario in _chosen(version, only)]


@dataclass(frozen=True)
class Beside:
    """What a test wants beside the recordings: `folder` gets `filtered/`, the same streams of a
    user with event filters, and `foreseen/`, what each PBX's seer said of a call, and whom it
    did reach."""

    folder: Path
    seer: Callable[[Pbx], Seer]


async def run(
    version: str, only: list[str], out: Path, instances: int, beside: Beside | None = None
) -> list[Outcome]:
    """Plays them on that many PBX instances of a version."""
    chosen = sorted(_chosen(version, only), key=lambda scenario: -scenario.seconds)
    root = await asyncio.to_thread(ensure, version)
    queue = iter(chosen)
    outcomes: list[Outcome] = []
    count = min(instances, len(chosen))
    starting, all_there = asyncio.Semaphore(STARTING), Barrier(count)

    async def worker(number: int) -> None:
        pbx = Pbx(version, number, root)
        try:
            async with starting:
                await pbx.start()
            stage = Stage(pbx, beside.seer(pbx) if beside else None)
            await warm_up(stage)
            await all_there.wait()
            for scenario in queue:
                folder = beside.folder / version if beside else None
                outcomes.append(await play_in_time(stage, scenario, out / version, folder))
            stage.close()
            await pbx.control.close()
        finally:
            pbx.stop()

    with alone(version):
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                group.create_task(worker(number))
    return outcomes


@contextlib.contextmanager
def alone(version: str) -> Iterator[None]:
    """One run of a version at a time on this machine: they would want the same addresses."""
    with (cache() / f"{version}.running").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


async def play_in_time(
    stage: Stage, scenario: Scenario, folder: Path, beside: Path | None
) -> Outcome:
    """Plays it again when the machine was so busy that the PBX itself was late, or the phones.

    That is seen without callcheck: the wire has a ring or an answer near which the stream has
    no event at all.
    """
    outcome = Outcome(scenario.name)
    for _ in range(TRIES):
        outcome = await play(stage, scenario, folder, beside)
        if not outcome.late:
            break
        print(f"  {stage.pbx.version} {scenario.name}: late, {outcome.late[0]}", flush=True)
    return outcome


async def warm_up(stage: Stage) -> None:
    """The very first call of a fresh Asterisk is slow; nobody's times shall suffer from it."""
    for number, phone in stage.pbx.house.warm_up:
        stage.plan(phone, "180@0.1 200@0.3")
        await stage.talk(stage.outside(number), 0.2)
        await stage.pbx.idle()
    await stage.clear()


async def play(stage: Stage, scenario: Scenario, folder: Path, beside: Path | None) -> Outcome:
    """One scenario with a recorder of its own."""
    still = StoodStill()
    recorder = asyncio.create_task(_record(stage, scenario))
    filtered = await _filtered(stage, scenario) if beside else None
    if scenario.joins_at is None:
        await recorder
    error = ""
    try:
        await scenario.story(stage)
        await stage.pbx.idle()
        records, foreseen = stage.records(), await stage.foreseen()
    except Exception as failure:
        where = traceback.extract_tb(failure.__traceback__)
        lines = [f"{Path(at.filename).name}:{at.lineno}" for at in where]
        error = f"{type(failure).__name__} {failure} ({' '.join(lines[:4])})"
        records, foreseen = [], None
    stood = still.end()
    await asyncio.sleep(TAIL)
    data = await (await recorder).close()
    if beside and filtered:
        less = await filtered.close()
        await asyncio.to_thread(tap.write, beside / "filtered" / f"{scenario.name}.ami.gz", less)
    # in a thread: while this one packs, no phone of any other scenario could answer
    await asyncio.to_thread(_write, stage, scenario, folder, data, records, error)
    if beside and foreseen:
        page = beside / "foreseen" / f"{scenario.name}.json"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(json.dumps(foreseen, indent=1) + "\n")
    await stage.clear()
    try:
        await stage.pbx.idle(10 if error else 40)
    except TimeoutError:
        error = error or "channels were left behind"
        await stage.pbx.control.action("Hangup", Channel="/.*/", Cause="16")
        await stage.pbx.idle()
    print(f"  {stage.pbx.version} {scenario.name}: {error or 'ok'}", flush=True)
    late = stood if error else stood + compare.unexplained(records, data)
    return Outcome(scenario.name, error, late)


class StoodStill:
    """Whether this process, and with it every phone, was late while a scenario was played."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + 0.02
            await asyncio.sleep(0.02)
            self.worst = max(self.worst, loop.time() - due)

    def end(self) -> list[str]:
        """In words, if it was."""
        self._task.cancel()
        return [f"the phones stood still for {self.worst:.2f} s"] * (self.worst > STILL)


async def _filtered(stage: Stage, scenario: Scenario) -> tap.Tap | None:
    """A second recorder of the whole call, whose user has event filters on."""
    if scenario.login != sample.USER or scenario.joins_at or scenario.leaves_at:
        return None
    return await tap.Tap.open(stage.pbx.host, AMI_PORT, sample.FILTERED, SECRET)


async def _record(stage: Stage, scenario: Scenario) -> tap.Tap:
    late = scenario.joins_at is not None
    await asyncio.sleep(scenario.joins_at or 0)
    recorder = await tap.Tap.open(stage.pbx.host, AMI_PORT, scenario.login, SECRET, late)
    if scenario.leaves_at is not None:
        recorder.leave_after(scenario.leaves_at)
    return recorder


def _write(
    stage: Stage,
    scenario: Scenario,
    folder: Path,
    data: bytes,
    records: list[dict[str, object]],
    error: str,
) -> None:
    wire = Path("/tmp/callcheck-lab") / stage.pbx.version / f"{scenario.name}.wire"
    wire.parent.mkdir(parents=True, exist_ok=True)
    wire.write_text(stage.log.text())
    if error:
        return
    tap.write(folder / f"{scenario.name}.ami.gz", data)
    page = {"scenario": scenario.name, "asterisk": stage.pbx.version, "calls": records}
    (folder / f"{scenario.name}.json").write_text(json.dumps(page, indent=1) + "\n")
