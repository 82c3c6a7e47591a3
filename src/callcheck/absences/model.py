"""The vocabulary of absences and forwards: values only.

Times are microseconds since 1970 UTC. `docs/definitions.md` defines the terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcheck.calls.model import Micros

JsonObject = dict[str, object]
"""An answer of the API, as it is."""


class ForwardKind(StrEnum):
    """When a forward of a phone applies. The last three are no forwards but change the path of a
    call: it is refused (`dnd`), rings so many seconds before the no-answer forward (`ring_time`),
    or goes to numbers that the PBX does not report (`follow_me`)."""

    ALWAYS = "always"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DND = "dnd"
    RING_TIME = "ring_time"
    FOLLOW_ME = "follow_me"


BY_PHONE = "/302"
"""The end of `pbx` for a forward that is set in the phone itself and was seen on a call."""


class AbsenceState(StrEnum):
    """How the calls of an absent person are taken care of.

    Metrics, the API and the tables of the store use these values.
    """

    FORWARDED = "forwarded"
    LATE = "late"
    WRONG_TARGET = "wrong_target"
    NOT_FORWARDED = "not_forwarded"
    LEFT_ON = "left_on"


NEXT_DAY_STATES = (
    AbsenceState.FORWARDED, AbsenceState.WRONG_TARGET, AbsenceState.NOT_FORWARDED
)  # fmt: skip
"""The states that an absence can have on a day that has not begun."""


@dataclass(frozen=True, slots=True)
class Forward:
    """A forward of a phone, in force from `since` to before `until`."""

    extension: str
    kind: ForwardKind
    to: str | None
    """An extension or an outside number as dialled; seconds for `ring_time`; None for `dnd` and
    `follow_me`."""
    since: Micros | None
    """None: it was in force at the first look."""
    until: Micros | None = None
    """None: it is still in force."""
    pbx: str = ""

    def holds(self, at: Micros) -> bool:
        """Whether it was in force at a moment."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)

    def overlaps(self, start: Micros, end: Micros) -> bool:
        """Whether it was in force at any moment from `start` to before `end`."""
        return (self.since is None or self.since < end) and (
            self.until is None or self.until > start
        )

    @property
    def by_phone(self) -> bool:
        """Whether the phone itself forwards: it can do so only with a call that reaches it."""
        return self.pbx.endswith(BY_PHONE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A reported absence; `end` is the first moment back."""

    extension: str
    start: Micros
    end: Micros
    deputy: str | None = None
    kind: str | None = None
    """Why; removed before it is stored, unless the house keeps it."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A stored absence."""

    id: int
    extension: str
    start: Micros
    end: Micros
    deputy: str | None = None
    source: str = "api"
    """Who reported it first: `cli`, `api`, `dialplan`, or the name of a source (`csv`, `ical`, …).
    """
    kind: str | None = None
    cancelled: bool = False
    """Ended before it had begun."""
    stood: AbsenceState | None = None
    """The state stored last while it ran."""
    stood_reason: str | None = None
    stood_since: Micros | None = None

    def active(self, at: Micros) -> bool:
        """Whether the person is away at a moment."""
        return not self.cancelled and self.start <= at < self.end

    def over(self, at: Micros) -> str | None:
        """`cancelled` or `ended`; None if it runs or is to come."""
        if self.cancelled:
            return "cancelled"
        return "ended" if self.end <= at else None


@dataclass(frozen=True, slots=True)
class Change:
    """One line of an absence's history. `by` is a source or `callcheck` itself."""

    at: Micros
    by: str
    what: str


@dataclass(frozen=True, slots=True)
class CoverCount:
    """How many calls from outside for `owner` were taken by one helper in one way."""

    owner: str
    by: str | None
    """An extension, or a pseudonym for an outside number; None if nobody answered."""
    via: str | None
    calls: int
    in_time: int
    pbx: str = ""


@dataclass(frozen=True, slots=True)
class AbsenceCall:
    """A call from outside for an absent person, and what became of it."""

    pbx: str
    call_id: str
    at: Micros
    dialed: str | None
    disposition: str
    by: str | None
    """As in `CoverCount`."""
    via: str | None
    in_time: bool
    """Whether it was answered within the limit of the rule `answer_by_ring`."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that a colleague took for somebody."""

    extension: str
    """Whom it is for."""
    by: str | None
    """The colleague's extension; None if the PBX reported none of this house."""
    at: Micros
    pbx: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """Whether the PBX can reach a phone, and since when that is so."""

    extension: str
    reachable: bool
    since: Micros
    pbx: str = ""
