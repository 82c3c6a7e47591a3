"""`/api/v1/calls`, `/api/v1/calls/{pbx}/{call_id}` and `/api/v1/live`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from callcheck.api import answers, times
from callcheck.api.auth import Access, CallAccess
from callcheck.api.calls import models as call_models
from callcheck.api.calls import records
from callcheck.api.models import StrictModel
from callcheck.api.problems import Problem
from callcheck.api.shared import (
    CURSOR_FORM,
    SPAN_END,
    SPAN_START,
    backend_of,
    narrowed,
    problems,
    record_cache_of,
    settings_of,
    visible_open_calls,
)
from callcheck.api.tables import rows as table_rows
from callcheck.calls.model import Disposition
from callcheck.judging.figures import CallFilter
from callcheck.judging.verdict import HEADLINE, Result

router = APIRouter(prefix="/api/v1", tags=["calls"])

PbxName = Annotated[str, Path(pattern=r"^[!-~]{1,200}$", description="name of a `[[pbx]]`")]
CallId = Annotated[
    str,
    Path(
        pattern=r"^[^\x00-\x1f\x7f]{1,200}$",
        description="`call_id` of the list; percent-encode it, `/` as `%2F`",
    ),
]
"""A PBX's `systemname` stands before its ids and may hold any character, `/` too."""


class CallsQuery(StrictModel):
    """The query of `/api/v1/calls`."""

    unit: str | None = Field(None, description="id of a unit", examples=["registry"])
    from_: str | None = SPAN_START
    to: str | None = SPAN_END
    disposition: Disposition | None = None
    result: Result | None = Field(None, description="what `rule` found")
    rule: str = Field(HEADLINE, description="the rule that `result` filters by")
    extension: str | None = Field(
        None,
        pattern=r"^[0-9A-Za-z*#_.-]{1,40}$",
        description="whom the caller asked for",
        examples=["201"],
    )
    limit: int = Field(100, ge=1, le=500)
    cursor: str | None = Field(
        None,
        max_length=500,
        description="`next` of the previous page",
        examples=["WzE3OTUzMzQ0MDAwMDAwMDAsIm1haW4iLCIxLjEiXQ"],
        json_schema_extra=CURSOR_FORM,
    )


@router.get(
    "/calls",
    response_model=call_models.CallList,
    responses={**answers.JSON_OR_CSV, **problems(401, 403, 422, 503)},
)
def calls(request: Request, access: CallAccess, query: Annotated[CallsQuery, Query()]) -> Response:
    """Ended calls, newest first. As CSV without legs; the `Link` header names the next page."""
    csv, wanted = answers.wants_csv(request), _filter(request, access, query)
    reader = backend_of(request).reader
    try:
        found, following = reader.calls(wanted, query.limit, query.cursor, brief=csv)
    except ValueError:
        raise Problem(422, "cursor: unknown; use `next` of the previous page") from None
    if csv:
        rows = table_rows.of_calls(found, settings_of(request))
        return answers.as_csv(request, rows, table_rows.CALL, following)
    return answers.as_json(record_cache_of(request).items(found), following)


@router.get(
    "/calls/{pbx}/{call_id:path}",  # servers decode %2F before the path is matched
    response_model=call_models.CallDetail,
    responses=problems(401, 403, 404, 422, 503),
)
def call(request: Request, access: CallAccess, pbx: PbxName, call_id: CallId) -> answers.Json:
    """One call with its timeline and what the caller's wait was spent on."""
    found = backend_of(request).reader.call(pbx, call_id)
    if found is None or not access.may_see(found[0].unit):
        raise Problem(404, "no such call; /api/v1/calls lists the ids")
    return answers.Json(records.with_story(*found, settings_of(request)))


@router.get("/live", response_model=call_models.OpenCallList, responses=problems(401, 403))
def live(request: Request, access: CallAccess) -> answers.Json:
    """Calls that are going on, newest first."""
    settings, open_calls = settings_of(request), visible_open_calls(request, access)
    items = [records.going_on(one, settings) for one in open_calls]
    return answers.Json({"items": items, "next": None})


def _filter(request: Request, access: Access, query: CallsQuery) -> CallFilter:
    settings = settings_of(request)
    if query.rule not in settings.rules:
        raise Problem(422, f"rule: unknown; the rules are {', '.join(settings.rules)}")
    start, end = times.span(query.from_, query.to, settings.zone)
    return CallFilter(
        unit=narrowed(request, access, query.unit),
        since=start,
        until=end,
        disposition=query.disposition,
        result=query.result,
        rule=query.rule,
        extension=query.extension,
    )
