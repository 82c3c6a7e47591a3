"""An ended call in, where its caller's wait went out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from callcheck.calls.model import Call, Did, LegResult, Micros, Millis
from callcheck.explain.forward_legs import forward_legs

_MOMENT: Millis = 100
"""Phones that begin or end to ring within as many milliseconds do so together."""


class Spent(StrEnum):
    """What a caller's time went into before the answer."""

    SETUP = "setup"  # the PBX finds out whom to ring
    MENU = "menu"  # an announcement, a menu or a queue talked before any phone rang
    RINGING = "ringing"
    FORWARDING = "forwarding"  # between two phones, because one sent the call on
    BETWEEN = "between"  # between two phones, for any other reason


@dataclass(frozen=True, slots=True)
class Share:
    """A stretch of the caller's wait. `who` are the extensions or numbers that rang."""

    spent: Spent
    ms: Millis
    who: tuple[str, ...] = ()


def ring_budget(call: Call) -> list[Share]:
    """Where the time from the start to the answer (or the end of the call) went, in order.

    The shares add up to `call.wait_ms` exactly; phones that begin or end to ring within a moment
    are taken together. Empty where the wait is not known.
    """
    if call.wait_ms is None:
        return []
    return _joined([share for share in _raw_budget(call) if share.ms])


def _raw_budget(call: Call) -> list[Share]:
    shares: list[Share] = []
    for start, end in _stretches(call):
        spent, who = _at(call, start)
        ms = _ms(call, end) - _ms(call, start)
        if shares and (shares[-1].spent, shares[-1].who) == (spent, who):
            shares[-1] = Share(spent, shares[-1].ms + ms, who)
        else:
            shares.append(Share(spent, ms, who))
    return shares


def _joined(shares: Sequence[Share]) -> list[Share]:
    """A moment of ringing goes to the ringing after it, or else to the one before."""
    joined: list[Share] = []
    for share in shares:
        last = joined[-1] if joined else None
        both = last is not None and last.spent is share.spent is Spent.RINGING
        if last is not None and both and min(last.ms, share.ms) < _MOMENT:
            who = share.who if last.ms < share.ms else last.who
            joined[-1] = Share(Spent.RINGING, last.ms + share.ms, who)
        else:
            joined.append(share)
    return joined


def _waited_until(call: Call) -> Micros:
    return call.ended_at if call.answered_at is None else call.answered_at


def _ms(call: Call, at: Micros) -> Millis:
    return (at - call.started_at) // 1000


def _stretches(call: Call) -> Iterator[tuple[Micros, Micros]]:
    """The wait, cut wherever a phone begins or ends to ring, or a machine takes the line."""
    start, end = call.started_at, _waited_until(call)
    cuts = {start, max(start, end)}
    for leg in call.legs:
        cuts |= {at for at in (leg.ring_started_at, leg.ended_at) if at and start < at < end}
    machine = _machine_since(call)
    if machine is not None and start < machine < end:
        cuts.add(machine)
    ordered = sorted(cuts)
    yield from pairwise(ordered)


def _at(call: Call, at: Micros) -> tuple[Spent, tuple[str, ...]]:
    """What the caller's time went into from `at` on."""
    ringing = [
        leg.extension or leg.number or leg.device
        for leg in call.legs
        if leg.ring_started_at is not None
        and leg.ring_started_at <= at
        and (leg.ended_at is None or at < leg.ended_at)
    ]
    if ringing:
        return Spent.RINGING, tuple(dict.fromkeys(ringing))
    if _sent_on(call, at):
        return Spent.FORWARDING, ()
    if call.ring_started_at is None or at < call.ring_started_at:
        machine = _machine_since(call)
        return (Spent.SETUP if machine is None or at < machine else Spent.MENU), ()
    return Spent.BETWEEN, ()


def _sent_on(call: Call, at: Micros) -> bool:
    """Whether the silence at `at` is there because a call is forwarded."""
    ended = [leg for leg in call.legs if leg.ended_at is not None and leg.ended_at <= at]
    last = max(ended, key=lambda leg: leg.ended_at or 0, default=None)
    if last is not None and last.result is LegResult.FORWARDED:
        return True
    coming = [leg for leg in call.legs if leg.ring_started_at and leg.ring_started_at > at]
    following = min(coming, key=lambda leg: leg.ring_started_at or 0, default=None)
    return last is not None and following is not None and following in forward_legs(call)


def _machine_since(call: Call) -> Micros | None:
    machine = (Did.PBX_ANSWERED, Did.QUEUED)
    return next((step.at for step in call.timeline if step.did in machine), None)
