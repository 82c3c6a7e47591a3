"""The calls that came in an absence, out by public number and by who took them (handbook H2, H3).

Credit for help: a call that a colleague took is an answered call. Outside numbers are one helper,
`outside`, since nothing may tell them apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from callcheck.absences.model import Came, Cover, Message
from callcheck.calls.directory import Directory, Party
from callcheck.calls.model import Disposition, Via

Record = dict[str, object]
MESSAGE = "message"
"""The way of help that is no call taken but a message noted."""
OUTSIDE = "outside"
_ANSWERED = Disposition.ANSWERED.value
WAYS = (*(via.value for via in Via), "own", "nobody")
"""How a call can have been taken care of; `own`: the person answered in spite of the absence."""


def counts(came: Sequence[Came]) -> dict[str, int]:
    """`offered`, `answered`, `in_time`."""
    return {
        "offered": len(came),
        "answered": sum(one.disposition == _ANSWERED for one in came),
        "in_time": sum(one.in_time for one in came),
    }


def way(one: Came, owner: str) -> str:
    """One of `WAYS`."""
    if one.disposition != _ANSWERED:
        return "nobody"
    if one.by == owner and one.via != Via.FORWARD.value:
        return "own"
    return one.via or Via.DIRECT.value


def ways(came: Iterable[Came], owner: str) -> dict[str, int]:
    """How many calls were taken in each way."""
    found = Counter(way(one, owner) for one in came)
    return {name: found[name] for name in WAYS}


def helper(by: str | None, directory: Directory) -> str | None:
    """Whoever answered: an extension of the house, `outside`, or None for nobody."""
    return by if by is None or directory.extension(by) is not None else OUTSIDE


def by_number(
    came: Iterable[Came], party: Party | None, directory: Directory
) -> dict[str | None, list[Came]]:
    """The calls by the public number that was dialled, each number of the person among them.

    Under None: calls that came in another way, by a menu or a number of no one's own. A number
    is as the configuration has it, a glob too.
    """
    numbers = party.numbers if party and party.public else ()
    found: dict[str | None, list[Came]] = {number: [] for number in numbers}
    normal = {number: directory.normal(number) for number in numbers}
    for one in came:
        dialed = directory.normal(one.dialed or "")
        fits = (n for n, glob in normal.items() if dialed == glob or fnmatchcase(dialed, glob))
        found.setdefault(next(fits, None), []).append(one)
    return found or {None: []}


def cover_of(came: Iterable[Came], owner: str) -> list[Cover]:
    """The same as the store's cover matrix, of calls in hand; most first."""
    sums: dict[tuple[str | None, str | None], list[int]] = {}
    for one in came:
        total = sums.setdefault((one.by, one.via), [0, 0])
        total[0] += 1
        total[1] += one.in_time
    most = sorted(sums.items(), key=lambda item: (-item[1][0], str(item[0])))
    return [Cover(owner, by, via, calls, in_time) for (by, via), (calls, in_time) in most]


def matrix(
    cover: Iterable[Cover], messages: Iterable[Message], directory: Directory
) -> list[Record]:
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
) -> Record:  # fmt: skip
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
    absence: Mapping[str, object], name: str, numbers: Mapping[str | None, Sequence[Came]]
) -> list[Record]:
    """The ledger's lines of an absence, given as the contract's JSON: one a public number."""
    owner = str(absence["extension"])
    same = {key: absence[key] for key in (
        "extension", "unit", "from", "to", "active", "state", "state_since", "reason",
        "covered_minutes", "uncovered_minutes", "calls_kept",
    )}  # fmt: skip
    return [
        {"absence": absence["id"], "name": name, "number": number, **same, **counts(came),
         **ways(came, owner)}
        for number, came in numbers.items()
    ]  # fmt: skip
