"""Holds the state of a call that is still open: channels, dials, bridges and their times.

These are only facts. `outcome` decides once, after the call has ended, what they mean.
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
"""Channel technologies that Asterisk uses internally; never a phone."""


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
        "left_hold_at",
        "left_queue_at",
        "linkedid",
        "name",
        "ordered_at",
        "phone",
        "queue",
        "rang_at",
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
    rang_at: Micros | None
    """When it rang, if no event had reported by then who dialled it."""
    asked_at: Micros | None
    hung_at: Micros | None
    ordered_at: Micros | None
    """When the PBX ordered this channel to end (SoftHangupRequest)."""
    abandoned_at: Micros | None
    """When its queue reported that it left unserved (QueueCallerAbandon)."""
    waited_in: str | None
    """The dialplan extension that it was in at that moment."""
    left_queue_at: Micros | None
    """When it last left a queue."""
    left_hold_at: Micros | None
    """When it last left a holding bridge: music, or a parking lot."""
    last_exten: str | None
    """The dialplan extension that it ended in, not counting `h`."""
    cause: int
    bridge: Bridge | None
    half: Channel | None
    """The other half of a Local pair."""
    dial: Dial | None
    """The dial that made this channel."""
    dials: tuple[Dial, ...]
    """What this channel dialled, in order."""
    queue: str | None
    """The queue that this caller waits in; empty if its name is not known."""
    agent: bool
    """Whether an agent waits for callers on it, in a call of its own (AgentLogin)."""
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
        self.rang_at = self.left_queue_at = self.left_hold_at = None
        self.bridge = self.half = self.dial = self.queue = self.extension = None
        self.state = self.born_at = self.cause = 0
        self.dials = ()
        self.agent = self.joined = self.phone = False
        self.name = name

    def named(self, name: str, directory: Directory) -> None:
        """Sets the name, and from it whether this is a phone, and whose."""
        self.name = name
        self.phone = name.partition("/")[0] not in _PLUMBING
        self.extension = directory.extension_of_device(device_of(name)) if self.phone else None

    @property
    def device(self) -> str:
        """The name of its device, such as `PJSIP/201`."""
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
    """One dial of one channel by another. It is a leg if the dialled channel is a phone."""

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
    """The dialplan extension that the dialling channel was in."""
    number: str | None
    """The outside number dialled."""
    queue: str | None
    ring_at: Micros | None
    ring_source: RingSource | None
    ended_at: Micros | None
    status: str
    forward: str | None
    silent: bool
    """Whether no event reported that it rang."""
    redirected: bool
    """Cancelled because an operator sent the caller elsewhere."""
    picker: Channel | None
    """The channel that took the call while this phone rang."""

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
        """Notes the first end; a queue sends DialEnd twice."""
        if self.ended_at is None:
            self.ended_at, self.status = at, intern(status)

    def __repr__(self) -> str:
        return f"<{self.dialer} dials {self.dest} {self.status}>"


class Bridge:
    """A bridge. In a holding bridge (music, parking lot) or a conference nobody is connected with
    the caller."""

    __slots__ = ("bridge_id", "members", "private", "shared")

    def __init__(self, bridge_id: str) -> None:
        self.bridge_id = bridge_id
        self.members: list[Channel] = []
        self.private = True
        self.shared = False
        """Whether it ever had two members at the same time."""


PBX_STOPPED = "Shutdown"
"""The doubt of a call that ended because the PBX was stopped on purpose."""
CLOCK_SET = "Clock"
"""The doubt of a call that nobody answered, during which the PBX's clock was set."""

Fact = tuple[Micros, Did, str | None, str | None]


class OpenCall:
    """A call while it lasts. It uses tuples, because most calls have two channels and one leg, and
    ten thousand may be open."""

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
        "kept_waiting",
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
        "step_at_leg",
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
    """All channels that ever belonged to it."""
    alive: int
    legs: tuple[Dial, ...]
    broken: bool
    """Whether we missed something that nothing bounds: a channel's birth, or a jump of the
    clock."""
    cut: bool
    """Whether the stream ended or broke off during the call."""
    found: dict[Channel, tuple[Micros, int]] | None
    """Channels that existed before we listened: when we found them, and in which state."""
    blur: Micros
    """How far any time between two of its events may be off in either direction."""
    doubts: tuple[str, ...]
    """Kinds of events that the PBX must have sent before any answer, but that did not reach us."""
    start_seen: bool
    begun: bool
    """Whether we know who called: a root that is born Down either calls the PBX (chan_sip) or is
    called by it (`originated`)."""
    originated: bool
    conference_at: Micros | None
    """When the first of its channels entered a conference room."""
    ended_at: Micros | None
    answerer: Channel | None
    answered_at: Micros | None
    serving: bool
    pickup_of: Dial | None
    """The ringing leg that the first answerer picked up."""
    present: tuple[str | None, ...]
    """The parties that talked with the caller last."""
    met: tuple[str | None, ...]
    """All parties that ever talked with the caller."""
    talker: Channel | None
    stayed: Channel | None
    """The channel that goes on with the call after its caller left by a transfer."""
    transfers: int
    retrieved: Channel | None
    """The channel that took the caller back from the parking lot."""
    hung_up_by: HungUpBy | None
    queue_joined_at: Micros | None
    queue_name: str | None
    recording_app: bool
    """Whether the dialplan runs voicemail or plays a message to the caller (Newexten)."""
    tone: bool | None
    """True if the dialplan plays a busy or congestion tone to the caller, False if a message; None
    if not known."""
    kept_waiting: bool
    """Whether the dialplan kept the caller waiting to the end, with music or parked."""
    step_at_leg: int | None
    """How many legs it had when the PBX's clock was set; None if it was not."""
    facts: tuple[Fact, ...]
    """Steps of the timeline other than legs, answer and end; few calls have any."""

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
        self.recording_app = self.kept_waiting = False
        self.step_at_leg = None
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
        """Notes that an event of this kind is missing. Events after the answer do not affect the
        verdict, so they are ignored."""
        if self.answerer is None and kind not in self.doubts:
            self.doubts += (kind,)

    def let_go(self) -> None:
        """Breaks reference cycles, so that a closed call is freed without the garbage collector."""
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
    found = [channel]  # a handful of channels: a set would be slower
    for here in found:  # the list grows during the loop
        bridge, half = here.bridge, here.half
        if bridge is not None and bridge.private:
            found += [other for other in bridge.members if other not in found]
        if half is not None and half not in found:
            found.append(half)
    return found


def left_ringing(dial: Dial) -> bool:
    """Whether a leg hung up without a DialEnd. Then another phone took its call: Asterisk sends
    none for a ringing phone that is replaced (INVITE with Replaces, RFC 3891)."""
    return dial.dest.hung_at is not None and not dial.status and dial.picker is None


def missed(call: OpenCall | None, kind: str) -> None:
    """Notes that the PBX must have sent an event of this kind that did not reach us."""
    if call is not None:
        call.doubt(kind)


def may_be_a_tone(call: OpenCall) -> bool:
    """Whether only a call detail record can distinguish a busy tone from a recording, because a
    menu had answered the caller's channel before."""
    root = call.root
    unanswered = call.answerer is None and bool(call.legs) and call.tone is None
    return unanswered and root is not None and is_up(root)


CANCELLED = 127
"""The Q.850 cause (interworking) of a PJSIP channel whose caller sent CANCEL."""


def was_cancelled(channel: Channel) -> bool:
    """Whether the hang-up cause shows that the caller hung up before any answer.

    Only PJSIP channels show it, by cause 127 after a CANCEL, in Asterisk 16 and 22. A channel that
    the PBX itself ends has another cause.
    """
    return (
        channel.up_at is None and channel.cause == CANCELLED and channel.name.startswith("PJSIP/")
    )
