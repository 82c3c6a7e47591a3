"""The JSON of stored calls, of one call with its story, and of calls that are still going on."""

from __future__ import annotations

from collections.abc import Sequence

from callcheck.api.backend import ApiSettings
from callcheck.calls.model import Call
from callcheck.explain import timeline, wait_budget
from callcheck.explain.record import seconds, to_record
from callcheck.judging.verdict import Finding
from callcheck.times import iso


def stored(call: Call, findings: Sequence[Finding], settings: ApiSettings) -> dict[str, object]:
    """An ended call as an item of a list."""
    return to_record(call, findings, settings.zone, settings.cadence)


def with_story(call: Call, findings: Sequence[Finding], settings: ApiSettings) -> dict[str, object]:
    """An ended call with its timeline in words and where the caller's wait went."""
    return {
        **stored(call, findings, settings),
        "timeline": [
            {
                "at": iso(line.at, settings.zone),
                "seconds_since_first_ring": line.seconds_since_first_ring,
                "text": line.text,
            }
            for line in timeline(call, settings.names)
        ],
        "wait_budget": [
            {"spent": part.phase.value, "seconds": seconds(part.ms), "who": list(part.who)}
            for part in wait_budget(call)
        ],
    }


def going_on(call: Call, settings: ApiSettings) -> dict[str, object]:
    """A call that has not ended: what is known so far, without an end, findings or a timeline."""
    return {**stored(call, (), settings), "ended_at": None, "timeline": None}
