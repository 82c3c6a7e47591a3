"""Absences as told in, each kept once out: which telling is new, which changes, which repeats.

Two tellings are the same absence if they name the same person and the same span, or come from
different sources and overlap: then the span becomes that of both. A source is a calendar, a file
or somebody's word. One that repeats itself changes only what it now says differently, so that a
change by hand outlives the next reading.
Works on values; whoever calls it loads them and writes down what `Taking` says has changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from callcheck.absences.model import Absence, Change, Draft
from callcheck.absences.span_index import Agenda
from callcheck.calls.model import Micros


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says it, under a key of its own within `origin` (a file, a URL, "")."""

    source: str
    origin: str
    key: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a claim said last."""

    absence: int
    start: Micros
    end: Micros


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a telling: `new`, `changed` or `same`."""

    absence: Absence
    how: str


class Taking:
    """One round of taking what is told at a moment. Afterwards `new`, `changed`, `notes`,
    `claims` (None: withdrawn) say what to write down."""

    def __init__(
        self, held: Iterable[Absence], claims: Mapping[Claim, Told], first_id: int, at: Micros
    ) -> None:
        self._by_id = {absence.id: absence for absence in held}
        self._agendas: dict[str, Agenda] = defaultdict(Agenda)
        for absence in self._by_id.values():
            self._agendas[absence.extension].put(absence)
        self._had, self._claims = claims, dict(claims)
        self._by_absence: dict[int, dict[Claim, Told]] = {}
        for claim, told in claims.items():
            self._by_absence.setdefault(told.absence, {})[claim] = told
        self._next, self._at = first_id, at
        self._new: dict[int, None] = {}
        self._changed: dict[int, None] = {}
        self.notes: list[tuple[int, Change]] = []
        self.claims: dict[Claim, Told | None] = {}

    @property
    def new(self) -> list[Absence]:
        """Absences that were not there."""
        return [self._by_id[number] for number in self._new]

    @property
    def changed(self) -> list[Absence]:
        """Absences that were there and are different now."""
        return [self._by_id[n] for n in self._changed if n not in self._new]

    def had(self, claim: Claim) -> bool:
        """Whether a claim was there before this round."""
        return claim in self._had

    def now(self, old: Absence) -> Absence:
        """An absence as it is in this round."""
        return self._by_id.get(old.id, old)

    def take(self, draft: Draft, source: str, claim: Claim | None = None) -> Taken:
        """Takes one telling. Without a claim it is somebody's word, kept like one: what stood
        on it stays when a calendar does not tell it any more."""
        told = self._claims.get(claim) if claim else None
        held = self._by_id.get(told.absence) if told else None
        if claim and told and held and not self._is_another(held, draft):
            return self._again(held, told, draft, claim)
        twin = self._twin(draft, source, claim.origin if claim else "")
        if twin is None:
            twin, how = self._begin(draft, source), "new"
        else:
            values = _widened(twin, draft)
            how = "changed" if values else "same"
            twin = self.alter(twin, source, **values)
        claim = claim or Claim(source, "", str(twin.id))
        self._claim(claim, Told(twin.id, draft.start, draft.end))
        return Taken(twin, how)

    def alter(self, old: Absence, by: str, **values: Any) -> Absence:
        """Changes an absence; nothing is noted where nothing differs."""
        differs = sorted(key for key, value in values.items() if getattr(old, key) != value)
        if not differs:
            return old
        return self._put(replace(old, **values), by, f"changed {', '.join(differs)}")

    def change(self, old: Absence, by: str, **values: Any) -> Absence:
        """Changes it on somebody's word, which from now on is what that one told."""
        new = self.alter(old, by, **values)
        word = Claim(by, "", str(old.id))
        if word in self._claims:
            self._claim(word, Told(new.id, new.start, new.end))
        return new

    def end(self, old: Absence, by: str) -> Absence:
        """Ends it now; one that has not begun is cancelled, one that is over stays."""
        if old.cancelled or old.end <= self._at:
            return old
        if old.start < self._at:
            return self._put(replace(old, end=self._at), by, "ended")
        return self._put(replace(old, cancelled=True), by, "cancelled")

    def withdraw(
        self, source: str, origin: str, told: set[str], uncertain: Collection[str] = ()
    ) -> list[Absence]:
        """Ends what an origin reported earlier, no longer reports, and nobody else claims; but
        nothing of the extensions that are `uncertain`."""
        mine = [c for c in self._claims if (c.source, c.origin) == (source, origin)]
        gone = []
        for claim in mine:
            absence = self._by_id.get(self._claims[claim].absence)
            if claim.key in told or (absence and absence.extension in uncertain):
                continue
            number = self._claims.pop(claim).absence
            self._by_absence[number].pop(claim)
            self.claims[claim] = None
            if absence is None or absence.cancelled or absence.end <= self._at:
                continue
            if self._by_absence[number]:
                self._narrow(absence, source)
            elif absence.source == source:
                gone.append(self.end(absence, source))
        return gone

    def _again(self, absence: Absence, told: Told, draft: Draft, claim: Claim) -> Taken:
        values: dict[str, Any] = {}
        if (told.start, told.end) != (draft.start, draft.end):
            self._claim(claim, Told(absence.id, draft.start, draft.end))
            values = {**self._span(absence.id), "cancelled": False}
        if draft.deputy is not None:
            values["deputy"] = draft.deputy
        new = self.alter(absence, claim.source, **values)
        return Taken(new, "same" if new == absence else "changed")

    def _narrow(self, absence: Absence, by: str) -> None:
        """To what is still told; never back to what was shortened by hand, and what is past of
        it stays."""
        span = self._span(absence.id)
        start, end = max(absence.start, span["start"]), min(absence.end, span["end"])
        if absence.start < self._at:
            start, end = absence.start, max(end, self._at)
        if start < end:
            self.alter(absence, by, start=start, end=end)

    def _is_another(self, held: Absence, draft: Draft) -> bool:
        """Whether what was told again is another absence: what is over is not moved ahead."""
        return held.end <= self._at <= draft.start

    def _span(self, number: int) -> dict[str, Micros]:
        """From the earliest to the latest that anybody tells of an absence."""
        told = self._by_absence[number].values()
        return {"start": min(t.start for t in told), "end": max(t.end for t in told)}

    def _twin(self, draft: Draft, source: str, origin: str) -> Absence | None:
        """The absence that a telling is about: the same span, or one that overlaps."""
        agenda = self._agendas[draft.extension]
        same = agenda.spanning(draft.start, draft.end)
        if same is not None:
            return self._by_id[same]
        for number in agenda.overlapping(draft.start, draft.end):
            if self._tells_anew(self._by_id[number], draft, (source, origin)):
                return self._by_id[number]
        return None

    def _tells_anew(self, one: Absence, draft: Draft, whose: tuple[str, str]) -> bool:
        """Whether others told of that time, and this one has not: who tells two absences that
        overlap means two."""
        claims = self._by_absence.get(one.id)
        if not claims:
            return one.source != whose[0]
        anew = False
        for claim, told in claims.items():
            if _overlap(told, draft):
                if (claim.source, claim.origin) == whose:
                    return False
                anew = True
        return anew

    def _begin(self, draft: Draft, source: str) -> Absence:
        new = Absence(
            self._next, draft.extension, draft.start, draft.end, draft.deputy, source, draft.kind
        )
        self._next += 1
        self._new[new.id] = None
        return self._put(new, source, "reported")

    def _put(self, absence: Absence, by: str, what: str) -> Absence:
        agenda, old = self._agendas[absence.extension], self._by_id.get(absence.id)
        if old is not None:
            agenda.drop(old)
        agenda.put(absence)
        self._by_id[absence.id] = absence
        self._changed[absence.id] = None
        self.notes.append((absence.id, Change(self._at, by, what)))
        return absence

    def _claim(self, claim: Claim, told: Told) -> None:
        before = self._claims.get(claim)
        if before is not None:
            self._by_absence[before.absence].pop(claim, None)
        self._claims[claim] = self.claims[claim] = told
        self._by_absence.setdefault(told.absence, {})[claim] = told


def _overlap(one: Told, draft: Draft) -> bool:
    return one.start < draft.end and draft.start < one.end


def _widened(twin: Absence, draft: Draft) -> dict[str, Any]:
    """What a second telling adds to an absence: a longer span, a deputy where there was none."""
    values: dict[str, Any] = {}
    if draft.start < twin.start:
        values["start"] = draft.start
    if draft.end > twin.end:
        values["end"] = draft.end
    if twin.deputy is None and draft.deputy is not None:
        values["deputy"] = draft.deputy
    return values
