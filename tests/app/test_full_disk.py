"""The disk is full, or the store cannot be written to: calls wait, and it is said."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.app.household import Household, Running

FULL_IN_THE_CHECKPOINT = """
import os, sqlite3
from callcheck.store import driver
ours = driver.DriverCursor.all
def all_(self, sql, values=()):
    if "wal_checkpoint" in sql and os.path.exists("full"):
        raise sqlite3.OperationalError("database or disk is full")
    return ours(self, sql, values)
driver.DriverCursor.all = all_
"""


async def not_ready(callcheck: Running, why: str) -> None:
    async def so() -> bool:
        status, said = await callcheck.readyz()
        return status == 503 and any(why in problem for problem in said["problems"])

    await callcheck.until(so)


async def test_a_disk_that_is_full_at_the_checkpoint_is_survived(house: Household) -> None:
    async with house.running(FULL_IN_THE_CHECKPOINT) as callcheck:
        await callcheck.ready()
        (house.folder / "full").touch()
        await not_ready(callcheck, "calls.db: the disk is full; free some space")
        await callcheck.says("saved calls cannot be made safe from a power cut: ")
        house.calls(3)
        await callcheck.stored(3)
        (house.folder / "full").unlink()
        await callcheck.ready()
        assert callcheck.log.count("cannot be made safe") == 1
        assert "saved calls are safe from a power cut again" in callcheck.log
        assert (await callcheck.stop())[0] == 0


@contextmanager
def no_room(callcheck: Running) -> Iterator[None]:
    """The limit of the process stands for the size of the disk: every write beyond it fails."""
    process, kind = callcheck.process.pid, resource.RLIMIT_FSIZE
    before = resource.prlimit(process, kind)
    resource.prlimit(process, kind, (4096, before[1]))
    try:
        yield
    finally:
        if callcheck.process.returncode is None:
            resource.prlimit(process, kind, before)


async def test_no_room_for_more_on_a_real_file(house: Household) -> None:
    async with house.running() as callcheck:
        await callcheck.ready()
        house.calls(1)
        await callcheck.stored(1)
        with no_room(callcheck):
            house.calls(20)
            await not_ready(callcheck, "20 ended calls wait in memory and are lost if callcheck is")
            await not_ready(callcheck, "the disk fails or is full; free some space")
        await callcheck.stored(21)
        await callcheck.ready()
        assert (await callcheck.stop())[0] == 0
    assert house.rows() == 21
    with closing(sqlite3.connect(house.database)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_stop_while_the_store_is_away_says_what_is_lost(house: Household) -> None:
    before = "from callcheck.store.writer import Writer\nWriter.close.__defaults__ = (0.5,)"
    async with house.running(before) as callcheck:
        await callcheck.ready()
        with no_room(callcheck):
            house.calls(4)
            await not_ready(callcheck, "4 ended calls wait in memory and are lost if callcheck is")
            status, line = await callcheck.stop()
    assert status == 1
    assert line.startswith(
        "callcheck: 4 calls that had ended are lost, because they could not be stored before the "
        "stop: "
    )
    assert line.endswith("the disk fails or is full; free some space, or look after the disk")
