"""The book of scenarios in, one recording and one page of expectations for each out.

Several PBX instances run side by side; each plays one scenario at a time, the longest first, so
that a recording holds its own scenario only.
"""

from __future__ import annotations

import asyncio
import json
import traceback
from dataclasses import dataclass
from pathlib import Path

from . import scenarios as _scenarios  # noqa: F401  (enters them into the book)
from . import tap
from .chroot import ensure
from .pbx import AMI_PORT, SECRET, Pbx
from .stage import BOOK, Scenario, Stage

INSTANCES = 16
TAIL = 0.25
"""How long (s) the recorder stays on after the last channel, for what comes behind (Cdr)."""


@dataclass
class Outcome:
    """How one scenario went; `error` is the reason why there is no recording."""

    name: str
    error: str = ""


def _chosen(version: str, only: list[str]) -> list[Scenario]:
    return [
        scenario
        for scenario in BOOK.scenarios.values()
        if version in scenario.versions
        and (not only or any(scenario.name.startswith(head) for head in only))
    ]


def names(version: str, only: list[str]) -> list[str]:
    """The scenarios that a run would play (`only`: heads of names; empty: all)."""
    return [scenario.name for scenario in _chosen(version, only)]


async def run(version: str, only: list[str], out: Path, instances: int) -> list[Outcome]:
    """Plays them on that many PBX instances of a version."""
    chosen = sorted(_chosen(version, only), key=lambda scenario: -scenario.seconds)
    root = await asyncio.to_thread(ensure, version)
    queue = iter(chosen)
    outcomes: list[Outcome] = []

    async def worker(number: int) -> None:
        pbx = Pbx(version, number, root)
        try:
            await pbx.start()
            stage = Stage(pbx)
            await warm_up(stage)
            for scenario in queue:
                outcomes.append(await play(stage, scenario, out / version))
            stage.close()
        finally:
            await pbx.stop()

    async with asyncio.TaskGroup() as group:
        for number in range(min(instances, len(chosen))):
            group.create_task(worker(number))
    return outcomes


async def warm_up(stage: Stage) -> None:
    """The very first call of a fresh Asterisk is slow; nobody's times shall suffer from it."""
    for number, phone in (("67000201", "201"), ("69000202", "202")):
        stage.plan(phone, "180@0.1 200@0.3")
        await stage.talk(stage.outside(number), 0.2)
        await stage.pbx.idle()
    await stage.clear()


async def play(stage: Stage, scenario: Scenario, folder: Path) -> Outcome:
    """One scenario with a recorder of its own."""
    recorder = asyncio.create_task(_record(stage, scenario))
    if scenario.joins_at is None:
        await recorder
    error = ""
    try:
        await scenario.story(stage)
        await stage.pbx.idle()
        records = stage.records()
    except Exception as failure:
        where = traceback.extract_tb(failure.__traceback__)
        lines = [f"{Path(at.filename).name}:{at.lineno}" for at in where]
        error = f"{type(failure).__name__} {failure} ({' '.join(lines[:4])})"
        records = []
    await asyncio.sleep(TAIL)
    data = await (await recorder).close()
    _write(stage, scenario, folder, data, records, error)
    await stage.clear()
    try:
        await stage.pbx.idle(10 if error else 40)
    except TimeoutError:
        error = error or "channels were left behind"
        await stage.pbx.control.action("Hangup", Channel="/.*/", Cause="16")
        await stage.pbx.idle()
    print(f"  {stage.pbx.version} {scenario.name}: {error or 'ok'}", flush=True)
    return Outcome(scenario.name, error)


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
