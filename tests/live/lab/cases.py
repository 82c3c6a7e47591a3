"""A line of a table in, a scenario out: an outside caller, phones, an expected record."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from .stage import BOOK, CALLER, Scenario, Stage

WAYS = ("CF", "CFB", "CFU", "DND", "FM", "MOB", "P1")
"""AstDB families by which the laboratory's dialplan sends calls elsewhere."""


@dataclass
class Case:
    """One call from outside.

    `plans`: what each phone does, `|` between one call and the next; `cancel`: when the caller
    gives up; `answer`: the phone whose 200 is the human answer; `talk`: how long they talk;
    `away`: whom the calendar has absent.
    """

    name: str
    number: str
    expect: dict[str, Any]
    plans: dict[str, str] = field(default_factory=dict)
    answer: str | None = None
    talk: float = 1.5
    cancel: float | None = None
    caller: str = CALLER
    database: dict[str, str] = field(default_factory=dict)
    seconds: float = 8.0
    rtp: bool = True
    away: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("22", "16")
    house: str = ""

    @property
    def sends_on(self) -> bool:
        """Whether a phone's calls go elsewhere, by AstDB or by the phone itself."""
        kept = any(entry.partition("/")[0] in WAYS for entry in self.database)
        return kept or any("302:" in plan for plan in self.plans.values())

    async def story(self, stage: Stage) -> None:
        for phone in stage.phones.values():
            phone.sends_media = self.rtp
        for who, plan in self.plans.items():
            stage.plan(who, *plan.split("|"))
        for key, value in self.database.items():
            await stage.set(key, value)
        if not self.house and (self.sends_on or self.away):
            await stage.foresee(self.number, self.away, self.caller)
        call = stage.outside(self.number, self.caller)
        if self.cancel is not None:
            await asyncio.sleep(self.cancel)
            call.hang_up()
            await stage.over(call)
        elif self.answer is not None:
            await stage.taken(self.answer)
            await stage.hang_up_after(call, self.talk)
        else:
            await stage.talk(call, self.talk)
        if self.expect["disposition"] == "voicemail":
            assert call.up.is_set(), "no recording took the call"
        stage.expect(call, self.answer, **{"dialed": self.number} | self.expect)


def enter(*cases: Case) -> None:
    for case in cases:
        BOOK.add(Scenario(case.name, case.story, case.seconds, case.versions, case.house))


def leg(who: str, result: str, **more: Any) -> dict[str, Any]:
    """A leg of a record: to an extension (at most four digits), else to an outside number."""
    key = "extension" if len(who) <= 4 else "number"
    return {key: who, "result": result} | more


def answered(by: str, *legs: dict[str, Any], verdict: Any = "met", **more: Any) -> dict[str, Any]:
    """The record of an inbound call that this extension or number answered."""
    record: dict[str, Any] = {"direction": "inbound", "disposition": "answered"}
    record |= {"answered_by": by}
    record |= {"answered_via": "direct", "picked_up_for": None, "forwarded_from": None}
    record |= {"forwarded_to": None, "transfers": 0, "final_party": by, "hung_up_by": "caller"}
    record |= {"complete": True, "verdict": verdict}
    return record | ({"legs": list(legs)} if legs else {}) | more


def forwarded(by: str, *legs: dict[str, Any], frm: str = "201", **more: Any) -> dict[str, Any]:
    """The record of a call that reached this extension or number by a forward."""
    more = {"forwarded_from": frm, "forwarded_to": by, "extension": frm} | more
    return answered(by, *legs, **{"answered_via": "forward"} | more)


def lost(
    disposition: Any, *legs: dict[str, Any], verdict: Any = "breached", **more: Any
) -> dict[str, Any]:
    """The record of an inbound call that nobody answered."""
    record: dict[str, Any] = {"direction": "inbound", "disposition": disposition}
    record |= {"answered_by": None, "answered_via": None, "picked_up_for": None, "transfers": 0}
    record |= {"final_party": None, "complete": True, "verdict": verdict}
    return record | ({"legs": list(legs)} if legs else {}) | more
