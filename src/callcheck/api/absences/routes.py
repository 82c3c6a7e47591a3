"""`/api/v1/absences`: list, report, change, end."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from callcheck.absences.model import Absence, Draft
from callcheck.absences.reports import Record
from callcheck.absences.service import Desk, Wanted
from callcheck.api import times as when
from callcheck.api.absences import models
from callcheck.api.answers import Json
from callcheck.api.auth import Access, Reads
from callcheck.api.backend import ApiSettings
from callcheck.api.problems import Problem
from callcheck.api.shared import backend_of, known_unit, problems, settings_of

router = APIRouter(prefix="/api/v1", tags=["absences"])

Number = Annotated[int, Path(ge=0, le=2**31 - 1)]
_GONE = "there is no such absence; /api/v1/absences lists them"


class AbsencesAsked(BaseModel):
    """The query of a list of absences."""

    model_config = ConfigDict(extra="forbid")

    unit: str | None = Field(None, description="id of a unit", examples=["registry"])
    extension: str | None = Field(None, max_length=40, examples=["201"])
    state: models.State | None = None
    active: bool | None = Field(None, description="only those that run now, or only others")
    from_: str | None = Field(None, alias="from", description="that end after it")
    to: str | None = Field(None, description="that begin before it")
    limit: int = Field(100, ge=1, le=500)
    cursor: str | None = Field(None, max_length=20, description="`next` of the page before")

    @property
    def after(self) -> int | None:
        """The id that the page before ended with. Raises Problem 422."""
        if self.cursor is None:
            return None
        if not self.cursor.isascii() or not self.cursor.isdigit():
            raise Problem(422, "cursor: not one of ours; take `next` of the page before")
        return int(self.cursor)


@router.get("/absences", response_model=models.AbsenceList, responses=problems(401, 403, 422, 503))
def absences(request: Request, access: Reads, asked: Annotated[AbsencesAsked, Query()]) -> Json:
    """Absences, the latest beginning first; those that were cancelled are left out."""
    page = desk_of(request).page(wanted_by(request, access, asked), asked.limit, asked.after)
    return Json(paged(*page))


@router.post(
    "/absences", status_code=201, response_model=models.AbsenceOut,
    responses=problems(401, 403, 422, 503),
)  # fmt: skip
def report(request: Request, access: Reads, told: Annotated[models.AbsenceIn, Body()]) -> Json:
    """Reports an absence. One that is known already, by whatever source, stays one."""
    settings = settings_of(request)
    unit = unit_of(told.extension, "extension", settings)
    access.narrow(unit)
    _deputy(told.deputy, told.extension, settings)
    start, end = when.span(told.from_, told.to, settings.zone)
    assert start is not None
    assert end is not None
    if start == end:
        raise Problem(422, "to: must be after from; it is the first moment back")
    draft = Draft(told.extension, start, end, told.deputy, told.kind)
    return Json(desk_of(request).add(draft, "api"), 201)


@router.get(
    "/absences/{number}", response_model=models.AbsenceOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def one(request: Request, access: Reads, number: Number) -> Json:
    """One absence with its history."""
    own(request, access, number)
    return answer(desk_of(request).record(number, whole=True))


@router.patch(
    "/absences/{number}", response_model=models.AbsenceOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def change(
    request: Request, access: Reads, number: Number,
    told: Annotated[models.AbsenceChange, Body()],
) -> Json:  # fmt: skip
    """Changes an absence; what is not named stays."""
    own(request, access, number)
    zone, values = settings_of(request).zone, dict[str, Any]()
    for field, key in (("from_", "start"), ("to", "end")):
        if field in told.model_fields_set:
            text = getattr(told, field)
            name = field.rstrip("_")
            if text is None:
                raise Problem(422, f"{name}: must be a date or a time; leave it out to keep it")
            values[key] = when.parse(text, name, zone)
    for key in ("deputy", "kind"):
        if key in told.model_fields_set:
            values[key] = getattr(told, key)
    if told.deputy is not None:
        extension = desk_of(request).extension_of(number)
        _deputy(told.deputy, extension or "", settings_of(request))
    try:
        return answer(desk_of(request).change(number, "api", **values))
    except ValueError as error:
        raise Problem(422, f"{error}; it is the first moment back") from None


@router.delete(
    "/absences/{number}", response_model=models.AbsenceOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def end(request: Request, access: Reads, number: Number) -> Json:
    """Ends an absence now (cancels one that has not begun); its history is kept."""
    own(request, access, number)
    return answer(desk_of(request).end(number, "api"))


def desk_of(request: Request) -> Desk:
    """Who knows of absences."""
    desk = backend_of(request).absences
    if desk is None:
        raise Problem(503, "absences are not served here")
    return desk


def own(request: Request, access: Access, number: int) -> None:
    """Raises Problem where there is no such absence, or it is another unit's."""
    unit = desk_of(request).unit_of(number)
    if unit is None or access.unit not in (None, unit):
        raise Problem(404, _GONE)  # not 403: who is absent elsewhere is nobody's to count


def answer(record: Record | None) -> Json:
    """What is known of an absence. Raises Problem where there is none."""
    if record is None:
        raise Problem(404, _GONE)
    return Json(record)


def unit_of(extension: str, name: str, settings: ApiSettings) -> str:
    """The unit of an extension that was asked for as `name`. Raises Problem."""
    unit = next((p.unit for p in settings.parties if p.extension == extension), None)
    if unit is None:
        raise Problem(422, f"{name}: no such extension; /api/v1/extensions lists them")
    return unit


def _deputy(deputy: str | None, extension: str, settings: ApiSettings) -> None:
    if deputy is None:
        return
    unit_of(deputy, "deputy", settings)
    if deputy == extension:
        raise Problem(422, "deputy: nobody can stand in for oneself")


def wanted_by(request: Request, access: Access, asked: AbsencesAsked) -> Wanted:
    """What a list of absences is asked for, as far as the asker may see it."""
    settings = settings_of(request)
    unit = access.narrow(asked.unit)
    if unit is not None:
        known_unit(unit, settings, status=422)
    start, end = when.span(asked.from_, asked.to, settings.zone)
    units = {party.extension: party.unit for party in settings.parties}

    def those(one: Absence) -> bool:
        return (
            not one.cancelled
            and unit in (None, units.get(one.extension))
            and asked.extension in (None, one.extension)
            and (start is None or one.end > start)
            and (end is None or one.start < end)
        )

    return Wanted(those, asked.active, asked.state)


def paged(items: list[Record], following: int | None) -> Record:
    """The JSON of a list."""
    return {"items": items, "next": None if following is None else str(following)}
