"""The columns of `hour_totals` and `day_totals`, and which of them a call counts in.

Columns come from enums of the core: a new member of `Direction`, `Disposition` or `Result` needs a
migration (see `tests/store/test_columns.py`).
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from itertools import product

from callcheck.calls.model import Direction, Disposition
from callcheck.judging.service_level import Waits
from callcheck.judging.verdict import Result

KINDS = {(one, other): f"{one}_{other}" for one, other in product(Direction, Disposition)}
READINGS = ("before", "within", "third")
"""Readings that judged calls (met or breached) kept, in the order of their bits."""
WAITS = tuple(one.name for one in fields(Waits))
COUNTS = ("calls", *KINDS.values(), *(result.value for result in Result), *READINGS, *WAITS)
_PLACE = {name: place for place, name in enumerate(COUNTS)}


@cache
def places(
    direction: str, disposition: str, verdict: str, readings: int | None,
    waited: tuple[bool, bool] | None,
) -> tuple[int, ...]:  # fmt: skip
    """The indexes in `COUNTS` of what a call counts in.

    `waited` says whether its wait was in time, and whether it was short; None if its wait does not
    count.
    """
    names = ["calls", f"{direction}_{disposition}"]
    if verdict:
        names.append(verdict)
    if verdict in (Result.MET, Result.BREACHED) and readings is not None:
        names += [name for bit, name in enumerate(READINGS) if readings >> bit & 1]
    if waited is not None:
        names += _waits(disposition, *waited)
    return tuple(_PLACE[name] for name in names)


def _waits(disposition: str, in_time: bool, short: bool) -> list[str]:
    if disposition == Disposition.ANSWERED:
        return ["answered", "answered_in_time"][: 1 + in_time]
    if disposition == Disposition.ABANDONED:
        return ["abandoned", *["abandoned_in_time"] * in_time, *["abandoned_short"] * short]
    return ["otherwise"]
