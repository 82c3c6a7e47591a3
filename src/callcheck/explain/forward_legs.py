"""Which legs of a call a forward of the dialplan led to.

Asterisk sends an event for a phone's own 302 redirect, but none for a forward in the dialplan. We
infer it from who forwarded first and who was forwarded to last.
"""

from __future__ import annotations

from callcheck.calls.model import Call, Leg


def forward_legs(call: Call) -> list[Leg]:
    """The first phone after the owner's own and the last target of the forward, in order."""
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
