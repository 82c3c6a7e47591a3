"""The shapes of requests and responses about absences, for OpenAPI and for the tests."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from callcheck.absences.model import AbsenceState
from callcheck.api.models import Listed, StrictModel
from callcheck.api.shared import TIME_FORM

NextDayState = Literal[
    AbsenceState.FORWARDED, AbsenceState.WRONG_TARGET, AbsenceState.NOT_FORWARDED
]  # fmt: skip
ForwardType = Literal["always", "busy", "no_answer", "dnd"]
_STORABLE = r"^[^\x00]*$"
"""PostgreSQL keeps no NUL."""
_TIME = "a date, or a time; without an offset it is local time of the site"


class AbsenceIn(StrictModel):
    """The body of `POST`: an absence to report."""

    extension: str = Field(examples=["201"], max_length=40)
    from_: str = Field(
        alias="from", description=_TIME, examples=["2026-12-21"], max_length=40,
        json_schema_extra=TIME_FORM,
    )  # fmt: skip
    to: str = Field(
        description=f"the first moment back: {_TIME}", examples=["2027-01-04"], max_length=40,
        json_schema_extra=TIME_FORM,
    )  # fmt: skip
    deputy: str | None = Field(None, examples=["202"], max_length=40)
    kind: str | None = Field(
        None, max_length=100, pattern=_STORABLE,
        description="reason; stored only if privacy.keep_absence_kind is true",
    )  # fmt: skip


class AbsenceChange(StrictModel):
    """The body of `PATCH`: only what changes."""

    from_: str | None = Field(
        None, alias="from", description=_TIME, max_length=40, json_schema_extra=TIME_FORM
    )
    to: str | None = Field(None, description=_TIME, max_length=40, json_schema_extra=TIME_FORM)
    deputy: str | None = Field(None, max_length=40)
    kind: str | None = Field(None, max_length=100, pattern=_STORABLE)


class ForwardOut(BaseModel):
    """The forward in force."""

    kind: ForwardType
    to: str | None = Field(description="an extension or an outside number; null for dnd")
    since: str | None = Field(description="null if it was in force before callcheck first looked")


class CallsOut(BaseModel):
    """Inbound calls for the person."""

    offered: int
    answered: int
    in_time: int


class ChangeOut(BaseModel):
    """An entry of the history."""

    at: str
    by: str
    what: str


class CoverOut(BaseModel):
    """Inbound calls for one person that one colleague took in one way."""

    extension: str = Field(description="who the callers asked for")
    unit: str | None
    by: str | None = Field(
        description="who answered; `outside` for an outside number, null for nobody"
    )
    by_unit: str | None
    via: str | None
    help: bool = Field(description="whether somebody else took them")
    calls: int
    in_time: int
    messages: int = Field(description="messages noted with `*63`; their `via` is `message`")


class CoverList(Listed):
    """The cover matrix."""

    items: list[CoverOut]


class CameOut(BaseModel):
    """An inbound call during the absence."""

    pbx: str
    call_id: str
    started_at: str
    dialed: str | None
    disposition: str
    way: str = Field(
        description="forward, pickup, group, queue, transfer, direct, own (the absent person "
        "answered) or nobody"
    )
    by: str | None
    by_unit: str | None
    in_time: bool


class MessageOut(BaseModel):
    """A message noted by a colleague."""

    at: str
    by: str | None


class AbsenceOut(BaseModel):
    """An absence, the state of its forward and how its calls are answered."""

    id: int
    extension: str
    unit: str | None
    from_: str = Field(alias="from")
    to: str
    deputy: str | None
    source: str = Field(
        description="who reported it first: cli, api, dialplan, or a source such as csv or ical"
    )
    sources: list[str]
    active: bool
    cancelled: bool
    state: AbsenceState
    state_since: str | None
    forward: ForwardOut | None
    reason: str
    covered_minutes: int = Field(description="working time with a valid forward so far")
    uncovered_minutes: int
    calls: CallsOut
    calls_kept: bool = Field(description="false if older calls of it were deleted")
    kind: str | None = Field(None, description="only if privacy.keep_absence_kind is true")
    cover: list[CoverOut] | None = Field(
        None, description="who took the calls; only for a single absence"
    )
    numbers: list[LedgerOut] | None = Field(None, description="only for a single absence")
    came: list[CameOut] | None = Field(None, description="only for a single absence")
    messages: list[MessageOut] | None = Field(None, description="only for a single absence")
    history: list[ChangeOut] | None = Field(None, description="only for a single absence")


class AbsenceList(Listed):
    """Absences, latest start first."""

    items: list[AbsenceOut]


class StepOut(BaseModel):
    """One step of a rehearsal."""

    at: str
    does: Literal[
        "forwards", "rings", "dnd", "unreachable", "absent", "loop", "unknown", "outside",
        "mobile", "line", "follow_me",
    ]  # fmt: skip
    kind: ForwardType | None
    to: str | None
    after_seconds: float


class RehearsalOut(BaseModel):
    """Where a call for an extension would go."""

    extension: str
    at: str
    absent: bool
    steps: list[StepOut]
    otherwise: list[StepOut] = Field(
        description="what a phone on the way would do if busy or not answered"
    )
    eaten_seconds: float = Field(description="seconds of ringing before the last step")
    assumes: list[str] = Field(description="assumptions that the PBX does not confirm")
    state: AbsenceState
    reason: str


class ComingOut(BaseModel):
    """Somebody who will be absent, and where their calls would go."""

    absence: int
    extension: str
    name: str
    unit: str | None
    from_: str = Field(alias="from")
    to: str
    at: str = Field(description="the working moment that this describes")
    state: NextDayState
    reason: str


class TomorrowOut(BaseModel):
    """The list of the next working day."""

    day: str | None = Field(
        examples=["2026-11-23"], description="the next working day that has not begun"
    )
    announced_at: str | None = Field(description="when the metric and the webhook announce it")
    items: list[ComingOut] = Field(description="people whose calls nobody would get")
    covered: list[ComingOut] = Field(description="absent people whose calls are covered")
    next: None = None


class LedgerOut(BaseModel):
    """An absence and one public number: the state of the forward and how calls were answered."""

    absence: int
    extension: str
    name: str
    unit: str | None
    number: str | None = Field(description="null for calls that came another way")
    from_: str = Field(alias="from")
    to: str
    active: bool
    state: AbsenceState
    state_since: str | None
    reason: str
    covered_minutes: int = Field(description="working time with a valid forward so far")
    uncovered_minutes: int
    offered: int = Field(description="inbound calls")
    answered: int
    in_time: int
    forward: int = Field(description="answered by a forward; likewise for the other ways")
    pickup: int
    group: int
    queue: int
    transfer: int
    direct: int
    own: int = Field(description="the absent person answered")
    nobody: int
    calls_kept: bool = Field(description="false if older calls of it were deleted")


class LedgerList(Listed):
    """The ledger, latest start first."""

    items: list[LedgerOut]


class DigestOut(BaseModel):
    """What happened during an absence, written for the person who was away."""

    absence: int
    extension: str
    language: Literal["en", "lv"]
    text: str
