"""`/api/v1/absences`: list, report, change and end absences."""

from __future__ import annotations

from datetime import tzinfo
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request

from callcheck.absences.model import Draft
from callcheck.api import times
from callcheck.api.absences import models
from callcheck.api.absences.shared import (
    AbsencesQuery,
    Number,
    absence_service_of,
    check_deputy,
    check_visible,
    filter_of,
    found,
    page_of,
    unit_of,
)
from callcheck.api.answers import Json
from callcheck.api.auth import CallAccess
from callcheck.api.edge.bodies import TokenFirst
from callcheck.api.problems import Problem
from callcheck.api.shared import problems, settings_of

router = APIRouter(prefix="/api/v1", tags=["absences"], route_class=TokenFirst)


@router.get("/absences", response_model=models.AbsenceList, responses=problems(401, 403, 422, 503))
def absences(
    request: Request, access: CallAccess, query: Annotated[AbsencesQuery, Query()]
) -> Json:
    """Absences, latest start first. Cancelled ones are left out."""
    page = absence_service_of(request).page(
        filter_of(request, access, query), query.limit, query.after
    )
    return Json(page_of(*page))


@router.post(
    "/absences", status_code=201, response_model=models.AbsenceOut,
    responses=problems(401, 403, 422, 503),
)  # fmt: skip
def report(request: Request, access: CallAccess, body: Annotated[models.AbsenceIn, Body()]) -> Json:
    """Reports an absence. If another source has reported it already, it stays one absence."""
    settings = settings_of(request)
    access.narrow(unit_of(body.extension, "extension", settings))
    check_deputy(body.deputy, settings)
    start = times.parse(body.from_, "from", settings.zone)
    end = times.parse(body.to, "to", settings.zone)
    draft = Draft(body.extension, start, end, body.deputy, body.kind)
    try:
        return Json(absence_service_of(request).add(draft, "api"), 201)
    except ValueError as error:
        raise Problem(422, str(error)) from None


@router.get(
    "/absences/{number:int}", response_model=models.AbsenceOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def one(request: Request, access: CallAccess, number: Number) -> Json:
    """One absence with its history and every call during it."""
    check_visible(request, access, number)
    return found(absence_service_of(request).record(number, whole=True))


@router.patch(
    "/absences/{number:int}", response_model=models.AbsenceOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def change(
    request: Request, access: CallAccess, number: Number,
    body: Annotated[models.AbsenceChange, Body()],
) -> Json:  # fmt: skip
    """Changes an absence. What is not given stays as it is."""
    check_visible(request, access, number)
    service, settings = absence_service_of(request), settings_of(request)
    values: dict[str, Any] = body.model_dump(exclude_unset=True, include={"deputy", "kind"})
    for field, name, value in (("from_", "start", body.from_), ("to", "end", body.to)):
        if field in body.model_fields_set:
            values[name] = _given_time(value, field.rstrip("_"), settings.zone)
    check_deputy(body.deputy, settings)
    try:
        return found(service.change(number, "api", **values))
    except ValueError as error:
        raise Problem(422, str(error)) from None


@router.delete(
    "/absences/{number:int}", response_model=models.AbsenceOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def end(request: Request, access: CallAccess, number: Number) -> Json:
    """Ends an absence now, or cancels it if it has not begun. Its history is kept."""
    check_visible(request, access, number)
    return found(absence_service_of(request).end(number, "api"))


def _given_time(text: str | None, parameter: str, zone: tzinfo) -> int:
    if text is None:
        raise Problem(422, f"{parameter}: must be a date or a time; leave it out to keep it")
    return times.parse(text, parameter, zone)
