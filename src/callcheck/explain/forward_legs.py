"""An ended call in, the legs that a forward of the dialplan led to out.

A phone's own 302 is told by an event, a forward of the dialplan by none: it shows in who forwarded
first and who was forwarded to last.
"""

from __future__ import annotations

from callcheck.calls.model import Call, Leg


def forward_legs(call: Call) -> list[Leg]:
    """The first phone after the owner's own, and the last one forwarded to; in their order."""
    sender = call.forwarded_from
    if sender is None:
        return []
    legs = [
        leg for leg in call.legs if call.answered_at is None or leg.dialed_at < call.answered_at
    ]
    theirs = [leg for leg in legs if leg.extension == sender]
    rest = [leg for leg in legs if leg.extension != sender]
    silent = max((leg.ended_at or leg.dialed_at for leg in theirs), default=call.started_at)
    owners = call.extension == sender
    first = [leg for leg in rest if leg.dialed_at >= silent][:1] if owners else []
    last = [leg for leg in rest if (leg.extension or leg.number) == call.forwarded_to][-1:]
    return [leg for leg in legs if leg in first or leg in last]
