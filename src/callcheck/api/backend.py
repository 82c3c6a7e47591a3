"""What the API asks of the rest of the program, and the plain values that pass.

It knows no SQL, no PBX and no clock of its own: all of it is handed in through these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from callcheck.absences.service import Desk
from callcheck.calls.directory import Party
from callcheck.calls.model import Call, Direction, Disposition, Micros
from callcheck.judging.cadence import CADENCES, Cadence
from callcheck.judging.service_level import Waits
from callcheck.judging.verdict import Finding, Result

Judged = tuple[Call, Sequence[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuery:
    """Which calls: None asks for all. `since` is included, `until` is not."""

    unit: str | None = None
    since: Micros | None = None
    until: Micros | None = None
    disposition: Disposition | None = None
    result: Result | None = None
    rule: str = "answer_by_ring"
    extension: str | None = None
    missed: bool = False
    """Only inbound calls that no human answered."""


class Tally(Protocol):
    """Calls of some units that started from `start` to before `end`, counted."""

    @property
    def start(self) -> Micros: ...
    @property
    def end(self) -> Micros: ...
    @property
    def results(self) -> Mapping[Result, int]:
        """What `answer_by_ring` said."""

    @property
    def calls(self) -> Mapping[tuple[Direction, Disposition], int]: ...
    @property
    def before(self) -> int:
        """Of the judged calls: answered by this reading; `within`, `third` alike."""

    @property
    def within(self) -> int: ...
    @property
    def third(self) -> int: ...
    @property
    def waits(self) -> Waits: ...


class JudgedHour(Protocol):
    """So many calls of an hour were judged, so many of them met the rule."""

    @property
    def hour(self) -> Micros: ...
    @property
    def met(self) -> int: ...
    @property
    def judged(self) -> int: ...


class Help(Protocol):
    """So many calls of one that another took."""

    @property
    def helper(self) -> str | None: ...
    @property
    def helped(self) -> str: ...
    @property
    def via(self) -> str: ...
    @property
    def calls(self) -> int: ...


class Again(Protocol):
    """A caller whom nobody answered, so many times."""

    @property
    def caller(self) -> str: ...
    @property
    def calls(self) -> int: ...
    @property
    def units(self) -> int: ...
    @property
    def last_at(self) -> Micros: ...


class Reader(Protocol):
    """The store's reading side."""

    def calls(
        self, query: CallQuery, limit: int, cursor: str | None, *, brief: bool = False
    ) -> tuple[Sequence[Judged], str | None]:
        """At most `limit` calls, newest first, and the cursor of the next page or None.

        They need no timelines; `brief` ones no legs, nor what other rules than the headline say.
        Raises ValueError for a cursor that it never gave out.
        """

    def call(self, pbx: str, call_id: str) -> Judged | None:
        """One call, or None."""

    def summary(self, units: Sequence[str], edges: Sequence[Micros]) -> Sequence[Tally]:
        """One tally for each stretch between two rising edges, also for an empty one.

        The units are counted together.
        """

    def side_by_side(self, units: Sequence[str], since: Micros, until: Micros) -> Sequence[Tally]:
        """One tally for each unit, in their order."""

    def judged_by_hour(
        self, units: Sequence[str], since: Micros, until: Micros
    ) -> Sequence[JudgedHour]:
        """The units together, for each hour with judged calls; the span is of whole hours."""

    def helps(self, unit: str, since: Micros, until: Micros, limit: int) -> Sequence[Help]:
        """Who took calls for whom in a unit, most first."""

    def missed_again(
        self, unit: str | None, since: Micros, until: Micros, limit: int
    ) -> Sequence[Again]:
        """Callers whom nobody answered more than once, most often first."""

    def sent_around(
        self, unit: str | None, since: Micros, until: Micros, limit: int
    ) -> Sequence[Judged]:
        """Calls that were transferred more than once, newest first."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether callcheck can do its job, in sentences that say what to do."""

    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token by its SHA-256 in hex. Role: `admin`, `unit:<id>` or `metrics`."""

    role: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """What the API takes from the configuration."""

    units: Mapping[str, str]
    """Title by id, in the order of the file."""
    parties: Sequence[Party]
    rules: Sequence[str]
    zone: tzinfo
    tokens: Sequence[Token] = ()
    version: str = ""
    cadence: Cadence = CADENCES["LV"]
    names: Mapping[str, str] = field(init=False)
    """Name by extension, of those that have one."""

    def __post_init__(self) -> None:
        names = {party.extension: party.name for party in self.parties if party.name}
        object.__setattr__(self, "names", names)


@dataclass(frozen=True, slots=True)
class Backend:
    """What the API asks of the running program; every function may be called from any thread."""

    reader: Reader
    open_calls: Callable[[], Sequence[Call]]
    """Newest first; outside numbers in them are pseudonyms already."""
    readiness: Callable[[], Readiness]
    metrics: Callable[[], bytes]
    now: Callable[[], Micros]
    absences: Desk | None = None
