"""What a request may see: roles of tokens, and the loopback rule where no token is configured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from secrets import compare_digest
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers
from starlette.types import Scope

from callcheck.api.backend import Token
from callcheck.api.problems import Problem

_bearer = HTTPBearer(
    auto_error=False,
    description="A token from the configuration. If none is configured, only requests from the "
    "loopback address are served, without a token.",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True, slots=True)
class Access:
    """What a request may see, by the role of its token."""

    role: str

    @property
    def unit(self) -> str | None:
        """The only unit that the token may see, or None if it may see all."""
        kind, _, unit = self.role.partition(":")
        return unit if kind == "unit" else None

    def may_see(self, unit: str | None) -> bool:
        """Whether a call of this unit may be shown; a call of no unit is shown to admins only."""
        return self.unit in (None, unit)

    def narrow(self, unit: str | None) -> str | None:
        """The unit to query: the requested one, or the token's own. Raises Problem 403."""
        if self.unit is None or unit == self.unit:
            return unit
        if unit is not None:
            raise Problem(403, f"this token is for the unit {self.unit!r} only; request that one")
        return self.unit


# FastAPI runs plain functions in a thread and coroutines directly, so these are coroutines.


async def optional(request: Request, credentials: Credentials) -> Access | None:
    """The access of a request; None if it lacks a required token. Raises Problem 401."""
    return _access_of(request, credentials)


async def may_read_calls(request: Request, credentials: Credentials) -> Access:
    """The access of a token that may read calls. Raises Problem 401 or 403."""
    return _call_access(request, credentials)


async def check_may_read_calls(request: Request) -> None:
    """The same for a request whose body has not been read yet."""
    _call_access(request, await _bearer(request))


async def may_read_metrics(request: Request, credentials: Credentials) -> Access:
    """The access of a token that may read metrics. Raises Problem 401 or 403."""
    access = _required(request, credentials)
    if access.unit is not None:
        raise Problem(403, "/metrics shows all units; it needs a token of role metrics or admin")
    return access


OptionalAccess = Annotated[Access | None, Depends(optional)]
CallAccess = Annotated[Access, Depends(may_read_calls)]
MetricsAccess = Annotated[Access, Depends(may_read_metrics)]


def _access_of(
    request: Request, credentials: HTTPAuthorizationCredentials | None
) -> Access | None:  # fmt: skip
    tokens: Sequence[Token] = request.app.state.settings.tokens
    if not tokens:
        return Access("admin")  # GuardMiddleware let only loopback requests through
    if credentials is None:
        if "authorization" in request.headers:
            raise _unauthorized(
                "the Authorization header must be: Bearer <token>", "invalid_request"
            )
        return None
    digest = sha256(credentials.credentials.encode()).hexdigest()
    roles = [token.role for token in tokens if compare_digest(token.sha256.lower(), digest)]
    if not roles:
        raise _unauthorized("unknown token; ask the administrator for one", "invalid_token")
    return Access(roles[0])


def _call_access(request: Request, credentials: HTTPAuthorizationCredentials | None) -> Access:
    access = _required(request, credentials)
    if access.role == "metrics":
        raise Problem(403, "this token may only read /metrics; calls need an admin or unit token")
    return access


def _required(request: Request, credentials: HTTPAuthorizationCredentials | None) -> Access:
    access = _access_of(request, credentials)
    if access is None:
        raise _unauthorized("a token is needed: send the header Authorization: Bearer <token>")
    return access


def why_not_loopback(scope: Scope) -> str | None:
    """Why a request does not count as local, or None if it does.

    The Host and Origin headers must be loopback names too. Otherwise any web page could read the
    API through a name that it makes point to 127.0.0.1 (DNS rebinding). A request with a proxy's
    headers comes from somewhere else, whatever its address.
    """
    remedy = "; configure a token ([[http.token]]) to serve others"
    headers = Headers(scope=scope)
    client = scope.get("client")
    if not client or not _is_loopback(client[0]):
        return "no token is configured, so only the loopback address is served" + remedy
    if "forwarded" in headers or "x-forwarded-for" in headers:
        return "no token is configured, so requests passed on by a proxy are not served" + remedy
    origin = headers.get("origin")
    hosts = [f"//{headers.get('host', '')}"] + ([origin] if origin else [])
    if not all(_is_loopback(_host_in(url)) for url in hosts):
        return "no token is configured, so the Host must be localhost or 127.0.0.1" + remedy
    return None


def _host_in(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def _unauthorized(detail: str, error: str | None = None) -> Problem:
    challenge = 'Bearer realm="callcheck"' + (f', error="{error}"' if error else "")
    return Problem(401, detail, {"WWW-Authenticate": challenge})
