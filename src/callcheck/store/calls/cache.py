"""Keys of calls in, the calls out; of those that were read lately nothing is read again.

A complete call never changes (see `saving`), and a dashboard asks for the same list again and
again. Which calls a list has is always asked of the database, so one that was deleted is in none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callcheck.judging.figures import JudgedCall
from callcheck.store.calls.rows import Key, whole
from callcheck.store.driver import Straight

KEPT = 4_000
"""Calls, at some 2 kB each."""


class Known:
    """Complete calls without timelines. `brief` ones have no legs either, nor findings of other
    rules than the headline one. For several threads."""

    def __init__(self, *, brief: bool) -> None:
        self._brief = brief
        self._calls: dict[Key, JudgedCall] = {}

    def calls(self, cursor: Straight, keys: Sequence[Key]) -> list[JudgedCall]:
        """The calls of these keys, as `rows.whole` gives them."""
        found = {key: self._calls.get(key) for key in keys}
        missing = [key for key, one in found.items() if one is None]
        read = {_key(one): one for one in whole(cursor, missing, brief=self._brief)}
        self._keep(read)
        found.update(read)  # in the order of the keys still
        return [one for one in found.values() if one is not None]

    def _keep(self, read: Mapping[Key, JudgedCall]) -> None:
        if len(self._calls) > KEPT:
            self._calls.clear()
        self._calls.update((key, one) for key, one in read.items() if one[0].complete)


def _key(judged: JudgedCall) -> Key:
    return judged[0].pbx, judged[0].call_id
