"""A request's token in, what it may see out. Without configured tokens: loopback only."""

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
    description="A token of the configuration. With none configured, the API serves "
    "only the loopback address, without a token.",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True, slots=True)
class Access:
    """What a request may see."""

    role: str

    @property
    def unit(self) -> str | None:
        """The only unit it may see, or None for no such limit."""
        kind, _, unit = self.role.partition(":")
        return unit if kind == "unit" else None

    def may_see(self, unit: str | None) -> bool:
        """Whether a call of this unit may be shown; a call of no unit is shown to admins only."""
        return self.unit in (None, unit)

    def narrow(self, unit: str | None) -> str | None:
        """The unit to ask for. Raises Problem 403 for a unit that is not its own."""
        if self.unit is None or unit == self.unit:
            return unit
        if unit is not None:
            raise Problem(403, f"this token is for the unit {self.unit!r} only; ask for that one")
        return self.unit


# What FastAPI asks are coroutines, and few: a plain function costs it a thread, each one a look.


async def maybe(request: Request, credentials: Credentials) -> Access | None:
    """Who asks; None without a token where there are tokens. Raises Problem 401."""
    return _access_of(request, credentials)


async def reader(request: Request, credentials: Credentials) -> Access:
    """A token that may see calls. Raises Problem 401 or 403."""
    access = _someone(request, credentials)
    if access.role == "metrics":
        raise Problem(403, "this token may read /metrics only; calls need an admin or unit token")
    return access


async def scraper(request: Request, credentials: Credentials) -> Access:
    """A token that may see the metrics of all units. Raises Problem 401 or 403."""
    access = _someone(request, credentials)
    if access.unit is not None:
        raise Problem(403, "/metrics shows all units; it needs a token of role metrics or admin")
    return access


Maybe = Annotated[Access | None, Depends(maybe)]
Reads = Annotated[Access, Depends(reader)]
Scrapes = Annotated[Access, Depends(scraper)]


def _access_of(
    request: Request, credentials: HTTPAuthorizationCredentials | None
) -> Access | None:  # fmt: skip
    tokens: Sequence[Token] = request.app.state.settings.tokens
    if not tokens:
        return Access("admin")  # the guard let loopback alone in
    if credentials is None:
        if "authorization" in request.headers:
            raise _unauthorized(
                "the Authorization header must be: Bearer <token>", "invalid_request"
            )
        return None
    digest = sha256(credentials.credentials.encode()).hexdigest()
    roles = [token.role for token in tokens if compare_digest(token.sha256.lower(), digest)]
    if not roles:
        raise _unauthorized(
            "this token is not known; ask the administrator for one", "invalid_token"
        )
    return Access(roles[0])


def _someone(request: Request, credentials: HTTPAuthorizationCredentials | None) -> Access:
    access = _access_of(request, credentials)
    if access is None:
        raise _unauthorized("a token is needed: send the header Authorization: Bearer <token>")
    return access


def why_not_loopback(scope: Scope) -> str | None:
    """Why a request does not come from this machine; None if it does.

    The Host and Origin headers must be loopback names too: else a web page on any site could
    read the API through a name that it lets point to 127.0.0.1 (DNS rebinding). A request that
    a proxy passed on comes from somewhere else, whatever the address says.
    """
    remedy = "; configure a token ([[http.token]]) to serve others"
    headers = Headers(scope=scope)
    client = scope.get("client")
    if not client or not _is_loopback(client[0]):
        return "no token is configured, so only the loopback address is served" + remedy
    if "forwarded" in headers or "x-forwarded-for" in headers:
        return "no token is configured, so what a proxy passes on is not served" + remedy
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
