"""A small HTTP client for sources and webhooks.

No error message holds the address: a calendar's or a webhook's may be a secret.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from string import punctuation
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from callcheck.sources.deadline import Deadline, HttpsWithin, HttpWithin
from callcheck.tls import trust

LARGEST = 8 << 20
"""The longest answer that is read, in bytes."""
PATIENCE = 20.0
"""Seconds to wait for a connection, and for each piece of an answer."""
LONGEST = 60.0
"""Seconds for everything, from the first connection to the last byte of the answer."""
MOST_REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}


class WebError(Exception):
    """There is no answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the body is empty if nothing has changed (304)."""

    unchanged: bool
    body: bytes
    validators: Mapping[str, str]
    """Headers for the next request, so that the server sends only what has changed."""


def ask(
    address: str, *, headers: Mapping[str, str] | None = None, data: bytes | None = None,
    method: str | None = None, sign_in: tuple[str, str] | None = None,
    ca_file: Path | None = None,
) -> Answer:  # fmt: skip
    """Gets an address, or posts `data` to it; `sign_in` is a user and a password.

    Raises WebError.
    """
    url, in_the_address = _without_password(address)
    named = {"User-Agent": "callcheck", **(headers or {})}
    user = sign_in or in_the_address
    if user is not None:
        named["Authorization"] = f"Basic {base64.b64encode(':'.join(user).encode()).decode()}"
    request = Request(url, data, named, method=method)  # noqa: S310 - _opener opens no file
    with Deadline(LONGEST) as deadline:
        too_slow = WebError(f"the server did not answer within {LONGEST:.0f} s")
        try:
            answer = _follow(request, _opener(ca_file, deadline))
        except (OSError, HTTPException, ValueError) as error:
            raise too_slow if deadline.over else WebError(why(error)) from error
        if deadline.over:  # a connection that was shut looks like the end of headers or of a body
            raise too_slow
        return answer


def _follow(request: Request, opener: OpenerDirector) -> Answer:
    """Asks, and asks again where the server sends us."""
    for left in reversed(range(MOST_REDIRECTS + 1)):
        try:
            with opener.open(request, timeout=PATIENCE) as answer:
                return Answer(False, _read(answer), _validators(answer.headers))
        except HTTPError as error:
            with error:  # closes it; its body is not read
                if error.code == 304:
                    return Answer(True, b"", {})
                following = _redirected(request, error) if left else None
                if following is None:
                    text = f"the server answers {error.code} {error.reason}".rstrip()
                    raise WebError(text) from error
                request = following
    raise AssertionError("the last answer is returned or raised")


def _redirected(request: Request, error: HTTPError) -> Request | None:
    """The request that a redirect asks for; None if it is none, or none to follow.

    Nothing leads from https to http, and a posted body is sent once. Only the origin that a
    user, a password or a token is for gets it; whoever else we are sent to does not.
    """
    where = error.headers["Location"]
    if error.code not in (301, 302, 303, 307, 308) or not where or request.data is not None:
        return None
    where = quote(where, encoding="iso-8859-1", safe=punctuation)
    url, _ = _without_password(urljoin(request.full_url, where))
    before, after = _origin(request.full_url), _origin(url)
    if after[0] not in ("http", "https") or (before[0] == "https" and after[0] == "http"):
        return None
    headers = dict(request.headers)
    if before != after:
        headers.pop("Authorization", None)
    return Request(url, None, headers, method=request.get_method())  # noqa: S310 - see above


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _opener(ca_file: Path | None, deadline: Deadline) -> OpenerDirector:
    """Opens http and https, no files; a redirect is an HTTPError."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(), HttpWithin(deadline), HttpsWithin(deadline, context=trust(ca_file)),
        HTTPDefaultErrorHandler(), HTTPErrorProcessor(),
    ):  # fmt: skip
        opener.add_handler(handler)
    return opener


def _without_password(address: str) -> tuple[str, tuple[str, str] | None]:
    """The address without `user:password@`, and user and password."""
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return address, None
    name, _, password = user.partition(":")
    return urlunsplit(parts._replace(netloc=host)), (unquote(name), unquote(password))


def _read(answer: object) -> bytes:
    """The body. Raises ValueError if it is too long or cut off."""
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read1(1 << 16):  # type: ignore[attr-defined]
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise ValueError(f"it has more than {LARGEST >> 20} MiB")
    if getattr(answer, "length", 0):
        raise ValueError("the answer was cut off")
    return b"".join(pieces)


def _validators(headers: HTTPMessage) -> dict[str, str]:
    named = {"If-None-Match": headers["ETag"], "If-Modified-Since": headers["Last-Modified"]}
    return {name: value for name, value in named.items() if value}


def why(error: Exception) -> str:
    """A failure in words, without the address."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted ({reason.verify_message}); name whose it is as "
            "ca_file under [absences]"
        )
    if isinstance(reason, TimeoutError):
        return f"the server did not answer within {PATIENCE:.0f} s"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return str(error) if type(error) is ValueError else type(error).__name__
