"""One running PBX and its phones in; what scenarios do on it, and what they expect, out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from . import sample, truth
from .dialog import Dialog
from .foresight import Foresight, Seer
from .houses import NOBODY_LISTENS
from .pbx import SIP_PORT, Pbx
from .phone import Phone
from .wire import Log, iso

CALLER = "29555001"
SPANS = {
    "started_at": ("wait_seconds",),
    "ring_started_at": ("ring_seconds",),
    "answered_at": ("wait_seconds", "ring_seconds", "talk_seconds"),
    "ended_at": ("talk_seconds",),
    "rings": ("ring_seconds",),
}
"""Which durations rest on which time."""
BY_WIRE = "by the wire"
"""As a verdict: whatever the times on the wire make it (answered, or abandoned)."""


@dataclass
class Expected:
    """One call: which dialog began it, what its record must say, who answered it on the wire."""

    call: Dialog
    caller: str
    fields: dict[str, Any]
    answer: Dialog | None = None


class Stage:
    """Where a scenario plays. All phones are silent until the scenario gives them a plan."""

    def __init__(self, pbx: Pbx, seer: Seer | None = None) -> None:
        self.pbx, self.log = pbx, Log()
        self._foresight = Foresight(seer)
        where = (pbx.host, SIP_PORT)
        self.world = Phone("trunk", (pbx.world, SIP_PORT), where, self.log)
        self.phones = {"trunk": self.world}
        for extension, (_, _, ports) in pbx.house.phones.items():
            for index, port in enumerate(ports):
                name = extension + "b" * index
                if extension != NOBODY_LISTENS:
                    self.phones[name] = Phone(name, (pbx.phones, port), where, self.log)
        self.expected: list[Expected] = []
        self._database: list[tuple[str, str]] = []
        self._states: list[str] = []

    # The situation.

    def plan(self, who: str, *plans: str) -> None:
        """What a phone (or, for an outside number, the world) does with its next calls."""
        if who in self.phones:
            self.phones[who].plan(*plans)
        else:
            self.world.plan(*plans, number=who)

    async def set(self, entry: str, value: str) -> None:
        """An entry (FAMILY/KEY) of AstDB for the time of this scenario."""
        family, _, key = entry.partition("/")
        await self.pbx.control.put(family, key, value)
        self._database.append((family, key))

    async def state(self, device: str, value: str) -> None:
        """A device state (`Custom:...`) as a feature code sets it, for this scenario."""
        command = f"devstate change {device} {value}"
        await self.pbx.control.action("Command", Command=command)
        self._states.append(device)

    async def foresee(self, number: str, away: Sequence[str] = (), caller: str = CALLER) -> None:
        """Has it said what will become of a call to this number, just before it is made."""
        await self._foresight.look(self.log, number, away, caller)

    async def foreseen(self) -> dict[str, Any] | None:
        """What was said of it, and what became of it."""
        calls = {each.caller: each.call for each in reversed(self.expected)}
        return await self._foresight.look_back(self.log, calls)

    def outside(self, number: str, caller: str = CALLER, name: str = "") -> Dialog:
        return self.world.dial(number, caller, name)

    def inside(self, extension: str, number: str) -> Dialog:
        return self.phones[extension].dial(
            number, name=self.pbx.house.phones[extension.rstrip("b")][1]
        )

    async def rung(self, who: str, count: int = 1) -> Dialog:
        """The count-th call that came to this phone, once it rings (or would)."""
        return await self.phones[who].incoming(count)

    async def talk(self, call: Dialog, seconds: float, timeout: float = 45) -> None:
        """Waits for the answer, talks, and hangs up unless the other side did."""
        async with asyncio.timeout(timeout):
            while not (call.up.is_set() or call.over.is_set()):
                await asyncio.sleep(0.02)
        await self.hang_up_after(call, seconds)

    async def hang_up_after(self, call: Dialog, seconds: float) -> None:
        """Hangs up unless the other side does it first."""
        try:
            async with asyncio.timeout(seconds):
                await call.over.wait()
        except TimeoutError:
            call.hang_up()

    async def taken(self, who: str, timeout: float = 45, caller: str = "") -> Dialog:
        """The call that this phone (or outside number) has answered or made, once it is up."""
        async with asyncio.timeout(timeout):
            while True:
                for dialog in self._dialogs(who):
                    if dialog.up.is_set() and caller in ("", truth.number(dialog.remote)):
                        return dialog
                await asyncio.sleep(0.02)

    async def over(self, call: Dialog, timeout: float = 60) -> None:
        async with asyncio.timeout(timeout):
            await call.over.wait()

    # What must come of it.

    def expect(
        self, call: Dialog, answer: Dialog | str | None = None, caller: Any = "", **fields: Any
    ) -> None:
        """`answer`: the dialog whose 200 is the human answer, or the phone that took its call.

        A field that is `...` is not asserted.
        """
        if caller is ...:
            fields["caller"] = ...
        if caller in ("", ...):
            caller = truth.number(call.local)
        if isinstance(answer, str):
            took = [d for d in self._dialogs(answer) if truth.answer(self.log, d) is not None]
            answer = took[0]
        self.expected.append(Expected(call, caller, fields, answer))

    def _dialogs(self, phone: str) -> list[Dialog]:
        if phone in self.phones:
            return list(self.phones[phone].dialogs.values())
        return [d for d in self.world.dialogs.values() if phone in d.invite.target]

    def records(self) -> list[dict[str, Any]]:
        return [self._record(each) for each in self.expected]

    def _record(self, each: Expected) -> dict[str, Any]:
        """The fields the scenario states, and the times that the wire gives."""
        log, but = self.log, each.call.call_id
        rang = truth.ring(log, each.caller, but)
        answered = truth.answer(log, each.answer) if each.answer else None
        if rang is None and each.answer is not None and each.answer.incoming:
            rang = truth.begin(log, each.answer)  # answered without a ring: its INVITE
        times = {
            "started_at": truth.begin(log, each.call),
            "ring_started_at": rang,
            "answered_at": answered,
            "ended_at": truth.end(log, each.call),
        }
        record: dict[str, Any] = {"caller": each.caller}
        record |= {key: iso(at) if at else None for key, at in times.items()}
        until = answered or truth.ring_end(log, each.caller, but)
        ended = times["ended_at"]
        record["wait_seconds"] = truth.span(times["started_at"], answered or ended)
        record["ring_seconds"] = truth.span(rang, until)
        record["talk_seconds"] = truth.span(answered, ended)
        if (rings := truth.rings(rang, until)) is not None:
            record["rings"] = rings
        if each.fields.get("verdict") == BY_WIRE:
            each.fields["verdict"] = truth.verdict(rang, answered, times["ended_at"])
        if each.fields.get("complete", True):
            if truth.ended_by_caller(log, each.call):
                record["hung_up_by"] = "caller"
            elif answered is None:
                record["hung_up_by"] = "pbx"
        record |= each.fields
        for end, spans in SPANS.items():
            if end in each.fields:  # the scenario has its own say, or none
                record |= dict.fromkeys(spans, ...)
        if isinstance(record.get("legs"), list):
            record["legs"] = self._legs(record["legs"], truth.leg_rings(log, each.caller, but))
        return {key: value for key, value in record.items() if value is not ...}

    def _legs(self, legs: list[dict[str, Any]], rang: dict[str, int]) -> list[dict[str, Any]]:
        """With the moment each phone began to ring, where it is the only leg of its extension."""
        extensions = [leg.get("extension") for leg in legs]
        found = []
        for leg in legs:
            extension = leg.get("extension", "")
            if extension in rang and extensions.count(extension) == 1:
                found.append(leg | {"ring_started_at": iso(rang[extension])})
            else:
                found.append(leg)
        return found

    async def clear(self) -> None:
        for family, key in self._database:
            await self.pbx.control.action("DBDel", Family=family, Key=key)
        for device in self._states:
            command = f"devstate change {device} NOT_INUSE"
            await self.pbx.control.action("Command", Command=command)
        for phone in self.phones.values():
            phone.reset()
        self._database, self._states, self.expected = [], [], []
        self._foresight.forget()
        self.log.packets.clear()

    def close(self) -> None:
        for phone in self.phones.values():
            phone.close()


class Story(Protocol):
    """What happens on the stage."""

    @property
    def __name__(self) -> str: ...

    async def __call__(self, stage: Stage, /) -> None: ...


@dataclass
class Scenario:
    """A story, how long it takes (to run the long ones first), and where it can be told."""

    name: str
    story: Story
    seconds: float
    versions: tuple[str, ...] = ("22", "16")
    house: str = ""
    """The house that it is played in: the laboratory's own, or one of `houses/`."""
    joins_at: float | None = None
    """The recorder joins so many seconds after the start, with a snapshot (else before it)."""
    leaves_at: float | None = None
    """The recorder leaves so many seconds after the start (else after the last channel)."""
    login: str = sample.USER
    """Who records: the sample's user sees the least that is enough, `wide` every class there is."""


@dataclass
class Book:
    """All scenarios by name."""

    scenarios: dict[str, Scenario] = field(default_factory=dict)

    def tell(self, seconds: float, **more: Any) -> Callable[[Story], Story]:
        """Enters a function under its own name."""

        def enter(story: Story) -> Story:
            self.add(Scenario(story.__name__, story, seconds, **more))
            return story

        return enter

    def add(self, scenario: Scenario) -> None:
        if scenario.name in self.scenarios:
            raise ValueError(f"two scenarios are called {scenario.name}")
        self.scenarios[scenario.name] = scenario


BOOK = Book()
