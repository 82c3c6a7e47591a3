"""An ended call in, why no rule about answering judges it out: what each of them asks first."""

from __future__ import annotations

from collections.abc import Callable

from callcheck.calls.model import Call, Direction, Disposition, Micros
from callcheck.judging.verdict import Result

_INBOUND, _UNKNOWN = Direction.INBOUND, Disposition.UNKNOWN
Closed = Callable[[Micros], str | None]
"""Why the house does not work at a moment, in words; None when it does (`Hours.closed`)."""


def always_open(_: Micros) -> str | None:
    """The hours of a house that has none configured."""
    return None


def out_of_scope(call: Call, closed: Closed) -> tuple[Result, str] | None:
    """`unknown` or `exempt` and the reason; None for a call that is to be judged."""
    unseen = _not_seen(call)
    if unseen:
        return Result.UNKNOWN, unseen
    exempt = not_asked(call, closed)
    if exempt:
        return Result.EXEMPT, exempt  # however it ended
    if call.disposition is _UNKNOWN:
        return Result.UNKNOWN, _how_it_ended(call)
    return None


def not_asked(call: Call, closed: Closed) -> str | None:
    """Why nobody had to answer this call, however it ended; None if somebody had to."""
    return _not_public(call) or closed(call.started_at)


def _not_seen(call: Call) -> str | None:
    if not call.timed:
        return "the stream has no times"
    if not call.sound:
        return "not seen from its beginning to its end"
    return None


def _how_it_ended(call: Call) -> str:
    if "Shutdown" in call.missing:
        return "the PBX was stopped while it went on"
    if call.missing:
        kinds = call.missing.replace(",", " and ")
        return f"not seen how it ended: the PBX sent no {kinds} event for it"
    if not call.complete:
        return "not seen from its beginning to its end"
    return "not seen how it ended"


def _not_public(call: Call) -> str | None:
    if call.direction is not _INBOUND:
        return f"an {call.direction} call"
    if not call.public:
        return "the number called is not a public one"
    if call.conference:
        return "a conference room"
    return None
