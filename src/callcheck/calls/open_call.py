"""The moving parts of a call that is still open: facts only, mostly times. What they mean is
decided once, in `outcome`, when the call has ended.
"""

from __future__ import annotations

from sys import intern

from callcheck.calls.directory import Directory, device_of
from callcheck.calls.events import UP
from callcheck.calls.model import Did, HungUpBy, Micros, RingSource, TimeSource

BY_180, BY_183 = RingSource.RINGING, RingSource.PROGRESS
_PLUMBING = frozenset(
    [
        "Local",
        "AsyncGoto",
        "Surrogate",
        "Bridge",
        "Announcer",
        "Recorder",
        "CBAnn",
        "CBRec",
        "Message",
        "Parked",
        "Snoop",
        "UnicastRTP",
        "MulticastRTP",
        "Null",
        "ConfBridgeRecorder",
        "OutgoingSpoolFailed",
    ]
)
"""Technologies that are Asterisk's own devices, never a phone."""


class Channel:
    """One endpoint's line, from its birth to its hang-up."""

    __slots__ = (
        "agent",
        "asked_at",
        "bridge",
        "call",
        "caller",
        "cause",
        "dial",
        "dials",
        "exten",
        "extension",
        "half",
        "hung_at",
        "joined",
        "linkedid",
        "name",
        "ordered",
        "phone",
        "queue",
        "state",
        "uniqueid",
        "up_at",
    )

    def __init__(self, name: str, uniqueid: str) -> None:
        self.uniqueid = uniqueid
        self.linkedid = ""
        """The call in which it was born."""
        self.call: OpenCall | None = None
        self.caller: str | None = None
        self.exten: str | None = None
        self.state = 0
        self.up_at: Micros | None = None
        self.asked_at: Micros | None = None
        self.hung_at: Micros | None = None
        self.ordered = False
        """Whether the PBX has said that this channel shall end."""
        self.cause = 0
        self.bridge: Bridge | None = None
        self.half: Channel | None = None
        """The other half of a Local pair."""
        self.dial: Dial | None = None
        """How this channel was dialled."""
        self.dials: tuple[Dial, ...] = ()
        """What this channel dialled, in order."""
        self.queue: str | None = None
        """The queue in which this caller waits."""
        self.agent = False
        """Whether it waits for callers all day, up in a call of its own (AgentLogin)."""
        self.joined = False
        """Whether a person on it has talked with another."""
        self.name = name
        self.phone = False
        self.extension: str | None = None

    def named(self, name: str, directory: Directory) -> None:
        """Takes a name, and what follows from it: whose phone it is, if it is one."""
        self.name = name
        self.phone = name.partition("/")[0] not in _PLUMBING
        self.extension = directory.extension_of_device(device_of(name)) if self.phone else None

    @property
    def device(self) -> str:
        """The name without what is this channel's own: `PJSIP/201`."""
        return device_of(self.name)

    @property
    def party(self) -> str | None:
        """Who is on it: an extension, or an outside number."""
        if self.extension:
            return self.extension
        if self.dial is not None:
            return self.dial.number
        return self.caller

    def __repr__(self) -> str:
        return f"<{self.name} {self.uniqueid}>"


class Dial:
    """One dial of one channel by another: a leg, if what is dialled is a phone."""

    __slots__ = (
        "at",
        "dest",
        "dialer",
        "ended_at",
        "exten",
        "forward",
        "number",
        "picker",
        "queue",
        "redirected",
        "ring_at",
        "ring_source",
        "status",
    )

    def __init__(self, dialer: Channel | None, dest: Channel, at: Micros) -> None:
        self.dialer = dialer
        self.dest = dest
        self.at = at
        self.exten: str | None = None
        """The extension in which the dialling channel was at that moment."""
        self.number: str | None = None
        """The outside number dialled."""
        self.queue: str | None = None
        self.ring_at: Micros | None = None
        self.ring_source: RingSource | None = None
        self.ended_at: Micros | None = None
        self.status = ""
        self.forward: str | None = None
        self.redirected = False
        """Cancelled because an operator sent the caller elsewhere."""
        self.picker: Channel | None = None
        """Who took the call while this phone rang."""

    def rings(self, at: Micros, source: RingSource) -> None:
        """Notes the first sign of ringing; a second one never restarts it."""
        if self.ring_at is None:
            self.ring_at, self.ring_source = at, source

    def ends(self, at: Micros, status: str) -> None:
        """Notes the first end; a queue tells it twice."""
        if self.ended_at is None:
            self.ended_at, self.status = at, intern(status)

    def __repr__(self) -> str:
        return f"<{self.dialer} dials {self.dest} {self.status}>"


class Bridge:
    """Where channels meet. A holding bridge (music, parking lot) and a conference join nobody."""

    __slots__ = ("bridge_id", "members", "private", "shared")

    def __init__(self, bridge_id: str) -> None:
        self.bridge_id = bridge_id
        self.members: list[Channel] = []
        self.private = True
        self.shared = False
        """Whether two were ever in it at the same time."""


Fact = tuple[Micros, Did, str | None, str | None]


class OpenCall:
    """A call while it lasts. Tuples, since most calls have two channels and one leg, and ten
    thousand may be open."""

    __slots__ = (
        "absorbed",
        "alive",
        "answered_at",
        "answerer",
        "begun",
        "call_id",
        "channels",
        "conference",
        "ended_at",
        "facts",
        "hung_up_by",
        "legs",
        "originated",
        "pickup_of",
        "present",
        "queue_joined_at",
        "queue_name",
        "recording_app",
        "retrieved",
        "root",
        "serving",
        "start_seen",
        "started_at",
        "talker",
        "time_source",
        "transfers",
        "whole",
    )

    def __init__(self, linkedid: str, at: Micros, time_source: TimeSource) -> None:
        self.call_id = linkedid
        self.absorbed: tuple[str, ...] = ()
        """The linkedids of groups that turned out to be part of this call."""
        self.root: Channel | None = None
        """The caller's channel."""
        self.started_at = at
        self.time_source = time_source
        self.channels: tuple[Channel, ...] = ()
        """All that ever belonged to it."""
        self.alive = 0
        self.legs: tuple[Dial, ...] = ()
        self.whole = True
        self.start_seen = False
        self.begun = True
        """Whether it was told who called whom: a root that is born Down either calls the PBX
        (chan_sip) or is called by it (`originated`)."""
        self.originated = False
        self.conference = False
        self.ended_at: Micros | None = None
        self.answerer: Channel | None = None
        self.answered_at: Micros | None = None
        self.serving = False
        self.pickup_of: Dial | None = None
        """The leg whose call the first answerer took."""
        self.present: tuple[str | None, ...] = ()
        """Who talked with the caller last."""
        self.talker: Channel | None = None
        self.transfers = 0
        self.retrieved: Channel | None = None
        """Who took the caller back from the parking lot."""
        self.hung_up_by: HungUpBy | None = None
        self.queue_joined_at: Micros | None = None
        self.queue_name: str | None = None
        self.recording_app = False
        """The dialplan said that it runs voicemail or plays a message to the caller."""
        self.facts: tuple[Fact, ...] = ()
        """What the timeline says besides legs, answer and end: few calls have any."""

    def note(self, at: Micros, did: Did, who: str | None = None, to: str | None = None) -> None:
        """Adds a fact for the timeline."""
        self.facts += ((at, did, who, to),)

    def let_go(self) -> None:
        """Unties what points at each other, so that a closed call is freed at once."""
        for channel in self.channels:
            channel.call = channel.half = channel.dial = None
            channel.dials = ()
        self.channels = self.legs = ()
        self.root = self.answerer = self.talker = self.retrieved = self.pickup_of = None


def is_up(channel: Channel) -> bool:
    """Whether a phone has answered (or, for the caller's own channel, the PBX has)."""
    return channel.up_at is not None or channel.state == UP


def connected(channel: Channel) -> list[Channel]:
    """All channels that can hear this one, over private bridges and Local pairs."""
    found = [channel]  # a handful: a set beside it would cost more
    for here in found:  # grows meanwhile
        bridge, half = here.bridge, here.half
        if bridge is not None and bridge.private:
            found += [other for other in bridge.members if other not in found]
        if half is not None and half not in found:
            found.append(half)
    return found


def left_ringing(dial: Dial) -> bool:
    """A leg that hung up with no end told: somebody else has its call (asterisk.md, section 4)."""
    return dial.dest.hung_at is not None and not dial.status and dial.picker is None


def missed(call: OpenCall | None) -> None:
    """An event tells of another that we did not get: the call is not judged."""
    if call is not None:
        call.whole = False
