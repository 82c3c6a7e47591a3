"""What was, and what will be: who covered whom, the ledger, the letter to the returning person,
tomorrow's list.

It holds no state; the desk hands in what is known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from callcheck.absences import ledger as books
from callcheck.absences import record as view
from callcheck.absences import words
from callcheck.absences.digest import Away, Names, digest
from callcheck.absences.model import Absence, Came, Cover, Message, State
from callcheck.absences.snapshot import World
from callcheck.absences.state import Standing, standing, target
from callcheck.absences.terms import Terms
from callcheck.absences.tomorrow import Line, WorkingDay, due_at, look_ahead, next_working_day
from callcheck.calls.model import Micros
from callcheck.times import iso_short

Record = dict[str, object]


class Happened(Protocol):
    """The store's calls and messages."""

    def came(self, of: Sequence[Absence], until: Micros) -> dict[int, list[Came]]: ...
    def cover(
        self, owners: Collection[str] | None, start: Micros | None, end: Micros | None
    ) -> list[Cover]: ...
    def messages(
        self, owners: Collection[str] | None, start: Micros | None, end: Micros | None
    ) -> list[Message]: ...
    def note(self, message: Message) -> None: ...
    def purged_before(self) -> Micros: ...


@dataclass(frozen=True, slots=True)
class _Person:
    """A line of tomorrow's list in words."""

    person: str
    deputy: str | None
    back: datetime
    reason: str
    goes_astray: bool


class Reports:
    """Reports on absences, as plain records."""

    def __init__(
        self, happened: Happened, terms: Terms, world: Callable[[], World],
        now: Callable[[], Micros],
    ) -> None:  # fmt: skip
        self._happened, self._terms, self._world, self._now = happened, terms, world, now

    def cover(self, unit: str | None, start: Micros | None, end: Micros | None) -> list[Record]:
        """Who took whose calls, and noted messages: by person of a unit, way and helper."""
        directory = self._terms.directory
        mine = {p.extension for p in directory.parties if unit in (None, p.unit)}
        ours = self._terms.at_home
        found = [
            one
            for one in self._happened.cover(None, start, end)
            if one.owner in mine and ours(one.owner, one.pbx)
        ]
        noted = [
            one
            for one in self._happened.messages(None, start, end)
            if one.extension in mine and ours(one.extension, one.pbx)
        ]
        return books.matrix(found, noted, directory)

    def shown(
        self, found: Sequence[tuple[Absence, Standing]], sources: Mapping[int, Sequence[str]]
    ) -> list[Record]:
        """Absences as contract section 6 has them."""
        came = self._all_that_came([one for one, _ in found])
        directory, kept_from = self._terms.directory, self._happened.purged_before()
        return [
            view.absence(
                one, stand, directory.unit_of(one.extension), came[one.id],
                sources.get(one.id, []), self._terms.clock.zone, one.start >= kept_from,
            )
            for one, stand in found
        ]  # fmt: skip

    def ledger(self, found: Sequence[tuple[Absence, Standing]]) -> list[Record]:
        """The lines of absences: one for each and public number."""
        records = self.shown(found, {})
        came = self._all_that_came([one for one, _ in found])
        return [
            line
            for (one, _), record in zip(found, records, strict=True)
            for line in self._lines(record, one, came[one.id])
        ]

    def whole(self, record: Record, one: Absence) -> Record:
        """An absence with every number, call, helper and message."""
        directory, zone = self._terms.directory, self._terms.clock.zone
        came, noted = self._came(one), self._noted(one)
        cover = books.matrix(books.cover_of(came, one.extension), noted, directory)
        return {
            **record,
            "cover": cover,
            "numbers": self._lines(record, one, came),
            "came": view.came(came, one.extension, directory, zone),
            "messages": view.messages(noted, zone),
        }

    def _lines(self, record: Record, one: Absence, came: Sequence[Came]) -> list[Record]:
        party = self._terms.directory.extension(one.extension)
        numbers = books.by_number(came, party, self._terms.directory)
        return books.rows(record, party.name if party else "", numbers)

    def digest(self, one: Absence, language: str | None = None) -> Record:
        """The letter to somebody who comes back."""
        terms, world, language = self._terms, self._world(), language or self._terms.language
        stand = standing(one, world, terms.clock, self._now())
        left = stand.forward if stand.state is State.LEFT_ON else None
        away = Away(
            owner=one.extension,
            start=terms.clock.local(one.start),
            end=terms.clock.local(one.end),
            over=stand.over,
            begun=one.start <= self._now(),
            came=self._came(one),
            messages=self._noted(one),
            left_on=target(world, one.extension, left) if left else None,
            calls_kept=one.start >= self._happened.purged_before(),
        )
        names = Names(self._person, lambda by: books.helper(by, terms.directory), terms.clock.local)
        return {
            "absence": one.id,
            "extension": one.extension,
            "language": language,
            "text": digest(away, names, language),
        }

    def tomorrow(self, unit: str | None = None) -> Record:
        """Who is absent on the next working day: `items` without cover, `covered` with it."""
        day, lines = self._ahead()
        if day is None:
            return {"day": None, "announced_at": None, "items": [], "covered": []}
        terms = self._terms
        due = due_at(terms.clock, day.date, terms.tomorrow_at)
        shown = [
            (one, view.line(one, terms.directory, terms.clock.zone))
            for one in lines
            if unit in (None, self._unit(one))
        ]
        return {
            "day": day.date.isoformat(),
            "announced_at": iso_short(due, terms.clock.zone),
            "items": [record for one, record in shown if not one.covered],
            "covered": [record for one, record in shown if one.covered],
        }

    def tomorrow_text(
        self, language: str | None = None, unit: str | None = None,
        late: Collection[int] | None = None,
    ) -> str:  # fmt: skip
        """The same for people; or only of those absences that came `late`, after the list."""
        day, lines = self._ahead()
        if day is None:
            return ""
        units: dict[str, tuple[list[_Person], list[_Person]]] = {}
        for one in lines:
            of = self._unit(one)
            if unit in (None, of) and (late is None or one.absence.id in late):
                units.setdefault(of, ([], []))[one.covered].append(self._in_words(one))
        named = [(self._terms.titles.get(of, of), *both) for of, both in units.items()]
        return words.tomorrow(
            day.date, named, language or self._terms.language, late=late is not None
        )

    def due(self) -> str | None:
        """The day whose list is due and not over; None before the hour."""
        clock = self._terms.clock
        day = next_working_day(clock, self._now())
        if day is None:
            return None
        due = due_at(clock, day.date, self._terms.tomorrow_at)
        return day.date.isoformat() if due is not None and self._now() >= due else None

    def next_day_counts(self) -> Mapping[tuple[str, str], int]:
        """By (unit, state): the absences of the next working day, once its list is due."""
        found: dict[tuple[str, str], int] = {}
        for one in self._ahead()[1] if self.due() else ():
            key = self._unit(one), one.state.value
            found[key] = found.get(key, 0) + 1
        return found

    def _ahead(self) -> tuple[WorkingDay | None, list[Line]]:
        day = next_working_day(self._terms.clock, self._now())
        return day, look_ahead(self._world(), day) if day else []

    def _came(self, one: Absence) -> list[Came]:
        return self._all_that_came([one])[one.id]

    def _all_that_came(self, of: Sequence[Absence]) -> dict[int, list[Came]]:
        came, ours = self._happened.came(of, self._now()), self._terms.at_home
        return {
            one.id: [call for call in came[one.id] if ours(one.extension, call.pbx)] for one in of
        }

    def _noted(self, one: Absence) -> list[Message]:
        noted = self._happened.messages([one.extension], one.start, min(one.end, self._now()))
        return [m for m in noted if self._terms.at_home(m.extension, m.pbx)]

    def _unit(self, line: Line) -> str:
        return self._terms.directory.unit_of(line.absence.extension) or ""

    def _person(self, extension: str) -> str:
        party = self._terms.directory.extension(extension)
        return f"{party.name} ({extension})" if party and party.name else extension

    def _in_words(self, line: Line) -> _Person:
        gone = line.absence
        back = self._terms.clock.local(gone.end)
        party = self._terms.directory.extension(gone.extension)
        deputy = gone.deputy or (party.deputy if party else None)
        return _Person(
            person=self._person(gone.extension),
            deputy=self._person(deputy) if deputy else None,
            back=back,
            reason=line.reason,
            goes_astray=line.state is State.WRONG_TARGET,
        )
