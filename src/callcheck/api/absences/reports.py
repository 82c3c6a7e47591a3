"""What is told of absences: tomorrow's list, the ledger, the letter to whoever comes back, who
covers whom, and the rehearsal of a call."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from callcheck.api import times as when
from callcheck.api.absences import models
from callcheck.api.absences.routes import (
    AbsencesAsked,
    Number,
    answer,
    desk_of,
    own,
    paged,
    unit_of,
    wanted_by,
)
from callcheck.api.answers import DOCUMENTED, Json, listed
from callcheck.api.auth import Access, Reads
from callcheck.api.problems import Problem
from callcheck.api.shared import SPAN_END, SPAN_START, known_unit, problems, settings_of

router = APIRouter(prefix="/api/v1", tags=["absences"])

_LEDGER = tuple(field.alias or name for name, field in models.LedgerOut.model_fields.items())
"""The columns of the ledger as CSV."""


class TomorrowAsked(BaseModel):
    """The query of tomorrow's list."""

    model_config = ConfigDict(extra="forbid")

    unit: str | None = Field(None, description="id of a unit", examples=["registry"])


@router.get(
    "/absences/tomorrow", response_model=models.TomorrowOut,
    responses=problems(401, 403, 422, 503),
)  # fmt: skip
def tomorrow(request: Request, access: Reads, asked: Annotated[TomorrowAsked, Query()]) -> Json:
    """Who is absent on the next working day: `items` with calls that nobody would get as it
    stands, `covered` with calls that are taken care of."""
    unit = _narrowed(request, access, asked.unit)
    return Json({**desk_of(request).reports.tomorrow(unit), "next": None})


@router.get(
    "/absences/ledger", response_model=models.LedgerList,
    responses=problems(401, 403, 422, 503) | DOCUMENTED,
)  # fmt: skip
def ledger(request: Request, access: Reads, asked: Annotated[AbsencesAsked, Query()]) -> Response:
    """A line for each absence and public number: was it forwarded, and who took its calls."""
    wanted = wanted_by(request, access, asked)
    page = paged(*desk_of(request).ledger(wanted, asked.limit, asked.after))
    items, following = page["items"], page["next"]
    return listed(request, items, _LEDGER, following)  # type: ignore[arg-type]


class DigestAsked(BaseModel):
    """The query of a digest."""

    model_config = ConfigDict(extra="forbid")

    language: Literal["en", "lv"] | None = Field(None, description="default: that of the site")


@router.get(
    "/absences/{number}/digest", response_model=models.DigestOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def digest(
    request: Request, access: Reads, number: Number, asked: Annotated[DigestAsked, Query()]
) -> Json:
    """What happened while somebody was away, in words for that person."""
    own(request, access, number)
    return answer(desk_of(request).digest(number, asked.language))


class CoverAsked(BaseModel):
    """The query of the cover matrix."""

    model_config = ConfigDict(extra="forbid")

    unit: str | None = Field(None, description="id of a unit", examples=["registry"])
    from_: str | None = SPAN_START
    to: str | None = SPAN_END


@router.get("/cover", response_model=models.CoverList, responses=problems(401, 403, 422, 503))
def cover(request: Request, access: Reads, asked: Annotated[CoverAsked, Query()]) -> Json:
    """Who covers whom: calls from outside by whom they asked for, and who took them how, or
    noted a message."""
    unit = _narrowed(request, access, asked.unit)
    start, end = when.span(asked.from_, asked.to, settings_of(request).zone)
    return Json({"items": desk_of(request).reports.cover(unit, start, end), "next": None})


def _narrowed(request: Request, access: Access, unit: str | None) -> str | None:
    """The unit asked for, or the one that the token is limited to. Raises Problem."""
    narrow = access.narrow(unit)
    if narrow is not None:
        known_unit(narrow, settings_of(request), status=422)
    return narrow


class RehearsalAsked(BaseModel):
    """The query of a rehearsal."""

    model_config = ConfigDict(extra="forbid")

    at: str | None = Field(None, description="when the call would come; default: now")


@router.get(
    "/rehearsal/{extension}", response_model=models.RehearsalOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def rehearsal(
    request: Request, access: Reads, extension: str, asked: Annotated[RehearsalAsked, Query()]
) -> Json:
    """What would happen to a call for an extension, walked through without placing one."""
    settings = settings_of(request)
    if all(party.extension != extension for party in settings.parties):
        raise Problem(404, "there is no such extension; /api/v1/extensions lists them")
    access.narrow(unit_of(extension, "extension", settings))
    at = None if asked.at is None else when.parse(asked.at, "at", settings.zone)
    return Json(desk_of(request).rehearsal(extension, at))
