"""A part of the program fails: that is said, and mended if it can be."""

from __future__ import annotations

import asyncio
import socket

from callcheck.app.running.supervisor import Supervisor
from tests.app.household import Household

TWICE = """
from callcheck.{module} import {name} as Part
told, ours = [], Part.{method}
async def fails(self):
    told.append(1)
    if len(told) < 3:
        raise ValueError("+37167999000")
    await ours(self)
Part.{method} = fails
import callcheck.app.running.supervisor as supervisor
supervisor.Supervisor.__init__.__defaults__ = (0.01,)
"""


async def test_a_part_that_fails_is_started_again_and_the_rest_goes_on(house: Household) -> None:
    parts = {
        "the inspection of the PBXs": ("app.inspection", "Inspection", "run"),
        "the watch over absences": ("app.absence_watch", "AbsenceWatch", "run"),
        "the syncing of the store": ("app.running.upkeep", "Upkeep", "sync"),
        "the deletion of old calls": ("app.running.upkeep", "Upkeep", "purge"),
        "the HTTP server": ("app.running.http_server", "HttpServer", "run"),
        "pbx main: its listener": ("ami.client", "Listener", "run"),
    }
    for name, (module, kind, method) in parts.items():
        before = TWICE.format(module=module, name=kind, method=method)
        async with house.running(before) as callcheck:
            await callcheck.ready()
            said = f"{name} failed (ValueError in <string>:7): please report this; it is started"
            await callcheck.says(said, 2)
            assert "67999000" not in callcheck.log
            status, _ = await callcheck.stop()
            assert status == 0, callcheck.log


async def test_a_part_that_just_ends_is_started_again(house: Household) -> None:
    before = TWICE.format(module="app.inspection", name="Inspection", method="run")
    before = before.replace('raise ValueError("+37167999000")', "return")
    async with house.running(before) as callcheck:
        await callcheck.ready()
        await callcheck.says("the inspection of the PBXs ended by itself: ", 2)


async def test_a_part_that_is_to_be_started_again_does_not_delay_the_stop() -> None:
    parts, stop = Supervisor(first_pause=3600), asyncio.Event()
    tries: list[int] = []

    async def fails() -> None:
        tries.append(1)
        stop.set()
        raise ExceptionGroup("several", [KeyError("+37167999000")])

    parts.keep("a part", fails)
    assert await parts.until(stop) is None
    parts.stopping()
    await parts.end(within=3600)
    assert tries == [1]
    assert [task.cancelled() for task in parts.tasks] == [False]


async def test_what_cannot_be_started_again_ends_the_program_with_a_sentence(
    house: Household,
) -> None:
    before = """
from callcheck.store.writer import Writer
def dies(self, batch):
    raise SystemExit
Writer._save = dies
"""
    async with house.running(before) as callcheck:
        await callcheck.ready()
        house.calls(3)
        status, line = await callcheck.ended()
    assert status == 1
    assert line.startswith("callcheck: the thread that stores calls has ended: please report this;")
    assert "3 calls that had ended are lost" in line


async def test_a_taken_port_does_not_end_the_listening(house: Household) -> None:
    with socket.create_server(("127.0.0.1", house.http)):
        async with house.running() as callcheck:
            await callcheck.says(
                f"cannot listen on 127.0.0.1:{house.http} (Address already in use)"
            )
            await callcheck.says("pbx main: connected")
            house.calls(2)

            async def stored() -> bool:
                return house.rows() == 2

            await callcheck.until(stored)
            assert (await callcheck.stop())[0] == 0


async def test_a_port_that_becomes_free_is_used(house: Household) -> None:
    taken = socket.create_server(("127.0.0.1", house.http))
    async with house.running() as callcheck:
        await callcheck.says("cannot listen on")
        taken.close()
        await callcheck.ready()
        await callcheck.says(f"listening on 127.0.0.1:{house.http} now")
        assert callcheck.log.count("cannot listen on") == 1
        assert (await callcheck.stop())[0] == 0
