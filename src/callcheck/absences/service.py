"""Answers what the API, the command line and the program itself ask about absences.

It holds no state: everything is in the store, so that every process sees the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Protocol

from callcheck.absences import record as json_of
from callcheck.absences.merging import Claim, Merged
from callcheck.absences.model import (
    Absence,
    AbsenceState,
    Change,
    Draft,
    Forward,
    JsonObject,
    Message,
    Phone,
)
from callcheck.absences.reports import CallsAndMessages, Reports
from callcheck.absences.snapshot import Snapshot
from callcheck.absences.state import Assessment, Assessments, assess, current
from callcheck.absences.terms import AbsenceTerms
from callcheck.calls.directory import Kind
from callcheck.calls.model import Micros


@dataclass(frozen=True, slots=True)
class AbsenceFilter:
    """Which absences a request asks for."""

    matches: Callable[[Absence], bool]
    active: bool | None = None
    """Only those that run now, or only the others."""
    state: str | None = None
    """Only those in a state; it is checked last, because working it out costs most."""


class AbsenceStore(Protocol):
    """Absences as they are stored."""

    def take(self, draft: Draft, source: str, at: Micros, claim: Claim | None = None) -> Merged: ...
    def change(self, number: int, at: Micros, by: str, **values: Any) -> Absence | None: ...
    def end(self, number: int, at: Micros, by: str) -> Absence | None: ...
    def store_state(self, number: int, state: AbsenceState, reason: str, at: Micros) -> None: ...
    def all(self) -> list[Absence]: ...
    def get(self, number: int) -> Absence | None: ...
    def history(self, number: int) -> list[Change]: ...
    def sources(self) -> dict[int, list[str]]: ...


class ForwardStore(Protocol):
    """Forwards and phones as they are stored."""

    def all(self) -> list[Forward]: ...
    def phones(self) -> list[Phone]: ...


class AbsenceService:
    """Answers questions about absences and changes them; `changed` is called after every change."""

    def __init__(
        self, absences: AbsenceStore, forwards: ForwardStore, calls: CallsAndMessages,
        terms: AbsenceTerms, now: Callable[[], Micros],
        changed: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        self._absences, self._forwards, self._calls = absences, forwards, calls
        self.terms, self._now, self._changed = terms, now, changed
        self.reports = Reports(calls, terms, self.snapshot, now)

    def page(
        self, wanted: AbsenceFilter, limit: int | None = None, after: int | None = None
    ) -> tuple[list[JsonObject], int | None]:
        """At most `limit` absences after the one with the id `after`, the latest start first; and
        the id after which the next page starts, or None."""
        found, following = self._page(wanted, limit, after)
        return self.reports.shown(found, self._absences.sources()), following

    def ledger(
        self, wanted: AbsenceFilter, limit: int | None = None, after: int | None = None
    ) -> tuple[list[JsonObject], int | None]:
        """The ledger of the same page: one line for each absence and public number."""
        found, following = self._page(wanted, limit, after)
        return self.reports.ledger(found), following

    def _page(
        self, wanted: AbsenceFilter, limit: int | None, after: int | None
    ) -> tuple[Assessments, int | None]:
        found = self._assessed(wanted, after)
        if limit is None:
            return list(found), None
        page = list(islice(found, limit + 1))
        return page[:limit], page[limit - 1][0].id if len(page) > limit else None

    def record(self, number: int, *, whole: bool = False) -> JsonObject | None:
        """One absence, with its history, calls and helpers if `whole`; None for an unknown id."""
        one = self._absences.get(number)
        if one is None:
            return None
        assessment = assess(one, self.snapshot(), self.terms.clock, self._now())
        sources = self._absences.sources()
        if not whole:
            return self.reports.shown([(one, assessment)], sources)[0]
        history = json_of.history(self._absences.history(number), self.terms.clock.zone)
        return {**self.reports.whole(one, assessment, sources), "history": history}

    def digest(self, number: int, language: str | None = None) -> JsonObject | None:
        """The letter to the person who returns from an absence; None for an unknown id."""
        one = self._absences.get(number)
        return None if one is None else self.reports.digest(one, language)

    def note(self, message: Message) -> None:
        """Stores that a colleague took a message for somebody."""
        self._calls.note(message)

    def overlapping(self, draft: Draft) -> list[Absence]:
        """The stored absences of the same person that share time with a reported one."""
        return [
            one
            for one in self._absences.all()
            if one.extension == draft.extension
            and not one.cancelled
            and one.start < draft.end
            and draft.start < one.end
        ]

    def add(self, draft: Draft, source: str) -> JsonObject:
        """Stores a reported absence; one that is known already is not stored twice.

        Raises ValueError if it makes no sense (`_check`).
        """
        _check(draft.extension, draft.start, draft.end, draft.deputy)
        taken = self._absences.take(self.without_kind(draft), source, self._now())
        self._notify()
        record = self.record(taken.absence.id)
        assert record is not None
        return record

    def change(self, number: int, by: str, **values: Any) -> JsonObject | None:
        """Changes `start`, `end`, `deputy` or `kind`; None for an unknown id.

        Raises ValueError if the absence would make no sense (`_check`).
        """
        old = self._absences.get(number)
        if old is None:
            return None
        if not self.terms.keep_kind:
            values.pop("kind", None)
        start, end = values.get("start", old.start), values.get("end", old.end)
        _check(old.extension, start, end, values.get("deputy"))
        self._absences.change(number, self._now(), by, **values)
        self._notify()
        return self.record(number)

    def end(self, number: int, by: str) -> JsonObject | None:
        """Ends an absence now; None for an unknown id."""
        one = self._absences.get(number)
        if one is None:
            return None
        self._end(one, by)
        self._notify()
        return self.record(number)

    def away(self, extension: str, until: Micros, deputy: str | None, by: str) -> None:
        """Stores that somebody is away from now on; a second report from the same source changes
        the first."""
        now = self._now()
        reported = (a for a in self._absences.all() if (a.extension, a.source) == (extension, by))
        running = next((one for one in reported if one.active(now)), None)
        if running is None:
            self._absences.take(Draft(extension, now, until, deputy), by, now)
        else:
            self._absences.change(running.id, now, by, end=until, deputy=deputy or running.deputy)
        self._notify()

    def back(self, extension: str, by: str) -> None:
        """Ends every running absence of a person."""
        now = self._now()
        for one in self._absences.all():
            if one.extension == extension and one.active(now):
                self._end(one, by)
        self._notify()

    def _end(self, one: Absence, by: str) -> None:
        """Ends it with the state of this moment; the one stored last may be older."""
        now = self._now()
        assessment = assess(one, self.snapshot(), self.terms.clock, now)
        if assessment.active and one.stood is not None:
            self._absences.store_state(one.id, assessment.state, assessment.reason, now)
        self._absences.end(one.id, now, by)

    def over(self, number: int) -> str | None:
        """`cancelled` or `ended`; None for an absence that runs or is to come, or an unknown id."""
        one = self._absences.get(number)
        return one.over(self._now()) if one else None

    def extension_of(self, number: int) -> str | None:
        """The person of an absence; None for an unknown id."""
        one = self._absences.get(number)
        return one.extension if one else None

    def unit_of(self, number: int) -> str | None:
        """The unit of an absence's person, "" for none; None for an unknown id."""
        extension = self.extension_of(number)
        return None if extension is None else self.terms.directory.unit_of(extension) or ""

    def rehearsal(self, extension: str, at: Micros | None = None) -> JsonObject:
        """What would happen to a call for an extension, now or at a given time."""
        now = self._now()
        moment = now if at is None else at
        return json_of.rehearsal(self.snapshot(), self.terms.clock, extension, moment)

    def rehearsals(self, at: Micros | None = None) -> list[JsonObject]:
        """The rehearsal of every member."""
        snapshot, moment = self.snapshot(), self._now() if at is None else at
        return [
            json_of.rehearsal(snapshot, self.terms.clock, party.extension, moment)
            for party in self.terms.directory.parties
            if party.kind is Kind.MEMBER
        ]

    def look(self) -> tuple[Sequence[Absence], Assessments]:
        """Every absence; and those that run or are left on, with their state now."""
        now, everything = self._now(), self._absences.all()
        relevant = current(self.snapshot(everything, now), now)
        if not relevant:
            return everything, []
        snapshot = self.snapshot(everything, min(one.start for one in relevant))
        return everything, [(one, assess(one, snapshot, self.terms.clock, now)) for one in relevant]

    def counts(self, assessments: Assessments) -> Mapping[tuple[str, str], int]:
        """The number of absences by (unit, state)."""
        units = (self.terms.directory.unit_of(one.extension) or "" for one, _ in assessments)
        states = (assessment.state.value for _, assessment in assessments)
        return Counter(zip(units, states, strict=True))

    def settle(self, assessments: Assessments) -> None:
        """Stores the state of every running absence, so that it is known after its end."""
        now = self._now()
        for one, assessment in assessments:
            if assessment.active and (one.stood, one.stood_reason) != (
                assessment.state,
                assessment.reason,
            ):
                self._absences.store_state(one.id, assessment.state, assessment.reason, now)

    def assessments(self) -> Assessments:
        """Every absence with its state now."""
        return list(self._assessed(AbsenceFilter(lambda _: True)))

    def _assessed(
        self, wanted: AbsenceFilter, after: int | None = None
    ) -> Iterator[tuple[Absence, Assessment]]:
        """The absences that match, in order; only those after the id `after` if there is one."""
        now, everything = self._now(), self._absences.all()
        snapshot, begin = self.snapshot(everything), 0
        if after is not None:
            ids = [one.id for one in everything]
            begin = ids.index(after) + 1 if after in ids else len(ids)
        for one in everything[begin:]:
            if wanted.matches(one) and wanted.active in (None, one.active(now)):
                assessment = assess(one, snapshot, self.terms.clock, now)
                if wanted.state in (None, assessment.state.value):
                    yield one, assessment

    def snapshot(
        self, absences: Sequence[Absence] | None = None, since: Micros | None = None
    ) -> Snapshot:
        """What is known now; only forwards that were in force at `since` or later."""
        return Snapshot(
            self.terms.directory,
            self._absences.all() if absences is None else absences,
            [
                one
                for one in self._forwards.all()
                if (since is None or one.until is None or one.until > since) and self._is_ours(one)
            ],
            [one for one in self._forwards.phones() if self._is_ours(one)],
            self.terms.ring_ms,
            self.terms.limit_ms,
        )

    def _is_ours(self, fact: Forward | Phone) -> bool:
        """Whether it is about our person, not about the same extension on another PBX."""
        pbx, _, _ = fact.pbx.partition("/")
        return self.terms.at_home(fact.extension, pbx)

    def without_kind(self, draft: Draft) -> Draft:
        """Removes why somebody is away, unless the house keeps it."""
        return draft if self.terms.keep_kind else replace(draft, kind=None)

    def _notify(self) -> None:
        with suppress(Exception):  # the change is stored, whatever this raises
            self._changed()


def _check(extension: str, start: Micros, end: Micros, deputy: str | None) -> None:
    """Raises ValueError for an absence that nobody can mean. Whoever reports or changes one comes
    through here; the words before the colon are the API's parameter."""
    if start >= end:
        raise ValueError("to: must be after from; it is the first moment back")
    if deputy == extension:
        raise ValueError("deputy: an absent person cannot be their own deputy")
