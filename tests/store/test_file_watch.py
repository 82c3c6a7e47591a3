"""Nobody reads or writes a file that took the place of the open one, until it is opened itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from callcheck.store import Store, StoreAway
from callcheck.store.store import MISSING_FOR
from tests.store.conftest import EDGES
from tests.store.samples import judged


def test_a_further_connection_does_not_mix_two_databases(sqlite_url: str, tmp_path: Path) -> None:
    """The -wal of the old file is still there: SQLite would take it for that of the new one."""
    store = Store(sqlite_url, EDGES)
    store.open()
    store.save([judged(n) for n in range(3)])
    file, backup = tmp_path / "callcheck.db", tmp_path / "backup.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute(f"VACUUM INTO '{backup}'")
    store.save([judged(n) for n in range(3, 50)])
    before = backup.read_bytes()
    with store.engine.connect(), store.engine.connect():
        pass
    with store.engine.connect(), store.engine.connect():  # all that are in the pool
        backup.rename(file)
        with pytest.raises(StoreAway, match="not the one that is open"):
            store.totals()
    assert file.read_bytes() == before
    assert [one.call.call_id for one in store.save([judged(50)])] == [judged(50)[0].call_id]
    assert sum(store.totals().calls.values()) == 4
    store.close()


def test_a_file_that_is_gone_is_not_made_by_chance(sqlite_url: str, tmp_path: Path) -> None:
    assert MISSING_FOR > 1
    store = Store(sqlite_url, EDGES)
    store.open()
    store.save([judged(1)])
    (tmp_path / "callcheck.db").unlink()
    for _ in range(2):
        with pytest.raises(StoreAway, match="the file was removed while callcheck runs"):
            store.save([judged(2)])
        with pytest.raises(StoreAway, match="the file was removed while callcheck runs"):
            store.totals()
    assert not (tmp_path / "callcheck.db").exists()
    store.close()
