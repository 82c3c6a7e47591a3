"""What the caller's wait was spent on: setup, menus, ringing phones and the pauses between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from callcheck.calls.model import Call, Did, LegResult, Micros, Millis
from callcheck.explain.forward_legs import forward_legs

_MOMENT: Millis = 100
"""Phones that start or stop ringing within so many milliseconds do it together."""


class WaitPhase(StrEnum):
    """What a part of the wait was spent on."""

    SETUP = "setup"
    """The PBX looks for a phone to ring."""
    MENU = "menu"
    """An announcement, menu or queue plays before any phone rings."""
    RINGING = "ringing"
    FORWARDING = "forwarding"
    """No phone rings, because one has forwarded the call."""
    BETWEEN = "between"
    """No phone rings between two phones, for any other reason."""


@dataclass(frozen=True, slots=True)
class WaitPart:
    """A part of the caller's wait. `who` are the extensions or numbers that rang."""

    phase: WaitPhase
    ms: Millis
    who: tuple[str, ...] = ()


def wait_budget(call: Call) -> list[WaitPart]:
    """The parts of the wait, from the start of the call to its answer or end, in order.

    They add up to `call.wait_ms` exactly. Phones that start or stop ringing almost at the same time
    are taken together. The list is empty if the wait is not known.
    """
    if call.wait_ms is None:
        return []
    return _joined([part for part in _raw_budget(call) if part.ms])


def _raw_budget(call: Call) -> list[WaitPart]:
    parts: list[WaitPart] = []
    for start, end in _stretches(call):
        phase, who = _at(call, start)
        ms = _ms(call, end) - _ms(call, start)
        if parts and (parts[-1].phase, parts[-1].who) == (phase, who):
            parts[-1] = WaitPart(phase, parts[-1].ms + ms, who)
        else:
            parts.append(WaitPart(phase, ms, who))
    return parts


def _joined(parts: Sequence[WaitPart]) -> list[WaitPart]:
    """Joins a very short ringing to the ringing after it, or else to the one before."""
    joined: list[WaitPart] = []
    for part in parts:
        last = joined[-1] if joined else None
        both = last is not None and last.phase is part.phase is WaitPhase.RINGING
        if last is not None and both and min(last.ms, part.ms) < _MOMENT:
            who = part.who if last.ms < part.ms else last.who
            joined[-1] = WaitPart(WaitPhase.RINGING, last.ms + part.ms, who)
        else:
            joined.append(part)
    return joined


def _waited_until(call: Call) -> Micros:
    return call.ended_at if call.answered_at is None else call.answered_at


def _ms(call: Call, at: Micros) -> Millis:
    return (at - call.started_at) // 1000


def _stretches(call: Call) -> Iterator[tuple[Micros, Micros]]:
    """The wait, cut wherever a phone starts or stops ringing, or a machine takes the line."""
    start, end = call.started_at, _waited_until(call)
    cuts = {start, max(start, end)}
    for leg in call.legs:
        cuts |= {at for at in (leg.ring_started_at, leg.ended_at) if at and start < at < end}
    machine = _machine_since(call)
    if machine is not None and start < machine < end:
        cuts.add(machine)
    ordered = sorted(cuts)
    yield from pairwise(ordered)


def _at(call: Call, at: Micros) -> tuple[WaitPhase, tuple[str, ...]]:
    """What the wait was spent on from `at` on, and who rang."""
    ringing = [
        leg.extension or leg.number or leg.device
        for leg in call.legs
        if leg.ring_started_at is not None
        and leg.ring_started_at <= at
        and (leg.ended_at is None or at < leg.ended_at)
    ]
    if ringing:
        return WaitPhase.RINGING, tuple(dict.fromkeys(ringing))
    if _sent_on(call, at):
        return WaitPhase.FORWARDING, ()
    if call.ring_started_at is None or at < call.ring_started_at:
        machine = _machine_since(call)
        return (WaitPhase.SETUP if machine is None or at < machine else WaitPhase.MENU), ()
    return WaitPhase.BETWEEN, ()


def _sent_on(call: Call, at: Micros) -> bool:
    """Whether no phone rings at `at` because the call is being forwarded."""
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
