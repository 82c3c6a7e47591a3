"""What every room of the API needs: its backend, common query fields, documented problems."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from pydantic import Field

from callcheck.api.auth import Access
from callcheck.api.backend import ApiSettings, Backend
from callcheck.api.calls.json_cache import Written
from callcheck.api.models import ProblemOut
from callcheck.api.problems import MEDIA_TYPE, Problem
from callcheck.calls.model import Call

_SAYS = {
    401: "no token, or an unknown one",
    403: "the token's role does not allow it",
    404: "there is no such thing",
    422: "bad input; `detail` says what would be right",
    503: "the store cannot be read now; try again",
}

SPAN_START: Any = Field(
    None,
    alias="from",
    description="calls that started at or after it; a time without offset is local",
    examples=["2026-11-22"],
)
SPAN_END: Any = Field(
    None, description="calls that started before it", examples=["2026-11-23T00:00:00+02:00"]
)


def settings_of(request: Request) -> ApiSettings:
    """The configuration's part."""
    settings: ApiSettings = request.app.state.settings
    return settings


def backend_of(request: Request) -> Backend:
    """What moves."""
    backend: Backend = request.app.state.backend
    return backend


def visible_open_calls(request: Request, access: Access) -> list[Call]:
    """The calls going on that a token may see, newest first."""
    return [call for call in backend_of(request).open_calls() if access.may_see(call.unit)]


def records_of(request: Request) -> Written:
    """Calls as their records."""
    records: Written = request.app.state.records
    return records


def rows_of(request: Request) -> Written:
    """Calls as flat rows."""
    rows: Written = request.app.state.rows
    return rows


def known_unit(unit: str, settings: ApiSettings, status: int) -> None:
    """Raises Problem unless the configuration has the unit."""
    if unit not in settings.units:
        raise Problem(status, "unknown unit; the units are in /api/v1/units")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's description of an address's problems."""
    schema = {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}
    return {
        status: {"description": _SAYS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }
