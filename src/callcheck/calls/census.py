"""Which kinds of events the PBX keeps from us, proved by those that it sends.

An event filter, a missing class of rights or another program may hide any kind of event. Nothing
tells so; but most kinds leave traces in others. One trace may be a lost event; a kind is called
hidden if there are traces and not one event of it ever came.
"""

from __future__ import annotations

from collections import Counter

from callcheck.calls import events as happened
from callcheck.calls.events import Event
from callcheck.calls.open_call import PBX_STOPPED, Channel, OpenCall

EVENT_OF: dict[str, type[Event]] = {
    "Newchannel": happened.ChannelBorn,
    "Newstate": happened.ChannelState,
    "DialBegin": happened.DialBegun,
    "DialState": happened.DialProgressed,
    "DialEnd": happened.DialEnded,
    "BridgeEnter": happened.BridgeEntered,
    "BridgeLeave": happened.BridgeLeft,
    "HangupRequest": happened.HangupAsked,
    "QueueCallerJoin": happened.QueueJoined,
    "AttendedTransfer": happened.AttendedlyTransferred,
}
"""The kinds of which traces are looked for, by their names in AMI."""
CANCELLED = 127
"""The Q.850 cause (interworking) that a SIP caller's CANCEL leaves on a PJSIP channel."""


class Census:
    """What one stream has told, and what it has shown to be missing."""

    __slots__ = ("seen", "traces")

    def __init__(self) -> None:
        self.seen: set[type[Event]] = set()
        self.traces: Counter[str] = Counter()

    def told(self, kind: type[Event]) -> bool:
        """Whether an event of this kind ever came."""
        return kind in self.seen

    def hides(self, name: str) -> bool:
        """Whether the traffic proves that this kind is kept from us."""
        return self.traces[name] > 0 and EVENT_OF[name] not in self.seen

    def hidden(self) -> list[str]:
        """Every kind that the traffic proves to be kept from us."""
        return [name for name in EVENT_OF if self.hides(name)]

    def learn(self, call: OpenCall) -> None:
        """Looks at a call that has ended for traces of events that did not come."""
        for kind in call.doubts:
            if kind != PBX_STOPPED:
                self.traces[kind] += 1
        root = call.root
        if root is not None and root.asked_at is None and was_cancelled(root):
            self.traces["HangupRequest"] += 1


def was_cancelled(channel: Channel) -> bool:
    """Whether the end of a caller's channel tells that its caller hung up before any answer.

    Only PJSIP does (pjsip: cause 127 after a CANCEL, in both versions); a channel that the PBX
    ends by itself has another cause.
    """
    return (
        channel.up_at is None and channel.cause == CANCELLED and channel.name.startswith("PJSIP/")
    )
