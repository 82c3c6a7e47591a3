"""Rows of calls in, the calls out; of those that were read lately nothing more is read.

A complete call never changes (see `saving`), and a dashboard asks for the same list again and
again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callcheck.store.rows import Judged, Key, whole
from callcheck.store.straight import Straight

KEPT = 4_000
"""Calls, at some 2 kB each."""


class Known:
    """Complete calls without timelines. `brief` ones have no legs either, nor findings of other
    rules than the headline one. For several threads."""

    def __init__(self, *, brief: bool) -> None:
        self._brief = brief
        self._calls: dict[Key, Judged] = {}

    def calls(self, cursor: Straight, rows: Sequence[Sequence[Any]]) -> list[Judged]:
        """The calls of these rows (see `rows.to_call`)."""
        held = [self._calls.get((row[0], row[1])) for row in rows]
        missing = [row for row, one in zip(rows, held, strict=True) if one is None]
        read = whole(cursor, missing, brief=self._brief)
        self._keep(read)
        new = iter(read)
        return [next(new) if one is None else one for one in held]

    def _keep(self, read: Sequence[Judged]) -> None:
        if len(self._calls) > KEPT:
            self._calls.clear()
        whole_ones = (judged for judged in read if judged[0].complete)
        self._calls.update(((one[0].pbx, one[0].call_id), one) for one in whole_ones)
