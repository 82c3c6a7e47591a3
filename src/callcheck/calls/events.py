"""Defines the events of a PBX as plain values, independent of AMI.

Every event has `at`, the PBX's time stamp in microseconds since the epoch, and names channels by
their `uniqueid`. Only `callcheck.ami.events` knows which AMI event and header each one comes from.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from callcheck.calls.model import Micros

DOWN, RING, RINGING, UP, BUSY = 0, 4, 5, 6, 7
"""Channel states (Asterisk, `enum ast_channel_state`): with RING the far end calls the PBX, with
RINGING the PBX rings the far end."""


class Event(Protocol):
    """Something that happened at one moment. Named tuples: several are made for every call, and a
    dataclass takes three times as long."""

    @property
    def at(self) -> Micros: ...


class PbxWentDown(NamedTuple):
    """The PBX stops or restarts (Shutdown). We see nothing after it."""

    at: Micros


class ChannelBorn(NamedTuple):
    """The PBX made a channel (Newchannel)."""

    at: Micros
    name: str
    state: int
    caller: str | None
    exten: str | None
    uniqueid: str
    linkedid: str


class ChannelFound(ChannelBorn):
    """A channel that existed before we listened, from a listing or the first event to name it."""

    __slots__ = ()


class ChannelStatus(NamedTuple):
    """A channel in the PBX's answer to the action Status. Beside what `ChannelFound` has, it says
    when the channel was answered ("1795892237.981200", if it was) and which bridge it is in."""

    at: Micros
    name: str
    state: int
    caller: str | None
    exten: str | None
    uniqueid: str
    linkedid: str
    bridge: str | None
    answered: str | None


class ChannelState(NamedTuple):
    """The state of a channel changed (Newstate)."""

    at: Micros
    state: int
    uniqueid: str


class ChannelRenamed(NamedTuple):
    """A masquerade gave a channel the name of another one (Rename)."""

    at: Micros
    name: str
    uniqueid: str


class DialBegun(NamedTuple):
    """One channel dials another. `dialer` is None for an originated call."""

    at: Micros
    exten: str | None
    dialer: str | None
    dest_number: str | None
    dest: str
    dial_string: str | None


class Originated(NamedTuple):
    """A channel that the PBX called by itself goes to `exten` (OriginateResponse)."""

    at: Micros
    exten: str | None
    uniqueid: str


class DialProgressed(NamedTuple):
    """The far end of a dial reports RINGING, PROGRESS or the like (DialState)."""

    at: Micros
    dialer: str | None
    dest: str
    status: str


class DialEnded(NamedTuple):
    """A dial ended. `forward` is where the phone itself sent the call (302), `exten` the dialplan
    extension that the dialling channel is in by then."""

    at: Micros
    exten: str | None
    dialer: str | None
    dest: str
    forward: str | None
    status: str


class BridgeEntered(NamedTuple):
    """A channel entered a bridge, perhaps in another channel's place (`swap`)."""

    at: Micros
    bridge: str
    technology: str | None
    creator: str | None
    uniqueid: str
    swap: str | None


class BridgeLeft(NamedTuple):
    """A channel left a bridge."""

    at: Micros
    bridge: str
    uniqueid: str


class HangupAsked(NamedTuple):
    """The far end of a channel, or the PBX for it, wants to hang up (HangupRequest)."""

    at: Micros
    uniqueid: str


SHUTDOWN = 4
"""In `HangupOrdered.why`: the PBX is stopped on purpose (Asterisk, AST_SOFTHANGUP_SHUTDOWN)."""


class HangupOrdered(NamedTuple):
    """The PBX ends a channel (SoftHangupRequest), by itself or because its far end hung up. `why`
    is a set of flags (channel.h, AST_SOFTHANGUP_*), `exten` the channel's dialplan extension."""

    at: Micros
    exten: str | None
    uniqueid: str
    why: int


class HungUp(NamedTuple):
    """A channel is gone. `state` and `exten` are its last ones; `cause` is the Q.850 cause, 0 if
    the PBX gave none."""

    at: Micros
    state: int
    exten: str | None
    uniqueid: str
    cause: int


class PickedUp(NamedTuple):
    """`picker` took the call for which the channel `target` was ringing (Pickup)."""

    at: Micros
    picker: str
    target: str


class BlindlyTransferred(NamedTuple):
    """`transferer` sent the other side on to `exten` without asking there first (BlindTransfer)."""

    at: Micros
    transferer: str
    transferee: str | None
    exten: str | None


class AttendedlyTransferred(NamedTuple):
    """Somebody joined two of their calls and left (AttendedTransfer). `transferer` is their line in
    the first call, `second` the one in the other; `destination` is Bridge, App, Link, Threeway or
    Fail: with App, `second` was alone in an application, and `transferee` takes its place."""

    at: Micros
    transferer: str
    second: str | None
    transferee: str | None
    target: str | None
    destination: str


class Parked(NamedTuple):
    """A channel was parked (ParkedCall)."""

    at: Micros
    uniqueid: str


class Unparked(NamedTuple):
    """A parked channel was taken back by `retriever` (UnParkedCall)."""

    at: Micros
    uniqueid: str
    retriever: str | None


class QueueJoined(NamedTuple):
    """A caller joined a queue (QueueCallerJoin)."""

    at: Micros
    uniqueid: str
    queue: str


class QueueLeft(NamedTuple):
    """A caller left a queue: served, sent on or gone (QueueCallerLeave)."""

    at: Micros
    uniqueid: str


class QueueAbandoned(NamedTuple):
    """A caller left a queue unserved (QueueCallerAbandon). Asterisk sends it when the caller hangs
    up, but also when the queue's own time is up. `exten` is where the caller waited."""

    at: Micros
    exten: str | None
    uniqueid: str


class RecordWritten(NamedTuple):
    """The PBX wrote a call detail record (Cdr); `app` is the last application of its channel."""

    at: Micros
    app: str
    uniqueid: str


class AgentLoggedIn(NamedTuple):
    """An agent logged in: the channel stays up and waits for callers of its queues (AgentLogin)."""

    at: Micros
    uniqueid: str


class ConferenceJoined(NamedTuple):
    """A channel entered a conference room (ConfbridgeJoin, MeetmeJoin)."""

    at: Micros
    uniqueid: str


class AppStarted(NamedTuple):
    """A channel runs a dialplan application (Newexten, if our `read=` includes its class)."""

    at: Micros
    uniqueid: str
    exten: str | None
    app: str
