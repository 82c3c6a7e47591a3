"""An empty store in SQLite, for the rooms above it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callcheck.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'callcheck.db'}", (1000, 15000))
    store.open()
    yield store
    store.close()
