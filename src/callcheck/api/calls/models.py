"""The shapes of calls in responses, for OpenAPI and for the tests.

Times are ISO 8601 with milliseconds and offset, durations seconds. A caller's number is a
pseudonym unless the configuration says otherwise.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from callcheck.api.models import Listed
from callcheck.judging.verdict import HEADLINE

_CALL: JsonDict = {
    "call_id": "1763812345.12",
    "pbx": "main",
    "direction": "inbound",
    "caller": "c-5f2a9c1b7e04",
    "dialed": "701",
    "extension": "201",
    "unit": "registry",
    "started_at": "2026-11-22T10:00:00.012+02:00",
    "ring_started_at": "2026-11-22T10:00:00.223+02:00",
    "answered_at": "2026-11-22T10:00:06.424+02:00",
    "ended_at": "2026-11-22T10:00:37.424+02:00",
    "disposition": "answered",
    "answered_by": "202",
    "answered_via": "pickup",
    "picked_up_for": "201",
    "forwarded_from": None,
    "forwarded_to": None,
    "transfers": 0,
    "final_party": "202",
    "wait_seconds": 6.412,
    "ring_seconds": 6.201,
    "ring_bounds": None,
    "rings": 2,
    "ring_source": "ringing",
    "time_source": "event",
    "talk_seconds": 31.0,
    "hung_up_by": "caller",
    "complete": True,
    "source": "ami",
    "legs": [],
    "findings": [
        {
            "rule": HEADLINE,
            "result": "met",
            "reason": "answered in ring 2 of 3",
            "evidence": "events",
            "readings": {"before": True, "within": True, "third": True},
        }
    ],
}


class _Extensible(BaseModel):
    """An object that later versions may extend by further fields."""

    model_config = ConfigDict(extra="allow")


class Readings(BaseModel):
    """The three readings of "by the third ring"."""

    before: bool
    within: bool
    third: bool


class FindingOut(_Extensible):
    """What one rule found."""

    rule: str
    result: Literal["met", "breached", "exempt", "unknown"]
    reason: str
    evidence: Literal["events", "bounds", "records"]
    readings: Readings | None


class LegOut(_Extensible):
    """One dial attempt to one phone or outside number."""

    extension: str | None
    number: str | None
    device: str
    channel: str
    dialed_at: str | None
    ring_started_at: str | None
    ended_at: str | None
    ring_seconds: float | None
    result: str | None
    forwarded_to: str | None


class CallOut(_Extensible):
    """An ended call. Unknown values are null."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": _CALL})

    call_id: str
    pbx: str
    direction: str
    caller: str | None
    dialed: str | None
    extension: str | None
    unit: str | None
    started_at: str | None
    ring_started_at: str | None
    answered_at: str | None
    ended_at: str | None
    disposition: str
    answered_by: str | None
    answered_via: str | None
    picked_up_for: str | None
    forwarded_from: str | None
    forwarded_to: str | None
    transfers: int
    final_party: str | None
    wait_seconds: float | None
    ring_seconds: float | None
    ring_bounds: list[float | None] | None = Field(
        description="[least, most] where the ring time is only known between bounds, else null"
    )
    rings: int | None
    ring_source: str | None
    time_source: str
    talk_seconds: float | None
    hung_up_by: str | None
    complete: bool
    source: Literal["ami", "journal", "cel", "cdr"]
    legs: list[LegOut]
    findings: list[FindingOut]


class LineOut(BaseModel):
    """A line of the timeline."""

    at: str | None
    seconds_since_first_ring: float | None = Field(description="negative before the first ring")
    text: str = Field(examples=["Berta (202) picks up the call for Anna (201)"])


class ShareOut(BaseModel):
    """A part of the caller's wait, and what it was spent on."""

    spent: Literal["setup", "menu", "ringing", "forwarding", "between"]
    seconds: float
    who: list[str] = Field(description="extensions that rang", examples=[["201"]])


class CallDetail(CallOut):
    """An ended call with its story."""

    timeline: list[LineOut]
    wait_budget: list[ShareOut] = Field(description="adds up to wait_seconds")


class CallList(Listed):
    """Calls, newest first."""

    items: list[CallOut]


class OpenCallOut(BaseModel):
    """A call that is going on, as far as it is known."""

    model_config = ConfigDict(extra="allow")

    call_id: str
    pbx: str
    unit: str | None


class OpenCallList(Listed):
    """Calls that are going on, newest first."""

    items: list[OpenCallOut]
