"""The JSON of absences, rehearsals and forwards, as the API and the command line give it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from callcheck.absences import ledger
from callcheck.absences.model import Absence, AbsenceCall, Change, Forward, JsonObject, Message
from callcheck.absences.rehearsal import rehearse
from callcheck.absences.snapshot import Snapshot
from callcheck.absences.state import STATE_OF, Assessment, WorkingTime, assess
from callcheck.absences.steps import RehearsalStep
from callcheck.absences.tomorrow import TomorrowEntry
from callcheck.calls.directory import Directory
from callcheck.calls.model import Micros
from callcheck.times import iso_short

_MINUTE = 60_000_000


def absence(
    one: Absence, assessment: Assessment, unit: str | None, calls: Sequence[AbsenceCall],
    sources: Sequence[str], zone: tzinfo, calls_kept: bool,
) -> JsonObject:  # fmt: skip
    """An absence. `kind` is there only if it is kept."""
    since = one.stood_since if one.stood is assessment.state else None
    record: JsonObject = {
        "id": one.id,
        "extension": one.extension,
        "unit": unit,
        "from": iso_short(one.start, zone),
        "to": iso_short(one.end, zone),
        "deputy": one.deputy,
        "source": one.source,
        "sources": sorted({one.source, *sources}),
        "active": assessment.active,
        "cancelled": one.cancelled,
        "state": assessment.state.value,
        "state_since": iso_short(since, zone),
        "forward": forward(assessment.forward, zone),
        "reason": assessment.reason,
        "covered_minutes": assessment.covered // _MINUTE,
        "uncovered_minutes": assessment.uncovered // _MINUTE,
        "calls": ledger.counts(calls),
        "calls_kept": calls_kept,
    }
    if one.kind is not None:
        record["kind"] = one.kind
    return record


def forward(one: Forward | None, zone: tzinfo) -> JsonObject | None:
    """A forward; `since` is null if it was in force at the first look."""
    if one is None:
        return None
    return {"kind": one.kind.value, "to": one.to, "since": iso_short(one.since, zone)}


def rehearsal(snapshot: Snapshot, clock: WorkingTime, extension: str, at: Micros) -> JsonObject:
    """The steps of a call for an extension; for an absent person, with the state of the absence."""
    gone = next((a for a in snapshot.absences_of.get(extension, ()) if a.active(at)), None)
    walked = rehearse(snapshot, extension, at, gone.deputy if gone else None)
    state, reason = STATE_OF[walked.cover], walked.reason
    if gone is not None:
        assessment = assess(gone, snapshot, clock, at)
        state, reason = assessment.state, assessment.reason
    return {
        "extension": extension,
        "at": iso_short(at, clock.zone),
        "absent": gone is not None,
        "steps": [_step(step) for step in walked.steps],
        "otherwise": [_step(step) for step in walked.otherwise],
        "eaten_seconds": walked.eaten_ms / 1000,
        "assumes": walked.assumes,
        "state": state.value,
        "reason": reason,
    }


def tomorrow_entry(one: TomorrowEntry, directory: Directory, zone: tzinfo) -> JsonObject:
    """An entry of tomorrow's list."""
    gone = one.absence
    party = directory.extension(gone.extension)
    return {
        "absence": gone.id,
        "extension": gone.extension,
        "name": party.name if party else "",
        "unit": party.unit if party else None,
        "from": iso_short(gone.start, zone),
        "to": iso_short(gone.end, zone),
        "at": iso_short(one.at, zone),
        "state": one.state.value,
        "reason": one.reason,
    }


def calls(
    came: Sequence[AbsenceCall], owner: str, directory: Directory, zone: tzinfo
) -> list[JsonObject]:
    """Each call, and how it was taken."""
    return [
        {
            "pbx": one.pbx,
            "call_id": one.call_id,
            "started_at": iso_short(one.at, zone),
            "dialed": one.dialed,
            "disposition": one.disposition,
            "way": ledger.way(one, owner),
            "by": ledger.helper(one.by, directory),
            "by_unit": directory.unit_of(one.by),
            "in_time": one.in_time,
        }
        for one in came
    ]


def messages(noted: Sequence[Message], zone: tzinfo) -> list[JsonObject]:
    """Who took a message, and when."""
    return [{"at": iso_short(one.at, zone), "by": one.by} for one in noted]


def history(changes: Sequence[Change], zone: tzinfo) -> list[JsonObject]:
    """The changes, oldest first."""
    return [{"at": iso_short(c.at, zone), "by": c.by, "what": c.what} for c in changes]


def _step(step: RehearsalStep) -> JsonObject:
    return {
        "at": step.at,
        "does": step.does.value,
        "kind": step.kind.value if step.kind else None,
        "to": step.to,
        "after_seconds": step.after_ms / 1000,
    }
