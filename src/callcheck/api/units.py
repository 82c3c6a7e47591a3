"""`/api/v1/units`, the summary of a unit, and `/api/v1/extensions`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from callcheck.api import answers, models, times
from callcheck.api.auth import CallAccess
from callcheck.api.backend import ApiSettings, Backend
from callcheck.api.models import StrictModel
from callcheck.api.problems import Problem
from callcheck.api.shared import (
    SPAN_END,
    SPAN_START,
    STEP_FORM,
    backend_of,
    check_unit,
    problems,
    settings_of,
)
from callcheck.api.summary import counts
from callcheck.api.tables import rows as table_rows
from callcheck.calls.model import Micros
from callcheck.judging.figures import Tally
from callcheck.times import iso

router = APIRouter(prefix="/api/v1", tags=["units"])


class SummaryQuery(StrictModel):
    """The query of a summary."""

    from_: str | None = SPAN_START
    to: str | None = SPAN_END
    step: str | None = Field(
        None,
        description="also count by steps of this length; days are those of the site's calendar",
        examples=["15m", "1h", "1d"],
        json_schema_extra=STEP_FORM,
    )


@router.get("/units", response_model=models.UnitList, responses=problems(401, 403))
def units(request: Request, access: CallAccess) -> answers.Json:
    """The units that the token may see."""
    settings = settings_of(request)
    extensions = Counter(party.unit for party in settings.parties)
    items = [
        {"id": unit, "title": title, "extensions": extensions[unit]}
        for unit, title in settings.units.items()
        if access.may_see(unit)
    ]
    return answers.Json({"items": items, "next": None})


@router.get("/extensions", response_model=models.ExtensionList, responses=problems(401, 403))
def extensions(request: Request, access: CallAccess) -> answers.Json:
    """Members and lines of the units that the token may see."""
    items = [
        {
            "extension": party.extension,
            "unit": party.unit,
            "kind": party.kind.value,
            "name": party.name,
            "public": party.public,
            "numbers": list(party.numbers),
            "deputy": party.deputy,
        }
        for party in settings_of(request).parties
        if access.may_see(party.unit)
    ]
    return answers.Json({"items": items, "next": None})


@router.get(
    "/units/{unit}/summary",
    response_model=models.Summary,
    responses={**answers.JSON_OR_CSV, **problems(401, 403, 404, 422, 503)},
)
def summary(
    request: Request, access: CallAccess, unit: str, query: Annotated[SummaryQuery, Query()]
) -> Response:
    """Counts of a unit's calls: compliance with its interval, readings and service levels.

    As CSV one row per step, or one row without steps.
    """
    settings, backend = settings_of(request), backend_of(request)
    access.narrow(unit)
    check_unit(unit, settings, status=404)
    start, end = times.span(query.from_, query.to, settings.zone)
    if query.step is None:
        edges = [start or times.FOREVER[0], end or times.FOREVER[1]]
    else:
        start, end = _ends(start, end, backend)
        edges = times.edges(start, end, query.step, settings.zone)
    # an empty period has no calls, and the store takes no two equal edges
    tallies = backend.reader.summary([unit], edges) if edges[0] < edges[-1] else []
    span = {"from": iso(start, settings.zone), "to": iso(end, settings.zone)}
    steps = _steps(tallies, settings) if query.step else []
    if answers.wants_csv(request):
        rows = (
            _csv_rows(tallies, steps)
            if query.step
            else [{**span, **table_rows.of_tallies(tallies)}]
        )
        rows = [{"unit": unit, **row} for row in rows]
        return answers.as_csv(request, rows, ("unit", "from", "to", *table_rows.COUNTS))
    counted = [{**step, **counts([tally])} for step, tally in zip(steps, tallies, strict=False)]
    body = {"unit": unit, **span, "step": query.step, **counts(tallies), "buckets": counted}
    return answers.Json(body, headers={"Vary": "Accept"})


def _ends(start: Micros | None, end: Micros | None, backend: Backend) -> tuple[Micros, Micros]:
    if start is None:
        raise Problem(422, "step: needs from, where the first step begins")
    return start, max(start, backend.now()) if end is None else end


def _steps(tallies: Sequence[Tally], settings: ApiSettings) -> list[dict[str, object]]:
    return [
        {"from": iso(tally.start, settings.zone), "to": iso(tally.end, settings.zone)}
        for tally in tallies
    ]


def _csv_rows(
    tallies: Sequence[Tally], steps: Sequence[dict[str, object]]
) -> list[dict[str, object]]:
    return [
        {**step, **table_rows.of_tallies([tally])}
        for step, tally in zip(steps, tallies, strict=True)
    ]
