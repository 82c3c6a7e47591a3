"""Writes the letter to a person who returns from an absence, in Latvian or English.

It thanks and informs, and blames nobody. It names no caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from callcheck.absences.ledger import OUTSIDE, way
from callcheck.absences.model import AbsenceCall, Message
from callcheck.absences.words import counted, moment_text
from callcheck.calls.model import Micros

MOST_MOMENTS = 10
"""The most times of missed calls that are listed one by one."""


@dataclass(frozen=True, slots=True)
class LookBack:
    """What the letter is about."""

    owner: str
    start: datetime
    end: datetime
    over: bool
    begun: bool
    calls: Sequence[AbsenceCall]
    messages: Sequence[Message]
    left_on: str | None
    """Where calls still go although the absence is over, in words."""
    calls_kept: bool
    """Whether all calls of the absence are still stored."""


@dataclass(frozen=True, slots=True)
class NameFormat:
    """How persons and moments are written in the letter."""

    person: Callable[[str], str]
    """`Berta (202)` for an extension."""
    helper: Callable[[str | None], str | None]
    local: Callable[[Micros], datetime]


def digest(away: LookBack, names: NameFormat, language: str) -> str:
    """The letter, a few lines."""
    return "\n".join(_lines(away, names, _SAYS[language], language))


def _lines(away: LookBack, names: NameFormat, says: dict[str, str], language: str) -> Iterator[str]:
    def moment(at: Micros) -> str:
        return moment_text(names.local(at).replace(second=0, microsecond=0), language)

    calls = counted(len(away.calls), says["call"], says["calls"], language)
    yield says["over" if away.over else "begun" if away.begun else "to come"].format(
        start=moment_text(away.start, language),
        end=moment_text(away.end, language),
        came=says["came" if away.calls else "none came"].format(calls=calls),
    )
    if not away.calls_kept:
        yield says["not kept"]
    took = [says["took"].format(who=who, n=n, soon=soon)
            for who, n, soon in _helpers(away, names, says["outside"])]  # fmt: skip
    own = _of_way(away, "own")
    took += [says["own"].format(n=len(own))] if own else []
    if took:
        yield says["taken"].format(who="; ".join(took))
    missed = [moment(one.at) for one in _of_way(away, "nobody")]
    if missed:
        more = [f"+ {len(missed) - MOST_MOMENTS}"] if len(missed) > MOST_MOMENTS else []
        when = ", ".join(missed[:MOST_MOMENTS] + more)
        yield says["missed"].format(n=len(missed), when=when)
    if away.messages:
        who = [f"{names.person(m.by) if m.by else says['somebody']}, {moment(m.at)}"
               for m in away.messages]  # fmt: skip
        yield says["messages"].format(who="; ".join(who))
    if away.left_on:
        yield says["left on"].format(where=away.left_on)


def _helpers(away: LookBack, names: NameFormat, outside: str) -> list[tuple[str, int, int]]:
    """Who took how many calls, and how many of them in time; most calls first."""
    sums: dict[str, list[int]] = {}
    for one in away.calls:
        if way(one, away.owner) in ("own", "nobody"):
            continue
        by = names.helper(one.by)
        total = sums.setdefault(outside if by in (None, OUTSIDE) else names.person(str(by)), [0, 0])
        total[0] += 1
        total[1] += one.in_time
    return sorted(((who, n, soon) for who, (n, soon) in sums.items()), key=lambda x: -x[1])


def _of_way(away: LookBack, wanted: str) -> list[AbsenceCall]:
    return [one for one in away.calls if way(one, away.owner) == wanted]


_SAYS = {
    "en": {
        "call": "call",
        "calls": "calls",
        "came": "{calls} came for you",
        "none came": "nobody called you from outside",
        "to come": "You will be away from {start}, back {end}.",
        "over": "While you were away (from {start}, back {end}), {came}.",
        "begun": "You are away from {start}, back {end}; so far {came}.",
        "not kept": "Older calls are not kept any more and are not counted here.",
        "taken": "Answered: {who}.",
        "took": "{who} took {n}, {soon} in time",
        "own": "you took {n}",
        "outside": "an outside phone (such as your own mobile)",
        "missed": "Not answered: {n} ({when}).",
        "messages": "Messages were noted for you, ask: {who}.",
        "somebody": "a colleague",
        "left on": "Your calls still go to {where}; take the forward off.",
    },
    "lv": {
        "call": "reizi",
        "calls": "reizes",
        "came": "Jums zvanīja {calls}",
        "none came": "no ārpuses Jums neviens nezvanīja",
        "to come": "Prombūtne no {start}, atgriešanās {end}; tā vēl nav sākusies.",
        "over": "Prombūtnes laikā (no {start}, atgriešanās {end}) {came}.",
        "begun": "Prombūtne no {start}, atgriešanās {end}; līdz šim {came}.",
        "not kept": "Senāki zvani vairs netiek glabāti un šeit nav saskaitīti.",
        "taken": "Atbildēja: {who}.",
        "took": "{who} - {n}, laikus {soon}",
        "own": "Jūs - {n}",
        "outside": "ārējs tālrunis (piemēram, Jūsu mobilais)",
        "missed": "Neatbildēti: {n} ({when}).",
        "messages": "Jums ir atstātas ziņas, jautājiet: {who}.",
        "somebody": "kolēģis",
        "left on": "Jūsu zvani joprojām tiek pāradresēti: {where}. Noņemiet pāradresāciju.",
    },
}
