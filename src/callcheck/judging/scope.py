"""Which calls the rules about answering leave out, and why: not seen whole, or not in scope."""

from __future__ import annotations

from collections.abc import Callable

from callcheck.calls.model import Call, Direction, Disposition, Micros
from callcheck.judging.verdict import Result

_INBOUND, _UNKNOWN = Direction.INBOUND, Disposition.UNKNOWN

WhyClosed = Callable[[Micros], str | None]
"""Why the house is closed at a moment, in words; None if it is open."""


def always_open(_: Micros) -> str | None:
    """For a house without opening hours in its configuration."""
    return None


def out_of_scope(call: Call, why_closed: WhyClosed) -> tuple[Result, str] | None:
    """`unknown` or `exempt` with the reason; None if the call is to be judged."""
    unseen = _not_seen(call)
    if unseen:
        return Result.UNKNOWN, unseen
    exempt = not_asked(call, why_closed)
    if exempt:
        return Result.EXEMPT, exempt  # however it ended
    if call.disposition is _UNKNOWN:
        return Result.UNKNOWN, _how_it_ended(call)
    return None


def not_asked(call: Call, why_closed: WhyClosed) -> str | None:
    """Why nobody had to answer this call, however it ended; None if somebody had to."""
    return _not_public(call) or why_closed(call.started_at)


def _not_seen(call: Call) -> str | None:
    if not call.timed:
        return "the stream has no times"
    if not call.sound:
        return "not seen from its beginning to its end"
    return None


def _how_it_ended(call: Call) -> str:
    if "Shutdown" in call.missing:
        return "the PBX was stopped while it went on"
    if "Clock" in call.missing:
        return "the PBX's clock was set while it went on"
    if call.missing:
        kinds = call.missing.replace(",", " and ")
        return f"not seen how it ended: the PBX sent no {kinds} event for it"
    if not call.complete:
        return "not seen from its beginning to its end"
    return "not seen how it ended"


def _not_public(call: Call) -> str | None:
    if call.direction is not _INBOUND:
        return f"an {call.direction} call"
    if not call.public and call.unit is None and call.dialed:
        # never the number itself: it may be an outside one
        return "nobody in the configuration has the number called; add it to a member or line"
    if not call.public:
        return "the number called is not a public one"
    if call.conference:
        return "a conference room"
    return None
