"""The shapes of tables, for OpenAPI, the tests and the columns of their CSV."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from callcheck.api.models import Listed

_SHARE = Field(description="0 to 1; null without a judged call")


class _Counts(BaseModel):
    calls: int = Field(description="calls of every direction")
    inbound: int
    missed: int = Field(description="inbound calls that nobody answered")
    met: int
    breached: int
    exempt: int
    unknown: int
    n: int = Field(description="met + breached")
    compliance: float | None = _SHARE
    low: float | None = Field(description="lower end of the 95 % interval (Wilson)")
    high: float | None
    before: float | None = _SHARE
    within: float | None = _SHARE
    third: float | None = _SHARE


class UnitRow(_Counts):
    """The counts of a unit."""

    unit: str
    title: str


class SeriesRow(_Counts):
    """The counts of a step of time; `to` is not included."""

    from_: str = Field(alias="from")
    to: str


class HourRow(BaseModel):
    """The compliance in an hour of the day, by weekday."""

    hour: str = Field(examples=["08:00"])
    mon: float | None
    tue: float | None
    wed: float | None
    thu: float | None
    fri: float | None
    sat: float | None
    sun: float | None
    n: int


class CallRow(BaseModel):
    """A call as one row: without its legs, with the headline rule's finding."""

    model_config = ConfigDict(extra="allow")

    started_at: str | None
    pbx: str
    call_id: str
    unit: str | None
    extension: str | None
    name: str
    caller: str | None
    disposition: str
    ring_seconds: float | None
    rings: int | None
    transfers: int
    final_party: str | None
    result: str | None
    reason: str | None


class HelpRow(BaseModel):
    """How many calls one person took for another."""

    helper: str | None
    helper_name: str
    helped: str
    helped_name: str
    via: str
    calls: int


class AgainRow(BaseModel):
    """A caller who was missed more than once."""

    caller: str
    calls: int
    units: int
    last_at: str


class RingingRow(BaseModel):
    """A call that is ringing."""

    pbx: str
    call_id: str
    unit: str | None
    extension: str | None
    name: str
    ring: int = Field(description="the current ring number")
    ringing_seconds: float
    ring_started_at: str


class UnitRows(Listed):
    """Units, in the order of the configuration."""

    items: list[UnitRow]


class SeriesRows(Listed):
    """Steps of time, in their order."""

    items: list[SeriesRow]


class HourRows(Listed):
    """Hours of the day with judged calls."""

    items: list[HourRow]


class CallRows(Listed):
    """Calls, newest first."""

    items: list[CallRow]


class HelpRows(Listed):
    """Helpers, most calls first."""

    items: list[HelpRow]


class AgainRows(Listed):
    """Callers, most often missed first."""

    items: list[AgainRow]


class RingingRows(Listed):
    """Ringing calls, the longest first."""

    items: list[RingingRow]


_ROWS: dict[str, type[BaseModel]] = {row.__name__: row for row in (HelpRow, AgainRow, RingingRow)}


def columns(row: str) -> tuple[str, ...]:
    """The columns of a kind of row."""
    return tuple(_ROWS[row].model_fields)
