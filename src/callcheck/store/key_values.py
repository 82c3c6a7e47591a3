"""A few texts that outlive a restart, by key."""

from __future__ import annotations

from collections.abc import Mapping

from callcheck.store import meta
from callcheck.store.engine import writing
from callcheck.store.errors import translated
from callcheck.store.store import Store


class KeyValues:
    """Texts by key, in the table `meta`. All methods may raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, key: str) -> str | None:
        """The text under a key, or None."""
        with translated(self._store.name), self._store.engine.connect() as connection:
            return meta.read(connection).get(key)

    def set(self, key: str, value: str) -> None:
        """Sets or replaces a text."""
        self.set_all({key: value})

    def set_all(self, values: Mapping[str, str]) -> None:
        """Sets or replaces texts, in one transaction."""
        with translated(self._store.name), writing(self._store.engine) as connection:
            for key, value in values.items():
                meta.write(connection, key, value)
