"""What is counted of the calls of an hour: names of the columns, and where a call counts."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from itertools import product

from callcheck.calls.model import Direction, Disposition
from callcheck.judging.service_level import Waits
from callcheck.judging.verdict import Result

KINDS = {(one, other): f"{one}_{other}" for one, other in product(Direction, Disposition)}
READINGS = ("before", "within", "third")
"""Of the judged calls (met or breached), in the order of their bits."""
WAITS = tuple(one.name for one in fields(Waits))
COUNTS = ("calls", *KINDS.values(), *(result.value for result in Result), *READINGS, *WAITS)
_PLACE = {name: place for place, name in enumerate(COUNTS)}


@cache
def places(
    direction: str, disposition: str, verdict: str, readings: int | None,
    waited: tuple[bool, bool] | None,
) -> tuple[int, ...]:  # fmt: skip
    """The places of `COUNTS` where a call counts.

    `waited` says whether its wait was in time, and whether short; None: it has none that counts.
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
