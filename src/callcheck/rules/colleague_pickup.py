"""An ended call in, whether a colleague took it when its owner did not out (contract, section 2).
Pure.

Asked of the same calls as the rule of the third ring (inbound, to a public number, in working
hours, seen whole), and of those only where one person's phone was asked for, or was picked up for
or sent the call on though a line was asked for. That person is the call's owner.

`met`: somebody else of the house answered, however the call came there (pickup, group, queue,
forward, transfer), on a phone or on their own mobile. The reason says "of the same unit" or "of
another unit": both served the caller, and only the first is what the rule asks of a unit.
`breached`: a phone rang and nobody answered. `exempt`: the owner answered, at the desk or on the
mobile; whoever answered at an outside number cannot be told; the caller gave up too early to be
counted; no phone rang, so that there was nothing to take.
"""

from __future__ import annotations

from collections.abc import Callable

from callcheck.calls.model import Call, Disposition
from callcheck.judging.people import People
from callcheck.judging.scope import Closed, out_of_scope
from callcheck.judging.verdict import Finding, Result

NAME = "colleague_pickup"

Early = Callable[[Call], str | None]
"""Why an abandoned call is not counted, because its caller gave up so early; None if it is."""


def judge(call: Call, closed: Closed, early: Early, people: People) -> Finding:
    """The finding of one call. No reason ever holds an outside number."""
    outside = out_of_scope(call, closed)
    if outside is not None:
        return Finding(NAME, *outside)
    owner = people.owner(call)
    if owner is None:
        return _exempt("a line was asked for, not one person's phone")
    if call.disposition is Disposition.ANSWERED:
        return _answered(call, owner, people)
    gave_up = early(call) if call.disposition is Disposition.ABANDONED else None
    if gave_up:
        return _exempt(gave_up)
    if call.ring_started_at is None and call.ring_bounds is None:
        return _exempt("no phone rang that a colleague could have answered")
    until = ", until the caller gave up" if call.disposition is Disposition.ABANDONED else ""
    return Finding(NAME, Result.BREACHED, f"nobody took it: {people.rang(call)}{until}")


def _answered(call: Call, owner: str, people: People) -> Finding:
    if not call.answered_by:
        return Finding(NAME, Result.UNKNOWN, "answered, but not seen by whom")
    taker = people.extension(call, call.answered_by)
    by = people.answered_by(call)
    if taker is None or taker == owner:
        return _exempt(f"answered{by}")
    named = owner in (call.picked_up_for, call.forwarded_from)
    instead = "" if named else f", instead of {people.name(call, owner)}"
    return Finding(NAME, Result.MET, f"taken{by}{instead}")


def _exempt(reason: str) -> Finding:
    return Finding(NAME, Result.EXEMPT, reason)
