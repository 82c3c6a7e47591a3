"""A small HTTP client for sources and webhooks.

No error message holds the address: a calendar's or a webhook's may be a secret.
"""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from callcheck.tls import trust

LARGEST = 8 << 20
"""The longest answer that is read, in bytes."""
PATIENCE = 20.0
"""Seconds to wait for a connection, and for each piece of an answer."""
LONGEST = 60.0
"""Seconds for the whole of an answer."""


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
    until = time.monotonic() + LONGEST
    try:
        with _opener(ca_file).open(request, timeout=PATIENCE) as answer:
            body = _read(answer, until)
            return Answer(False, body, _validators(answer.headers))
    except HTTPError as error:
        with error:
            if error.code == 304:
                return Answer(True, b"", {})
            raise WebError(f"the server answers {error.code} {error.reason}".rstrip()) from error
    except (OSError, HTTPException, ValueError) as error:
        raise WebError(why(error)) from error


class _Redirects(HTTPRedirectHandler):
    """Follows redirects, but never from https to http, and never with a posted body."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        out_of_tls = req.type == "https" and not newurl.startswith("https://")
        if req.data is not None or out_of_tls or not newurl.startswith(("http://", "https://")):
            raise HTTPError(req.full_url, code, "and sends us elsewhere", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(ca_file: Path | None) -> OpenerDirector:
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(), HTTPHandler(), HTTPSHandler(context=trust(ca_file)), _Redirects(),
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


def _read(answer: object, until: float) -> bytes:
    """The body. Raises ValueError if it is too long or cut off, TimeoutError if it is too slow."""
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read1(1 << 16):  # type: ignore[attr-defined]
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise ValueError(f"it has more than {LARGEST >> 20} MiB")
        if time.monotonic() > until:
            raise TimeoutError
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
