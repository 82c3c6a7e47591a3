"""What can happen to a channel, as values. Every event carries `at`, microseconds since the epoch
as the PBX stamped it; channels are named by their `uniqueid`.

These are Asterisk's own happenings under the field's names; which AMI event and header each one
comes from is spelled in `callcheck.ami.events` and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

from callcheck.calls.model import Micros

DOWN, RING, RINGING, UP, BUSY = 0, 4, 5, 6, 7
"""Channel states (Asterisk, `enum ast_channel_state`): RING calls the PBX, RINGING is rung."""


@dataclass(slots=True)
class Event:
    """Something that happened at one moment."""

    at: Micros


@dataclass(slots=True)
class PbxWentDown(Event):
    """The PBX stops or restarts (Shutdown): nothing is seen from here."""


@dataclass(slots=True)
class ChannelBorn(Event):
    """A channel came into being (Newchannel)."""

    name: str
    state: int
    caller: str | None
    exten: str | None
    uniqueid: str
    linkedid: str


@dataclass(slots=True)
class ChannelFound(ChannelBorn):
    """A channel that was there before we looked: a snapshot, or the first event to name it."""


@dataclass(slots=True)
class ChannelState(Event):
    """A channel changed its state (Newstate)."""

    state: int
    uniqueid: str


@dataclass(slots=True)
class ChannelRenamed(Event):
    """A masquerade gave a channel another's name (Rename)."""

    name: str
    uniqueid: str


@dataclass(slots=True)
class DialBegun(Event):
    """One channel dials another. `dialer` is None for an originated call."""

    exten: str | None
    dialer: str | None
    dest_number: str | None
    dest: str
    dial_string: str | None


@dataclass(slots=True)
class Originated(Event):
    """A channel that the PBX called by itself goes to `exten` (OriginateResponse)."""

    exten: str | None
    uniqueid: str


@dataclass(slots=True)
class DialProgressed(Event):
    """The far end of a dial says RINGING, PROGRESS or the like (DialState)."""

    dest: str
    status: str


@dataclass(slots=True)
class DialEnded(Event):
    """A dial ended; `forward` is where a phone sent the call by itself (302). `exten` is where the
    dialling channel is by then."""

    exten: str | None
    dialer: str | None
    dest: str
    forward: str | None
    status: str


@dataclass(slots=True)
class BridgeEntered(Event):
    """A channel entered a bridge, perhaps in another channel's place (`swap`)."""

    bridge: str
    technology: str | None
    creator: str | None
    uniqueid: str
    swap: str | None


@dataclass(slots=True)
class BridgeLeft(Event):
    """A channel left a bridge."""

    bridge: str
    uniqueid: str


@dataclass(slots=True)
class HangupAsked(Event):
    """The far end of a channel, or the PBX for it, wants to hang up (HangupRequest)."""

    uniqueid: str


@dataclass(slots=True)
class HungUp(Event):
    """A channel is gone. `cause` is its Q.850 cause, 0 if none was given."""

    uniqueid: str
    cause: int


@dataclass(slots=True)
class PickedUp(Event):
    """`picker` took the call that `target`, a ringing channel, was rung for (Pickup)."""

    picker: str
    target: str


@dataclass(slots=True)
class BlindlyTransferred(Event):
    """Somebody sent the other side on to `exten` without asking (BlindTransfer)."""

    transferer: str
    transferee: str | None
    exten: str | None


@dataclass(slots=True)
class AttendedlyTransferred(Event):
    """Somebody joined two of their calls and left (AttendedTransfer)."""

    transferer: str
    transferee: str | None
    target: str | None


@dataclass(slots=True)
class Parked(Event):
    """A channel was parked (ParkedCall)."""

    uniqueid: str


@dataclass(slots=True)
class Unparked(Event):
    """A parked channel was taken back by `retriever` (UnParkedCall)."""

    uniqueid: str
    retriever: str | None


@dataclass(slots=True)
class QueueJoined(Event):
    """A caller joined a queue (QueueCallerJoin)."""

    uniqueid: str
    queue: str


@dataclass(slots=True)
class QueueLeft(Event):
    """A caller left a queue: served, sent on or gone (QueueCallerLeave)."""

    uniqueid: str


@dataclass(slots=True)
class ConferenceJoined(Event):
    """A channel entered a conference room (ConfbridgeJoin, MeetmeJoin)."""

    uniqueid: str


@dataclass(slots=True)
class AppStarted(Event):
    """A channel runs a dialplan application (Newexten, if its class is read)."""

    uniqueid: str
    exten: str | None
    app: str


@dataclass(slots=True)
class Noted(Event):
    """Our dialplan says something of a channel (UserEvent)."""

    name: str
    uniqueid: str | None
    text: str | None
