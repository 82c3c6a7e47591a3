"""Keeps calls that were read lately in memory: dashboards ask for the same list again and again.

A complete call never changes (see `saving`), so it can be cached. Which calls are in a list is
always asked of the database, so a deleted call is in none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callcheck.judging.figures import JudgedCall
from callcheck.store.calls.reading import judged_calls
from callcheck.store.calls.rows import CallKey
from callcheck.store.driver import DriverCursor

KEPT = 4_000
"""The most cached calls, of about 2 kB each."""


class CallCache:
    """Complete calls without timelines; `brief` ones have no legs, and no findings but the headline
    rule's. Safe to use from several threads."""

    def __init__(self, *, brief: bool) -> None:
        self._brief = brief
        self._calls: dict[CallKey, JudgedCall] = {}

    def calls(self, cursor: DriverCursor, keys: Sequence[CallKey]) -> list[JudgedCall]:
        """The calls of these keys, as `judged_calls` reads them."""
        found = {key: self._calls.get(key) for key in keys}
        missing = [key for key, one in found.items() if one is None]
        read = {_key(one): one for one in judged_calls(cursor, missing, brief=self._brief)}
        self._keep(read)
        found.update(read)  # keeps the order of the keys
        return [one for one in found.values() if one is not None]

    def _keep(self, read: Mapping[CallKey, JudgedCall]) -> None:
        if len(self._calls) > KEPT:
            self._calls.clear()
        self._calls.update((key, one) for key, one in read.items() if one[0].complete)


def _key(judged: JudgedCall) -> CallKey:
    return judged[0].pbx, judged[0].call_id
