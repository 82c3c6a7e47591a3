"""What the API asks of the rest of the program.

The API knows no SQL, no PBX and no clock; everything is passed in through `Backend`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from callcheck.absences.service import AbsenceService
from callcheck.calls.directory import Party
from callcheck.calls.model import Call, Micros
from callcheck.judging.cadence import CADENCES, Cadence
from callcheck.judging.figures import (
    CallFilter,
    HelpGiven,
    JudgedCall,
    JudgedHour,
    MissedCaller,
    Tally,
)


class CallReader(Protocol):
    """What the API reads from the store."""

    def calls(
        self, wanted: CallFilter, limit: int, cursor: str | None, *, brief: bool = False
    ) -> tuple[Sequence[JudgedCall], str | None]:
        """At most `limit` calls, newest first, and the cursor of the next page or None.

        The calls need no timelines; `brief` ones need no legs, and only the headline finding.
        Raises ValueError for an unknown cursor.
        """

    def call(self, pbx: str, call_id: str) -> JudgedCall | None:
        """One call, or None."""

    def summary(self, units: Sequence[str], edges: Sequence[Micros]) -> Sequence[Tally]:
        """One tally for each step between two ascending edges, also for an empty one.

        The units are counted together.
        """

    def side_by_side(self, units: Sequence[str], since: Micros, until: Micros) -> Sequence[Tally]:
        """One tally for each unit, in their order."""

    def judged_by_hour(
        self, units: Sequence[str], since: Micros, until: Micros
    ) -> Sequence[JudgedHour]:
        """All units together, for each hour with judged calls. The period is whole hours."""

    def helps(self, unit: str, since: Micros, until: Micros, limit: int) -> Sequence[HelpGiven]:
        """Who took calls for whom in a unit, most calls first."""

    def missed_again(
        self, unit: str | None, since: Micros, until: Micros, limit: int
    ) -> Sequence[MissedCaller]:
        """Callers missed more than once, most often first."""

    def sent_around(
        self, unit: str | None, since: Micros, until: Micros, limit: int
    ) -> Sequence[JudgedCall]:
        """Calls that were transferred more than once, newest first."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether callcheck can do its job, in sentences that say what to do."""

    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token, as its SHA-256 in hex. The role is `admin`, `unit:<id>` or `metrics`."""

    role: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """What the API takes from the configuration."""

    units: Mapping[str, str]
    """Titles by id, in the order of the configuration."""
    parties: Sequence[Party]
    rules: Sequence[str]
    zone: tzinfo
    tokens: Sequence[Token] = ()
    version: str = ""
    cadence: Cadence = CADENCES["LV"]
    names: Mapping[str, str] = field(init=False)
    """Names by extension, for extensions that have one."""

    def __post_init__(self) -> None:
        names = {party.extension: party.name for party in self.parties if party.name}
        object.__setattr__(self, "names", names)


@dataclass(frozen=True, slots=True)
class Backend:
    """What the API asks of the running program; every function may be called from any thread."""

    reader: CallReader
    open_calls: Callable[[], Sequence[Call]]
    """Newest first; outside numbers in them are pseudonyms already."""
    readiness: Callable[[], Readiness]
    metrics: Callable[[], bytes]
    now: Callable[[], Micros]
    absences: AbsenceService | None = None
    open_unanswered: Callable[[], Sequence[Call]] | None = None
    """Those of `open_calls` that nobody has answered yet, if there is a way that makes only these;
    most calls are answered."""

    def unanswered_calls(self) -> Sequence[Call]:
        """The open calls among which the ringing ones are."""
        return (self.open_unanswered or self.open_calls)()
