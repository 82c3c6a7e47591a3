"""A list of absences of many persons, as a personnel system exports it: one CSV file, or one
address that gives one.

The columns are those of `csv_rows`. A bad row is logged and the others are taken; no absence ends
of a person of whom a row could not be read. Rows about persons who are not in the configuration
are counted and left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import PurePath
from typing import Literal
from urllib.parse import urlsplit

from callcheck.calls.model import Micros
from callcheck.sources.base import (
    AHEAD,
    BACK,
    DocumentTable,
    KnownSource,
    Report,
    Source,
    SourceError,
    SourceReading,
    SourceSettings,
    Surroundings,
    origin_of,
)
from callcheck.sources.csv_rows import SOURCE, BadRow, Rows, read_csv
from callcheck.sources.fetch import Document
from callcheck.times import local

MOST_FAULTS = 10
"""Rows that are named one by one in the log."""
_SETTLED = 5.0
"""A file that changed in the last seconds may be half written, and half a list ends absences."""


class CsvTable(DocumentTable):
    """`kind = "csv"`: a file, or an address that gives one; it names its persons itself."""

    kind: Literal["csv"]

    def open(self, settings: SourceSettings, around: Surroundings) -> Source:
        """See `SourceTable.open`."""
        place = self.place(settings.folder)
        login = self.login(settings.password)
        document = Document(place, "text/csv", login, around.ca_file, settled=_SETTLED)
        where = f"of {urlsplit(place).hostname}" if self.url else PurePath(place).name
        return PersonnelList(document, origin_of("csv", place), f"the CSV file {where}", around)


class PersonnelList(KnownSource):
    """The absences of everybody whom the file names."""

    def __init__(self, document: Document, origin: str, label: str, around: Surroundings) -> None:
        super().__init__(SOURCE, origin, label)
        self._document, self._around = document, around

    def read(self, at: Micros) -> SourceReading | None:
        """See `Source.read`. An unchanged file is looked at once a day, because rows come into
        reach. A file that names nobody we know is refused: as a list it would end everything."""
        raw = self._document.fetch()
        if not self.is_new((raw, local(at, self._around.zone).date())):
            return None
        try:
            rows = read_csv(raw, self._around.directory, self._around.zone, self.origin)
        except ValueError as error:
            raise SourceError(str(error)) from error
        if not rows.reports:
            raise SourceError(f"{_nobody(rows)}; nothing is changed")
        uncertain = rows.uncertain(self._around.directory)
        return SourceReading(_within_reach(rows.reports, at), uncertain, list(_faults(rows.bad)))


def _nobody(rows: Rows) -> str:
    if not rows.bad:
        return "it has no rows"
    first = rows.bad[0]
    return f"none of its {len(rows.bad)} rows can be taken (line {first.line}: {first.reason})"


def _within_reach(reports: Sequence[Report], at: Micros) -> list[Report]:
    """The reports around a moment; of two with one beginning for one person, the longer."""
    first, last = at - _micros(BACK), at + _micros(AHEAD)
    found: dict[str, Report] = {}
    for draft, claim in reports:
        if draft.end <= first or draft.start >= last:
            continue
        if claim.key not in found or found[claim.key][0].end < draft.end:
            found[claim.key] = draft, claim
    return list(found.values())


def _faults(bad: Sequence[BadRow]) -> Iterator[str]:
    ours = [row for row in bad if not row.of_a_stranger]
    strangers = [row.line for row in bad if row.of_a_stranger]
    yield from (f"line {row.line}: {row.reason}" for row in ours[:MOST_FAULTS])
    if len(ours) > MOST_FAULTS:
        yield f"{len(ours) - MOST_FAULTS} more rows cannot be taken"
    if strangers:
        lines = ", ".join(map(str, strangers[:MOST_FAULTS]))
        more = ", …" if len(strangers) > MOST_FAULTS else ""
        yield f"rows about nobody in the configuration: {len(strangers)} (line {lines}{more})"


def _micros(span: timedelta) -> Micros:
    return span // timedelta(microseconds=1)
