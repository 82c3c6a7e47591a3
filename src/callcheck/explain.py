"""An ended call in, its story out: a timeline in sentences, and where the caller's time went.

`names` are people's names by extension; a party without a name is called by its extension or
number. Nothing here judges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from callcheck.calls.model import Call, Did, HungUpBy, LegResult, Micros, Millis, Step


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a timeline. Both times are None where the stream had none;
    `seconds_since_first_ring` is negative before the first ring, and None without one."""

    at: Micros | None
    seconds_since_first_ring: float | None
    text: str


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


_SENTENCES: Mapping[Did, str] = {
    Did.STARTED: "{who} calls {to}",
    Did.PBX_ANSWERED: "the PBX takes the line (a menu, an announcement or a queue; no human yet)",
    Did.QUEUED: "the caller joins the queue {to}",
    Did.LEFT_QUEUE: "the caller leaves the queue {to}",
    Did.DIALED: "the PBX dials {to}",
    Did.RINGING: "{who} rings",
    Did.PROGRESS: "{who} is reached, without a ringing signal",
    Did.BUSY: "{who} is busy",
    Did.REJECTED: "{who} rejects the call",
    Did.UNREACHABLE: "{who} cannot be reached",
    Did.NO_ANSWER: "{who} does not answer",
    Did.CANCELLED: "{who} stops ringing",
    Did.FORWARDED: "{who} sends the call on to {to}",
    Did.PICKED_UP: "{who} picks up the call for {to}",
    Did.ANSWERED: "{who} answers",
    Did.TRANSFERRED: "{who} transfers the call to {to}",
    Did.JOINED: "{who} talks with the caller from now on",
    Did.PARKED: "the call is parked",
    Did.RETRIEVED: "{who} takes the call back from parking",
    Did.RECORDING: "voicemail or another recording takes the call",
    Did.NOTED: "note of the dialplan: {to}",
    Did.HUNG_UP: "{who} hangs up",
    Did.LOST_SIGHT: "from here on callcheck did not see what happened",
}
_NOBODY_NAMED = {
    Did.STARTED: "a caller without a number",
    Did.LEFT_QUEUE: "",
    Did.HUNG_UP: "somebody",
}
_ENDS = {
    HungUpBy.CALLER.value: "the caller hangs up",
    HungUpBy.ANSWERER.value: "the other side hangs up",
    HungUpBy.PBX.value: "the PBX ends the call",
}


def timeline(call: Call, names: Mapping[str, str]) -> list[Line]:
    """The call step by step, in the order of its events."""
    return [
        Line(
            step.at if call.timed else None,
            _since(call.ring_started_at, step.at) if call.timed else None,
            _sentence(step, names),
        )
        for step in call.timeline
    ]


def ring_budget(call: Call) -> list[Share]:
    """Where the time from the start to the answer (or the end of the call) went, in order.

    The shares add up to `call.wait_ms` exactly. Empty for a call without times.
    """
    if not call.timed:
        return []
    shares: list[Share] = []
    for start, end in _stretches(call):
        spent, who = _at(call, start)
        ms = _ms(call, end) - _ms(call, start)
        if shares and (shares[-1].spent, shares[-1].who) == (spent, who):
            shares[-1] = Share(spent, shares[-1].ms + ms, who)
        else:
            shares.append(Share(spent, ms, who))
    return [share for share in shares if share.ms]


def _sentence(step: Step, names: Mapping[str, str]) -> str:
    if step.did is Did.HUNG_UP and step.who in _ENDS:
        return _ENDS[step.who]
    missing = _NOBODY_NAMED.get(step.did, "a phone")
    who = _party(step.who, names) or missing
    to = step.to or "" if step.did is Did.NOTED else _party(step.to, names) or missing
    text = _SENTENCES[step.did].format(who=who, to=to)
    return text.strip()


def _party(party: str | None, names: Mapping[str, str]) -> str | None:
    name = names.get(party) if party else None
    return f"{name} ({party})" if name else party


def _since(first_ring: Micros | None, at: Micros) -> float | None:
    return None if first_ring is None else (at - first_ring) // 1000 / 1000


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
    if call.ring_started_at is None or at < call.ring_started_at:
        machine = _machine_since(call)
        return (Spent.SETUP if machine is None or at < machine else Spent.MENU), ()
    sent_on = any(
        leg.result is LegResult.FORWARDED and leg.ended_at is not None and leg.ended_at <= at
        for leg in call.legs
    )
    return (Spent.FORWARDING if sent_on else Spent.BETWEEN), ()


def _machine_since(call: Call) -> Micros | None:
    machine = (Did.PBX_ANSWERED, Did.QUEUED)
    return next((step.at for step in call.timeline if step.did in machine), None)
