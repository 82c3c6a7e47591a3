"""An empty store, for the phones that are followed."""

from __future__ import annotations

from tests.absences.conftest import store

__all__ = ["store"]
