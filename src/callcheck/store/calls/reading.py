"""Reads stored calls: rows of the tables become `Call`, `Leg` and `Finding` again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Boolean

from callcheck.calls.model import Call, Did, Leg, LegResult, Micros, Step
from callcheck.judging.figures import JudgedCall
from callcheck.judging.verdict import HEADLINE, Finding, Readings, Result
from callcheck.store import tables as t
from callcheck.store.calls.rows import ENUMS, CallKey
from callcheck.store.driver import DriverCursor, placeholders

_ENUM_OF: dict[str, dict[str | None, Any]] = {
    # plain dicts: a page of calls needs a thousand look-ups, and those of an enum are slow
    name: {None: None, **{member.value: member for member in kind}}
    for name, kind in ENUMS.items()
}
_DID = {did.value: did for did in Did}
_RING_SOURCE = _ENUM_OF["ring_source"]
_LEG_RESULT: dict[str | None, Any] = {None: None, **{one.value: one for one in LegResult}}
_RESULT = {result.value: result for result in Result}

READ_COLUMNS = tuple(one.name for one in fields(Call) if one.name not in ("legs", "timeline"))
"""The columns of a call; its timeline may follow as the last one."""
_ROW = ", ".join(READ_COLUMNS)
_BOOLEAN = {0: False, 1: True}
_MEANT = tuple(
    (place, _ENUM_OF.get(name, _BOOLEAN))
    for place, name in enumerate(READ_COLUMNS)
    if name in _ENUM_OF or isinstance(t.calls.c[name].type, Boolean)
)
"""Positions of values to translate, with their meanings. SQLite's booleans are 1 and 0."""
_make_call: Callable[..., Call] = Call
_UNIT, _STARTED_AT = READ_COLUMNS.index("unit"), READ_COLUMNS.index("started_at")
_READ_LEG = tuple(one.name for one in fields(Leg))
_make_leg: Callable[..., Leg] = Leg


def unpacked(timeline: str, start: Micros) -> tuple[Step, ...]:
    """The opposite of `packed`."""
    return tuple(
        Step(start + offset, _DID[did], *who_to) for offset, did, *who_to in orjson.loads(timeline)
    )


def to_call(row: Sequence[Any], legs: Sequence[Leg]) -> Call:
    """A call from the values of `READ_COLUMNS`, and its timeline if that follows.

    By position: naming thirty values takes longer than reading them from disk.
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


def judged_calls(
    cursor: DriverCursor, keys: Sequence[CallKey], *, timelines: bool = False, brief: bool = False
) -> list[JudgedCall]:
    """The calls of these keys with their legs and findings, in the same order. A call that is not
    stored (any more) is left out.

    Three queries per PBX; `brief` leaves out the legs, and the findings of all but the headline
    rule. Calls are read first: so a complete call never gets the legs and findings of the
    incomplete one that it replaced.
    """
    ids_by_pbx: dict[str, list[str]] = {}
    for pbx, call_id in keys:
        ids_by_pbx.setdefault(pbx, []).append(call_id)
    rows: dict[CallKey, tuple[Any, ...]] = {}
    legs: dict[CallKey, list[Leg]] = {}
    found: dict[CallKey, list[Finding]] = {}
    for pbx, ids in ids_by_pbx.items():
        kind, n, values = cursor.kind, len(ids), [pbx, *ids]
        rows.update((row[:2], row) for row in cursor.all(calls_sql(kind, n, timelines), values))
        for row in () if brief else cursor.all(legs_sql(kind, n), values):
            legs.setdefault(row[:2], []).append(_to_leg(row[2:]))
        for row in cursor.all(findings_sql(kind, n, headline_only=brief), values):
            found.setdefault(row[:2], []).append(_to_finding(*row[2:]))
    return [
        (to_call(rows[key], legs.get(key, ())), tuple(found.get(key, ())))
        for key in keys
        if key in rows
    ]


@cache
def calls_sql(kind: str, calls: int, timelines: bool) -> str:
    """Selects calls of a PBX; the values are the PBX and the call ids."""
    columns = f"{_ROW}{', timeline' * timelines}"
    return f"SELECT {columns} FROM calls WHERE {_of_calls(kind, calls)}"


@cache
def legs_sql(kind: str, calls: int) -> str:
    """Selects the legs of calls of a PBX, in order; values as in `calls_sql`."""
    return _children(kind, "legs", f"pbx, call_id, {', '.join(_READ_LEG)}", calls)


@cache
def findings_sql(kind: str, calls: int, *, headline_only: bool = False) -> str:
    """Selects the findings of calls of a PBX, in order; values as in `calls_sql`."""
    columns = "pbx, call_id, rule, result, reason, readings"
    which = f" AND rule = '{HEADLINE}'" if headline_only else ""
    return _children(kind, "findings", columns, calls, which)


def _children(kind: str, table: str, columns: str, calls: int, which: str = "") -> str:
    return (
        f"SELECT {columns} FROM {table} WHERE {_of_calls(kind, calls)}{which}"
        " ORDER BY call_id, position"
    )


def _of_calls(kind: str, calls: int) -> str:
    return f"pbx = {placeholders(kind, 1)} AND call_id IN ({placeholders(kind, calls)})"
