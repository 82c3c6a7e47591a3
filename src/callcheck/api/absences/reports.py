"""Reports on absences: tomorrow's list, the ledger, the digest, cover, and rehearsals."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from callcheck.api import times
from callcheck.api.absences import models
from callcheck.api.absences.shared import (
    AbsencesQuery,
    Number,
    absence_service_of,
    check_visible,
    filter_of,
    found,
    unit_of,
)
from callcheck.api.answers import JSON_OR_CSV, Json, listed
from callcheck.api.auth import CallAccess
from callcheck.api.models import StrictModel
from callcheck.api.problems import Problem
from callcheck.api.shared import SPAN_END, SPAN_START, TIME_FORM, narrowed, problems, settings_of

router = APIRouter(prefix="/api/v1", tags=["absences"])

LEDGER_COLUMNS = tuple(field.alias or name for name, field in models.LedgerOut.model_fields.items())
UNIT = Field(None, description="id of a unit", examples=["registry"])


class TomorrowQuery(StrictModel):
    """The query of tomorrow's list."""

    unit: str | None = UNIT


@router.get(
    "/absences/tomorrow", response_model=models.TomorrowOut,
    responses=problems(401, 403, 422, 503),
)  # fmt: skip
def tomorrow(
    request: Request, access: CallAccess, query: Annotated[TomorrowQuery, Query()]
) -> Json:
    """Who is absent on the next working day.

    `items` are people whose calls nobody would get, `covered` those whose calls are covered.
    """
    unit = narrowed(request, access, query.unit)
    return Json({**absence_service_of(request).reports.tomorrow(unit), "next": None})


@router.get(
    "/absences/ledger", response_model=models.LedgerList,
    responses=problems(401, 403, 422, 503) | JSON_OR_CSV,
)  # fmt: skip
def ledger(
    request: Request, access: CallAccess, query: Annotated[AbsencesQuery, Query()]
) -> Response:
    """One line per absence and public number: was it forwarded, and who took its calls."""
    wanted = filter_of(request, access, query)
    lines, following = absence_service_of(request).ledger(wanted, query.limit, query.after)
    return listed(request, lines, LEDGER_COLUMNS, None if following is None else str(following))


class DigestQuery(StrictModel):
    """The query of a digest."""

    language: Literal["en", "lv"] | None = Field(
        None, description="default: the language of the site"
    )


@router.get(
    "/absences/{number:int}/digest", response_model=models.DigestOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def digest(
    request: Request, access: CallAccess, number: Number, query: Annotated[DigestQuery, Query()]
) -> Json:
    """What happened during an absence, written for the person who was away."""
    check_visible(request, access, number)
    return found(absence_service_of(request).digest(number, query.language))


class CoverQuery(StrictModel):
    """The query of the cover matrix."""

    unit: str | None = UNIT
    from_: str | None = SPAN_START
    to: str | None = SPAN_END


@router.get("/cover", response_model=models.CoverList, responses=problems(401, 403, 422, 503))
def cover(request: Request, access: CallAccess, query: Annotated[CoverQuery, Query()]) -> Json:
    """Who covers whom: inbound calls by who was asked for, who took them and how.

    Messages that a colleague noted are counted as well.
    """
    unit = narrowed(request, access, query.unit)
    start, end = times.span(query.from_, query.to, settings_of(request).zone)
    return Json(
        {"items": absence_service_of(request).reports.cover(unit, start, end), "next": None}
    )


class RehearsalQuery(StrictModel):
    """The query of a rehearsal."""

    at: str | None = Field(
        None, description="time of the call; default: now", examples=["2026-11-23T09:00"],
        json_schema_extra=TIME_FORM,
    )  # fmt: skip


@router.get(
    "/rehearsal/{extension}", response_model=models.RehearsalOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def rehearsal(
    request: Request, access: CallAccess, extension: str,
    query: Annotated[RehearsalQuery, Query()],
) -> Json:  # fmt: skip
    """Where a call for an extension would go, followed step by step without placing one."""
    settings = settings_of(request)
    if all(party.extension != extension for party in settings.parties):
        raise Problem(404, "there is no such extension; /api/v1/extensions lists them")
    access.narrow(unit_of(extension, "extension", settings))
    at = None if query.at is None else times.parse(query.at, "at", settings.zone)
    return Json(absence_service_of(request).rehearsal(extension, at))
