"""Reports on absences: who covered whom, the ledger, the letter to the returning person, and
tomorrow's list. They are made from the store at each request.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from callcheck.absences import ledger, words
from callcheck.absences import record as json_of
from callcheck.absences.digest import LookBack, NameFormat, digest
from callcheck.absences.model import (
    Absence,
    AbsenceCall,
    AbsenceState,
    CoverCount,
    JsonObject,
    Message,
)
from callcheck.absences.snapshot import Snapshot
from callcheck.absences.state import Assessment, Assessments, assess, leads_to
from callcheck.absences.terms import AbsenceTerms
from callcheck.absences.tomorrow import (
    TomorrowEntry,
    WorkingDay,
    due_at,
    look_ahead,
    next_working_day,
)
from callcheck.calls.model import Micros
from callcheck.times import iso_short


class CallsAndMessages(Protocol):
    """Calls and messages as they are stored."""

    def came(self, of: Sequence[Absence], until: Micros) -> dict[int, list[AbsenceCall]]: ...
    def cover(
        self, owners: Collection[str] | None, start: Micros | None, end: Micros | None
    ) -> list[CoverCount]: ...
    def messages(
        self, owners: Collection[str] | None, start: Micros | None, end: Micros | None
    ) -> list[Message]: ...
    def note(self, message: Message) -> None: ...
    def purged_before(self) -> Micros: ...


@dataclass(frozen=True, slots=True)
class _Person:
    """An entry of tomorrow's list in words."""

    person: str
    deputy: str | None
    back: datetime
    reason: str
    goes_astray: bool


class Reports:
    """The reports, as JSON objects or text."""

    def __init__(
        self, calls: CallsAndMessages, terms: AbsenceTerms, snapshot: Callable[[], Snapshot],
        now: Callable[[], Micros],
    ) -> None:  # fmt: skip
        self._calls, self._terms, self._snapshot, self._now = calls, terms, snapshot, now

    def cover(self, unit: str | None, start: Micros | None, end: Micros | None) -> list[JsonObject]:
        """Who took whose calls and messages: by person of a unit, way and helper."""
        directory = self._terms.directory
        mine = {p.extension for p in directory.parties if unit in (None, p.unit)}
        ours = self._terms.at_home
        found = [
            one
            for one in self._calls.cover(None, start, end)
            if one.owner in mine and ours(one.owner, one.pbx)
        ]
        noted = [
            one
            for one in self._calls.messages(None, start, end)
            if one.extension in mine and ours(one.extension, one.pbx)
        ]
        return ledger.matrix(found, noted, directory)

    def shown(self, found: Assessments, sources: Mapping[int, Sequence[str]]) -> list[JsonObject]:
        """Absences as the API gives them."""
        return [shown for _, _, shown in self._all_shown(found, sources)]

    def ledger(self, found: Assessments) -> list[JsonObject]:
        """The lines of the ledger: one for each absence and public number."""
        return [
            line
            for one, calls, shown in self._all_shown(found, {})
            for line in self._lines(shown, one, calls)
        ]

    def whole(
        self, one: Absence, assessment: Assessment, sources: Mapping[int, Sequence[str]]
    ) -> JsonObject:
        """An absence with every number, call, helper and message."""
        directory, zone = self._terms.directory, self._terms.clock.zone
        ((_, calls, shown),) = self._all_shown([(one, assessment)], sources)
        messages = self._messages_for(one)
        return {
            **shown,
            "cover": ledger.matrix(ledger.cover_of(calls, one.extension), messages, directory),
            "numbers": self._lines(shown, one, calls),
            "came": json_of.calls(calls, one.extension, directory, zone),
            "messages": json_of.messages(messages, zone),
        }

    def _all_shown(
        self, found: Assessments, sources: Mapping[int, Sequence[str]]
    ) -> list[tuple[Absence, Sequence[AbsenceCall], JsonObject]]:
        """Each absence with its calls, which are read once, and its JSON."""
        calls = self._calls_during([one for one, _ in found])
        kept_from, terms = self._calls.purged_before(), self._terms
        return [
            (one, calls[one.id], json_of.absence(
                one, assessment, terms.directory.unit_of(one.extension), calls[one.id],
                sources.get(one.id, []), terms.clock.zone, one.start >= kept_from,
            ))
            for one, assessment in found
        ]  # fmt: skip

    def _lines(
        self, shown: JsonObject, one: Absence, calls: Sequence[AbsenceCall]
    ) -> list[JsonObject]:
        party = self._terms.directory.extension(one.extension)
        numbers = ledger.by_number(calls, party, self._terms.directory)
        return ledger.rows(shown, party.name if party else "", numbers)

    def digest(self, one: Absence, language: str | None = None) -> JsonObject:
        """The letter to the person who returns."""
        terms, snapshot, language = self._terms, self._snapshot(), language or self._terms.language
        stand = assess(one, snapshot, terms.clock, self._now())
        left = stand.forward if stand.state is AbsenceState.LEFT_ON else None
        away = LookBack(
            owner=one.extension,
            start=terms.clock.local(one.start),
            end=terms.clock.local(one.end),
            over=stand.over,
            begun=one.start <= self._now(),
            calls=self._calls_during([one])[one.id],
            messages=self._messages_for(one),
            left_on=leads_to(snapshot, one.extension, left) if left else None,
            calls_kept=one.start >= self._calls.purged_before(),
        )
        names = NameFormat(
            self._terms.directory.named,
            lambda by: ledger.helper(by, terms.directory),
            terms.clock.local,
        )
        return {
            "absence": one.id,
            "extension": one.extension,
            "language": language,
            "text": digest(away, names, language),
        }

    def tomorrow(self, unit: str | None = None) -> JsonObject:
        """Who will be absent on the next working day: `items` without cover, `covered` with it."""
        day, lines = self._ahead()
        if day is None:
            return {"day": None, "announced_at": None, "items": [], "covered": []}
        terms = self._terms
        due = due_at(terms.clock, day.date, terms.tomorrow_at)
        shown = [
            (one, json_of.tomorrow_entry(one, terms.directory, terms.clock.zone))
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
        """The list as text; or only the absences that were entered `late`, after the list."""
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
        """The day whose list is due; None before the hour, and once the day has begun."""
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

    def _ahead(self) -> tuple[WorkingDay | None, list[TomorrowEntry]]:
        day = next_working_day(self._terms.clock, self._now())
        return day, look_ahead(self._snapshot(), day) if day else []

    def _calls_during(self, absences: Sequence[Absence]) -> dict[int, list[AbsenceCall]]:
        """By absence: the calls for its person, without those for a namesake on another PBX."""
        calls, ours = self._calls.came(absences, self._now()), self._terms.at_home
        return {
            one.id: [call for call in calls[one.id] if ours(one.extension, call.pbx)]
            for one in absences
        }

    def _messages_for(self, one: Absence) -> list[Message]:
        messages = self._calls.messages([one.extension], one.start, min(one.end, self._now()))
        return [m for m in messages if self._terms.at_home(m.extension, m.pbx)]

    def _unit(self, line: TomorrowEntry) -> str:
        return self._terms.directory.unit_of(line.absence.extension) or ""

    def _in_words(self, line: TomorrowEntry) -> _Person:
        gone = line.absence
        back = self._terms.clock.local(gone.end)
        party = self._terms.directory.extension(gone.extension)
        deputy = gone.deputy or (party.deputy if party else None)
        return _Person(
            person=self._terms.directory.named(gone.extension),
            deputy=self._terms.directory.named(deputy) if deputy else None,
            back=back,
            reason=line.reason,
            goes_astray=line.state is AbsenceState.WRONG_TARGET,
        )
