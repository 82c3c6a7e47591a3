"""The JSON of calls in lists, cached for calls served before.

Rendering a call takes much longer than reading it, and the store returns a complete call as the
same object every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import orjson

from callcheck.calls.model import Call
from callcheck.judging.figures import JudgedCall
from callcheck.judging.verdict import Finding

MAX_CALLS = 4_000
"""Calls kept; each takes about 2 kB of JSON and as much for the call itself."""


class JsonCache:
    """Calls as one kind of list renders them with `render`. May be used from several threads."""

    def __init__(self, render: Callable[[Call, Sequence[Finding]], Mapping[str, object]]) -> None:
        self._render = render
        self._cached: dict[tuple[str, str], tuple[JudgedCall, orjson.Fragment]] = {}

    def items(self, calls: Iterable[JudgedCall]) -> list[orjson.Fragment]:
        """Each call as JSON."""
        if len(self._cached) > MAX_CALLS:
            self._cached.clear()
        return [self._item(judged) for judged in calls]

    def _item(self, judged: JudgedCall) -> orjson.Fragment:
        call, findings = judged
        key = call.pbx, call.call_id
        cached = self._cached.get(key)
        if cached is not None and cached[0] is judged:
            return cached[1]
        item = orjson.Fragment(orjson.dumps(self._render(call, findings)))
        if call.complete:  # the store reads any other call anew
            self._cached[key] = judged, item
        return item
