"""Tells another call that has an id once more from the same call sent again.

Asterisk makes a channel's id of the second and of a count since its start. A PBX whose clock began
anew (no battery, a snapshot put back) gives the same ids to other calls.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from callcheck.calls.model import Call, Micros
from callcheck.judging.figures import JudgedCall
from callcheck.store.calls.rows import CallKey
from callcheck.store.driver import DriverCursor, placeholders

SAME_START = 2_000_000
"""Two listeners may take the start of one call from clocks (us) that differ by this."""
_REPEATED = re.compile(r"~\d+$")


class Held(NamedTuple):
    """What tells one call of an id from another."""

    complete: bool
    started_at: Micros
    caller: str | None
    dialed: str | None
    direction: str


def apart(
    cursor: DriverCursor, batch: Sequence[JudgedCall]
) -> tuple[Sequence[JudgedCall], dict[CallKey, Held]]:
    """The batch, in which a complete call whose id another complete call has already gets an id of
    its own (`…~2`, `…~3`); and what is stored under all these ids."""
    stored = _stored(cursor, {(call.pbx, call.call_id) for call, _ in batch})
    known = dict(stored)
    named: list[JudgedCall] = []
    for call, findings in batch:
        key, number = (call.pbx, call.call_id), 1
        while call.complete and key in known and _is_another(call, known[key]):
            number += 1
            key = call.pbx, f"{call.call_id}~{number}"
            if key not in known:
                stored |= (found := _stored(cursor, {key}))
                known |= found
        if call.complete and (key not in known or not known[key].complete):
            known[key] = _held(call)
        own = call if number == 1 else replace(call, call_id=key[1])
        named.append((own, findings))
    return named, stored


def is_repeated(call_id: str) -> bool:
    """Whether a call got this id because another one had its own."""
    return _REPEATED.search(call_id) is not None


def _held(call: Call) -> Held:
    return Held(call.complete, call.started_at, call.caller, call.dialed, call.direction)


def _is_another(call: Call, held: Held) -> bool:
    return held.complete and (
        abs(call.started_at - held.started_at) > SAME_START
        or call.direction != held.direction
        or _differ(call.caller, held.caller)
        or _differ(call.dialed, held.dialed)
    )


def _differ(one: str | None, other: str | None) -> bool:
    """A number and its pseudonym, or its masked form, may be the same number: two callchecks on
    one store, or one whose `[privacy] callers` was changed."""
    if one is None or other is None:
        return one is not other
    return one != other and _form(one) == _form(other)


def _form(number: str) -> str:
    """How a number is written: as a pseudonym, masked, or plain."""
    return "c-" if number.startswith("c-") else "*" if number.endswith("*") else ""


def _stored(cursor: DriverCursor, keys: Collection[CallKey]) -> dict[CallKey, Held]:
    """Which of these calls are stored."""
    found: dict[CallKey, Held] = {}
    for pbx in {key[0] for key in keys}:
        ids = [call_id for its_pbx, call_id in keys if its_pbx == pbx]
        one, many = placeholders(cursor.kind, 1), placeholders(cursor.kind, len(ids))
        query = (
            "SELECT call_id, complete, started_at, caller, dialed, direction FROM calls "
            f"WHERE pbx = {one} AND call_id IN ({many})"
        )
        for call_id, complete, *rest in cursor.all(query, [pbx, *ids]):
            found[pbx, call_id] = Held(bool(complete), *rest)
    return found
