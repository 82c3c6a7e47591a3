"""`/healthz`, `/readyz`, `/metrics` and `/docs`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from callcheck.api import docs, models
from callcheck.api.auth import MetricsAccess, OptionalAccess
from callcheck.api.shared import backend_of, problems

router = APIRouter(tags=["health"])
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> PlainTextResponse:
    """200 while the process is alive. Needs no token."""
    return PlainTextResponse("ok\n")


@router.get(
    "/readyz",
    response_model=models.ReadyOut,
    responses={503: {"model": models.ReadyOut, "description": "not ready"}, **problems(401)},
)
def readyz(request: Request, access: OptionalAccess) -> JSONResponse:
    """200 if every PBX is connected and the store is writable, else 503.

    Needs no token, so that probes can use it; the reasons are shown only to a token.
    """
    found = backend_of(request).readiness()
    ready = not found.problems
    body = {
        "ready": ready,
        "problems": list(found.problems) if access else None,
        "warnings": list(found.warnings) if access else None,
    }
    return JSONResponse(body, 200 if ready else 503)


@router.get("/metrics", response_class=PlainTextResponse, responses=problems(401, 403))
def metrics(request: Request, _access: MetricsAccess) -> Response:
    """Metrics in the Prometheus text format."""
    return Response(backend_of(request).metrics(), media_type=METRICS_TYPE)


@router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
def documentation(request: Request) -> HTMLResponse:
    """The API on one page, without scripts or anything from another server."""
    page = docs.page(request.app.openapi())
    return HTMLResponse(page, headers={"Content-Security-Policy": docs.POLICY})
