"""Small things that one run of the program leaves for the next, by name."""

from __future__ import annotations

from callcheck.store import meta
from callcheck.store.engine import writing
from callcheck.store.errors import translated
from callcheck.store.store import Store


class Facts:
    """Texts by key. All methods may raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, key: str) -> str | None:
        """What was left under a key."""
        with translated(self._store.name), self._store.engine.connect() as connection:
            return meta.read(connection).get(key)

    def set(self, key: str, value: str) -> None:
        """Leaves something, in the place of what was there."""
        with translated(self._store.name), writing(self._store.engine) as connection:
            meta.write(connection, key, value)
