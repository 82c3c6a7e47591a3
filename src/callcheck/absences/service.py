"""What the API, the command line and the program itself ask about absences, answered.

It holds no state: all of it is in the store, so that every process sees the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Protocol

from callcheck.absences import record as view
from callcheck.absences.merging import Claim, Taken
from callcheck.absences.model import Absence, Change, Draft, Forward, Message, Phone, State
from callcheck.absences.reports import Happened, Record, Reports
from callcheck.absences.snapshot import World
from callcheck.absences.state import Standing, counting, standing
from callcheck.absences.terms import Terms
from callcheck.calls.directory import Kind
from callcheck.calls.model import Micros

Stands = Sequence[tuple[Absence, Standing]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which absences somebody asks for."""

    those: Callable[[Absence], bool]
    active: bool | None = None
    """Only those that run now, or only others."""
    state: str | None = None
    """Only those in a state; to know it costs most, so it is asked last."""


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


class PhoneBook(Protocol):
    """The store's forwards and phones."""

    def all(self) -> list[Forward]: ...
    def phones(self) -> list[Phone]: ...


class Desk:
    """Answers about absences. `changed` is called after every change made here."""

    def __init__(
        self, book: Book, phones: PhoneBook, happened: Happened, terms: Terms,
        now: Callable[[], Micros], changed: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        self._book, self._phones, self._happened, self.terms = book, phones, happened, terms
        self._now, self._changed = now, changed
        self.reports = Reports(happened, terms, self.world, now)

    def page(
        self, wanted: Wanted, limit: int | None = None, after: int | None = None
    ) -> tuple[list[Record], int | None]:
        """At most `limit` absences, the latest beginning first, after the one with the id
        `after`; and the id to go on after, or None."""
        found, following = self._page(wanted, limit, after)
        return self.reports.shown(found, self._book.sources()), following

    def ledger(
        self, wanted: Wanted, limit: int | None = None, after: int | None = None
    ) -> tuple[list[Record], int | None]:
        """The lines of the ledger of such a page, one for each absence and public number."""
        found, following = self._page(wanted, limit, after)
        return self.reports.ledger(found), following

    def _page(
        self, wanted: Wanted, limit: int | None, after: int | None
    ) -> tuple[Stands, int | None]:
        stands = self._stands(wanted, after)
        if limit is None:
            return list(stands), None
        found = list(islice(stands, limit + 1))
        return found[:limit], found[limit - 1][0].id if len(found) > limit else None

    def record(self, number: int, *, whole: bool = False) -> Record | None:
        """One absence, with its history, calls and helpers if `whole`; None if there is none."""
        one = self._book.get(number)
        if one is None:
            return None
        stand = standing(one, self.world(), self.terms.clock, self._now())
        (record,) = self.reports.shown([(one, stand)], self._book.sources())
        if whole:
            record = self.reports.whole(record, one)
            record["history"] = view.history(self._book.history(number), self.terms.clock.zone)
        return record

    def digest(self, number: int, language: str | None = None) -> Record | None:
        """The letter to whoever comes back from an absence; None if there is no such absence."""
        one = self._book.get(number)
        return None if one is None else self.reports.digest(one, language)

    def note(self, message: Message) -> None:
        """Keeps that a colleague took a message for somebody."""
        self._happened.note(message)

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
        one = self._book.get(number)
        if one is None:
            return None
        self._end(one, by)
        self._told()
        return self.record(number)

    def away(self, extension: str, until: Micros, deputy: str | None, by: str) -> None:
        """Somebody says: away from now until then. Said again, it changes what was said."""
        now = self._now()
        said = (a for a in self._book.all() if (a.extension, a.source) == (extension, by))
        running = next((one for one in said if one.active(now)), None)
        if running is None:
            self._book.take(Draft(extension, now, until, deputy), by, now)
        else:
            self._book.change(running.id, now, by, end=until, deputy=deputy or running.deputy)
        self._told()

    def back(self, extension: str, by: str) -> None:
        """Ends every absence of a person that runs now."""
        now = self._now()
        for one in self._book.all():
            if one.extension == extension and one.active(now):
                self._end(one, by)
        self._told()

    def _end(self, one: Absence, by: str) -> None:
        """With the state of this moment, where an older one was written down."""
        now = self._now()
        stand = standing(one, self.world(), self.terms.clock, now)
        if stand.active and one.stood is not None:
            self._book.wrote_down(one.id, stand.state, stand.reason, now)
        self._book.end(one.id, now, by)

    def extension_of(self, number: int) -> str | None:
        """Whose absence it is, or None."""
        one = self._book.get(number)
        return one.extension if one else None

    def unit_of(self, number: int) -> str | None:
        """The unit of an absence's person; "" for none, None where there is no such absence."""
        extension = self.extension_of(number)
        return None if extension is None else self.terms.directory.unit_of(extension) or ""

    def rehearsal(self, extension: str, at: Micros | None = None) -> Record:
        """What would happen to a call for an extension, now or at a given time."""
        now = self._now()
        moment = now if at is None else at
        return view.rehearsal(self.world(), self.terms.clock, extension, moment)

    def rehearsals(self, at: Micros | None = None) -> list[Record]:
        """The same for every member."""
        world, moment = self.world(), self._now() if at is None else at
        return [
            view.rehearsal(world, self.terms.clock, party.extension, moment)
            for party in self.terms.directory.parties
            if party.kind is Kind.MEMBER
        ]

    def look(self) -> tuple[Sequence[Absence], Stands]:
        """Every absence; and those that run, or are over but left on, with their state now."""
        now, everything = self._now(), self._book.all()
        counted = counting(self.world(everything, now), now)
        if not counted:
            return everything, []
        world = self.world(everything, min(one.start for one in counted))
        return everything, [(one, standing(one, world, self.terms.clock, now)) for one in counted]

    def counts(self, stands: Stands) -> Mapping[tuple[str, str], int]:
        """How many there are by (unit, state)."""
        units = (self.terms.directory.unit_of(one.extension) or "" for one, _ in stands)
        return Counter(zip(units, (stand.state.value for _, stand in stands), strict=True))

    def settle(self, stands: Stands) -> None:
        """Writes down the state of every absence that runs, so that it outlives its end."""
        now = self._now()
        for one, stand in stands:
            if stand.active and (one.stood, one.stood_reason) != (stand.state, stand.reason):
                self._book.wrote_down(one.id, stand.state, stand.reason, now)

    def stands(self) -> Stands:
        """Every absence with its state now."""
        return list(self._stands(Wanted(lambda _: True)))

    def _stands(
        self, wanted: Wanted, after: int | None = None
    ) -> Iterator[tuple[Absence, Standing]]:
        """Those that are wanted, or of them those after the one with the id `after`."""
        now, everything = self._now(), self._book.all()
        world, begin = self.world(everything), 0
        if after is not None:
            ids = [one.id for one in everything]
            begin = ids.index(after) + 1 if after in ids else len(ids)
        for one in everything[begin:]:
            if wanted.those(one) and wanted.active in (None, one.active(now)):
                stand = standing(one, world, self.terms.clock, now)
                if wanted.state in (None, stand.state.value):
                    yield one, stand

    def world(
        self, absences: Sequence[Absence] | None = None, since: Micros | None = None
    ) -> World:
        """What is known now; of forwards, only those that held `since` a moment or later."""
        return World(
            self.terms.directory,
            self._book.all() if absences is None else absences,
            [
                one
                for one in self._phones.all()
                if (since is None or one.until is None or one.until > since) and self._is_ours(one)
            ],
            [one for one in self._phones.phones() if self._is_ours(one)],
            self.terms.ring_ms,
            self.terms.limit_ms,
        )

    def _is_ours(self, said: Forward | Phone) -> bool:
        """Whether it is said of our person, and not of a namesake on another PBX."""
        pbx, _, _ = said.pbx.partition("/")
        return self.terms.at_home(said.extension, pbx)

    def without_kind(self, draft: Draft) -> Draft:
        """Why somebody is away is not kept, unless the house says so."""
        return draft if self.terms.keep_kind else replace(draft, kind=None)

    def _told(self) -> None:
        with suppress(Exception):  # what was stored is stored, whoever wants to know
            self._changed()
