"""An ended call in, whether it was covered if it asked for somebody absent out (handbook H2;
contract, sections 2 and 6). Pure; of a call for somebody who is there it says nothing.

A colleague who takes the call by another way than the forward covers it as well: the caller got
an answer, and whoever helped has the credit. Whether the forward itself was in place is what the
absence's own state says.
"""

from __future__ import annotations

from collections.abc import Callable

from callcheck.calls.model import Call, Direction, Disposition, Micros, Millis, Via
from callcheck.judging.verdict import Finding, Result

NAME = "forward_in_absence"

Absent = Callable[[str, Micros], bool]
"""Whether the person with an extension was away at a moment."""
Closed = Callable[[Micros], str | None]


def nobody(_extension: str, _at: Micros) -> bool:
    """Where no absences are known."""
    return False


def judge(call: Call, absent: Absent, closed: Closed, limit_ms: Millis) -> Finding | None:
    """The finding of one call from outside; None unless it asked for somebody absent."""
    owner = call.extension
    if call.direction is not Direction.INBOUND or owner is None:
        return None
    if not absent(owner, call.started_at):
        return None
    if not call.timed or not call.sound or call.disposition is Disposition.UNKNOWN:
        return Finding(NAME, Result.UNKNOWN, "not seen from its beginning to its end")
    outside = closed(call.started_at)
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
    return by if len(by) < 7 and by.isdigit() else "an outside number"


_LOST = {
    Disposition.ABANDONED: "the caller gave up after waiting for the third ring",
    Disposition.NO_ANSWER: "nobody answered",
    Disposition.BUSY: "the phone was busy",
    Disposition.REJECTED: "the call was not taken",
    Disposition.UNREACHABLE: "the phone could not be reached",
    Disposition.VOICEMAIL: "a recording took the call",
    Disposition.FAILED: "the call failed",
}
