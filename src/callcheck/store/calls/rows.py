"""The rows of a judged call, for the tables `calls`, `legs` and `findings`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

import orjson

from callcheck.calls.model import (
    Call,
    Direction,
    Disposition,
    HungUpBy,
    Micros,
    RingSource,
    Step,
    TimeSource,
    Via,
)
from callcheck.judging.verdict import Finding
from callcheck.store.driver import Values
from callcheck.store.figures.counted import Counted, bits

CallKey = tuple[str, str]
"""A call's (pbx, call_id)."""

_PLAIN = (
    "pbx", "call_id", "caller", "dialed", "extension", "public", "started_at", "ring_started_at",
    "answered_at", "ringing_ended_at", "ended_at", "complete", "answered_by", "picked_up_for",
    "forwarded_from", "forwarded_to", "transfers", "final_party", "queue_joined_at", "conference",
    "answered_while_serving", "start_seen", "end_seen", "missing", "sound", "ring_least_ms",
    "ring_most_ms", "blur_ms",
)  # fmt: skip
ENUMS = {
    "direction": Direction, "disposition": Disposition, "time_source": TimeSource,
    "ring_source": RingSource, "answered_via": Via, "hung_up_by": HungUpBy,
}  # fmt: skip
"""The fields of a call that hold an enum; their columns hold its value."""
_LEG_PLAIN = ("extension", "number", "device", "channel", "dialed_at", "ring_started_at",
              "ended_at", "forwarded_to", "ring_ms")  # fmt: skip

CALL_COLUMNS = (
    *_PLAIN, *ENUMS, "timeline", "ring_ms", "unit", "verdict", "readings", "counted_wait_ms"
)  # fmt: skip
LEG_COLUMNS = ("pbx", "call_id", "position", *_LEG_PLAIN, "ring_source", "result")
FINDING_COLUMNS = (
    "pbx", "call_id", "rule", "position", "result", "reason", "readings", "started_at", "unit",
)  # fmt: skip

_plain = attrgetter(*_PLAIN)
_enums = attrgetter(*ENUMS)
_leg_plain = attrgetter(*_LEG_PLAIN)


def call_values(call: Call, count: Counted) -> Values:
    """The row of a call, in the order of `CALL_COLUMNS`."""
    return (
        *_plain(call), *(value and value.value for value in _enums(call)),
        packed(call.timeline, call.started_at), call.ring_ms,
        count.unit, count.verdict, count.readings, count.counted_wait_ms,
    )  # fmt: skip


def leg_values(call: Call) -> Iterator[Values]:
    """The rows of a call's legs, in the order of `LEG_COLUMNS`."""
    for position, leg in enumerate(call.legs):
        yield (
            call.pbx, call.call_id, position, *_leg_plain(leg),
            leg.ring_source and leg.ring_source.value, leg.result and leg.result.value,
        )  # fmt: skip


def finding_values(call: Call, findings: Sequence[Finding]) -> Iterator[Values]:
    """The rows of a call's findings, in the order of `FINDING_COLUMNS`."""
    for position, finding in enumerate(findings):
        yield (
            call.pbx, call.call_id, finding.rule, position, finding.result.value, finding.reason,
            _flags(finding), call.started_at, call.unit or "",
        )  # fmt: skip


def _flags(finding: Finding) -> int | None:
    """The readings as bits; plus 8 if the caller gave up early, and 16 if there are no readings."""
    if not finding.gave_up_early:
        return bits(finding.readings)
    held = bits(finding.readings)
    return 8 + (16 if held is None else held)


def packed(timeline: Iterable[Step], start: Micros) -> str:
    """A timeline as compact JSON: [microseconds since the start, did, who, to], without trailing
    nulls."""
    return orjson.dumps([_parts(step, start) for step in timeline]).decode()


def _parts(step: Step, start: Micros) -> Values:
    if step.to is not None:
        return step.at - start, step.did, step.who, step.to
    if step.who is not None:
        return step.at - start, step.did, step.who
    return step.at - start, step.did
