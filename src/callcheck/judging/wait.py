"""From which moment a caller's wait counts: one definition, for the rule and the service levels."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from callcheck.calls.model import Call, Micros, Millis


class Clock(StrEnum):
    """What starts the wait: the setting `clock` of `[rule.answer_by_ring]`."""

    FIRST_RING = "first_ring"
    """The first phone rings."""
    QUEUE_JOIN = "queue_join"
    """The caller joins a queue; of a call that joined none, the first phone rings."""
    INBOUND = "inbound"
    """The call reaches the PBX."""


STARTS: Mapping[Clock, tuple[str, ...]] = {
    Clock.FIRST_RING: ("ring_started_at",),
    Clock.QUEUE_JOIN: ("queue_joined_at", "ring_started_at"),
    Clock.INBOUND: ("started_at",),
}
"""Fields of a `Call`: the wait starts at the first of them that is known. The store has columns of
the same names, and recounts stored calls by them when the setting changes."""


def wait_start(call: Call, clock: Clock) -> Micros | None:
    """When the wait starts; None if it never did, because no phone rang."""
    for name in STARTS[clock]:
        start: Micros | None = getattr(call, name)
        if start is not None:
            return start
    return None


def waited_ms(call: Call, clock: Clock, until: Micros | None) -> Millis | None:
    """How long the caller had waited by then, never less than 0; None without a start or an end."""
    start = wait_start(call, clock)
    return None if start is None or until is None else max(0, (until - start) // 1000)
