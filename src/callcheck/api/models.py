"""The shapes of what the API answers, for OpenAPI and for the tests; nothing is computed here.

Those of calls are in `call_models`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from callcheck.judging.verdict import HEADLINE


class Listed(BaseModel):
    """A page of a list; each kind of list adds its `items`."""

    next: str | None = Field(description="hand it back as `cursor`; null on the last page")


class UnitOut(BaseModel):
    """A unit of the configuration."""

    id: str = Field(examples=["registry"])
    title: str
    extensions: int = Field(description="how many members and lines it has")


class UnitList(Listed):
    """Units, in the order of the configuration."""

    items: list[UnitOut]


class ExtensionOut(BaseModel):
    """A member or line of a unit."""

    extension: str = Field(examples=["201"])
    unit: str
    kind: Literal["member", "queue", "group", "ivr", "conference"]
    name: str
    public: bool = Field(description="may the public call it?")
    numbers: list[str] = Field(description="outside numbers that lead to it; globs")
    deputy: str | None


class ExtensionList(Listed):
    """Extensions, in the order of the configuration."""

    items: list[ExtensionOut]


class Share(BaseModel):
    """A part of n, with the Wilson 95 % interval; all null without data."""

    met: int
    n: int
    value: float | None = Field(description="met / n; null without data, never 1")
    low: float | None
    high: float | None


class ReadingsOut(BaseModel):
    """Compliance by each reading of "by the third ring"."""

    before: Share
    within: Share
    third: Share


class WaitsOut(BaseModel):
    """The raw counts: A, A_T, B, B_T, B_s, F and P of the service levels."""

    answered: int
    answered_in_time: int
    abandoned: int
    abandoned_in_time: int
    abandoned_short: int
    otherwise: int
    all: int


class ServiceLevels(BaseModel):
    """The five service levels in use, 0 to 1; null without data."""

    waits: WaitsOut
    handled: float | None
    ignore: float | None
    positive: float | None
    negative: float | None
    short: float | None


class Counts(BaseModel):
    """Calls of a stretch of time, counted."""

    calls: int
    dispositions: dict[str, int] = Field(description="calls of every direction")
    inbound: dict[str, int] = Field(description="inbound calls by disposition")
    results: dict[str, int] = Field(description=f"findings of {HEADLINE}")
    compliance: Share = Field(description="met / (met + breached), by the reading configured")
    readings: ReadingsOut
    service_levels: ServiceLevels


class Bucket(Counts):
    """One step. `to` is not included."""

    from_: str = Field(alias="from")
    to: str


class Summary(Counts):
    """A unit's calls, counted."""

    unit: str
    from_: str | None = Field(alias="from")
    to: str | None
    step: str | None
    buckets: list[Bucket]


class ReadyOut(BaseModel):
    """Whether callcheck can do its job. The sentences are shown with a token only."""

    ready: bool
    problems: list[str] | None
    warnings: list[str] | None


class BadParameter(BaseModel):
    """One wrong parameter."""

    parameter: str
    detail: str


class ProblemOut(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str = Field(description="one sentence that says what to do")
    errors: list[BadParameter] | None = None
