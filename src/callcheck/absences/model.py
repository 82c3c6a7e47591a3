"""The vocabulary of absences and forwards: values only. Times are microseconds, UTC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcheck.calls.model import Micros


class ForwardKind(StrEnum):
    """When a forward of a phone applies. The last three are no forwards, but change the way of a
    call: it is not taken at all, rings so many seconds before the no-answer forward, or goes to
    numbers that the PBX keeps to itself."""

    ALWAYS = "always"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DND = "dnd"
    RING_TIME = "ring_time"
    FOLLOW_ME = "follow_me"


BY_PHONE = "/302"
"""Ends the `pbx` of a forward that is set in the phone itself and was seen on a call."""


class State(StrEnum):
    """How an absence's calls are taken care of (contract, section 6)."""

    FORWARDED = "forwarded"
    LATE = "late"
    WRONG_TARGET = "wrong_target"
    NOT_FORWARDED = "not_forwarded"
    LEFT_ON = "left_on"


@dataclass(frozen=True, slots=True)
class Forward:
    """What a phone's forward was from `since` to before `until`."""

    extension: str
    kind: ForwardKind
    to: str | None
    """An extension or an outside number as dialled; seconds for `ring_time`; None for `dnd` and
    `follow_me`."""
    since: Micros | None
    """None: it was in force before anybody looked."""
    until: Micros | None = None
    """None: it is in force now."""
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
        """Whether the phone itself forwards: only a call that reaches it is sent on."""
        return self.pbx.endswith(BY_PHONE)


@dataclass(frozen=True, slots=True)
class Draft:
    """An absence as somebody reports it; `end` is the first moment back."""

    extension: str
    start: Micros
    end: Micros
    deputy: str | None = None
    kind: str | None = None
    """Why; dropped before it is stored unless the house keeps it."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A stored absence."""

    id: int
    extension: str
    start: Micros
    end: Micros
    deputy: str | None = None
    source: str = "api"
    """Who told first: `api`, `csv`, `ical`, `m365`, `exchange` or `dialplan`."""
    kind: str | None = None
    cancelled: bool = False
    """Ended before it had begun."""
    stood: State | None = None
    """The state last written down while it ran."""
    stood_reason: str | None = None
    stood_since: Micros | None = None

    def active(self, at: Micros) -> bool:
        """Whether the person is away at a moment."""
        return not self.cancelled and self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Change:
    """One line of an absence's history. `by` is a source or `callcheck` itself."""

    at: Micros
    by: str
    what: str


@dataclass(frozen=True, slots=True)
class Cover:
    """Calls from outside that asked for `owner`, by who took them and how."""

    owner: str
    by: str | None
    """An extension, or something else for an outside number; None where nobody answered."""
    via: str | None
    calls: int
    in_time: int
    pbx: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """One call from outside that asked for somebody absent, and what became of it."""

    pbx: str
    call_id: str
    at: Micros
    dialed: str | None
    disposition: str
    by: str | None
    """As in `Cover`."""
    via: str | None
    in_time: bool
    """Whether it was answered by the third ring, as the rule says."""


@dataclass(frozen=True, slots=True)
class Message:
    """A colleague noted a message for somebody (handbook H3)."""

    extension: str
    """Whom it is for."""
    by: str | None
    """The colleague's extension, None where the PBX did not tell one of the house."""
    at: Micros
    pbx: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """Whether the PBX can reach a phone, and since when that is so."""

    extension: str
    reachable: bool
    since: Micros
    pbx: str = ""
