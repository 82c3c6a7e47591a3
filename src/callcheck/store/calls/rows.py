"""Judged calls in, rows of the tables out, and back again without loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import Boolean

from callcheck.calls.model import (
    Call,
    Did,
    Direction,
    Disposition,
    HungUpBy,
    Leg,
    LegResult,
    Micros,
    RingSource,
    Step,
    TimeSource,
    Via,
)
from callcheck.judging.figures import JudgedCall
from callcheck.judging.verdict import HEADLINE, Finding, Readings, Result
from callcheck.store import tables as t
from callcheck.store.driver import Straight, Values, marks
from callcheck.store.figures.counted import Counted, bits

Key = tuple[str, str]
"""A call's (pbx, call_id)."""

_PLAIN = (
    "pbx", "call_id", "caller", "dialed", "extension", "public", "started_at", "ring_started_at",
    "answered_at", "ringing_ended_at", "ended_at", "complete", "answered_by", "picked_up_for",
    "forwarded_from", "forwarded_to", "transfers", "final_party", "queue_joined_at", "conference",
    "answered_while_serving", "start_seen", "end_seen", "missing", "sound", "ring_least_ms",
    "ring_most_ms", "blur_ms",
)  # fmt: skip
_ENUM_OF: dict[str, dict[str | None, Any]] = {
    # plain dicts: a page of calls needs a thousand of these, and an enum's own look-up is slow
    name: {None: None, **{member.value: member for member in kind}}
    for name, kind in (
        ("direction", Direction), ("disposition", Disposition), ("time_source", TimeSource),
        ("ring_source", RingSource), ("answered_via", Via), ("hung_up_by", HungUpBy),
    )
}  # fmt: skip
_DID = {did.value: did for did in Did}
_RING_SOURCE = _ENUM_OF["ring_source"]
_LEG_RESULT: dict[str | None, Any] = {None: None, **{one.value: one for one in LegResult}}
_RESULT = {result.value: result for result in Result}
_LEG_PLAIN = ("extension", "number", "device", "channel", "dialed_at", "ring_started_at",
              "ended_at", "forwarded_to", "ring_ms")  # fmt: skip


CALL_COLUMNS = (
    *_PLAIN, *_ENUM_OF, "timeline", "ring_ms", "unit", "verdict", "readings", "counted_wait_ms"
)  # fmt: skip
LEG_COLUMNS = ("pbx", "call_id", "position", *_LEG_PLAIN, "ring_source", "result")
FINDING_COLUMNS = (
    "pbx", "call_id", "rule", "position", "result", "reason", "readings", "started_at", "unit",
)  # fmt: skip

_plain = attrgetter(*_PLAIN)
_enums = attrgetter(*_ENUM_OF)
_leg_plain = attrgetter(*_LEG_PLAIN)


def call_values(call: Call, count: Counted) -> Values:
    """The row of a call in the order of `CALL_COLUMNS`, with what the queries want ready."""
    return (
        *_plain(call), *(value and value.value for value in _enums(call)),
        packed(call.timeline, call.started_at), call.ring_ms,
        count.unit, count.verdict, count.readings, count.counted_wait_ms,
    )  # fmt: skip


def leg_values(call: Call) -> Iterator[Values]:
    """The rows of a call's legs, in their order."""
    for position, leg in enumerate(call.legs):
        yield (
            call.pbx, call.call_id, position, *_leg_plain(leg),
            leg.ring_source and leg.ring_source.value, leg.result and leg.result.value,
        )  # fmt: skip


def finding_values(call: Call, findings: Sequence[Finding]) -> Iterator[Values]:
    """The rows of what the rules said of a call."""
    for position, finding in enumerate(findings):
        yield (
            call.pbx, call.call_id, finding.rule, position, finding.result.value, finding.reason,
            _flags(finding), call.started_at, call.unit or "",
        )  # fmt: skip


def _flags(finding: Finding) -> int | None:
    """The readings of a finding, and 8 where its caller gave up early (16: it has no readings)."""
    if not finding.gave_up_early:
        return bits(finding.readings)
    held = bits(finding.readings)
    return 8 + (16 if held is None else held)


def packed(timeline: Iterable[Step], start: Micros) -> str:
    """A timeline as short JSON: [microseconds since the start, what, who, to], ends left off."""
    return orjson.dumps([_parts(step, start) for step in timeline]).decode()


def _parts(step: Step, start: Micros) -> Values:
    if step.to is not None:
        return step.at - start, step.did, step.who, step.to
    if step.who is not None:
        return step.at - start, step.did, step.who
    return step.at - start, step.did


def unpacked(timeline: str, start: Micros) -> tuple[Step, ...]:
    """The opposite of `packed`."""
    return tuple(
        Step(start + offset, _DID[did], *who_to) for offset, did, *who_to in orjson.loads(timeline)
    )


READ_COLUMNS = tuple(one.name for one in fields(Call) if one.name not in ("legs", "timeline"))
"""What a call is made of besides its legs and its timeline, which may come as the last column."""
_ROW = ", ".join(READ_COLUMNS)
_BOOLEAN = {0: False, 1: True}
_MEANT = tuple(
    (place, _ENUM_OF.get(name, _BOOLEAN))
    for place, name in enumerate(READ_COLUMNS)
    if name in _ENUM_OF or isinstance(t.calls.c[name].type, Boolean)
)
"""Places of values, and what these stand for. A driver's true and false are its 1 and 0."""
_make_call: Callable[..., Call] = Call
_UNIT, _STARTED_AT = READ_COLUMNS.index("unit"), READ_COLUMNS.index("started_at")
_READ_LEG = tuple(one.name for one in fields(Leg))
_make_leg: Callable[..., Leg] = Leg


def to_call(row: Sequence[Any], legs: Sequence[Leg]) -> Call:
    """A call from the values of `READ_COLUMNS`, and its timeline if that follows.

    By place: to name thirty values takes longer than to read them from the disk.
    """
    values = list(row)
    steps = unpacked(values.pop(), row[_STARTED_AT]) if len(row) > len(READ_COLUMNS) else ()
    for place, meant in _MEANT:
        values[place] = meant[values[place]]
    values[_UNIT] = values[_UNIT] or None
    return _make_call(*values, tuple(legs), steps)


def _to_leg(values: Sequence[Any]) -> Leg:
    *before, source, result, forwarded_to, ring_ms = values
    return _make_leg(*before, _RING_SOURCE[source], _LEG_RESULT[result], forwarded_to, ring_ms)


def _to_finding(rule: str, result: str, reason: str, readings: int | None) -> Finding:
    held = 16 if readings is None else readings
    parts = None if held & 16 else Readings(bool(held & 1), bool(held & 2), bool(held & 4))
    return Finding(rule, _RESULT[result], reason, parts, gave_up_early=bool(held & 8))


def whole(
    cursor: Straight, keys: Sequence[Key], *, timelines: bool = False, brief: bool = False
) -> list[JudgedCall]:
    """The calls of these keys with their legs and findings, in this order; one that is not
    stored, or not any more, is left out.

    Three queries a PBX; `brief` leaves out legs, and all but the headline rule. Calls are read
    before what is theirs, so that a complete one is never given what an incomplete one had.
    """
    ids_by_pbx: dict[str, list[str]] = {}
    for pbx, call_id in keys:
        ids_by_pbx.setdefault(pbx, []).append(call_id)
    rows: dict[Key, tuple[Any, ...]] = {}
    legs: dict[Key, list[Leg]] = {}
    found: dict[Key, list[Finding]] = {}
    for pbx, ids in ids_by_pbx.items():
        kind, n, values = cursor.kind, len(ids), [pbx, *ids]
        rows.update((row[:2], row) for row in cursor.all(rows_text(kind, n, timelines), values))
        for row in () if brief else cursor.all(legs_text(kind, n), values):
            legs.setdefault(row[:2], []).append(_to_leg(row[2:]))
        for row in cursor.all(findings_text(kind, n, headline_only=brief), values):
            found.setdefault(row[:2], []).append(_to_finding(*row[2:]))
    return [
        (to_call(rows[key], legs.get(key, ())), tuple(found.get(key, ())))
        for key in keys
        if key in rows
    ]


@cache
def rows_text(kind: str, calls: int, timelines: bool) -> str:
    """The rows of some calls of a PBX; values are the PBX and the ids."""
    columns = f"{_ROW}{', timeline' * timelines}"
    return f"SELECT {columns} FROM calls WHERE {_of_calls(kind, calls)}"


@cache
def legs_text(kind: str, calls: int) -> str:
    """The legs of some calls of a PBX, in order; values are the PBX and the ids."""
    return _children(kind, "legs", f"pbx, call_id, {', '.join(_READ_LEG)}", calls)


@cache
def findings_text(kind: str, calls: int, *, headline_only: bool = False) -> str:
    """The findings of some calls of a PBX, in order; values are the PBX and the ids."""
    columns = "pbx, call_id, rule, result, reason, readings"
    which = f" AND rule = '{HEADLINE}'" if headline_only else ""
    return _children(kind, "findings", columns, calls, which)


def _children(kind: str, table: str, columns: str, calls: int, which: str = "") -> str:
    return (
        f"SELECT {columns} FROM {table} WHERE {_of_calls(kind, calls)}{which}"
        " ORDER BY call_id, position"
    )


def _of_calls(kind: str, calls: int) -> str:
    return f"pbx = {marks(kind, 1)} AND call_id IN ({marks(kind, calls)})"
