"""Merges reports of absences, so that each absence is kept once.

Two reports describe the same absence if person and period match, or if they come from different
sources and overlap: then the absence covers both periods. A source is a calendar, a file or
somebody's word. A source that repeats itself changes only what it now reports differently, so that
a change by hand survives the next reading.
This module works on values: the store loads them, and writes what `Merger` says has changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from callcheck.absences.model import Absence, Change, Draft
from callcheck.absences.span_index import SpanIndex
from callcheck.calls.model import Micros


@dataclass(frozen=True, slots=True)
class Claim:
    """The source of a report, and the key of the report within `origin` (a file, a URL, "")."""

    source: str
    origin: str
    key: str


@dataclass(frozen=True, slots=True)
class ClaimedSpan:
    """The period that a claim reported last."""

    absence: int
    start: Micros
    end: Micros


@dataclass(frozen=True, slots=True)
class Merged:
    """What a report did: the absence is `new`, `changed` or the `same`."""

    absence: Absence
    how: str


class Merger:
    """Merges the reports of one moment. Afterwards `new`, `changed`, `notes` and `claims` (None:
    withdrawn) say what to store."""

    def __init__(
        self,
        held: Iterable[Absence],
        claims: Mapping[Claim, ClaimedSpan],
        first_id: int,
        at: Micros,
    ) -> None:
        self._by_id = {absence.id: absence for absence in held}
        self._spans_of: dict[str, SpanIndex] = defaultdict(SpanIndex)
        for absence in self._by_id.values():
            self._spans_of[absence.extension].put(absence)
        self._had, self._claims = claims, dict(claims)
        self._by_absence: dict[int, dict[Claim, ClaimedSpan]] = {}
        for claim, span in claims.items():
            self._by_absence.setdefault(span.absence, {})[claim] = span
        self._next, self._at = first_id, at
        self._new: dict[int, None] = {}
        self._changed: dict[int, None] = {}
        self.notes: list[tuple[int, Change]] = []
        self.claims: dict[Claim, ClaimedSpan | None] = {}

    @property
    def new(self) -> list[Absence]:
        """The absences that were added."""
        return [self._by_id[number] for number in self._new]

    @property
    def changed(self) -> list[Absence]:
        """The absences that were stored before and are different now."""
        return [self._by_id[n] for n in self._changed if n not in self._new]

    def was_stored(self, claim: Claim) -> bool:
        """Whether a claim was stored before."""
        return claim in self._had

    def current(self, old: Absence) -> Absence:
        """An absence with the changes made so far."""
        return self._by_id.get(old.id, old)

    def merge(self, draft: Draft, source: str, claim: Claim | None = None) -> Merged:
        """Merges one report. Without a claim it is somebody's word, and is kept as a claim too: its
        absence stays when a calendar no longer reports it."""
        span = self._claims.get(claim) if claim else None
        held = self._by_id.get(span.absence) if span else None
        if claim and span and held and not self._is_another(held, draft):
            return self._again(held, span, draft, claim)
        twin = self._twin(draft, source, claim.origin if claim else "")
        if twin is None:
            twin, how = self._begin(draft, source), "new"
        else:
            values = _widened(twin, draft)
            how = "changed" if values else "same"
            twin = self.alter(twin, source, **values)
        claim = claim or Claim(source, "", str(twin.id))
        self._claim(claim, ClaimedSpan(twin.id, draft.start, draft.end))
        return Merged(twin, how)

    def alter(self, old: Absence, by: str, **values: Any) -> Absence:
        """Changes an absence; the history gets a line only if something differs."""
        differs = sorted(key for key, value in values.items() if getattr(old, key) != value)
        if not differs:
            return old
        return self._put(replace(old, **values), by, f"changed {', '.join(differs)}")

    def change(self, old: Absence, by: str, **values: Any) -> Absence:
        """Changes an absence on somebody's word, which from now on is what that source reports."""
        new = self.alter(old, by, **values)
        word = Claim(by, "", str(old.id))
        if word in self._claims:
            self._claim(word, ClaimedSpan(new.id, new.start, new.end))
        return new

    def end(self, old: Absence, by: str) -> Absence:
        """Ends an absence now; one that has not begun is cancelled, one that is over stays."""
        if old.cancelled or old.end <= self._at:
            return old
        if old.start < self._at:
            return self._put(replace(old, end=self._at), by, "ended")
        return self._put(replace(old, cancelled=True), by, "cancelled")

    def withdraw(
        self, source: str, origin: str, reported: set[str], uncertain: Collection[str] = ()
    ) -> list[Absence]:
        """Ends what an origin reported earlier and no longer reports, unless somebody else claims
        it or its extension is `uncertain`."""
        mine = [c for c in self._claims if (c.source, c.origin) == (source, origin)]
        gone = []
        for claim in mine:
            absence = self._by_id.get(self._claims[claim].absence)
            if claim.key in reported or (absence and absence.extension in uncertain):
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

    def _again(self, absence: Absence, span: ClaimedSpan, draft: Draft, claim: Claim) -> Merged:
        values: dict[str, Any] = {}
        if (span.start, span.end) != (draft.start, draft.end):
            self._claim(claim, ClaimedSpan(absence.id, draft.start, draft.end))
            values = {**self._span(absence.id), "cancelled": False}
        if draft.deputy is not None:
            values["deputy"] = draft.deputy
        new = self.alter(absence, claim.source, **values)
        return Merged(new, "same" if new == absence else "changed")

    def _narrow(self, absence: Absence, by: str) -> None:
        """Shortens an absence to what is still reported. It never grows back after it was shortened
        by hand, and its past stays."""
        span = self._span(absence.id)
        start, end = max(absence.start, span["start"]), min(absence.end, span["end"])
        if absence.start < self._at:
            start, end = absence.start, max(end, self._at)
        if start < end:
            self.alter(absence, by, start=start, end=end)

    def _is_another(self, held: Absence, draft: Draft) -> bool:
        """Whether a repeated report is another absence: one that is over is not moved ahead."""
        return held.end <= self._at <= draft.start

    def _span(self, number: int) -> dict[str, Micros]:
        """From the earliest start to the latest end that any source reports."""
        span = self._by_absence[number].values()
        return {"start": min(t.start for t in span), "end": max(t.end for t in span)}

    def _twin(self, draft: Draft, source: str, origin: str) -> Absence | None:
        """The absence that a report is about: one with the same period, or one that overlaps."""
        index = self._spans_of[draft.extension]
        same = index.spanning(draft.start, draft.end)
        if same is not None:
            return self._by_id[same]
        for number in index.overlapping(draft.start, draft.end):
            if self._is_first_report(self._by_id[number], draft, (source, origin)):
                return self._by_id[number]
        return None

    def _is_first_report(self, one: Absence, draft: Draft, whose: tuple[str, str]) -> bool:
        """Whether only other sources reported that time: a source that reports two overlapping
        absences means two."""
        claims = self._by_absence.get(one.id)
        if not claims:
            return one.source != whose[0]
        anew = False
        for claim, span in claims.items():
            if _overlap(span, draft):
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
        index, old = self._spans_of[absence.extension], self._by_id.get(absence.id)
        if old is not None:
            index.drop(old)
        index.put(absence)
        self._by_id[absence.id] = absence
        self._changed[absence.id] = None
        self.notes.append((absence.id, Change(self._at, by, what)))
        return absence

    def _claim(self, claim: Claim, span: ClaimedSpan) -> None:
        before = self._claims.get(claim)
        if before is not None:
            self._by_absence[before.absence].pop(claim, None)
        self._claims[claim] = self.claims[claim] = span
        self._by_absence.setdefault(span.absence, {})[claim] = span


def _overlap(one: ClaimedSpan, draft: Draft) -> bool:
    return one.start < draft.end and draft.start < one.end


def _widened(twin: Absence, draft: Draft) -> dict[str, Any]:
    """What a second report adds to an absence: a longer period, a deputy if there was none."""
    values: dict[str, Any] = {}
    if draft.start < twin.start:
        values["start"] = draft.start
    if draft.end > twin.end:
        values["end"] = draft.end
    if twin.deputy is None and draft.deputy is not None:
        values["deputy"] = draft.deputy
    return values
