"""`/api/v1/absences`: list, report, change, end; tomorrow's list; and the rehearsal."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from callcheck.absences.desk import Desk, Record
from callcheck.absences.model import Absence, Draft
from callcheck.absences.standing import Standing
from callcheck.api import absence_models as models
from callcheck.api import when
from callcheck.api.answers import Json
from callcheck.api.auth import Access, Reads
from callcheck.api.ports import House
from callcheck.api.problems import Problem
from callcheck.api.shared import SPAN_END, SPAN_START, house_of, known_unit, ports_of, problems

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


@router.get("/absences", response_model=models.AbsenceList, responses=problems(401, 403, 422, 503))
def absences(request: Request, access: Reads, asked: Annotated[AbsencesAsked, Query()]) -> Json:
    """Absences, the latest beginning first; those that were cancelled are left out."""
    house = house_of(request)
    unit = access.narrow(asked.unit)
    if unit is not None:
        known_unit(unit, house, status=422)
    start, end = when.span(asked.from_, asked.to, house.zone)
    units = {party.extension: party.unit for party in house.parties}

    def wanted(one: Absence, stand: Standing) -> bool:
        return (
            not one.cancelled
            and unit in (None, units.get(one.extension))
            and asked.extension in (None, one.extension)
            and asked.state in (None, stand.state.value)
            and asked.active in (None, stand.active)
            and (start is None or one.end > start)
            and (end is None or one.start < end)
        )

    items, following = _desk(request).page(wanted, asked.limit, _after(asked.cursor))
    return Json({"items": items, "next": None if following is None else str(following)})


@router.post(
    "/absences", status_code=201, response_model=models.AbsenceOut,
    responses=problems(401, 403, 422, 503),
)  # fmt: skip
def report(request: Request, access: Reads, told: Annotated[models.AbsenceIn, Body()]) -> Json:
    """Reports an absence. One that is known already, by whatever source, stays one."""
    house = house_of(request)
    unit = _unit_of(told.extension, "extension", house)
    access.narrow(unit)
    _deputy(told.deputy, told.extension, house)
    start, end = when.span(told.from_, told.to, house.zone)
    assert start is not None
    assert end is not None
    if start == end:
        raise Problem(422, "to: must be after from; it is the first moment back")
    draft = Draft(told.extension, start, end, told.deputy, told.kind)
    return Json(_desk(request).add(draft, "api"), 201)


@router.get(
    "/absences/tomorrow", response_model=models.TomorrowOut, responses=problems(401, 403, 503)
)
def tomorrow(request: Request, access: Reads) -> Json:
    """Who is absent on the next working day, and whose calls nobody would get as it stands."""
    day, found = _desk(request).uncovered_next()
    items = [one for one in found if access.unit in (None, one["unit"])]
    return Json({"day": day, "items": items, "next": None})


@router.get(
    "/absences/{number}", response_model=models.AbsenceOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def one(request: Request, access: Reads, number: Number) -> Json:
    """One absence with its history."""
    _own(request, access, number)
    return _answer(_desk(request).record(number, history=True))


@router.patch(
    "/absences/{number}", response_model=models.AbsenceOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def change(
    request: Request, access: Reads, number: Number,
    told: Annotated[models.AbsenceChange, Body()],
) -> Json:  # fmt: skip
    """Changes an absence; what is not named stays."""
    _own(request, access, number)
    zone, values = house_of(request).zone, dict[str, Any]()
    for field, key in (("from_", "start"), ("to", "end")):
        if field in told.model_fields_set:
            text = getattr(told, field)
            name = field.rstrip("_")
            if text is None:
                raise Problem(422, f"{name}: must be a date or a time; leave it out to keep it")
            values[key] = when.micros(text, name, zone)
    for key in ("deputy", "kind"):
        if key in told.model_fields_set:
            values[key] = getattr(told, key)
    if told.deputy is not None:
        extension = _desk(request).extension_of(number)
        _deputy(told.deputy, extension or "", house_of(request))
    try:
        return _answer(_desk(request).change(number, "api", **values))
    except ValueError as error:
        raise Problem(422, f"{error}; it is the first moment back") from None


@router.delete(
    "/absences/{number}", response_model=models.AbsenceOut,
    responses=problems(401, 403, 404, 422, 503),
)  # fmt: skip
def end(request: Request, access: Reads, number: Number) -> Json:
    """Ends an absence now (cancels one that has not begun); its history is kept."""
    _own(request, access, number)
    return _answer(_desk(request).end(number, "api"))


class CoverAsked(BaseModel):
    """The query of the cover matrix."""

    model_config = ConfigDict(extra="forbid")

    unit: str | None = Field(None, description="id of a unit", examples=["registry"])
    from_: str | None = SPAN_START
    to: str | None = SPAN_END


@router.get("/cover", response_model=models.CoverList, responses=problems(401, 403, 422, 503))
def cover(request: Request, access: Reads, asked: Annotated[CoverAsked, Query()]) -> Json:
    """Who covers whom: calls from outside by whom they asked for, and who took them how."""
    house = house_of(request)
    unit = access.narrow(asked.unit)
    if unit is not None:
        known_unit(unit, house, status=422)
    start, end = when.span(asked.from_, asked.to, house.zone)
    return Json({"items": _desk(request).cover(unit, start, end), "next": None})


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
    house = house_of(request)
    if all(party.extension != extension for party in house.parties):
        raise Problem(404, "there is no such extension; /api/v1/extensions lists them")
    access.narrow(_unit_of(extension, "extension", house))
    at = None if asked.at is None else when.micros(asked.at, "at", house.zone)
    return Json(_desk(request).rehearsal(extension, at))


def _desk(request: Request) -> Desk:
    desk = ports_of(request).absences
    if desk is None:
        raise Problem(503, "absences are not served here")
    return desk


def _own(request: Request, access: Access, number: int) -> None:
    """Raises Problem where there is no such absence, or it is another unit's."""
    unit = _desk(request).unit_of(number)
    if unit is None or access.unit not in (None, unit):
        raise Problem(404, _GONE)  # not 403: who is absent elsewhere is nobody's to count


def _answer(record: Record | None) -> Json:
    if record is None:
        raise Problem(404, _GONE)
    return Json(record)


def _unit_of(extension: str, name: str, house: House) -> str:
    unit = next((p.unit for p in house.parties if p.extension == extension), None)
    if unit is None:
        raise Problem(422, f"{name}: no such extension; /api/v1/extensions lists them")
    return unit


def _deputy(deputy: str | None, extension: str, house: House) -> None:
    if deputy is None:
        return
    _unit_of(deputy, "deputy", house)
    if deputy == extension:
        raise Problem(422, "deputy: nobody can stand in for oneself")


def _after(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdigit():
        raise Problem(422, "cursor: not one of ours; take `next` of the page before")
    return int(cursor)
