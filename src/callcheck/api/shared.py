"""What all routes share: settings and backend, common query fields, documented problems."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from pydantic import Field

from callcheck.api import times
from callcheck.api.auth import Access
from callcheck.api.backend import ApiSettings, Backend
from callcheck.api.calls.json_cache import JsonCache
from callcheck.api.models import ProblemOut
from callcheck.api.problems import MEDIA_TYPE, Problem
from callcheck.calls.model import Call

_DESCRIPTIONS = {
    400: "this is no HTTP request that can be read",
    401: "no token, or an unknown token",
    403: "the role of the token does not allow it",
    404: "not found",
    413: "the body is longer than 64 KiB",
    415: "the body is not `application/json`",
    422: "wrong input; `detail` says what is expected",
    431: "the headers are longer than 16 KiB",
    503: "the store cannot be read now; try again later",
}

TIME_FORM: dict[str, Any] = {"pattern": times.TIME_FORM}
"""Only described here: `times` checks it, and says what is expected."""
STEP_FORM: dict[str, Any] = {"pattern": times.STEP_FORM}
CURSOR_FORM: dict[str, Any] = {"pattern": "^[A-Za-z0-9_-]+$"}
SPAN_START: Any = Field(
    None,
    alias="from",
    description="calls that started at or after this; a time without an offset is local",
    examples=["2026-11-22"],
    json_schema_extra=TIME_FORM,
)
SPAN_END: Any = Field(
    None,
    description="calls that started before this",
    examples=["2026-11-23T00:00:00+02:00"],
    json_schema_extra=TIME_FORM,
)


def settings_of(request: Request) -> ApiSettings:
    """What the API takes from the configuration."""
    settings: ApiSettings = request.app.state.settings
    return settings


def backend_of(request: Request) -> Backend:
    """What the API asks of the running program."""
    backend: Backend = request.app.state.backend
    return backend


def visible_open_calls(request: Request, access: Access) -> list[Call]:
    """The calls going on that a token may see, newest first."""
    return [call for call in backend_of(request).open_calls() if access.may_see(call.unit)]


def visible_unanswered_calls(request: Request, access: Access) -> list[Call]:
    """Those of them that nobody has answered yet."""
    return [call for call in backend_of(request).unanswered_calls() if access.may_see(call.unit)]


def record_cache_of(request: Request) -> JsonCache:
    """Ended calls as items of `/api/v1/calls`."""
    cache: JsonCache = request.app.state.record_cache
    return cache


def row_cache_of(request: Request) -> JsonCache:
    """Ended calls as flat rows."""
    cache: JsonCache = request.app.state.row_cache
    return cache


def check_unit(unit: str, settings: ApiSettings, status: int) -> None:
    """Raises Problem with this status unless the unit is in the configuration."""
    if unit not in settings.units:
        raise Problem(status, "unknown unit; the units are in /api/v1/units")


def narrowed(request: Request, access: Access, unit: str | None) -> str | None:
    """The requested unit, or the one that the token is limited to; None for all.

    Raises Problem 403 for another unit than the token's and 422 for an unknown one.
    """
    narrow = access.narrow(unit)
    if narrow is not None:
        check_unit(narrow, settings_of(request), status=422)
    return narrow


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of an operation's problems."""
    schema = {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}
    return {
        status: {"description": _DESCRIPTIONS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }
