"""From when a caller's wait counts, and how long it may be: for rules and service levels alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


Bounds = tuple[Millis, Millis | None]
"""The least and the most that something lasted; None as the most where it has no end."""


def wait_bounds(call: Call, clock: Clock, until: Micros | None) -> Bounds | None:
    """Between which bounds the caller had waited by then; both are the same where it is known
    exactly. None without a start or an end."""
    if call.ring_bounds is not None and wait_start(call, clock) == call.ring_started_at:
        return call.ring_bounds
    waited = waited_ms(call, clock, until)
    if waited is None:
        return None
    # a call that was found began in the second in which its line was made
    early = 0 if call.start_seen or clock is not Clock.INBOUND else 1000
    return max(0, waited - early - call.blur_ms), waited + call.blur_ms


@dataclass(frozen=True, slots=True)
class WaitLimit:
    """How long a caller may wait. The headline rule sets it for the whole house: for the other
    rules, the service levels and the buckets of the metrics. See `docs/definitions.md`."""

    ring: int
    """The ring by which a human must answer."""
    limit_ms: Millis
    """The limit in words and comparisons; whether the limit itself is in time depends on the
    reading, so use `in_time_ms` to count."""
    in_time_ms: Millis
    """The longest wait that is in time."""
    short_abandon_ms: Millis
    """A caller who gives up sooner is left out of the service level `short`."""
    clock: Clock
    """From when a wait counts."""
    gave_up_early: Callable[[Call], str | None]
    """Why the caller of an abandoned call gave up too early to be judged; None if not so."""
