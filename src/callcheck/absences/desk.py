"""What the API, the command line and the program itself ask about absences, answered.

It holds no state: all of it is in the store, so that every process sees the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from callcheck.absences import view
from callcheck.absences.model import (
    Absence,
    Change,
    Cover,
    Draft,
    Forward,
    Phone,
    State,
    Tally,
)
from callcheck.absences.rehearsal import rehearse
from callcheck.absences.standing import Clockwork, Standing, standing
from callcheck.absences.taking import Claim, Taken
from callcheck.absences.world import World
from callcheck.calls.directory import Directory
from callcheck.calls.model import Micros, Millis

Record = dict[str, object]


class Book(Protocol):
    """The store's absences."""

    def take(self, draft: Draft, source: str, at: Micros, claim: Claim | None = None) -> Taken: ...
    def change(self, number: int, at: Micros, by: str, **values: Any) -> Absence | None: ...
    def end(self, number: int, at: Micros, by: str) -> Absence | None: ...
    def wrote_down(self, number: int, state: State, reason: str, at: Micros) -> None: ...
    def all(self) -> list[Absence]: ...
    def get(self, number: int) -> Absence | None: ...
    def history(self, number: int) -> list[Change]: ...
    def sources(self) -> dict[int, list[str]]: ...
    def cover(
        self, owners: Collection[str] | None, start: Micros | None, end: Micros | None
    ) -> list[Cover]: ...
    def tallies(self, of: Sequence[Absence], until: Micros) -> dict[int, Tally]: ...


class PhoneBook(Protocol):
    """The store's forwards and phones."""

    def all(self) -> list[Forward]: ...
    def phones(self) -> list[Phone]: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What a house goes by."""

    directory: Directory
    clock: Clockwork
    ring_ms: Millis = 15_000
    limit_ms: Millis = 15_000
    keep_kind: bool = False


class Desk:
    """Answers about absences. `changed` is called after every change made here."""

    def __init__(
        self, book: Book, phones: PhoneBook, terms: Terms, now: Callable[[], Micros],
        changed: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        self._book, self._phones, self.terms = book, phones, terms
        self._now, self._changed = now, changed

    def page(
        self, wanted: Callable[[Absence, Standing], bool], limit: int, after: int | None = None
    ) -> tuple[list[Record], int | None]:
        """At most `limit` absences, the latest beginning first, after the one with the id
        `after`; and the id to go on after, or None."""
        stands = self.stands()
        if after is not None:
            ids = [one.id for one, _ in stands]
            stands = stands[ids.index(after) + 1 :] if after in ids else []
        found = [(one, stand) for one, stand in stands if wanted(one, stand)]
        items = self._shown(found[:limit])
        return items, found[limit - 1][0].id if len(found) > limit else None

    def record(self, number: int, *, history: bool = False) -> Record | None:
        """One absence, or None."""
        one = self._book.get(number)
        if one is None:
            return None
        stand = standing(one, self.world(), self.terms.clock, self._now())
        record = self._shown([(one, stand)])[0]
        if history:
            cover = self._book.cover([one.extension], one.start, min(one.end, self._now()))
            record["cover"] = [] if one.cancelled else self._shown_cover(cover)
            record["history"] = view.history(self._book.history(number), self.terms.clock.zone)
        return record

    def add(self, draft: Draft, source: str) -> Record:
        """Takes an absence that somebody reports; one that is known already stays one."""
        taken = self._book.take(self.without_kind(draft), source, self._now())
        self._told()
        record = self.record(taken.absence.id)
        assert record is not None
        return record

    def change(self, number: int, by: str, **values: Any) -> Record | None:
        """Changes `start`, `end`, `deputy` or `kind`; None if there is no such absence.

        Raises ValueError where it would end before it begins.
        """
        old = self._book.get(number)
        if old is None:
            return None
        if not self.terms.keep_kind:
            values.pop("kind", None)
        if values.get("start", old.start) >= values.get("end", old.end):
            raise ValueError("to must be after from")
        self._book.change(number, self._now(), by, **values)
        self._told()
        return self.record(number)

    def end(self, number: int, by: str) -> Record | None:
        """Ends an absence now; None if there is no such absence."""
        if self._book.end(number, self._now(), by) is None:
            return None
        self._told()
        return self.record(number)

    def back(self, extension: str, by: str) -> None:
        """Ends every absence of a person that runs now."""
        now = self._now()
        for one in self._book.all():
            if one.extension == extension and one.active(now):
                self._book.end(one.id, now, by)
        self._told()

    def extension_of(self, number: int) -> str | None:
        """Whose absence it is, or None."""
        one = self._book.get(number)
        return one.extension if one else None

    def unit_of(self, number: int) -> str | None:
        """The unit of an absence's person; "" for none, None where there is no such absence."""
        extension = self.extension_of(number)
        return None if extension is None else self.terms.directory.unit_of(extension) or ""

    def cover(self, unit: str | None, start: Micros | None, end: Micros | None) -> list[Record]:
        """Who took whose calls: by person of a unit, way and whoever answered. Credit for help:
        a call that a colleague took is an answered call."""
        units = {p.extension: p.unit for p in self.terms.directory.parties}
        found = self._book.cover(None, start, end)
        return self._shown_cover(
            [one for one in found if one.owner in units and unit in (None, units[one.owner])]
        )

    def _shown_cover(self, found: Sequence[Cover]) -> list[Record]:
        return view.cover(found, self.terms.directory)

    def rehearsal(self, extension: str, at: Micros | None = None) -> Record:
        """What would happen to a call for an extension, now or at a given time."""
        now = self._now()
        moment = now if at is None else at
        return view.rehearsal(self.world(), self.terms.clock, extension, moment)

    def counts(self) -> Mapping[tuple[str, str], int]:
        """By (unit, state): the absences that run, and those that are over but left on."""
        found: dict[tuple[str, str], int] = {}
        for one, stand in self.stands():
            if stand.active or stand.state is State.LEFT_ON:
                key = self.terms.directory.unit_of(one.extension) or "", stand.state.value
                found[key] = found.get(key, 0) + 1
        return found

    def settle(self) -> None:
        """Writes down the state of every absence that runs, so that it outlives its end."""
        now = self._now()
        for one, stand in self.stands():
            if stand.active:
                self._book.wrote_down(one.id, stand.state, stand.reason, now)

    def uncovered_next(self) -> tuple[str, list[Record]]:
        """The next working day (ISO), and who is absent on it with calls that nobody would get."""
        now, clock = self._now(), self.terms.clock
        day = clock.local(now).date()
        world = self.world()
        for _ in range(62):
            day += timedelta(days=1)
            worked = clock.day(day)
            if worked:
                return day.isoformat(), self._uncovered(world, worked)
        return day.isoformat(), []

    def stands(self) -> list[tuple[Absence, Standing]]:
        """Every absence with its state now."""
        now, everything = self._now(), self._book.all()
        world = self.world(everything)
        return [(one, standing(one, world, self.terms.clock, now)) for one in everything]

    def world(self, absences: Sequence[Absence] | None = None) -> World:
        """What is known now."""
        return World(
            self.terms.directory,
            self._book.all() if absences is None else absences,
            self._phones.all(),
            self._phones.phones(),
            self.terms.ring_ms,
            self.terms.limit_ms,
        )

    def without_kind(self, draft: Draft) -> Draft:
        """Why somebody is away is not kept, unless the house says so."""
        return draft if self.terms.keep_kind else replace(draft, kind=None)

    def _uncovered(self, world: World, worked: Sequence[tuple[Micros, Micros]]) -> list[Record]:
        found = []
        for extension, absences in world.absences_of.items():
            for start, end in worked:
                gone = next(
                    (a for a in absences if not a.cancelled and a.start < end and start < a.end),
                    None,
                )
                if gone is None:
                    continue
                walked = rehearse(world, extension, max(start, gone.start), gone.deputy)
                if not walked.covered:
                    unit = self.terms.directory.unit_of(extension)
                    found.append(view.uncovered(gone, unit, walked, self.terms.clock.zone))
                    break
        return found

    def _shown(self, found: Sequence[tuple[Absence, Standing]]) -> list[Record]:
        tallies = self._book.tallies([one for one, _ in found], self._now())
        sources = self._book.sources()
        zone, directory = self.terms.clock.zone, self.terms.directory
        return [
            view.absence(one, stand, directory.unit_of(one.extension), tallies[one.id],
                         sources.get(one.id, []), zone)
            for one, stand in found
        ]  # fmt: skip

    def _told(self) -> None:
        with suppress(Exception):  # what was stored is stored, whoever wants to know
            self._changed()
