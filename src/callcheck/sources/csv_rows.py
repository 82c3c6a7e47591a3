"""The rows of a CSV file of absences, as personnel systems export it.

Separators `;`, `,` or tab; UTF-8 (with or without BOM), cp1257, or UTF-16 as Excel writes it;
dates 21.12.2026 or 2026-12-21, with or without a time; headers in Latvian or English. A last day
without a time is the last day away; with a time, `to` is the first moment back.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from callcheck.absences.merging import Claim
from callcheck.absences.model import Draft
from callcheck.calls.directory import Directory, Kind
from callcheck.times import micros

if TYPE_CHECKING:
    from _csv import Reader

SOURCE = "csv"
_HEADERS = {
    "extension": ("extension", "ext", "phone", "telephone", "number", "iekšējais",
                  "iekšējais numurs", "numurs", "tālrunis", "tālruņa numurs"),
    "name": ("name", "person", "employee", "vārds", "darbinieks", "nodarbinātais",
             "vārds uzvārds", "vārds, uzvārds"),
    "from": ("from", "start", "start date", "begin", "no", "sākums", "sākuma datums", "no datuma"),
    "to": ("to", "until", "end", "end date", "līdz", "beigas", "beigu datums", "līdz datumam"),
    "deputy": ("deputy", "stand-in", "substitute", "aizvietotājs", "aizvieto", "aizstāj"),
    "kind": ("kind", "type", "reason", "veids", "iemesls", "prombūtnes veids"),
}  # fmt: skip
_DATES = ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%Y.")
_TIMES = ("%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d.%m.%Y. %H:%M",
          "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")  # fmt: skip
_NUMBER = re.compile(r"^\+?[0-9][0-9 ()-]*$")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken: its line in the file, and what is wrong with it."""

    line: int
    reason: str
    persons: Collection[str] | None = None
    """The extensions that it may be about; None for anybody."""

    @property
    def of_a_stranger(self) -> bool:
        """Whether it is about somebody who is not in the configuration."""
        return self.persons is not None and not self.persons


@dataclass(slots=True)
class Rows:
    """The rows of a file, good and bad."""

    reports: list[tuple[Draft, Claim]] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)

    def uncertain(self, directory: Directory) -> frozenset[str]:
        """The extensions of which a row could not be read."""
        found: set[str] = set()
        for row in self.bad:
            everybody = (party.extension for party in directory.parties)
            found.update(everybody if row.persons is None else row.persons)
        return frozenset(found)


class _RowError(ValueError):
    """What is wrong with a row, and whom it is about."""

    def __init__(self, reason: str, persons: Collection[str]) -> None:
        super().__init__(reason)
        self.persons = persons


def read_csv(raw: bytes, directory: Directory, zone: tzinfo, origin: str = "") -> Rows:
    """All rows of a file. Raises ValueError if the file as a whole cannot be read."""
    text = _text(raw)
    head = text.partition("\n")[0]
    separator = max(";,\t", key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    columns = _columns(next(lines, []))
    people = _People(directory)
    rows = Rows()
    read = _cells(lines, columns, rows.bad)
    if "extension" not in columns and people.are_all([row["name"] for _, row in read]):
        read = [(line, {**row, "extension": row["name"]}) for line, row in read]
    for line, row in read:
        try:
            draft = _draft(row, people, zone)
        except _RowError as error:
            rows.bad.append(BadRow(line, str(error), error.persons))
        else:
            key = f"{draft.extension} {draft.start}"
            rows.reports.append((draft, Claim(SOURCE, origin, key)))
    rows.bad.sort(key=lambda bad: bad.line)
    return rows


def _cells(
    lines: Reader, columns: Mapping[str, int], bad: list[BadRow]
) -> list[tuple[int, dict[str, str]]]:
    """Each row that is not empty, by column, with its line; the unreadable go to `bad`."""
    read: list[tuple[int, dict[str, str]]] = []
    while True:
        try:
            cells = [cell.strip() for cell in next(lines)]
        except StopIteration:
            return read
        except csv.Error as error:
            bad.append(BadRow(lines.line_num, str(error)))
            continue
        if any(cells):
            row = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
            read.append((lines.line_num, row))


def _text(raw: bytes) -> str:
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1257"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    raise ValueError("the file is neither UTF-8 nor cp1257 text")


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Where each column is, by its header."""
    found: dict[str, int] = {}
    for at, title in enumerate(head):
        plain = _plain(title)
        for name, titles in _HEADERS.items():
            if plain in map(_plain, titles):
                found.setdefault(name, at)
    missing = [name for name in ("from", "to") if name not in found]
    if "extension" not in found and "name" not in found:
        missing.insert(0, "extension")
    if missing:
        either = ", ".join(f"{name} ({_HEADERS[name][-2]})" for name in missing)
        raise ValueError(f"the first line names no column {either}")
    return found


def _plain(title: str) -> str:
    """Lower case, without accents, and without punctuation at the ends."""
    parts = unicodedata.normalize("NFKD", title.strip().strip(":*").casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


class _People:
    """Finds members by extension, outside number or name."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._by_name: dict[str, list[str]] = {}
        for party in directory.parties:
            if party.kind is Kind.MEMBER and party.name:
                self._by_name.setdefault(_plain(party.name), []).append(party.extension)

    def are_all(self, cells: Sequence[str]) -> bool:
        """Whether a column of names holds numbers of members and nothing else: a personnel number
        may be an extension by chance."""
        return bool(cells) and all(_NUMBER.match(cell) and self._reached(cell) for cell in cells)

    def _reached(self, number: str) -> str | None:
        party = self._directory.reached_by(number) if number else None
        return party.extension if party is not None and party.kind is Kind.MEMBER else None

    def find(self, row: Mapping[str, str], by: str, name: str = "") -> str:
        """The extension that a row gives in the column `by`, or by `name`. Raises _RowError."""
        number = row.get(by, "")
        reached = self._reached(number)
        if reached is not None:
            return reached
        named = self._by_name.get(_plain(row.get(name, "") if name else number), [])
        if len(named) == 1:
            return named[0]
        if len(named) > 1:
            raise _RowError(f"{by}: several people have this name; give the extension", named)
        if name and by not in row:
            raise _RowError(_unknown_name(row[name]), ())
        raise _RowError(f"{by}: nobody in the configuration" if number or row.get(name)
                        else f"{by} is empty", ())  # fmt: skip


def _unknown_name(name: str) -> str:
    if not name:
        return "name is empty"
    if _NUMBER.match(name):
        return (
            "name: a number is no name; if the column holds extensions, "
            'call it "extension" or "iekšējais"'
        )
    return (
        "name: nobody in the configuration has this name; write it as there, "
        'or add a column "extension" or "iekšējais"'
    )


def _draft(row: Mapping[str, str], people: _People, zone: tzinfo) -> Draft:
    """The absence that a row reports. Raises _RowError."""
    extension = people.find(row, "extension", "name")
    try:
        return _absence_of(extension, row, people, zone)
    except ValueError as error:
        raise _RowError(str(error), (extension,)) from error


def _absence_of(extension: str, row: Mapping[str, str], people: _People, zone: tzinfo) -> Draft:
    start, _ = _moment(row, "from", zone)
    end, whole_day = _moment(row, "to", zone)
    last = end + timedelta(days=1) if whole_day else end
    if last <= start:
        raise ValueError("to: is before from")
    deputy = people.find(row, "deputy") if row.get("deputy") else None
    if deputy == extension:
        raise ValueError("deputy: nobody can stand in for oneself")
    return Draft(extension, micros(start), micros(last), deputy, row.get("kind") or None)


def _moment(row: Mapping[str, str], name: str, zone: tzinfo) -> tuple[datetime, bool]:
    text = row.get(name, "")
    for form in (*_DATES, *_TIMES):
        try:
            found = datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
        if 1970 < found.year < 3000:
            return found, form in _DATES
    raise ValueError(f"{name}: no such date; write 21.12.2026 or 21.12.2026 13:00")
