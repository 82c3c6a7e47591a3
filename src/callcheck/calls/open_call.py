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
        "abandoned_at",
        "agent",
        "asked_at",
        "born_at",
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
        "last_exten",
        "linkedid",
        "name",
        "ordered_at",
        "phone",
        "queue",
        "state",
        "uniqueid",
        "up_at",
        "waited_in",
    )

    uniqueid: str
    linkedid: str
    """The call in which it was born."""
    call: OpenCall | None
    caller: str | None
    exten: str | None
    state: int
    born_at: Micros
    up_at: Micros | None
    asked_at: Micros | None
    hung_at: Micros | None
    ordered_at: Micros | None
    """When the PBX said that this channel shall end."""
    abandoned_at: Micros | None
    """When its queue said that it left unserved."""
    waited_in: str | None
    """The dialplan's extension in which it then was."""
    last_exten: str | None
    """The dialplan's extension in which it ended, before any `h`."""
    cause: int
    bridge: Bridge | None
    half: Channel | None
    """The other half of a Local pair."""
    dial: Dial | None
    """How this channel was dialled."""
    dials: tuple[Dial, ...]
    """What this channel dialled, in order."""
    queue: str | None
    """The queue in which this caller waits."""
    agent: bool
    """Whether it waits for callers all day, up in a call of its own (AgentLogin)."""
    joined: bool
    """Whether a person on it has talked with another."""
    name: str
    phone: bool
    extension: str | None

    def __init__(self, name: str, uniqueid: str) -> None:
        self.uniqueid = uniqueid
        self.linkedid = ""
        self.call = self.caller = self.exten = self.up_at = self.asked_at = self.hung_at = None
        self.ordered_at = self.abandoned_at = self.waited_in = self.last_exten = None
        self.bridge = self.half = self.dial = self.queue = self.extension = None
        self.state = self.born_at = self.cause = 0
        self.dials = ()
        self.agent = self.joined = self.phone = False
        self.name = name

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
        "silent",
        "status",
    )

    dialer: Channel | None
    dest: Channel
    at: Micros
    exten: str | None
    """The extension in which the dialling channel was at that moment."""
    number: str | None
    """The outside number dialled."""
    queue: str | None
    ring_at: Micros | None
    ring_source: RingSource | None
    ended_at: Micros | None
    status: str
    forward: str | None
    silent: bool
    """Whether nothing ever told that it rang."""
    redirected: bool
    """Cancelled because an operator sent the caller elsewhere."""
    picker: Channel | None
    """Who took the call while this phone rang."""

    def __init__(self, dialer: Channel | None, dest: Channel, at: Micros) -> None:
        self.dialer = dialer
        self.dest = dest
        self.at = at
        self.exten = self.number = self.queue = self.ring_at = self.ring_source = None
        self.ended_at = self.forward = self.picker = None
        self.status = ""
        self.silent = True
        self.redirected = False

    def rings(self, at: Micros, source: RingSource) -> None:
        """Notes the first sign of ringing; a second one never restarts it."""
        if self.ring_at is None:
            self.ring_at, self.ring_source = at, source
            self.silent = False

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


PBX_STOPPED = "Shutdown"
"""The doubt of a call that ended because the PBX was stopped on purpose."""

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
        "blur",
        "broken",
        "call_id",
        "channels",
        "conference_at",
        "cut",
        "doubts",
        "ended_at",
        "facts",
        "found",
        "hung_up_by",
        "legs",
        "met",
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
        "stayed",
        "talker",
        "time_source",
        "tone",
        "transfers",
    )

    call_id: str
    absorbed: tuple[str, ...]
    """The linkedids of groups that turned out to be part of this call."""
    root: Channel | None
    """The caller's channel."""
    started_at: Micros
    time_source: TimeSource
    channels: tuple[Channel, ...]
    """All that ever belonged to it."""
    alive: int
    legs: tuple[Dial, ...]
    broken: bool
    """Something of it was not seen that nothing can bound: a channel's birth, a clock."""
    cut: bool
    """The stream ended or broke off while it went on."""
    found: dict[Channel, tuple[Micros, int]] | None
    """Its channels that were there before we looked: when they were found, in what state."""
    blur: Micros
    """How far any time between two events of it may be off, either way."""
    doubts: tuple[str, ...]
    """Kinds of events that must have been sent before anybody answered, and did not come."""
    start_seen: bool
    begun: bool
    """Whether it was told who called whom: a root that is born Down either calls the PBX
    (chan_sip) or is called by it (`originated`)."""
    originated: bool
    conference_at: Micros | None
    """When somebody of it entered a conference room first."""
    ended_at: Micros | None
    answerer: Channel | None
    answered_at: Micros | None
    serving: bool
    pickup_of: Dial | None
    """The leg whose call the first answerer took."""
    present: tuple[str | None, ...]
    """Who talked with the caller last."""
    met: tuple[str | None, ...]
    """Everybody who ever talked with the caller."""
    talker: Channel | None
    stayed: Channel | None
    """Who goes on with the call after its caller left it by a transfer."""
    transfers: int
    retrieved: Channel | None
    """Who took the caller back from the parking lot."""
    hung_up_by: HungUpBy | None
    queue_joined_at: Micros | None
    queue_name: str | None
    recording_app: bool
    """The dialplan said that it runs voicemail or plays a message to the caller."""
    tone: bool | None
    """Whether the dialplan plays a busy or congestion tone to the caller, or a message; None
    where nothing told."""
    facts: tuple[Fact, ...]
    """What the timeline says besides legs, answer and end: few calls have any."""

    def __init__(self, linkedid: str, at: Micros, time_source: TimeSource) -> None:
        self.call_id = linkedid
        self.absorbed = self.channels = self.legs = self.doubts = self.present = self.met = ()
        self.facts = ()
        self.root = self.found = self.conference_at = self.ended_at = self.answerer = None
        self.answered_at = self.pickup_of = self.talker = self.stayed = self.retrieved = None
        self.hung_up_by = self.queue_joined_at = self.queue_name = self.tone = None
        self.started_at = at
        self.time_source = time_source
        self.alive = self.blur = self.transfers = 0
        self.broken = self.cut = self.start_seen = self.originated = self.serving = False
        self.recording_app = False
        self.begun = True

    @property
    def whole(self) -> bool:
        """Whether every channel of it was seen from its birth to its end."""
        return not (self.broken or self.cut or self.found)

    @property
    def line(self) -> Channel | None:
        """The channel of the caller's side."""
        return self.stayed or self.root

    def note(self, at: Micros, did: Did, who: str | None = None, to: str | None = None) -> None:
        """Adds a fact for the timeline."""
        self.facts += ((at, did, who, to),)

    def doubt(self, kind: str) -> None:
        """Notes that an event of this kind is missing. What happens after the answer is no matter
        of the verdict, so nothing is doubted then."""
        if self.answerer is None and kind not in self.doubts:
            self.doubts += (kind,)

    def let_go(self) -> None:
        """Unties what points at each other, so that a closed call is freed at once."""
        for channel in self.channels:
            channel.call = channel.half = channel.dial = None
            channel.dials = ()
        self.channels = self.legs = ()
        self.found = None
        self.root = self.answerer = self.talker = self.retrieved = self.pickup_of = None
        self.stayed = None


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


def missed(call: OpenCall | None, kind: str) -> None:
    """An event shows that another, of this kind, must have been sent and did not come."""
    if call is not None:
        call.doubt(kind)


def may_be_a_tone(call: OpenCall) -> bool:
    """Whether only the record of the last application can tell a busy tone, played to a caller
    whose line had been answered by a menu, from a recording."""
    root = call.root
    unanswered = call.answerer is None and bool(call.legs) and call.tone is None
    return unanswered and root is not None and is_up(root)


CANCELLED = 127
"""The Q.850 cause (interworking) that a SIP caller's CANCEL leaves on a PJSIP channel."""


def was_cancelled(channel: Channel) -> bool:
    """Whether the end of a caller's channel tells that its caller hung up before any answer.

    Only PJSIP does (pjsip: cause 127 after a CANCEL, in both versions); a channel that the PBX
    ends by itself has another cause.
    """
    return (
        channel.up_at is None and channel.cause == CANCELLED and channel.name.startswith("PJSIP/")
    )
