"""The shapes of responses, for OpenAPI and for the tests. Responses are not built from them.

Those of calls, tables and absences stand in the rooms of their routes.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from callcheck.judging.verdict import HEADLINE


class StrictModel(BaseModel):
    """A query or a body: an unknown parameter is an error, so that a typing slip is noticed."""

    model_config = ConfigDict(extra="forbid")


class Listed(BaseModel):
    """A page of a list; each kind of list adds its `items`."""

    next: str | None = Field(description="send it back as `cursor`; null on the last page")


class UnitOut(BaseModel):
    """A unit of the configuration."""

    id: str = Field(examples=["registry"])
    title: str
    extensions: int = Field(description="number of members and lines")


class UnitList(Listed):
    """Units, in the order of the configuration."""

    items: list[UnitOut]


class ExtensionOut(BaseModel):
    """A member or line of a unit."""

    extension: str = Field(examples=["201"])
    unit: str
    kind: Literal["member", "queue", "group", "ivr", "conference"]
    name: str
    public: bool = Field(description="whether the public may call it")
    numbers: list[str] = Field(description="outside numbers that lead to it, as globs")
    deputy: str | None


class ExtensionList(Listed):
    """Extensions, in the order of the configuration."""

    items: list[ExtensionOut]


class Share(BaseModel):
    """A share of n with its 95 % interval (Wilson); null without data."""

    met: int
    n: int
    value: float | None = Field(description="met / n; null without data, never 1")
    low: float | None
    high: float | None


class ReadingsOut(BaseModel):
    """Compliance by each of the three readings of "by the third ring"."""

    before: Share
    within: Share
    third: Share


class WaitsOut(BaseModel):
    """The counts that the service levels are computed from (`docs/definitions.md`)."""

    answered: int
    answered_in_time: int
    abandoned: int
    abandoned_in_time: int
    abandoned_short: int
    otherwise: int
    all: int


class ServiceLevels(BaseModel):
    """The five common service levels, 0 to 1; null without data."""

    waits: WaitsOut
    handled: float | None
    ignore: float | None
    positive: float | None
    negative: float | None
    short: float | None


class Counts(BaseModel):
    """Counts of the calls in a period."""

    calls: int
    dispositions: dict[str, int] = Field(description="calls of every direction")
    inbound: dict[str, int] = Field(description="inbound calls by disposition")
    results: dict[str, int] = Field(description=f"findings of {HEADLINE}")
    compliance: Share = Field(description="met / (met + breached), by the configured reading")
    readings: ReadingsOut
    service_levels: ServiceLevels


class Bucket(Counts):
    """The counts of one step of time; `to` is not included."""

    from_: str = Field(alias="from")
    to: str


class Summary(Counts):
    """The counts of a unit's calls."""

    unit: str
    from_: str | None = Field(alias="from")
    to: str | None
    step: str | None
    buckets: list[Bucket]


class ReadyOut(BaseModel):
    """Whether callcheck can do its job. The reasons are shown only to a token."""

    ready: bool
    problems: list[str] | None
    warnings: list[str] | None


class BadParameter(BaseModel):
    """A parameter that is wrong."""

    parameter: str
    detail: str


class ProblemOut(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str = Field(description="one sentence that says what to do")
    errors: list[BadParameter] | None = None
