"""Whether a call for somebody who is absent was answered by somebody else.

There is no finding for a call to somebody who is there. A colleague who takes the call by another
way than the forward covers it as well: the caller got an answer, and the colleague gets the credit.
Whether the forward itself was in place is part of the absence's own state (`docs/definitions.md`).
"""

from __future__ import annotations

from functools import partial

from callcheck.calls.directory import looks_outside
from callcheck.calls.model import Call, Direction, Disposition, Millis, Via
from callcheck.judging.context import Absent, RuleContext
from callcheck.judging.scope import WhyClosed
from callcheck.judging.verdict import Finding, Result, Rule

NAME = "forward_in_absence"


def bind(context: RuleContext) -> Rule:
    """This rule for one house."""
    return partial(
        judge,
        absent=context.absent,
        why_closed=context.why_closed,
        limit_ms=context.wait.limit_ms,
    )


def judge(call: Call, absent: Absent, why_closed: WhyClosed, limit_ms: Millis) -> Finding | None:
    """The finding for one inbound call; None unless it was for somebody absent."""
    owner = call.extension
    if call.direction is not Direction.INBOUND or owner is None:
        return None
    if not absent(owner, call.started_at):
        return None
    if not call.timed or not call.sound or call.disposition is Disposition.UNKNOWN:
        return Finding(NAME, Result.UNKNOWN, "not seen from its beginning to its end")
    outside = why_closed(call.started_at)
    if outside:
        return Finding(NAME, Result.EXEMPT, outside)
    if call.disposition is Disposition.ANSWERED:
        return _answered(call, owner)
    if call.disposition is Disposition.ABANDONED and (call.ring_ms or 0) < limit_ms:
        return Finding(NAME, Result.EXEMPT, "gave up before anybody could have answered in time")
    return Finding(NAME, Result.BREACHED, f"{owner} is absent, and {_LOST[call.disposition]}")


def _answered(call: Call, owner: str) -> Finding:
    if call.answered_by == owner and call.answered_via is not Via.FORWARD:
        return Finding(NAME, Result.EXEMPT, f"{owner} answered in spite of the absence")
    who = _named(call, owner)
    if call.answered_via is Via.FORWARD:
        return Finding(NAME, Result.MET, f"forwarded to {who}, and answered")
    via = call.answered_via.value if call.answered_via else "another way"
    return Finding(NAME, Result.MET, f"covered by {who}, by {via} and not by a forward")


def _named(call: Call, owner: str) -> str:
    """Who answered, without an outside number."""
    by = call.answered_by
    if by is None or by == owner:
        return "the person's own phone"
    inside = by in {leg.extension for leg in call.legs} or not looks_outside(by)
    return by if inside and by.isdigit() else "an outside number"  # a pseudonym has letters


_LOST = {
    Disposition.ABANDONED: "the caller gave up after waiting for the third ring",
    Disposition.NO_ANSWER: "nobody answered",
    Disposition.BUSY: "the phone was busy",
    Disposition.REJECTED: "the call was not taken",
    Disposition.UNREACHABLE: "the phone could not be reached",
    Disposition.VOICEMAIL: "a recording took the call",
    Disposition.FAILED: "the call failed",
}
