"""The database file is removed, replaced, overwritten or packed while callcheck runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.app.household import Household, Running

SOON = "import callcheck.store.store as store\nstore.MISSING_FOR = 0.5"
LATE = "import callcheck.store.store as store\nstore.MISSING_FOR = 3600.0"


def run(house: Household, *statements: str) -> list[tuple[Any, ...]]:
    """Runs SQL as another program would; the rows of the last statement."""
    rows: list[tuple[Any, ...]] = []
    with closing(sqlite3.connect(house.database, isolation_level=None)) as database:
        for statement in statements:
            rows = database.execute(statement).fetchall()
    return rows


def is_whole(house: Household) -> bool:
    return run(house, "PRAGMA integrity_check") == [("ok",)]


async def not_ready(callcheck: Running, why: str) -> None:
    async def so() -> bool:
        status, said = await callcheck.readyz()
        return status == 503 and any(why in problem for problem in said["problems"])

    await callcheck.until(so)
    await callcheck.says(why)


async def test_a_file_that_was_removed_is_made_anew(house: Household) -> None:
    async with house.running(SOON) as callcheck:
        await callcheck.ready()
        house.calls(5)
        await callcheck.stored(5)
        house.database.unlink()
        house.calls(3)  # they wait for the new file
        await callcheck.says("the file was removed, and is open anew")
        await callcheck.stored(3)
        await callcheck.ready()
        assert (await callcheck.stop())[0] == 0
    assert house.rows() == 3
    assert is_whole(house)


async def test_while_it_is_away_it_may_be_put_back(house: Household) -> None:
    async with house.running(LATE) as callcheck:
        await callcheck.ready()
        house.calls(5)
        await callcheck.stored(5)
        aside = house.folder / "aside.db"
        house.database.rename(aside)
        await not_ready(callcheck, "the file was removed while callcheck runs; a new one is made")
        house.calls(3)
        await callcheck.pending(3)
        assert (await callcheck.get("/api/v1/calls"))[0] == 503
        assert not house.database.exists()
        aside.rename(house.database)
        await callcheck.stored(8)
        await callcheck.ready()
        assert (await callcheck.stop())[0] == 0
    assert house.rows() == 8
    assert is_whole(house)


@pytest.mark.parametrize("aside", [True, False], ids=["moved aside first", "overwritten by mv"])
async def test_a_backup_in_its_place_is_opened(house: Household, *, aside: bool) -> None:
    """Its counts are those of /metrics from then on, and nothing that waited is lost."""
    async with house.running(LATE) as callcheck:
        await callcheck.ready()
        house.calls(5)
        await callcheck.stored(5)
        run(house, f"VACUUM INTO '{house.folder / 'backup.db'}'")
        house.calls(20)
        await callcheck.stored(25)
        if aside:
            house.database.rename(house.folder / "old.db")
            await not_ready(callcheck, "the file was removed while callcheck runs")
            house.calls(4)
            await callcheck.pending(4)
        (house.folder / "backup.db").rename(house.database)
        await callcheck.says("the file was replaced, and is open anew")
        await callcheck.stored(9 if aside else 5)
        house.calls(1)
        await callcheck.stored(10 if aside else 6)
        await callcheck.ready()
        assert (await callcheck.stop())[0] == 0
    assert house.rows() == (10 if aside else 6)
    assert is_whole(house)
    if aside:
        with closing(sqlite3.connect(house.folder / "old.db")) as old:
            assert old.execute("SELECT count(*) FROM calls").fetchone() == (25,)


async def test_a_file_that_cannot_be_ours_is_refused(house: Household) -> None:
    async with house.running(LATE) as callcheck:
        await callcheck.ready()
        strange = house.folder / "strange.db"
        with closing(sqlite3.connect(strange)) as other:
            other.execute("CREATE TABLE wages (n)")
        strange.rename(house.database)
        await not_ready(callcheck, "the file was replaced while callcheck runs, and cannot be used")
        await not_ready(callcheck, "is not a callcheck database: it has other tables (wages)")
        house.calls(2)
        await callcheck.pending(2)
        assert run(house, "SELECT name FROM sqlite_schema") == [("wages",)]
        house.database.unlink()
        (house.folder / "empty.db").touch()
        (house.folder / "empty.db").rename(house.database)
        await callcheck.stored(2)
        await callcheck.ready()


async def test_a_truncated_file_is_left_alone(house: Household) -> None:
    async with house.running(SOON) as callcheck:
        await callcheck.ready()
        house.calls(5)
        await callcheck.stored(5)
        with house.database.open("r+b") as file:
            file.truncate(0)
        await not_ready(callcheck, "the file was truncated or overwritten while callcheck runs; m")
        house.calls(3)
        await callcheck.pending(3)
        assert house.database.stat().st_size == 0
        house.database.rename(house.folder / "broken.db")
        await callcheck.stored(3)
        await callcheck.ready()
        assert (await callcheck.stop())[0] == 0
    assert house.rows() == 3
    assert is_whole(house)


async def test_an_older_copy_written_over_it_is_left_alone(house: Household) -> None:
    async with house.running(SOON) as callcheck:
        await callcheck.ready()
        house.calls(5)
        await callcheck.stored(5)
        run(house, f"VACUUM INTO '{house.folder / 'backup.db'}'")
        for n in range(1, 61):  # more batches than any number of tokens that is remembered
            house.calls(10)
            await callcheck.stored(5 + 10 * n)
        run(house, "PRAGMA wal_checkpoint")
        house.database.write_bytes((house.folder / "backup.db").read_bytes())
        await not_ready(callcheck, "the file was truncated or overwritten while callcheck runs; m")
        house.calls(3)
        await callcheck.pending(3)
        (house.folder / "backup.db").rename(house.database)
        await callcheck.stored(8)
        await callcheck.ready()


async def test_a_file_that_was_only_packed_is_used_on(house: Household) -> None:
    async with house.running(SOON) as callcheck:
        await callcheck.ready()
        house.calls(5)
        await callcheck.stored(5)
        run(house, "CREATE TABLE big AS SELECT randomblob(1000000)", "PRAGMA wal_checkpoint")
        before = house.database.stat().st_size
        run(house, "DROP TABLE big", "VACUUM", "PRAGMA wal_checkpoint")

        async def smaller() -> bool:
            return house.database.stat().st_size < before

        await callcheck.until(smaller)
        house.calls(5)
        await callcheck.stored(10)
        await callcheck.ready()
        assert "truncated" not in callcheck.log
        assert (await callcheck.stop())[0] == 0
    assert house.rows() == 10
    assert is_whole(house)
