"""Whether a colleague took a call that its owner did not answer.

The rule looks at the same calls as the headline rule (inbound, to a public number, in working
hours, seen whole) that were for one person: the person whose number was called or, if a line was
called, the person whose call was picked up or who forwarded it. That person is the call's owner.

`met`: somebody else of the house answered, by any way (pickup, group, queue, forward, transfer), on
a phone or on their own mobile. The reason says "of the same unit" or "of another unit": both served
the caller, but the rule expects it of the unit.
`breached`: a phone rang and nobody answered.
`exempt`: the owner answered, on the desk phone or the mobile; an outside number answered and we
cannot know who that is; the caller gave up too early; no phone rang, so nobody could take the call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from callcheck.calls.model import Call, Disposition
from callcheck.judging.context import RuleContext
from callcheck.judging.people import People
from callcheck.judging.scope import WhyClosed, out_of_scope
from callcheck.judging.verdict import Finding, Result, Rule

NAME = "colleague_pickup"


def bind(context: RuleContext) -> Rule:
    """This rule for one house."""
    return partial(
        judge,
        why_closed=context.why_closed,
        gave_up_early=context.wait.gave_up_early,
        people=context.people,
    )


def judge(
    call: Call, why_closed: WhyClosed, gave_up_early: Callable[[Call], str | None], people: People
) -> Finding:
    """The finding for one call. No reason ever holds an outside number.

    `gave_up_early` says why an abandoned call is not counted, or None if it is.
    """
    outside = out_of_scope(call, why_closed)
    if outside is not None:
        return Finding(NAME, *outside)
    owner = people.owner(call)
    if owner is None:
        return _exempt("a line was asked for, not one person's phone")
    if call.disposition is Disposition.ANSWERED:
        return _answered(call, owner, people)
    gave_up = gave_up_early(call) if call.disposition is Disposition.ABANDONED else None
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
