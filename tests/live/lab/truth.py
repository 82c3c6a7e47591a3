"""The wire's log and a call in, the times that everybody must agree on out. Knows no AMI."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import sip
from .dialog import Dialog
from .wire import Log, Packet

PERIOD, LIMIT = 5.0, 15.0
NEAR = 0.06
"""So close (s) to a border of rings the number of the ring is not asserted."""


def number(value: str) -> str:
    """The calling party of a message, as the PBX passes it on."""
    return sip.user(value)


def _legs(log: Log, caller: str, but: str) -> Iterator[Packet]:
    """What the phones that this caller rang said about it, finals and rings alike."""
    for packet in log.packets:
        answer = packet.message
        said = packet.sent and not answer.is_request and answer.method == "INVITE"
        if said and number(answer["From"]) == caller and packet.call != but:
            yield packet


def ring(log: Log, caller: str, but: str = "") -> int | None:
    """The first 180 or 183 of any phone of this caller's call."""
    for packet in _legs(log, caller, but):
        if packet.message.status in (180, 183):
            return packet.at
    return None


def leg_rings(log: Log, caller: str, but: str = "") -> dict[str, int]:
    """The first ring of each phone (by the name of the device; the first leg of it)."""
    found: dict[str, int] = {}
    for packet in _legs(log, caller, but):
        if packet.message.status in (180, 183):
            found.setdefault(packet.owner, packet.at)
    return found


def ring_end(log: Log, caller: str, but: str = "") -> int | None:
    """When the last phone stopped ringing unanswered: when it was told to, where it was (its own
    487 may be late on a busy machine), else when it refused."""
    told = {p.call: p.at for p in log.packets if not p.sent and p.message.method == "CANCEL"}
    legs = _legs(log, caller, but)
    ends = [told.get(leg.call, leg.at) for leg in legs if leg.message.status >= 300]
    return max(ends, default=None)


def offers(log: Log, caller: str, but: str, since: int) -> list[dict[str, Any]]:
    """Every phone (by its extension) and outside number that the PBX sent this caller's call to,
    in order: `at` in seconds after the first, and the last word of each (`status`, at `until`).

    `but` is the call's own dialog, `since` how many packets of the log are older.
    """
    found: dict[str, dict[str, Any]] = {}
    for packet in log.packets[since:]:
        message = packet.message
        if packet.call == but or number(message["From"]) != caller:
            continue
        if message.is_request and message.method == "INVITE" and not packet.sent:
            who = sip.user(message.target) if packet.owner == "trunk" else packet.owner[:3]
            found.setdefault(
                packet.call, {"who": who, "at": packet.at, "status": None, "until": None}
            )
        elif packet.call in found and packet.sent and _is_final(message):
            found[packet.call] |= {"status": message.status, "until": packet.at}
    first = min((each["at"] for each in found.values()), default=0)
    return [each | {t: span(first, each[t]) for t in ("at", "until")} for each in found.values()]


def _is_final(message: sip.Message) -> bool:
    answers = not message.is_request and message.method == "INVITE"
    return answers and message.status >= 200


def begin(log: Log, call: Dialog) -> int:
    return next(
        p.at for p in log.packets if p.call == call.call_id and p.message.method == "INVITE"
    )


def answer(log: Log, call: Dialog) -> int | None:
    """The 200 to this INVITE, sent by a phone that was rung or received by one that called."""
    for packet in log.packets:
        same = packet.call == call.call_id and packet.message.status == 200
        if same and packet.message.method == "INVITE":
            return packet.at
    return None


def end(log: Log, call: Dialog) -> int | None:
    """The BYE, the CANCEL or the refusal that ended this line."""
    for packet in log.packets:
        if packet.call != call.call_id:
            continue
        if packet.message.method in ("BYE", "CANCEL"):
            return packet.at
        if packet.message.method == "INVITE" and packet.message.status >= 300:
            return packet.at
    return None


def gave_up(log: Log, call: Dialog) -> bool:
    """Whether the caller hung up before anybody answered."""
    own = (p for p in log.packets if p.call == call.call_id and p.sent)
    return any(p.message.method == "CANCEL" for p in own)


def ended_by_caller(log: Log, call: Dialog) -> bool:
    """Whether the caller's own BYE, CANCEL or refusal ended this line, and not the PBX's."""
    for packet in log.packets:
        message = packet.message
        if packet.call != call.call_id:
            continue
        if message.is_request and message.method in ("BYE", "CANCEL"):
            return packet.sent
        if not message.is_request and message.method == "INVITE" and message.status >= 300:
            return packet.sent
    return False


def span(began: int | None, until: int | None) -> float | None:
    return None if began is None or until is None else round((until - began) / 1e9, 3)


def rings(began: int | None, until: int | None) -> int | None:
    """In which ring that was, where there can be no doubt."""
    if began is None or until is None:
        return None
    seconds = (until - began) / 1e9
    if abs(seconds - round(seconds / PERIOD) * PERIOD) < NEAR:
        return None
    return int(seconds // PERIOD) + 1


def verdict(rang: int | None, answered: int | None, ended: int | None) -> str:
    """The rule on the wire's times: a human by the third ring, or a caller who gave up before."""
    if rang is None:
        return "exempt"
    until = answered or ended
    assert until is not None
    if until - rang < LIMIT * 1e9:
        return "met" if answered else "exempt"
    return "breached"
