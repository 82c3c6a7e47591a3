"""Works out by which steps (group, queue, forward, transfer) a call came to a leg, and whose.

What a dial means depends on the channel's other dials. Those that ring at the same time are a
*round*; what a later round means depends on how the one before it ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from callcheck.calls.directory import Directory, Kind
from callcheck.calls.model import Via
from callcheck.calls.open_call import Channel, Dial, OpenCall

_SHORT = re.compile(r"\d{2,5}")
_OUTSIDE = re.compile(r"\+?\d{6,}")
_NAMED = re.compile(r"(?:(?:FMPR|FMGL|LC|RG|GRP)-(?:[\d*]+-)?)?(\+?\d+)[#*]?")
"""FreePBX names its Local channels for follow-me and ring groups like this."""
_OF_LOCAL = re.compile(r"Local/(.+)@[^@]*-[0-9a-f]+;[12]$")


class Hop(NamedTuple):
    """One step of the way: its kind, who sent the call on, and where to."""

    via: Via
    sender: str | None
    target: str | None


class Asked(NamedTuple):
    """Who is asked for at some point of the way, and what kind of extension that is."""

    extension: str | None = None
    kind: Kind | None = None


def asked_for(directory: Directory, number: str | None) -> Asked:
    """The member or line that a number asks for, according to the configuration."""
    party = directory.reached_by(number) if number else None
    if party is None:
        return Asked()
    if party.kind is Kind.IVR:
        return Asked(None, Kind.IVR)
    return Asked(party.extension, party.kind)


def target_of(dial: Dial, directory: Directory) -> str | None:
    """The extension or outside number that a dial aims at; None if it does not show."""
    if dial.dest.phone:
        return dial.dest.extension or dial.number
    match = _OF_LOCAL.match(dial.dest.name)
    return meant_by(match[1], directory) if match else None


def meant_by(name: str, directory: Directory) -> str | None:
    """The extension or number that a dialplan extension's name stands for: `202`, `29111222`,
    `29111222#`, and FreePBX's `FMPR-201` or `RG-600*-29111222#`. Digits inside any other word are
    an internal key of the dialplan, not a number."""
    found = _NAMED.fullmatch(name)
    if found is None:
        return None
    token = found[1]
    party = directory.reached_by(token)
    if party is not None:
        return party.extension
    if _OUTSIDE.fullmatch(token) or (not directory.known and _SHORT.fullmatch(token)):
        return token
    return None


def way_to(leg: Dial) -> list[Dial]:
    """The dials that led to a leg, from the caller's own dial down through Local pairs."""
    chain = [leg]
    seen = {id(leg)}
    dial: Dial | None = leg
    while dial is not None:
        dial = _above(dial)
        if dial is None or id(dial) in seen:
            break
        seen.add(id(dial))
        chain.append(dial)
    return chain[::-1]


def _above(dial: Dial) -> Dial | None:
    dialer = dial.dialer
    if dialer is None or dialer.phone or dialer.half is None:
        return None
    return dialer.half.dial


def hops_to(leg: Dial, call: OpenCall, directory: Directory) -> list[Hop]:
    """Every step on the way to a leg. Ringing the party that was asked for is not a step."""
    root = call.root
    asked = asked_for(directory, root.exten if root is not None else None)
    right = leg.dialer is root and asked.extension == leg.dest.extension is not None
    if right and root is not None and len(root.dials) == 1:
        return []  # most calls: one phone, of the party that was asked for
    chain = way_to(leg)
    hops: list[Hop] = []
    for dial in chain:
        hops += _hops_before(dial, asked, directory)
        asked, hop = _step(dial, asked, directory)
        if hop is not None:
            hops.append(hop)
    return hops


def _hops_before(dial: Dial, asked: Asked, directory: Directory) -> Iterator[Hop]:
    """The forwards that the same channel made before this dial, in order."""
    dialer = dial.dialer
    if dialer is None or asked.kind in (Kind.GROUP, Kind.QUEUE):
        return
    for earlier in dialer.dials:
        if earlier is dial or earlier.at >= dial.at or _together(earlier, dial):
            return
        _, hop = _step(earlier, asked, directory)
        if hop is not None and hop.via is Via.FORWARD:
            yield hop


def _step(dial: Dial, asked: Asked, directory: Directory) -> tuple[Asked, Hop | None]:
    """Who is asked for below this dial, and the step that the dial makes."""
    target = target_of(dial, directory)
    below = asked_for(directory, target) if target else asked
    if target and below.extension is None:
        below = Asked(target, Kind.MEMBER)
    hop = _hop(dial, target, asked, directory)
    return below, hop


def _hop(dial: Dial, target: str | None, asked: Asked, directory: Directory) -> Hop | None:
    rounds = _rounds(dial.dialer)
    if (sender := _sent_by_phone(dial, target, rounds, directory)) is not None:
        return Hop(Via.FORWARD, sender, target)
    if dial.queue is not None:
        return Hop(Via.QUEUE, None, target)
    mine = next((r for r in rounds if dial in r), [dial])
    before = rounds[: rounds.index(mine)] if mine in rounds else []
    if _redirected(before):
        return Hop(Via.TRANSFER, None, target)
    if asked.kind in (Kind.GROUP, Kind.QUEUE):
        return Hop(Via.GROUP if asked.kind is Kind.GROUP else Via.QUEUE, None, target)
    if target is None:
        return None
    targets = list(dict.fromkeys(t for d in mine if (t := target_of(d, directory))))
    inside = [t for t in targets if not _OUTSIDE.fullmatch(t)]
    owner = asked.extension or _owner(dial, targets, before, directory)
    if target == owner:
        return Hop(Via.FORWARD, None, target) if _sent_outside(dial, target) else None
    if len(inside) > 1 and target in inside:
        return Hop(Via.GROUP, None, target)
    kind = asked_for(directory, owner).kind
    if kind in (Kind.GROUP, Kind.QUEUE):
        return Hop(Via.GROUP if kind is Kind.GROUP else Via.QUEUE, None, target)
    return Hop(Via.FORWARD, owner, target) if owner else None


def _sent_outside(dial: Dial, target: str) -> bool:
    """Whether a caller from outside is sent directly to an outside number."""
    call = dial.dest.call
    root = call.root if call is not None else None
    direct = root is not None and dial.dialer is root and not root.extension
    return direct and bool(_OUTSIDE.fullmatch(target))


def _owner(
    dial: Dial, targets: list[str], before: list[list[Dial]], directory: Directory
) -> str | None:
    """Who is asked for if the dialled number does not say. The caller's dialplan extension at the
    time of the dial decides (a choice in a menu), else the party that was rung first."""
    first = before[0] if before else None
    exten = first[0].exten if first else dial.exten
    if exten and directory.reached_by(exten):
        return asked_for(directory, exten).extension
    rung = [t for d in first if (t := target_of(d, directory))] if first else targets
    through = first[0] if first else dial
    away = not through.dest.phone  # a Local channel leads away from the number that was called
    if not directory.known and exten and _SHORT.fullmatch(exten) and len(rung) == 1 and away:
        return exten
    return next((t for t in rung if not _OUTSIDE.fullmatch(t)), None) or next(iter(rung), None)


def _rounds(dialer: Channel | None) -> list[list[Dial]]:
    """The dials of a channel in rounds: one list for those that rang together."""
    if dialer is None:
        return []
    if len(dialer.dials) == 1:
        return [list(dialer.dials)]
    rounds: list[list[Dial]] = []
    for dial in dialer.dials:
        if rounds and any(_together(other, dial) for other in rounds[-1]):
            rounds[-1].append(dial)
        else:
            rounds.append([dial])
    return rounds


def _together(earlier: Dial, later: Dial) -> bool:
    ended = earlier.ended_at if earlier.ended_at is not None else earlier.dest.hung_at
    return ended is None or ended > later.at


def _sent_by_phone(
    dial: Dial, target: str | None, rounds: Iterable[list[Dial]], directory: Directory
) -> str | None:
    """Whose phone caused this dial by answering 302 (`Forward` of an earlier DialEnd)."""
    for mates in rounds:
        for other in mates:
            if other is dial or other.forward is None or other.ended_at is None:
                continue
            meant = meant_by(other.forward, directory) or other.forward
            same = target is not None and directory.normal(meant) == directory.normal(target)
            if same and other.ended_at <= dial.at < other.ended_at + 1_000_000:
                return target_of(other, directory)
    return None


def _redirected(before: list[list[Dial]]) -> bool:
    """Whether an operator redirected the caller (AMI action Redirect). No event reports it; it
    shows only in the caller's dialplan extension, which changes while phones ring."""
    return bool(before) and any(dial.redirected for dial in before[-1])
