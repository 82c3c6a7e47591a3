"""Counts the calls during an absence by public number, and by who took them.

A call that a colleague took is an answered call. All outside numbers are one helper, `outside`,
because they must not be distinguishable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from callcheck.absences.model import AbsenceCall, CoverCount, JsonObject, Message
from callcheck.calls.directory import Directory, Party
from callcheck.calls.model import Disposition, Via

MESSAGE = "message"
"""The way of help that is not a call but a message."""
OUTSIDE = "outside"
_ANSWERED = Disposition.ANSWERED.value
WAYS = (*(via.value for via in Via), "own", "nobody")
"""How a call was taken; `own`: the person answered in spite of the absence."""


def counts(calls: Sequence[AbsenceCall]) -> dict[str, int]:
    """`offered`, `answered`, `in_time`."""
    return {
        "offered": len(calls),
        "answered": sum(one.disposition == _ANSWERED for one in calls),
        "in_time": sum(one.in_time for one in calls),
    }


def way(one: AbsenceCall, owner: str) -> str:
    """One of `WAYS`."""
    if one.disposition != _ANSWERED:
        return "nobody"
    if one.by == owner and one.via != Via.FORWARD.value:
        return "own"
    return one.via or Via.DIRECT.value


def ways(calls: Iterable[AbsenceCall], owner: str) -> dict[str, int]:
    """The number of calls taken in each way."""
    found = Counter(way(one, owner) for one in calls)
    return {name: found[name] for name in WAYS}


def helper(by: str | None, directory: Directory) -> str | None:
    """Who answered: an extension of the house, `outside`, or None for nobody."""
    return by if by is None or directory.extension(by) is not None else OUTSIDE


def by_number(
    calls: Iterable[AbsenceCall], party: Party | None, directory: Directory
) -> dict[str | None, list[AbsenceCall]]:
    """The calls by the public number that was dialled, with every number of the person.

    Under None stand calls that came another way, through a menu or the number of a line. Numbers
    are written as in the configuration, globs too.
    """
    numbers = party.numbers if party and party.public else ()
    found: dict[str | None, list[AbsenceCall]] = {number: [] for number in numbers}
    normal = {number: directory.normal(number) for number in numbers}
    for one in calls:
        dialed = directory.normal(one.dialed or "")
        fits = (n for n, glob in normal.items() if dialed == glob or fnmatchcase(dialed, glob))
        found.setdefault(next(fits, None), []).append(one)
    return found or {None: []}


def cover_of(calls: Iterable[AbsenceCall], owner: str) -> list[CoverCount]:
    """The cover matrix of these calls, as the store makes it for all; most calls first."""
    sums: dict[tuple[str | None, str | None], list[int]] = {}
    for one in calls:
        total = sums.setdefault((one.by, one.via), [0, 0])
        total[0] += 1
        total[1] += one.in_time
    most = sorted(sums.items(), key=lambda item: (-item[1][0], str(item[0])))
    return [CoverCount(owner, by, via, n, in_time) for (by, via), (n, in_time) in most]


def matrix(
    cover: Iterable[CoverCount], messages: Iterable[Message], directory: Directory
) -> list[JsonObject]:
    """Calls and messages by owner, way and helper."""
    sums: dict[tuple[str, str | None, str | None], list[int]] = {}

    def add(owner: str, by: str | None, via: str | None, *counted: int) -> None:
        total = sums.setdefault((owner, by, via), [0, 0, 0])
        total[:] = [a + b for a, b in zip(total, counted, strict=True)]

    for one in cover:
        add(one.owner, helper(one.by, directory), one.via, one.calls, one.in_time, 0)
    for message in messages:
        add(message.extension, message.by, MESSAGE, 0, 0, 1)
    return [_line(directory, *key, *total) for key, total in sums.items()]


def _line(
    directory: Directory, owner: str, by: str | None, via: str | None, calls: int, in_time: int,
    messages: int,
) -> JsonObject:  # fmt: skip
    return {
        "extension": owner,
        "unit": directory.unit_of(owner),
        "by": by,
        "by_unit": directory.unit_of(by),
        "via": via,
        "help": by not in (None, owner),
        "calls": calls,
        "in_time": in_time,
        "messages": messages,
    }


def rows(
    absence: Mapping[str, object], name: str, numbers: Mapping[str | None, Sequence[AbsenceCall]]
) -> list[JsonObject]:
    """The lines of the ledger for an absence, given as its JSON: one for each public number."""
    owner = str(absence["extension"])
    same = {key: absence[key] for key in (
        "extension", "unit", "from", "to", "active", "state", "state_since", "reason",
        "covered_minutes", "uncovered_minutes", "calls_kept",
    )}  # fmt: skip
    return [
        {"absence": absence["id"], "name": name, "number": number, **same, **counts(calls),
         **ways(calls, owner)}
        for number, calls in numbers.items()
    ]  # fmt: skip
