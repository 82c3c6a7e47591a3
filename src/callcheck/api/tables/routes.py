"""`/api/v1/tables`: flat rows for dashboards and spreadsheets, as JSON or CSV.

Without `from` a table covers a week; it covers at most 92 days.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from callcheck.api import answers, times
from callcheck.api.auth import Access, CallAccess
from callcheck.api.backend import ApiSettings, Backend
from callcheck.api.models import StrictModel
from callcheck.api.problems import Problem
from callcheck.api.shared import (
    SPAN_END,
    SPAN_START,
    STEP_FORM,
    backend_of,
    narrowed,
    problems,
    row_cache_of,
    settings_of,
    visible_unanswered_calls,
)
from callcheck.api.tables import models as table_models
from callcheck.api.tables import rows as table_rows
from callcheck.calls.model import Micros
from callcheck.judging.figures import CallFilter, JudgedCall
from callcheck.times import iso

router = APIRouter(prefix="/api/v1/tables", tags=["tables"])
HOUR: Micros = 3_600_000_000
DAY = 24 * HOUR
MAX_DAYS = 92
PROBLEMS = problems(401, 403, 422, 503)
UNIT = Field(
    None, description="id of a unit; default: all that the token may see", examples=["registry"]
)


class TableQuery(StrictModel):
    """The query of a table."""

    unit: str | None = UNIT
    from_: str | None = SPAN_START
    to: str | None = SPAN_END
    limit: int = Field(50, ge=1, le=500)


class SeriesQuery(StrictModel):
    """The query of the table of steps of time."""

    unit: str | None = UNIT
    from_: str | None = SPAN_START
    to: str | None = SPAN_END
    step: str = Field(
        "1d", description="length of a step of time", examples=["15m", "1h", "1d"],
        json_schema_extra=STEP_FORM,
    )  # fmt: skip


Table = Annotated[TableQuery, Query()]


@router.get(
    "/units", response_model=table_models.UnitRows, responses={**answers.JSON_OR_CSV, **PROBLEMS}
)
def units(request: Request, access: CallAccess, query: Table) -> Response:
    """The counts of each unit, side by side."""
    settings, backend, start, end = _scope(request, query)
    mine = _units(request, access, query.unit)
    rows = [
        {"unit": unit, "title": settings.units[unit], **table_rows.of_tallies([tally])}
        for unit, tally in zip(mine, backend.reader.side_by_side(mine, start, end), strict=True)
    ]
    return answers.listed(request, rows, ("unit", "title", *table_rows.COUNTS))


@router.get(
    "/series", response_model=table_models.SeriesRows, responses={**answers.JSON_OR_CSV, **PROBLEMS}
)
def series(
    request: Request, access: CallAccess, query: Annotated[SeriesQuery, Query()]
) -> Response:
    """The counts of all units together, by steps of time."""
    settings, backend, start, end = _scope(request, query)
    edges = times.edges(start, end, query.step, settings.zone)
    rows = [
        {"from": iso(tally.start, settings.zone), "to": iso(tally.end, settings.zone),
         **table_rows.of_tallies([tally])}
        for tally in backend.reader.summary(_units(request, access, query.unit), edges)
    ]  # fmt: skip
    return answers.listed(request, rows, ("from", "to", *table_rows.COUNTS))


@router.get(
    "/hours", response_model=table_models.HourRows, responses={**answers.JSON_OR_CSV, **PROBLEMS}
)
def hours(request: Request, access: CallAccess, query: Table) -> Response:
    """Compliance by hour of the day and day of the week in local time; null without judged calls.

    Whole hours are counted: `from` is rounded down and `to` up.
    """
    settings, backend, start, end = _scope(request, query)
    first, last = start // HOUR * HOUR, -(-end // HOUR) * HOUR
    judged = backend.reader.judged_by_hour(_units(request, access, query.unit), first, last)
    return answers.listed(
        request, table_rows.by_hour_of_the_week(judged, settings), table_rows.HOURS
    )


@router.get(
    "/missed", response_model=table_models.CallRows, responses={**answers.JSON_OR_CSV, **PROBLEMS}
)
def missed(request: Request, access: CallAccess, query: Table) -> Response:
    """Inbound calls that nobody answered, newest first."""
    settings, backend, start, end = _scope(request, query)
    wanted = CallFilter(
        unit=narrowed(request, access, query.unit), since=start, until=end, missed=True
    )
    found, _ = backend.reader.calls(wanted, query.limit, None, brief=True)
    return _listed(request, found, settings)


@router.get(
    "/sent-around", response_model=table_models.CallRows,
    responses={**answers.JSON_OR_CSV, **PROBLEMS},
)  # fmt: skip
def sent_around(request: Request, access: CallAccess, query: Table) -> Response:
    """Calls that were transferred more than once, newest first."""
    settings, backend, start, end = _scope(request, query)
    unit = narrowed(request, access, query.unit)
    found = backend.reader.sent_around(unit, start, end, query.limit)
    return _listed(request, found, settings)


@router.get(
    "/helped", response_model=table_models.HelpRows, responses={**answers.JSON_OR_CSV, **PROBLEMS}
)
def helped(request: Request, access: CallAccess, query: Table) -> Response:
    """Who took calls for whom, most first. `unit` is the unit that the caller asked for."""
    settings, backend, start, end = _scope(request, query)
    names = settings.names
    rows = [
        {"helper": one.helper, "helper_name": names.get(one.helper or "", ""),
         "helped": one.helped, "helped_name": names.get(one.helped, ""),
         "via": one.via, "calls": one.calls}
        for unit in _units(request, access, query.unit)
        for one in backend.reader.helps(unit, start, end, query.limit)
    ]  # fmt: skip
    rows.sort(key=lambda row: -int(str(row["calls"])))
    return answers.listed(request, rows[: query.limit], table_models.columns("HelpRow"))


@router.get(
    "/again", response_model=table_models.AgainRows, responses={**answers.JSON_OR_CSV, **PROBLEMS}
)
def again(request: Request, access: CallAccess, query: Table) -> Response:
    """Callers whom nobody answered more than once, most often first."""
    settings, backend, start, end = _scope(request, query)
    unit = narrowed(request, access, query.unit)
    rows = [
        {"caller": one.caller, "calls": one.calls, "units": one.units,
         "last_at": iso(one.last_at, settings.zone)}
        for one in backend.reader.missed_again(unit, start, end, query.limit)
    ]  # fmt: skip
    return answers.listed(request, rows, table_models.columns("AgainRow"))


@router.get(
    "/ringing", response_model=table_models.RingingRows,
    responses={**answers.JSON_OR_CSV, **problems(401, 403)},
)  # fmt: skip
def ringing(request: Request, access: CallAccess) -> Response:
    """Inbound calls that are ringing, the longest first. `/api/v1/live/stream` sends changes."""
    settings, backend = settings_of(request), backend_of(request)
    rows = table_rows.ringing(visible_unanswered_calls(request, access), settings, backend.now())
    return answers.listed(request, rows, table_models.columns("RingingRow"))


def _scope(
    request: Request, query: TableQuery | SeriesQuery
) -> tuple[ApiSettings, Backend, Micros, Micros]:
    """Settings, backend and period of a table. Raises Problem 422."""
    settings, backend = settings_of(request), backend_of(request)
    start, end = times.span(query.from_, query.to, settings.zone)
    last = backend.now() if end is None else end
    first = last - 7 * DAY if start is None else start
    if first >= last:
        raise Problem(422, "from is not before to; give both, or neither")
    if last - first > MAX_DAYS * DAY:
        raise Problem(422, f"from: a table covers at most {MAX_DAYS} days")
    return settings, backend, first, last


def _listed(request: Request, found: Sequence[JudgedCall], settings: ApiSettings) -> Response:
    """Calls as flat rows."""
    if answers.wants_csv(request):
        return answers.as_csv(request, table_rows.of_calls(found, settings), table_rows.CALL)
    return answers.as_json(row_cache_of(request).items(found))


def _units(request: Request, access: Access, unit: str | None) -> Sequence[str]:
    """The requested unit as a list, or all that the token may see. Raises Problem."""
    one = narrowed(request, access, unit)
    return list(settings_of(request).units) if one is None else [one]
