"""`/api/v1/tables`: the lists of the dashboards as flat rows, as JSON or CSV.

Without `from` they reach back a week; at most 92 days.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from callcheck.api import answers
from callcheck.api import times as when
from callcheck.api.auth import Access, Reads
from callcheck.api.backend import ApiSettings, Backend
from callcheck.api.problems import Problem
from callcheck.api.shared import (
    SPAN_END,
    SPAN_START,
    backend_of,
    known_unit,
    problems,
    rows_of,
    settings_of,
    visible_open_calls,
)
from callcheck.api.tables import models as table_models
from callcheck.api.tables import rows as flat
from callcheck.calls.model import Micros
from callcheck.judging.figures import CallFilter, JudgedCall
from callcheck.times import iso

router = APIRouter(prefix="/api/v1/tables", tags=["tables"])
HOUR: Micros = 3_600_000_000
DAY = 24 * HOUR
MOST_DAYS = 92
WRONG = problems(401, 403, 422, 503)
UNIT = Field(None, description="id of a unit; all that the token may see", examples=["registry"])


class Asked(BaseModel):
    """The query of a table."""

    model_config = ConfigDict(extra="forbid")

    unit: str | None = UNIT
    from_: str | None = SPAN_START
    to: str | None = SPAN_END
    limit: int = Field(50, ge=1, le=500)


class SeriesAsked(BaseModel):
    """The query of the table by steps of time."""

    model_config = ConfigDict(extra="forbid")

    unit: str | None = UNIT
    from_: str | None = SPAN_START
    to: str | None = SPAN_END
    step: str = Field("1d", description="length of a step", examples=["15m", "1h", "1d"])


Table = Annotated[Asked, Query()]


@router.get(
    "/units", response_model=table_models.UnitRows, responses={**answers.DOCUMENTED, **WRONG}
)
def units(request: Request, access: Reads, asked: Table) -> Response:
    """The units side by side, counted."""
    settings, backend, start, end = _asked(request, asked)
    mine = _units(access, asked.unit, settings)
    rows = [
        {"unit": unit, "title": settings.units[unit], **flat.of_tallies([tally])}
        for unit, tally in zip(mine, backend.reader.side_by_side(mine, start, end), strict=True)
    ]
    return answers.listed(request, rows, ("unit", "title", *flat.COUNTS))


@router.get(
    "/series", response_model=table_models.SeriesRows, responses={**answers.DOCUMENTED, **WRONG}
)
def series(request: Request, access: Reads, asked: Annotated[SeriesAsked, Query()]) -> Response:
    """The units together, counted by steps of time."""
    settings, backend, start, end = _asked(request, asked)
    edges = when.edges(start, end, asked.step, settings.zone)
    rows = [
        {"from": iso(tally.start, settings.zone), "to": iso(tally.end, settings.zone),
         **flat.of_tallies([tally])}
        for tally in backend.reader.summary(_units(access, asked.unit, settings), edges)
    ]  # fmt: skip
    return answers.listed(request, rows, ("from", "to", *flat.COUNTS))


@router.get(
    "/hours", response_model=table_models.HourRows, responses={**answers.DOCUMENTED, **WRONG}
)
def hours(request: Request, access: Reads, asked: Table) -> Response:
    """Compliance by hour of the day and day of the week, local time; null without a judged call.

    Whole hours are counted: `from` and `to` are taken back to the hour's beginning.
    """
    settings, backend, start, end = _asked(request, asked)
    first, last = start // HOUR * HOUR, -(-end // HOUR) * HOUR
    judged = backend.reader.judged_by_hour(_units(access, asked.unit, settings), first, last)
    return answers.listed(request, flat.by_hour_of_the_week(judged, settings), flat.HOURS)


@router.get(
    "/missed", response_model=table_models.CallRows, responses={**answers.DOCUMENTED, **WRONG}
)
def missed(request: Request, access: Reads, asked: Table) -> Response:
    """Calls from outside that nobody answered, newest first."""
    settings, backend, start, end = _asked(request, asked)
    query = CallFilter(unit=_one(access, asked.unit, settings), since=start, until=end, missed=True)
    found, _ = backend.reader.calls(query, asked.limit, None, brief=True)
    return _listed(request, found, settings)


@router.get(
    "/sent-around", response_model=table_models.CallRows,
    responses={**answers.DOCUMENTED, **WRONG},
)  # fmt: skip
def sent_around(request: Request, access: Reads, asked: Table) -> Response:
    """Calls that were transferred more than once, newest first."""
    settings, backend, start, end = _asked(request, asked)
    unit = _one(access, asked.unit, settings)
    found = backend.reader.sent_around(unit, start, end, asked.limit)
    return _listed(request, found, settings)


@router.get(
    "/helped", response_model=table_models.HelpRows, responses={**answers.DOCUMENTED, **WRONG}
)
def helped(request: Request, access: Reads, asked: Table) -> Response:
    """Who took calls for whom, most first; by the unit of whom the caller asked for."""
    settings, backend, start, end = _asked(request, asked)
    called = settings.names
    rows = [
        {"helper": one.helper, "helper_name": called.get(one.helper or "", ""),
         "helped": one.helped, "helped_name": called.get(one.helped, ""),
         "via": one.via, "calls": one.calls}
        for unit in _units(access, asked.unit, settings)
        for one in backend.reader.helps(unit, start, end, asked.limit)
    ]  # fmt: skip
    rows.sort(key=lambda row: -int(str(row["calls"])))
    return answers.listed(request, rows[: asked.limit], table_models.columns("HelpRow"))


@router.get(
    "/again", response_model=table_models.AgainRows, responses={**answers.DOCUMENTED, **WRONG}
)
def again(request: Request, access: Reads, asked: Table) -> Response:
    """Callers whom nobody answered more than once, most often first."""
    settings, backend, start, end = _asked(request, asked)
    unit = _one(access, asked.unit, settings)
    rows = [
        {"caller": one.caller, "calls": one.calls, "units": one.units,
         "last_at": iso(one.last_at, settings.zone)}
        for one in backend.reader.missed_again(unit, start, end, asked.limit)
    ]  # fmt: skip
    return answers.listed(request, rows, table_models.columns("AgainRow"))


@router.get(
    "/ringing", response_model=table_models.RingingRows,
    responses={**answers.DOCUMENTED, **problems(401, 403)},
)  # fmt: skip
def ringing(request: Request, access: Reads) -> Response:
    """Calls from outside that ring now, the longest first; `/api/v1/live/stream` sends them."""
    settings, backend = settings_of(request), backend_of(request)
    rows = flat.ringing(visible_open_calls(request, access), settings, backend.now())
    return answers.listed(request, rows, table_models.columns("RingingRow"))


def _asked(
    request: Request, asked: Asked | SeriesAsked
) -> tuple[ApiSettings, Backend, Micros, Micros]:
    """The settings, what moves, and the span of time. Raises Problem 422."""
    settings, backend = settings_of(request), backend_of(request)
    start, end = when.span(asked.from_, asked.to, settings.zone)
    last = backend.now() if end is None else end
    first = last - 7 * DAY if start is None else start
    if first >= last:
        raise Problem(422, "from is not before to; name both, or leave both out")
    if last - first > MOST_DAYS * DAY:
        raise Problem(422, f"from: a table reaches back {MOST_DAYS} days at most")
    return settings, backend, first, last


def _listed(request: Request, found: Sequence[JudgedCall], settings: ApiSettings) -> Response:
    """Calls as flat rows."""
    if answers.wants_csv(request):
        return answers.as_csv(request, flat.of_calls(found, settings), flat.CALL)
    return answers.as_json(rows_of(request).items(found))


def _one(access: Access, unit: str | None, settings: ApiSettings) -> str | None:
    """The unit asked for, or that of the token; None for all. Raises Problem."""
    mine = access.narrow(unit)
    if mine is not None:
        known_unit(mine, settings, status=422)
    return mine


def _units(access: Access, unit: str | None, settings: ApiSettings) -> Sequence[str]:
    mine = _one(access, unit, settings)
    return list(settings.units) if mine is None else [mine]
