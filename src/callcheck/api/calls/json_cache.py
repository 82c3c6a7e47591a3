"""Judged calls in, the JSON of each as an item of a list out; of one that comes again, as it was.

The reader gives a complete call as the very same object again and again; to show it takes much
longer than to read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import orjson

from callcheck.calls.model import Call
from callcheck.judging.figures import JudgedCall
from callcheck.judging.verdict import Finding

KEPT = 4_000
"""Calls, at some 2 kB of JSON each, and as much for the call itself."""


class Written:
    """Calls as one kind of list shows them. For several threads."""

    def __init__(self, show: Callable[[Call, Sequence[Finding]], Mapping[str, object]]) -> None:
        self._show = show
        self._held: dict[tuple[str, str], tuple[JudgedCall, orjson.Fragment]] = {}

    def items(self, calls: Iterable[JudgedCall]) -> list[orjson.Fragment]:
        """Each call as JSON."""
        if len(self._held) > KEPT:
            self._held.clear()
        return [self._item(judged) for judged in calls]

    def _item(self, judged: JudgedCall) -> orjson.Fragment:
        call, findings = judged
        key = call.pbx, call.call_id
        held = self._held.get(key)
        if held is not None and held[0] is judged:
            return held[1]
        item = orjson.Fragment(orjson.dumps(self._show(call, findings)))
        if call.complete:  # any other one is read anew each time
            self._held[key] = judged, item
        return item
