"""Cursors: a position in a newest-first list of calls, as opaque text for the next page."""

from __future__ import annotations

import base64
import binascii
import json

from callcheck.calls.model import Micros

Place = tuple[Micros, str, str]
"""(started_at, pbx, call_id) of the last call on a page."""


class BadCursor(ValueError):
    """A cursor that did not come from a list."""

    def __init__(self) -> None:
        super().__init__(
            "the cursor is not from this list; leave it out to start with the newest call"
        )


def encoded(place: Place) -> str:
    """The cursor of the page after a position."""
    text = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def decoded(cursor: str) -> Place:
    """The position that a cursor stands for. Raises BadCursor."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        match json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)):
            case [int(started_at), str(pbx), str(call_id)] if -(2**63) <= started_at < 2**63:
                if "\0" not in pbx + call_id:  # no database can compare with it
                    (pbx + call_id).encode()
                    return started_at, pbx, call_id
    except (ValueError, binascii.Error, RecursionError):
        pass
    raise BadCursor
