"""The JSON record of a call: `callcheck replay --json` prints it and the API serves it.

`docs/definitions.md` explains the fields. Times are ISO 8601 with offset, durations are seconds;
what is not known is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from callcheck.calls.model import Call, Leg, Millis
from callcheck.judging.cadence import Cadence
from callcheck.judging.verdict import Finding
from callcheck.times import iso


def seconds(ms: Millis | None) -> float | None:
    """Milliseconds as seconds with three decimals."""
    return None if ms is None else ms / 1000


def to_record(
    call: Call, findings: Sequence[Finding], zone: tzinfo, cadence: Cadence
) -> dict[str, object]:
    """The whole record. Without times in the stream every time and duration is None."""
    timed = call.timed
    return {
        **to_row(call, zone, cadence),
        "ring_bounds": call.ring_bounds and [seconds(bound) for bound in call.ring_bounds],
        "source": "ami",
        "public": call.public,
        "queue_joined_at": iso(call.queue_joined_at if timed else None, zone),
        "ring_started_at": iso(call.ring_started_at if timed else None, zone),
        "answered_at": iso(call.answered_at if timed else None, zone),
        "ended_at": iso(call.ended_at if timed and call.end_seen else None, zone),
        "ring_source": call.ring_source and call.ring_source.value,
        "time_source": call.time_source.value,
        "conference": call.conference,
        "answered_while_serving": call.answered_while_serving,
        "legs": [_leg(leg, zone, timed) for leg in call.legs],
        "findings": [_finding(finding, call) for finding in findings],
    }


def to_row(call: Call, zone: tzinfo, cadence: Cadence) -> dict[str, object]:
    """The part of the record that lists show: all plain values, and the start as the only time."""
    ring_ms = call.ring_ms
    return {
        "call_id": call.call_id,
        "pbx": call.pbx,
        "direction": call.direction.value,
        "caller": call.caller,
        "dialed": call.dialed,
        "extension": call.extension,
        "unit": call.unit,
        "started_at": iso(call.started_at if call.timed and call.start_seen else None, zone),
        "disposition": call.disposition.value,
        "answered_by": call.answered_by,
        "answered_via": call.answered_via and call.answered_via.value,
        "picked_up_for": call.picked_up_for,
        "forwarded_from": call.forwarded_from,
        "forwarded_to": call.forwarded_to,
        "transfers": call.transfers,
        "final_party": call.final_party,
        "wait_seconds": seconds(call.wait_ms),
        "ring_seconds": seconds(ring_ms),
        "rings": None if ring_ms is None else cadence.ring_number(ring_ms),
        "talk_seconds": seconds(call.talk_ms),
        "hung_up_by": call.hung_up_by and call.hung_up_by.value,
        "complete": call.complete,
    }


def _leg(leg: Leg, zone: tzinfo, timed: bool) -> dict[str, object]:
    return {
        "extension": leg.extension,
        "number": leg.number,
        "device": leg.device,
        "channel": leg.channel,
        "dialed_at": iso(leg.dialed_at if timed else None, zone),
        "ring_started_at": iso(leg.ring_started_at if timed else None, zone),
        "ended_at": iso(leg.ended_at if timed else None, zone),
        "ring_seconds": seconds(leg.ring_ms if timed else None),
        "ring_source": leg.ring_source and leg.ring_source.value,
        "result": leg.result and leg.result.value,
        "forwarded_to": leg.forwarded_to,
    }


def _finding(finding: Finding, call: Call) -> dict[str, object]:
    readings = finding.readings
    return {
        "rule": finding.rule,
        "result": finding.result.value,
        "reason": finding.reason,
        "evidence": call.evidence,
        "readings": readings
        and {"before": readings.before, "within": readings.within, "third": readings.third},
    }
