"""An empty store in SQLite."""

from __future__ import annotations

from tests.absences.conftest import store

__all__ = ["store"]
