"""`/api/v1/calls`, one call with its story, and the calls going on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from callcheck.api import answers
from callcheck.api import times as when
from callcheck.api.auth import Access, Reads
from callcheck.api.backend import ApiSettings
from callcheck.api.calls import models as call_models
from callcheck.api.calls import records
from callcheck.api.problems import Problem
from callcheck.api.shared import (
    SPAN_END,
    SPAN_START,
    backend_of,
    known_unit,
    problems,
    records_of,
    settings_of,
    visible_open_calls,
)
from callcheck.api.tables import rows as flat
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


class CallsAsked(BaseModel):
    """The query of `/api/v1/calls`."""

    model_config = ConfigDict(extra="forbid")

    unit: str | None = Field(None, description="id of a unit", examples=["registry"])
    from_: str | None = SPAN_START
    to: str | None = SPAN_END
    disposition: Disposition | None = None
    result: Result | None = Field(None, description="what `rule` says of the call")
    rule: str = Field(HEADLINE, description="the rule that `result` is of")
    extension: str | None = Field(
        None,
        pattern=r"^[0-9A-Za-z*#_.-]{1,40}$",
        description="whom the caller asked for",
        examples=["201"],
    )
    limit: int = Field(100, ge=1, le=500)
    cursor: str | None = Field(None, max_length=500, description="`next` of the page before")


@router.get(
    "/calls",
    response_model=call_models.CallList,
    responses={**answers.DOCUMENTED, **problems(401, 403, 422, 503)},
)
def calls(request: Request, access: Reads, asked: Annotated[CallsAsked, Query()]) -> Response:
    """Ended calls, newest first; as CSV without legs, the next page in the header `Link`."""
    settings, backend = settings_of(request), backend_of(request)
    query = _query(asked, access, settings)
    try:
        found, following = backend.reader.calls(
            query, asked.limit, asked.cursor, brief=answers.wants_csv(request)
        )
    except ValueError:
        raise Problem(422, "cursor: not one of ours; take `next` of the page before") from None
    if answers.wants_csv(request):
        return answers.as_csv(request, flat.of_calls(found, settings), flat.CALL, following)
    return answers.as_json(records_of(request).items(found), following)


@router.get(
    "/calls/{pbx}/{call_id:path}",  # servers decode %2F before the path is matched
    response_model=call_models.CallDetail,
    responses=problems(401, 403, 404, 422, 503),
)
def call(request: Request, access: Reads, pbx: PbxName, call_id: CallId) -> answers.Json:
    """One call with its timeline, and where the caller's wait went."""
    settings, backend = settings_of(request), backend_of(request)
    found = backend.reader.call(pbx, call_id)
    if found is None or not access.may_see(found[0].unit):
        raise Problem(404, "no such call; the ids are in /api/v1/calls")
    return answers.Json(records.with_story(*found, settings))


@router.get("/live", response_model=call_models.OpenCallList, responses=problems(401, 403))
def live(request: Request, access: Reads) -> answers.Json:
    """Calls going on now, newest first."""
    settings, open_calls = settings_of(request), visible_open_calls(request, access)
    items = [records.going_on(one, settings) for one in open_calls]
    return answers.Json({"items": items, "next": None})


def _query(asked: CallsAsked, access: Access, settings: ApiSettings) -> CallFilter:
    unit = access.narrow(asked.unit)
    if unit is not None:
        known_unit(unit, settings, status=422)
    if asked.rule not in settings.rules:
        raise Problem(422, f"rule: unknown; the rules are {', '.join(settings.rules)}")
    start, end = when.span(asked.from_, asked.to, settings.zone)
    return CallFilter(
        unit=unit,
        since=start,
        until=end,
        disposition=asked.disposition,
        result=asked.result,
        rule=asked.rule,
        extension=asked.extension,
    )
