"""What the routes about absences share: access, checks of input, and pages of lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request
from pydantic import Field

from callcheck.absences.model import Absence, AbsenceState, JsonObject
from callcheck.absences.service import AbsenceFilter, AbsenceService
from callcheck.api import times
from callcheck.api.answers import Json
from callcheck.api.auth import Access
from callcheck.api.backend import ApiSettings
from callcheck.api.models import StrictModel
from callcheck.api.problems import Problem
from callcheck.api.shared import TIME_FORM, backend_of, narrowed, settings_of

Number = Annotated[int, Path(ge=0, le=2**31 - 1, description="`id` of an absence")]
_NOT_FOUND = "there is no such absence; /api/v1/absences lists them"


class AbsencesQuery(StrictModel):
    """The query of a list of absences."""

    unit: str | None = Field(None, description="id of a unit", examples=["registry"])
    extension: str | None = Field(None, max_length=40, examples=["201"])
    state: AbsenceState | None = None
    active: bool | None = Field(None, description="true: only those in progress; false: the others")
    from_: str | None = Field(
        None, alias="from", description="only those that end after this", examples=["2026-11-22"],
        json_schema_extra=TIME_FORM,
    )  # fmt: skip
    to: str | None = Field(
        None, description="only those that begin before this", examples=["2026-11-23"],
        json_schema_extra=TIME_FORM,
    )  # fmt: skip
    limit: int = Field(100, ge=1, le=500)
    cursor: str | None = Field(
        None, max_length=20, description="`next` of the previous page", examples=["17"],
        json_schema_extra={"pattern": "^[0-9]+$"},
    )  # fmt: skip

    @property
    def after(self) -> int | None:
        """The id at the end of the previous page. Raises Problem 422."""
        if self.cursor is None:
            return None
        if not self.cursor.isascii() or not self.cursor.isdigit():
            raise Problem(422, "cursor: unknown; use `next` of the previous page")
        return int(self.cursor)


def absence_service_of(request: Request) -> AbsenceService:
    """The absence service. Raises Problem 503 where this API has none."""
    service = backend_of(request).absences
    if service is None:
        raise Problem(503, "absences are not served here")
    return service


def check_visible(request: Request, access: Access, number: int) -> None:
    """Raises Problem 404 unless the absence exists and belongs to a unit the token may see.

    Not 403: a token of one unit must not learn how many absences other units have.
    """
    unit = absence_service_of(request).unit_of(number)
    if unit is None or not access.may_see(unit):
        raise Problem(404, _NOT_FOUND)


def found(record: JsonObject | None) -> Json:
    """The response with an absence. Raises Problem 404 if there is none."""
    if record is None:
        raise Problem(404, _NOT_FOUND)
    return Json(record)


def unit_of(extension: str, parameter: str, settings: ApiSettings) -> str:
    """The unit of an extension. Raises Problem 422 for an unknown one."""
    unit = next((p.unit for p in settings.parties if p.extension == extension), None)
    if unit is None:
        raise Problem(422, f"{parameter}: no such extension; /api/v1/extensions lists them")
    return unit


def check_deputy(deputy: str | None, settings: ApiSettings) -> None:
    """Raises Problem 422 for an unknown deputy."""
    if deputy is not None:
        unit_of(deputy, "deputy", settings)


def filter_of(request: Request, access: Access, query: AbsencesQuery) -> AbsenceFilter:
    """Which absences a query asks for, among those the token may see. Raises Problem."""
    settings = settings_of(request)
    unit = narrowed(request, access, query.unit)
    start, end = times.span(query.from_, query.to, settings.zone)
    units = {party.extension: party.unit for party in settings.parties}

    def matches(one: Absence) -> bool:
        return (
            not one.cancelled
            and unit in (None, units.get(one.extension))
            and query.extension in (None, one.extension)
            and (start is None or one.end > start)
            and (end is None or one.start < end)
        )

    return AbsenceFilter(matches, query.active, query.state)


def page_of(items: list[JsonObject], following: int | None) -> JsonObject:
    """A page of a list as JSON."""
    return {"items": items, "next": None if following is None else str(following)}
