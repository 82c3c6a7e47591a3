"""An absence and how it stands in, the JSON of contract section 6 out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from callcheck.absences.model import Absence, Change, Cover, Forward, Tally
from callcheck.absences.rehearsal import Rehearsal, Step, rehearse
from callcheck.absences.standing import STATE_OF, Clockwork, Standing, standing
from callcheck.absences.world import World
from callcheck.calls.directory import Directory
from callcheck.calls.model import Micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60_000_000


def moment(at: Micros | None, zone: tzinfo) -> str | None:
    """`2026-12-21T00:00:00+02:00`; fractions only where there are some."""
    if at is None:
        return None
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone).isoformat()


def absence(
    one: Absence, stand: Standing, unit: str | None, calls: Tally, sources: Sequence[str],
    zone: tzinfo,
) -> dict[str, object]:  # fmt: skip
    """The whole of an absence. `kind` is there only where it is kept."""
    since = one.stood_since if one.stood is stand.state else None
    record: dict[str, object] = {
        "id": one.id,
        "extension": one.extension,
        "unit": unit,
        "from": moment(one.start, zone),
        "to": moment(one.end, zone),
        "deputy": one.deputy,
        "source": one.source,
        "sources": sorted({one.source, *sources}),
        "active": stand.active,
        "cancelled": one.cancelled,
        "state": stand.state.value,
        "state_since": moment(since, zone),
        "forward": forward(stand.forward, zone),
        "reason": stand.reason,
        "covered_minutes": stand.covered // _MINUTE,
        "uncovered_minutes": stand.uncovered // _MINUTE,
        "calls": {"offered": calls.offered, "answered": calls.answered, "in_time": calls.in_time},
    }
    if one.kind is not None:
        record["kind"] = one.kind
    return record


def forward(one: Forward | None, zone: tzinfo) -> dict[str, object] | None:
    """A forward; `since` is null where it was in force before anybody looked."""
    if one is None:
        return None
    return {"kind": one.kind.value, "to": one.to, "since": moment(one.since, zone)}


def rehearsal(world: World, clock: Clockwork, extension: str, at: Micros) -> dict[str, object]:
    """The steps for an extension; for somebody absent with the state of the absence."""
    gone = next((a for a in world.absences_of.get(extension, ()) if a.active(at)), None)
    walked = rehearse(world, extension, at, gone.deputy if gone else None)
    state, reason = STATE_OF[walked.cover], walked.reason
    if gone is not None:
        stand = standing(gone, world, clock, at)
        state, reason = stand.state, stand.reason
    return {
        "extension": extension,
        "at": moment(at, clock.zone),
        "absent": gone is not None,
        "steps": [_step(step) for step in walked.steps],
        "eaten_seconds": walked.eaten_ms / 1000,
        "state": state.value,
        "reason": reason,
    }


def uncovered(one: Absence, unit: str | None, walked: Rehearsal, zone: tzinfo) -> dict[str, object]:
    """A line of tomorrow's list."""
    return {
        "absence": one.id,
        "extension": one.extension,
        "unit": unit,
        "from": moment(one.start, zone),
        "to": moment(one.end, zone),
        "state": STATE_OF[walked.cover].value,
        "reason": walked.reason,
    }


def cover(found: Sequence[Cover], directory: Directory) -> list[dict[str, object]]:
    """Calls by owner, way and helper; outside numbers are one helper, `outside`."""
    sums: dict[tuple[str, str | None, str | None], list[int]] = {}
    for one in found:
        known = one.by is None or directory.extension(one.by) is not None
        total = sums.setdefault((one.owner, one.by if known else "outside", one.via), [0, 0])
        total[0] += one.calls
        total[1] += one.in_time
    return [
        {
            "extension": owner,
            "unit": directory.unit_of(owner),
            "by": by,
            "by_unit": directory.unit_of(by),
            "via": via,
            "help": by not in (None, owner),
            "calls": calls,
            "in_time": in_time,
        }
        for (owner, by, via), (calls, in_time) in sums.items()
    ]


def history(changes: Sequence[Change], zone: tzinfo) -> list[dict[str, object]]:
    """What was changed, oldest first."""
    return [{"at": moment(c.at, zone), "by": c.by, "what": c.what} for c in changes]


def _step(step: Step) -> dict[str, object]:
    return {
        "at": step.at,
        "does": step.does.value,
        "kind": step.kind.value if step.kind else None,
        "to": step.to,
        "after_seconds": step.after_ms / 1000,
    }
