"""Turns every error into problem details (RFC 9457) with one sentence that says what to do.

Input is neither repeated in a response nor logged where it may be a telephone number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Route

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Raised to answer with an error: a status and one sentence."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def problem(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> JSONResponse:
    """An error response. `errors` are `{"parameter", "detail"}`, one for each wrong parameter."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status, dict(headers or {}), media_type=MEDIA_TYPE)


def handle_errors(app: FastAPI) -> None:
    """Makes the application answer every error with a problem, the framework's own included."""
    app.add_exception_handler(Problem, _problem_raised)
    app.add_exception_handler(HTTPException, _framework_error)
    app.add_exception_handler(RequestValidationError, _bad_input)


def _problem_raised(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return problem(error.status, error.detail, error.headers)


_FRAMEWORK_DETAILS = {
    400: "the body cannot be read; send one JSON object",
    404: "there is nothing at this address; /docs lists what there is",
    405: "this address does not take this method; the Allow header lists those it takes",
    413: "the body is longer than 64 KiB; an absence takes less than 1 KiB",
}


def _framework_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = _FRAMEWORK_DETAILS.get(error.status_code, str(error.detail))
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": ", ".join(sorted(_methods_at(request)))}
    return problem(error.status_code, detail, headers)


def _methods_at(request: Request) -> set[str]:
    """All methods that this path takes; Starlette's own Allow names those of one route only."""
    routes: Sequence[Route] = request.app.state.routes
    path = request.scope["path"]
    found = {m for route in routes if route.path_regex.match(path) for m in route.methods or ()}
    return found | ({"HEAD"} if "GET" in found else set())


def _bad_input(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = [_wrong_parameter(one) for one in error.errors()]
    first = found[0]
    return problem(422, f"{first['parameter']}: {first['detail']}", errors=found)


def _wrong_parameter(error: Mapping[str, Any]) -> dict[str, str]:
    parameter = ".".join(str(part) for part in error["loc"][1:]) or "request"
    if error["type"] == "extra_forbidden":
        return {"parameter": parameter, "detail": "unknown parameter; /docs lists the known ones"}
    text = str(error["msg"]).removeprefix("Value error, ")
    return {"parameter": parameter, "detail": text[:1].lower() + text[1:]}
