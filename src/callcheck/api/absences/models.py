"""The shapes of absences and rehearsals, asked and answered, for OpenAPI and for the tests."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from callcheck.api.models import Listed

State = Literal["forwarded", "late", "wrong_target", "not_forwarded", "left_on"]
Kind = Literal["always", "busy", "no_answer", "dnd"]
_TIME = "a date, or a time; without an offset it is local time of the site"


class AbsenceIn(BaseModel):
    """What `POST` takes."""

    model_config = ConfigDict(extra="forbid")

    extension: str = Field(examples=["201"], max_length=40)
    from_: str = Field(alias="from", description=_TIME, examples=["2026-12-21"], max_length=40)
    to: str = Field(
        description=f"the first moment back: {_TIME}", examples=["2027-01-04"], max_length=40
    )
    deputy: str | None = Field(None, examples=["202"], max_length=40)
    kind: str | None = Field(
        None, max_length=100, description="why; kept only with privacy.keep_absence_kind"
    )


class AbsenceChange(BaseModel):
    """What `PATCH` takes: only what changes."""

    model_config = ConfigDict(extra="forbid")

    from_: str | None = Field(None, alias="from", description=_TIME, max_length=40)
    to: str | None = Field(None, description=_TIME, max_length=40)
    deputy: str | None = Field(None, max_length=40)
    kind: str | None = Field(None, max_length=100)


class ForwardOut(BaseModel):
    """The forward in force."""

    kind: Kind
    to: str | None = Field(description="an extension or an outside number; null for dnd")
    since: str | None = Field(description="null: it was in force before anybody looked")


class CallsOut(BaseModel):
    """Calls from outside that asked for the person."""

    offered: int
    answered: int
    in_time: int


class ChangeOut(BaseModel):
    """A line of the history."""

    at: str
    by: str
    what: str


class CoverOut(BaseModel):
    """Calls from outside for one person that one colleague took in one way."""

    extension: str = Field(description="whom the callers asked for")
    unit: str | None
    by: str | None = Field(description="who answered; `outside` for a mobile; null for nobody")
    by_unit: str | None
    via: str | None
    help: bool = Field(description="somebody else took them: credit, not blame")
    calls: int
    in_time: int
    messages: int = Field(description="messages noted (`*63`); their `via` is `message`")


class CoverList(Listed):
    """The cover matrix."""

    items: list[CoverOut]


class CameOut(BaseModel):
    """A call from outside that came meanwhile."""

    pbx: str
    call_id: str
    started_at: str
    dialed: str | None
    disposition: str
    way: str = Field(
        description="forward, pickup, group, queue, transfer, direct, own (the person answered "
        "in spite of the absence) or nobody"
    )
    by: str | None
    by_unit: str | None
    in_time: bool


class MessageOut(BaseModel):
    """A message that a colleague noted."""

    at: str
    by: str | None


class AbsenceOut(BaseModel):
    """An absence, and how its calls are taken care of."""

    id: int
    extension: str
    unit: str | None
    from_: str = Field(alias="from")
    to: str
    deputy: str | None
    source: str = Field(description="who told first: api, csv, ical, m365, exchange or dialplan")
    sources: list[str]
    active: bool
    cancelled: bool
    state: State
    state_since: str | None
    forward: ForwardOut | None
    reason: str
    covered_minutes: int = Field(description="working time so far with a valid forward")
    uncovered_minutes: int
    calls: CallsOut
    calls_kept: bool = Field(description="false: some calls are so old that they were deleted")
    kind: str | None = Field(None, description="only where the house keeps it")
    cover: list[CoverOut] | None = Field(
        None, description="who took the calls meanwhile; only of a single absence"
    )
    numbers: list[LedgerOut] | None = Field(None, description="only of a single absence")
    came: list[CameOut] | None = Field(None, description="only of a single absence")
    messages: list[MessageOut] | None = Field(None, description="only of a single absence")
    history: list[ChangeOut] | None = Field(None, description="only of a single absence")


class AbsenceList(Listed):
    """Absences, the latest beginning first."""

    items: list[AbsenceOut]


class StepOut(BaseModel):
    """One step of a rehearsal."""

    at: str
    does: Literal[
        "forwards", "rings", "dnd", "unreachable", "absent", "loop", "unknown", "outside",
        "mobile", "line", "follow_me",
    ]  # fmt: skip
    kind: Kind | None
    to: str | None
    after_seconds: float


class RehearsalOut(BaseModel):
    """What would happen to a call for an extension."""

    extension: str
    at: str
    absent: bool
    steps: list[StepOut]
    otherwise: list[StepOut] = Field(
        description="what a phone on the way would do if it were busy, or did not answer"
    )
    eaten_seconds: float = Field(description="ringing before the last step")
    assumes: list[str] = Field(description="what this rests on and the PBX does not tell")
    state: State
    reason: str


class ComingOut(BaseModel):
    """Somebody who will be absent, and what would become of the calls."""

    absence: int
    extension: str
    name: str
    unit: str | None
    from_: str = Field(alias="from")
    to: str
    at: str = Field(description="the first working moment of which this is said")
    state: Literal["forwarded", "wrong_target", "not_forwarded"]
    reason: str


class TomorrowOut(BaseModel):
    """The next working day's list."""

    day: str | None = Field(
        examples=["2026-11-23"], description="the next working day that has not begun"
    )
    announced_at: str | None = Field(description="when metric and webhook tell it")
    items: list[ComingOut] = Field(description="whose calls nobody would get as it stands")
    covered: list[ComingOut] = Field(description="absent too, and their calls are taken care of")
    next: None = None


class LedgerOut(BaseModel):
    """An absence and one public number: how it stood, and how its calls were taken care of."""

    absence: int
    extension: str
    name: str
    unit: str | None
    number: str | None = Field(description="null: calls that came in another way")
    from_: str = Field(alias="from")
    to: str
    active: bool
    state: State
    state_since: str | None
    reason: str
    covered_minutes: int = Field(description="working time so far with a valid forward")
    uncovered_minutes: int
    offered: int = Field(description="calls from outside")
    answered: int
    in_time: int
    forward: int = Field(description="answered by a forward; and so on for each way")
    pickup: int
    group: int
    queue: int
    transfer: int
    direct: int
    own: int = Field(description="the person answered in spite of the absence")
    nobody: int
    calls_kept: bool = Field(description="false: some calls are so old that they were deleted")


class LedgerList(Listed):
    """The ledger, the latest beginning first."""

    items: list[LedgerOut]


class DigestOut(BaseModel):
    """What happened while somebody was away, in words for that person."""

    absence: int
    extension: str
    language: Literal["en", "lv"]
    text: str
