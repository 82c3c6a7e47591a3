"""An absence and how it stands in, the JSON of contract section 6 out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from callcheck.absences import ledger
from callcheck.absences.model import Absence, Came, Change, Forward, Message
from callcheck.absences.rehearsal import rehearse
from callcheck.absences.snapshot import World
from callcheck.absences.state import STATE_OF, Clockwork, Standing, standing
from callcheck.absences.steps import Step
from callcheck.absences.tomorrow import Line
from callcheck.calls.directory import Directory
from callcheck.calls.model import Micros
from callcheck.times import iso_short

_MINUTE = 60_000_000
Record = dict[str, object]


def absence(
    one: Absence, stand: Standing, unit: str | None, came: Sequence[Came], sources: Sequence[str],
    zone: tzinfo, calls_kept: bool,
) -> Record:  # fmt: skip
    """The whole of an absence. `kind` is there only where it is kept."""
    since = one.stood_since if one.stood is stand.state else None
    record: Record = {
        "id": one.id,
        "extension": one.extension,
        "unit": unit,
        "from": iso_short(one.start, zone),
        "to": iso_short(one.end, zone),
        "deputy": one.deputy,
        "source": one.source,
        "sources": sorted({one.source, *sources}),
        "active": stand.active,
        "cancelled": one.cancelled,
        "state": stand.state.value,
        "state_since": iso_short(since, zone),
        "forward": forward(stand.forward, zone),
        "reason": stand.reason,
        "covered_minutes": stand.covered // _MINUTE,
        "uncovered_minutes": stand.uncovered // _MINUTE,
        "calls": ledger.counts(came),
        "calls_kept": calls_kept,
    }
    if one.kind is not None:
        record["kind"] = one.kind
    return record


def forward(one: Forward | None, zone: tzinfo) -> Record | None:
    """A forward; `since` is null where it was in force before anybody looked."""
    if one is None:
        return None
    return {"kind": one.kind.value, "to": one.to, "since": iso_short(one.since, zone)}


def rehearsal(world: World, clock: Clockwork, extension: str, at: Micros) -> Record:
    """The steps for an extension; for somebody absent with the state of the absence."""
    gone = next((a for a in world.absences_of.get(extension, ()) if a.active(at)), None)
    walked = rehearse(world, extension, at, gone.deputy if gone else None)
    state, reason = STATE_OF[walked.cover], walked.reason
    if gone is not None:
        stand = standing(gone, world, clock, at)
        state, reason = stand.state, stand.reason
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


def line(one: Line, directory: Directory, zone: tzinfo) -> Record:
    """A line of tomorrow's list."""
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


def came(calls: Sequence[Came], owner: str, directory: Directory, zone: tzinfo) -> list[Record]:
    """Each call, and how it was covered."""
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
        for one in calls
    ]


def messages(noted: Sequence[Message], zone: tzinfo) -> list[Record]:
    """Who noted a message, and when."""
    return [{"at": iso_short(one.at, zone), "by": one.by} for one in noted]


def history(changes: Sequence[Change], zone: tzinfo) -> list[Record]:
    """What was changed, oldest first."""
    return [{"at": iso_short(c.at, zone), "by": c.by, "what": c.what} for c in changes]


def _step(step: Step) -> Record:
    return {
        "at": step.at,
        "does": step.does.value,
        "kind": step.kind.value if step.kind else None,
        "to": step.to,
        "after_seconds": step.after_ms / 1000,
    }
