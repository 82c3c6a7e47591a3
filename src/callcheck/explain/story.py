"""The timeline of a call in sentences, without any judgment.

`names` are people's names by extension; a party without a name is shown as its extension or number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from callcheck.calls.model import Call, Did, HungUpBy, Leg, Micros, Step
from callcheck.explain.forward_legs import forward_legs


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A line of the timeline. Both times are None if the stream had none.
    `seconds_since_first_ring` is negative before the first ring, and None without a ring."""

    at: Micros | None
    seconds_since_first_ring: float | None
    text: str


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
    Did.PARKED: "{who} parks the call",
    Did.RETRIEVED: "{who} takes the call back from parking",
    Did.RECORDING: "voicemail or another recording takes the call",
    Did.HUNG_UP: "{who} hangs up",
    Did.LOST_SIGHT: "from here on callcheck did not see what happened",
}
_MOMENT = 100_000
"""Steps within so many microseconds are one thing to a reader."""
_IMPLIED_BY = {
    Did.ANSWERED: Did.PICKED_UP,
    Did.JOINED: Did.RETRIEVED,
    Did.LEFT_QUEUE: Did.ANSWERED,
    Did.PBX_ANSWERED: Did.QUEUED,
    Did.TRANSFERRED: Did.PARKED,
}
"""Steps that add nothing if the other one happens at the same moment."""
_NOBODY_NAMED = {
    Did.STARTED: "a caller without a number",
    Did.LEFT_QUEUE: "",
    Did.PARKED: "somebody",
    Did.HUNG_UP: "somebody",
}
_ENDS = {
    HungUpBy.CALLER.value: "the caller hangs up",
    HungUpBy.ANSWERER.value: "the other side hangs up",
    HungUpBy.PBX.value: "the PBX ends the call",
}


def timeline(call: Call, names: Mapping[str, str]) -> list[StoryLine]:
    """The call step by step, in the order of its events and without repetition."""
    forwards = forward_legs(call)
    return [
        StoryLine(
            step.at if call.timed else None,
            _since(call.ring_started_at, step.at) if call.timed else None,
            _sentence(step, names) + _forwarded(step, call, forwards, names),
        )
        for step in _without_repetition(call.timeline)
    ]


def _sentence(step: Step, names: Mapping[str, str]) -> str:
    if step.did is Did.HUNG_UP and step.who in _ENDS:
        return _ENDS[step.who]
    missing = _NOBODY_NAMED.get(step.did, "a phone")
    who = _party(step.who, names) or missing
    to = _party(step.to, names) or missing
    text = _SENTENCES[step.did].format(who=who, to=to)
    return text.strip()


def _without_repetition(steps: Sequence[Step]) -> list[Step]:
    """The steps without those that another step of the same moment implies."""
    kept = []
    for step in steps:
        if (
            step.did is Did.PARKED and step.who is None
        ):  # only the transfer to the lot names the person
            by = (s.who for s in steps if s.did is Did.TRANSFERRED and _near(s, step))
            kept.append(replace(step, who=next(by, None)))
        elif step.did not in _IMPLIED_BY or not any(
            other.did is _IMPLIED_BY[step.did] and _near(other, step) for other in steps
        ):
            kept.append(step)
    return kept


def _near(one: Step, other: Step) -> bool:
    same = one.who is None or other.who is None or one.who == other.who
    return same and abs(one.at - other.at) < _MOMENT


def _forwarded(step: Step, call: Call, forwards: Sequence[Leg], names: Mapping[str, str]) -> str:
    if step.did is not Did.DIALED:
        return ""
    mine = [
        leg
        for leg in forwards
        if (leg.dialed_at, leg.extension or leg.number) == (step.at, step.to)
    ]
    said = any(s.did is Did.FORWARDED and s.to == step.to for s in call.timeline)
    if not mine or said:
        return ""
    if mine[0] is forwards[0]:
        return f", to whom {_party(call.forwarded_from, names)} has forwarded"
    return ", to whom the call is forwarded on"


def _party(party: str | None, names: Mapping[str, str]) -> str | None:
    name = names.get(party) if party else None
    return f"{name} ({party})" if name else party


def _since(first_ring: Micros | None, at: Micros) -> float | None:
    return None if first_ring is None else (at - first_ring) // 1000 / 1000
