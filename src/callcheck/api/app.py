"""Assembles the FastAPI application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from starlette.routing import Route

from callcheck.api import health, units
from callcheck.api.absences import reports as absence_reports
from callcheck.api.absences import routes as absences
from callcheck.api.backend import ApiSettings, Backend
from callcheck.api.calls import records
from callcheck.api.calls import routes as calls
from callcheck.api.calls.json_cache import JsonCache
from callcheck.api.guard import GuardMiddleware
from callcheck.api.models import ProblemOut
from callcheck.api.problems import handle_errors, problem
from callcheck.api.shared import problems
from callcheck.api.tables import routes as tables
from callcheck.api.tables import rows as table_rows
from callcheck.api.tables import stream

_ABOUT = (
    "How an institution answers its phones, call by call. Errors are problem details (RFC 9457). "
    "Lists are {items, next}; send next back as cursor for the next page. Times are ISO 8601. "
    "Send a token from the configuration as Authorization: Bearer <token>. If none is "
    "configured, only requests from the loopback address are served, without a token."
)


def make_api(
    settings: ApiSettings, backend: Backend, store_errors: Sequence[type[Exception]] = ()
) -> FastAPI:
    """The application.

    `store_errors` are the exceptions of a store that cannot be read; they become a 503.
    Run it with uvicorn's access log off: GuardMiddleware writes its own log, without the paths
    that were requested.
    """
    app = FastAPI(
        title="callcheck",
        version=settings.version or "0",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings, app.state.backend = settings, backend
    app.state.board = stream.board_of(settings, backend)
    app.state.record_cache = JsonCache(
        lambda call, findings: records.stored(call, findings, settings)
    )
    app.state.row_cache = JsonCache(
        lambda call, findings: table_rows.of_call(call, findings, settings)
    )
    # reports come first: otherwise `absences/tomorrow` would match `absences/{number}`
    routers = [
        room.router for room in (health, units, calls, absence_reports, absences, stream, tables)
    ]
    for router in routers:
        app.include_router(router)
    routes = [*app.routes, *(route for router in routers for route in router.routes)]
    app.state.routes = [route for route in routes if isinstance(route, Route)]
    handle_errors(app)
    for error in store_errors:
        app.add_exception_handler(error, _unavailable)
    app.add_middleware(GuardMiddleware, loopback_only=not settings.tokens)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _unavailable(_request: Request, _error: Exception) -> JSONResponse:
    text = "the store cannot be read now; /readyz says why. Try again later"
    return problem(503, text, {"Retry-After": "5"})


def _openapi(app: FastAPI) -> dict[str, Any]:
    """FastAPI's description, with problem details instead of its own validation error."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        _describe_the_edge(schema["paths"])
        schemas = schema["components"]["schemas"]
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        template = "#/components/schemas/{model}"
        problem_schema = ProblemOut.model_json_schema(ref_template=template)
        schemas |= problem_schema.pop("$defs", {})
        schemas["ProblemOut"] = problem_schema
        app.openapi_schema = schema
    return app.openapi_schema


def _describe_the_edge(paths: dict[str, Any]) -> None:
    """What the server answers before any route is asked."""
    for operations in paths.values():
        for operation in operations.values():
            found = problems(400, 431, *((413, 415) if "requestBody" in operation else ()))
            operation["responses"] |= {str(status): one for status, one in found.items()}
