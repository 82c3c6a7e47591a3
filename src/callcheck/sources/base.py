"""What a source of absences is: the table of its settings, and what it reports.

A source is one file in this room: a table (a subclass of `SourceTable`) whose `open` gives
something that can be read again and again (`Source`), and a line in `SOURCES`.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import Field

from callcheck.absences.merging import Claim
from callcheck.absences.model import Draft
from callcheck.calls.directory import Directory
from callcheck.calls.model import Micros
from callcheck.settings import Extension, FileName, Table, Text, WebAddress

Report = tuple[Draft, Claim]
"""One absence, and the key under which the source reports it."""
Fault = tuple[str, str]
"""A key of the settings ("" for the whole table), and what is wrong with it."""
MailAddress = Annotated[str, Field(pattern=r"^[^\s/?#]+@[^\s/?#]+$")]
BACK, AHEAD = timedelta(days=30), timedelta(days=400)
"""How far from now a source reports absences."""


class SourceError(Exception):
    """A source cannot be read. The text says why, without its address, which may be a secret."""


@dataclass(frozen=True, slots=True)
class SourceReading:
    """All absences that a source knows; one that it reported before and that is missing here is
    over, or was called off."""

    reports: Sequence[Report]
    uncertain: Collection[str] = frozenset()
    """Extensions of which something could not be read: no absence of theirs ends."""
    faults: Sequence[str] = ()
    """What could not be read although the rest could, for the log; no person is named here."""


class Source(Protocol):
    """A source that is read again and again."""

    name: str
    """Its name in an absence (`ical`, `csv`, …), for the API and the history."""
    origin: str
    """Distinguishes it from other sources of that name, without giving away its address."""
    label: str
    """Names it in log lines: `the calendar of 201`."""
    persons: Collection[str] | None
    """The extensions of which it may report; None for anybody."""

    def read(self, at: Micros) -> SourceReading | None:
        """All absences around a moment; None if they are those of the last reading that was
        stored. Raises SourceError."""

    def stored(self) -> None:
        """What was read last is stored."""

    def forget(self) -> None:
        """What was stored may be gone: the next reading is new."""


class KnownSource:
    """What all sources have in common: their names, and what was stored last."""

    def __init__(self, name: str, origin: str, label: str, person: str | None = None) -> None:
        self.name, self.origin, self.label = name, origin, label
        self.persons: Collection[str] | None = None if person is None else (person,)
        self._last: object = None
        self._stored: object = None

    def stored(self) -> None:
        """What was read last is stored."""
        self._stored = self._last

    def forget(self) -> None:
        """What was stored may be gone: the next reading is new."""
        self._stored = None

    def is_new(self, found: object) -> bool:
        """Whether this differs from what was stored last; call it once a reading."""
        self._last = found
        return found != self._stored


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a source may need to know of the house."""

    zone: tzinfo
    directory: Directory
    ca_file: Path | None = None
    """Certificates to trust; None: the system's."""


class SourceTable(Table):
    """What the settings of all sources have in common (`[[absences.calendar]]`)."""

    kind: str = "ical"
    every_minutes: Annotated[int, Field(ge=1, le=1440)] = 15

    def faults(self) -> Iterator[Fault]:
        """What is missing, or does not fit together."""
        yield from ()

    @property
    def person(self) -> str | None:
        """The extension whose absences it reports; None if it reports those of many persons."""
        return None

    @abstractmethod
    def open(self, settings: SourceSettings, around: Surroundings) -> Source:
        """The source itself. Nothing is read yet."""


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One configured source."""

    table: SourceTable
    folder: Path
    """Where the names of files start."""
    password: str = field(default="", repr=False)

    def open(self, around: Surroundings) -> Source:
        """The source, ready to be read."""
        return self.table.open(self, around)


class PersonTable(SourceTable):
    """Settings of a source that reports the absences of one person."""

    extension: Extension

    @property
    def person(self) -> str | None:
        return self.extension


class LoginTable(SourceTable):
    """Settings of a source that may ask for a user and a password."""

    user: Text | None = None
    password_file: FileName | None = None
    password_env: Text | None = None

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        for key in ("password_file", "password_env"):
            if getattr(self, key) is not None and self.user is None:
                yield key, "is not used without user; add user, or remove it"

    def login(self, password: str) -> tuple[str, str] | None:
        """User and password; None if no user is named."""
        return (self.user, password) if self.user else None


class DocumentTable(LoginTable):
    """Settings of a source that reads one file, or one address."""

    url: Annotated[WebAddress | None, Field(repr=False)] = None
    file: FileName | None = None

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if (self.url is None) == (self.file is None):
            yield "", "give either url or file"
        elif self.file is not None and self.user is not None:
            yield "user", "is for a url, and this is a file"

    def place(self, folder: Path) -> str:
        """The address, or the absolute path."""
        return self.url or str(folder / (self.file or ""))


def origin_of(*parts: str) -> str:
    """The name of a source in the store: the same for the same settings, and no address."""
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]
