"""Absences, forwards and phones in, what held at any moment out: what a rehearsal walks through.

Built from what the store has; no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field

from callcheck.absences.model import Absence, Forward, ForwardKind, Phone
from callcheck.calls.directory import Directory
from callcheck.calls.model import Micros, Millis


@dataclass(slots=True)
class World:
    """What is known of a house.

    `ring_ms` is how long a phone rings before its no-answer forward applies, `limit_ms` the
    limit of the third ring.
    """

    directory: Directory
    absences: InitVar[Iterable[Absence]] = ()
    forwards: InitVar[Iterable[Forward]] = ()
    phones: InitVar[Iterable[Phone]] = ()
    ring_ms: Millis = 15_000
    limit_ms: Millis = 15_000
    absences_of: dict[str, list[Absence]] = field(init=False)
    forwards_of: dict[tuple[str, bool], list[Forward]] = field(init=False)
    """By extension, and whether they are set in the phone itself."""
    phone_of: dict[str, list[Phone]] = field(init=False)

    def __post_init__(
        self, absences: Iterable[Absence], forwards: Iterable[Forward], phones: Iterable[Phone]
    ) -> None:
        self.absences_of, self.forwards_of, self.phone_of = {}, {}, {}
        for absence in absences:
            self.absences_of.setdefault(absence.extension, []).append(absence)
        for forward in forwards:
            key = forward.extension, forward.by_phone
            self.forwards_of.setdefault(key, []).append(forward)
        for phone in phones:
            self.phone_of.setdefault(phone.extension, []).append(phone)

    def in_force(
        self, extension: str, at: Micros, *, by_phone: bool = False
    ) -> dict[ForwardKind, Forward]:
        """What the PBX does with a phone's calls at a moment; or, `by_phone`, the phone itself."""
        return {f.kind: f for f in self.forwards_of.get((extension, by_phone), ()) if f.holds(at)}

    def rings_for(self, way: Forward, at: Micros) -> Millis | None:
        """How long a phone rings before this no-answer forward; None where nothing told."""
        told = self.in_force(way.extension, at, by_phone=way.by_phone).get(ForwardKind.RING_TIME)
        return round(float(told.to) * 1000) if told is not None and told.to else None

    def absent(self, extension: str, at: Micros) -> bool:
        """Whether somebody is away at a moment."""
        return any(a.active(at) for a in self.absences_of.get(extension, ()))

    def reachable(self, extension: str, at: Micros) -> bool | None:
        """Whether a phone could be called; None where nothing told. On any PBX is enough."""
        known = [p.reachable for p in self.phone_of.get(extension, ()) if p.since <= at]
        return any(known) if known else None

    def changes(self, extension: str, start: Micros, end: Micros) -> list[Micros]:
        """Every moment between the two at which the way of a call for this extension may have
        changed, sorted."""
        found: set[Micros] = set()
        todo, seen = [extension], set[str]()
        while todo:
            one = todo.pop()
            if one in seen:
                continue
            seen.add(one)
            forwards = (f for it in (False, True) for f in self.forwards_of.get((one, it), ()))
            for forward in forwards:
                if not forward.overlaps(start, end):
                    continue
                found.update(at for at in (forward.since, forward.until) if at is not None)
                leads = forward.to and forward.kind is not ForwardKind.RING_TIME
                party = self.directory.reached_by(forward.to or "") if leads else None
                if party:
                    todo.append(party.extension)
            if one != extension:
                found.update(at for a in self.absences_of.get(one, ()) for at in (a.start, a.end))
            found.update(p.since for p in self.phone_of.get(one, ()))
        return sorted(at for at in found if start < at < end)
