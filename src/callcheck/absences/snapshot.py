"""What is known of absences, forwards and phones, and which of it holds at a moment.

It is built from the store and reads no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field

from callcheck.absences.model import Absence, Forward, ForwardKind, Phone
from callcheck.calls.directory import Directory
from callcheck.calls.model import Micros, Millis


@dataclass(slots=True)
class Snapshot:
    """What is known of a house.

    `ring_ms` is how long a phone rings before its no-answer forward, if nothing else is known;
    `limit_ms` is the limit of the third ring.
    """

    directory: Directory
    absences: InitVar[Iterable[Absence]] = ()
    forwards: InitVar[Iterable[Forward]] = ()
    phones: InitVar[Iterable[Phone]] = ()
    ring_ms: Millis = 15_000
    limit_ms: Millis = 15_000
    absences_of: dict[str, list[Absence]] = field(init=False)
    forwards_of: dict[tuple[str, bool], list[Forward]] = field(init=False)
    """By extension, and whether the phone itself forwards."""
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
        """The forwards in force at a moment, of the PBX or (`by_phone`) of the phone itself."""
        return {f.kind: f for f in self.forwards_of.get((extension, by_phone), ()) if f.holds(at)}

    def rings_for(self, way: Forward, at: Micros) -> Millis | None:
        """How long a phone rings before this no-answer forward; None if that is not known."""
        ring_time = self.in_force(way.extension, at, by_phone=way.by_phone).get(
            ForwardKind.RING_TIME
        )
        return round(float(ring_time.to) * 1000) if ring_time and ring_time.to else None

    def absent(self, extension: str, at: Micros) -> bool:
        """Whether somebody is away at a moment."""
        return any(a.active(at) for a in self.absences_of.get(extension, ()))

    def reachable(self, extension: str, at: Micros) -> bool | None:
        """Whether a phone could be reached, on any PBX; None if that is not known."""
        known = [p.reachable for p in self.phone_of.get(extension, ()) if p.since <= at]
        return any(known) if known else None

    def changes(self, extension: str, start: Micros, end: Micros) -> list[Micros]:
        """The moments between `start` and `end` at which the path of a call for this extension may
        change, sorted."""
        found: set[Micros] = set()
        todo, seen = [extension], set[str]()
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                forwards = [f for f in self._all_forwards(one) if f.overlaps(start, end)]
                found.update(at for f in forwards for at in (f.since, f.until) if at is not None)
                found.update(phone.since for phone in self.phone_of.get(one, ()))
                todo += filter(None, map(self._next_stop, forwards))
        for colleague in seen - {extension}:
            absences = self.absences_of.get(colleague, ())
            found.update(at for gone in absences for at in (gone.start, gone.end))
        return sorted(at for at in found if start < at < end)

    def _all_forwards(self, extension: str) -> list[Forward]:
        return [f for it in (False, True) for f in self.forwards_of.get((extension, it), ())]

    def _next_stop(self, forward: Forward) -> str | None:
        """The extension of the house to which a forward leads."""
        leads = forward.to and forward.kind is not ForwardKind.RING_TIME
        party = self.directory.reached_by(forward.to or "") if leads else None
        return party.extension if party else None
