"""`/api/v1/units`, a unit's summary, and the extensions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from callcheck.api import answers, models
from callcheck.api import times as when
from callcheck.api.auth import Reads
from callcheck.api.backend import ApiSettings, Backend
from callcheck.api.problems import Problem
from callcheck.api.shared import SPAN_END, SPAN_START, backend_of, known_unit, problems, settings_of
from callcheck.api.summary import counts
from callcheck.api.tables import rows as flat
from callcheck.calls.model import Micros
from callcheck.judging.figures import Tally
from callcheck.times import iso

router = APIRouter(prefix="/api/v1", tags=["units"])


class SummaryAsked(BaseModel):
    """The query of a summary."""

    model_config = ConfigDict(extra="forbid")

    from_: str | None = SPAN_START
    to: str | None = SPAN_END
    step: str | None = Field(
        None,
        description="also by steps of this length; days are those of the site's calendar",
        examples=["15m", "1h", "1d"],
    )


@router.get("/units", response_model=models.UnitList, responses=problems(401, 403))
def units(request: Request, access: Reads) -> answers.Json:
    """The units that the token may see."""
    settings = settings_of(request)
    extensions = Counter(party.unit for party in settings.parties)
    items = [
        {"id": unit, "title": title, "extensions": extensions[unit]}
        for unit, title in settings.units.items()
        if access.unit in (None, unit)
    ]
    return answers.Json({"items": items, "next": None})


@router.get("/extensions", response_model=models.ExtensionList, responses=problems(401, 403))
def extensions(request: Request, access: Reads) -> answers.Json:
    """The members and lines of the units that the token may see."""
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
        if access.unit in (None, party.unit)
    ]
    return answers.Json({"items": items, "next": None})


@router.get(
    "/units/{unit}/summary",
    response_model=models.Summary,
    responses={**answers.DOCUMENTED, **problems(401, 403, 404, 422, 503)},
)
def summary(
    request: Request, access: Reads, unit: str, asked: Annotated[SummaryAsked, Query()]
) -> Response:
    """A unit's calls, counted: compliance with its interval, readings and service levels.

    As CSV one row for each step, or one for all without steps.
    """
    settings, backend = settings_of(request), backend_of(request)
    access.narrow(unit)
    known_unit(unit, settings, status=404)
    start, end = when.span(asked.from_, asked.to, settings.zone)
    if asked.step is None:
        edges = [start or when.FOREVER[0], end or when.FOREVER[1]]
    else:
        start, end = _ends(start, end, backend)
        edges = when.edges(start, end, asked.step, settings.zone)
    # nothing lies between a time and itself
    tallies = backend.reader.summary([unit], edges) if edges[0] < edges[-1] else []
    span = {"from": iso(start, settings.zone), "to": iso(end, settings.zone)}
    steps = _steps(tallies, settings) if asked.step else []
    if answers.wants_csv(request):
        rows = _flat(tallies, steps) if asked.step else [{**span, **flat.of_tallies(tallies)}]
        rows = [{"unit": unit, **row} for row in rows]
        return answers.as_csv(request, rows, ("unit", "from", "to", *flat.COUNTS))
    counted = [{**step, **counts([tally])} for step, tally in zip(steps, tallies, strict=False)]
    body = {"unit": unit, **span, "step": asked.step, **counts(tallies), "buckets": counted}
    return answers.Json(body, headers={"Vary": "Accept"})


def _ends(start: Micros | None, end: Micros | None, backend: Backend) -> tuple[Micros, Micros]:
    if start is None:
        raise Problem(422, "step: needs a from too, where the first step begins")
    return start, max(start, backend.now()) if end is None else end


def _steps(tallies: Sequence[Tally], settings: ApiSettings) -> list[dict[str, object]]:
    return [
        {"from": iso(tally.start, settings.zone), "to": iso(tally.end, settings.zone)}
        for tally in tallies
    ]


def _flat(tallies: Sequence[Tally], steps: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    return [
        {**step, **flat.of_tallies([tally])} for step, tally in zip(steps, tallies, strict=True)
    ]
