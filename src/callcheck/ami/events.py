"""One AMI message (bytes) in, one event of the core out. The only place that spells AMI names.

Most events of a PBX are not for us, and of the others a few headers are. Asterisk writes the
headers of one kind of event always in the same order, so their places are learned from the first
message: one pattern then skips to each, and checks that it is the one. A message that is different
is searched line by line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from callcheck.calls import events as happened
from callcheck.calls.events import ChannelBorn, ChannelFound, Event
from callcheck.calls.model import Micros

MANY_LAYOUTS = 16
"""How many layouts of one kind of message are learned; a real PBX has one to three."""


class Header(NamedTuple):
    """One header that an event needs: its name, and the pattern that catches its value (atomic: a
    message of another layout must fail at once, not be tried in a million ways)."""

    name: str
    value: str
    absent: str = "((?!))?"
    """What catches the value (None, or empty for a text) where the header is not there."""
    number: bool = False


def _text(name: str) -> Header:
    return Header(name, r"([^\r]*+)", "()")


def _optional(name: str) -> Header:
    """None where Asterisk says `<unknown>` or nothing."""
    return Header(name, r"(?><unknown>(?=\r|$)|([^\r]++)|)")


def _uniqueid(name: str) -> Header:
    """What the event makes no sense without."""
    return Header(name, r"([^\r]++)", "")


def _number(name: str) -> Header:
    """Zero where it is missing or no number."""
    return Header(name, r"(?>(\d{1,9})(?=\r|$)|[^\r]*+)", number=True)


TIMESTAMP = Header("Timestamp", r"(?>(\d{10}\.\d{6})(?=\r|$)|[^\r]*+)")
"""Seconds and microseconds since the epoch ("1763812345.012345"; manager.c)."""

Match = Callable[[str], re.Match[str] | None]


class Reader:
    """Makes one kind of event of the headers that it needs."""

    __slots__ = ("_headers", "_kind", "_layouts", "_numbers")

    def __init__(self, kind: type[tuple[Any, ...]], *headers: Header) -> None:
        self._kind = kind
        self._headers = (TIMESTAMP, *headers)
        self._numbers = tuple(i for i, header in enumerate(self._headers) if header.number)
        self._layouts: list[Match] = []

    def read(self, text: str, instead: Micros) -> tuple[Event, bool]:
        """The event in a message, and whether it told its time (else it is at `instead`).

        Raises ValueError if a header that the event cannot do without is missing.
        """
        for layout in self._layouts:
            match = layout(text)
            if match is not None:
                values: list[Any] = [*match.groups()]
                break
        else:
            values = self._search(text)
        for i in self._numbers:
            values[i] = int(values[i] or 0)
        stamp = values[0]
        if stamp is None:
            values[0] = instead
            return _MAKE(self._kind, values), False
        values[0] = int(stamp.replace(".", ""))
        return _MAKE(self._kind, values), True

    def _search(self, text: str) -> list[Any]:
        """The values by name; learns the layout of such a message."""
        lines = text.split("\r\n")
        by_name = {line.partition(": ")[0]: i for i, line in reversed(list(enumerate(lines)))}
        places = [by_name.get(header.name) for header in self._headers]
        values = [
            _value(header, None if place is None else lines[place])
            for header, place in zip(self._headers, places, strict=True)
        ]
        there = [place for place in places if place is not None]
        if there == sorted(there) and len(self._layouts) < MANY_LAYOUTS:
            self._layouts.append(_layout(self._headers, places))
        return values


_MAKE: Any = tuple.__new__
"""What a named tuple's own maker does, without the call in Python around it."""


def _value(header: Header, line: str | None) -> str | None:
    """The value in one line; ValueError if one that must be there is not."""
    if line is None:
        match = re.match(header.absent, "") if header.absent else None
    else:
        match = re.match(header.value, line.partition(": ")[2])
    if match is None:
        raise ValueError(f"no {header.name}")
    return match[1]


def _layout(headers: Sequence[Header], places: Sequence[int | None]) -> Match:
    """A pattern that skips whole lines and catches the values in the lines at `places`. Where a
    header is missing, none of the lines in which it could stand may be it: one message that was
    damaged would else hide the header in all that follow."""
    pattern: list[str] = []
    here = 0
    missing: list[str] = []
    for header, place in zip(headers, places, strict=True):
        if place is None:
            pattern.append(header.absent)
            missing.append(re.escape(header.name))
            continue
        pattern.append(_skip(missing) * (place - here))
        pattern.append(f"{re.escape(header.name)}: {header.value}")
        # the value's line still has its end; the next skip begins with it
        here, missing = place, []
    if missing:
        pattern.append(f"(?:{_skip(missing)})*+[^\\n]*+\\Z")
    return re.compile("".join(pattern)).match


def _skip(missing: Sequence[str]) -> str:
    """What skips the rest of a line, if the next begins with none of these names."""
    return r"[^\n]*+\n" + (f"(?!(?:{'|'.join(missing)}): )" if missing else "")


_CHANNEL = (
    _text("Channel"),
    _number("ChannelState"),
    _optional("CallerIDNum"),
    _optional("Exten"),
    _uniqueid("Uniqueid"),
    _text("Linkedid"),
)
# of a channel that was there before, its extension is no longer the number that was dialled; only
# the answer to a Status action still knows that (DNID)
_FOUND = tuple(h._replace(name="DNID") if h.name == "Exten" else h for h in _CHANNEL)

EVENTS: dict[bytes, Reader] = {
    b"Event: Newchannel": Reader(ChannelBorn, *_CHANNEL),
    b"Event: Newstate": Reader(
        happened.ChannelState, _number("ChannelState"), _uniqueid("Uniqueid")
    ),
    b"Event: Rename": Reader(happened.ChannelRenamed, _text("Newname"), _uniqueid("Uniqueid")),
    b"Event: DialBegin": Reader(
        happened.DialBegun,
        _optional("Exten"),
        _optional("Uniqueid"),
        _optional("DestCallerIDNum"),
        _uniqueid("DestUniqueid"),
        _optional("DialString"),
    ),
    b"Event: OriginateResponse": Reader(
        happened.Originated, _optional("Exten"), _uniqueid("Uniqueid")
    ),
    b"Event: DialState": Reader(
        happened.DialProgressed, _uniqueid("DestUniqueid"), _text("DialStatus")
    ),
    b"Event: DialEnd": Reader(
        happened.DialEnded,
        _optional("Exten"),
        _optional("Uniqueid"),
        _uniqueid("DestUniqueid"),
        _optional("Forward"),
        _text("DialStatus"),
    ),
    b"Event: BridgeEnter": Reader(
        happened.BridgeEntered,
        _uniqueid("BridgeUniqueid"),
        _optional("BridgeTechnology"),
        _optional("BridgeCreator"),
        _uniqueid("Uniqueid"),
        _optional("SwapUniqueid"),
    ),
    b"Event: BridgeLeave": Reader(
        happened.BridgeLeft, _uniqueid("BridgeUniqueid"), _uniqueid("Uniqueid")
    ),
    b"Event: HangupRequest": Reader(happened.HangupAsked, _uniqueid("Uniqueid")),
    b"Event: SoftHangupRequest": Reader(happened.HangupOrdered, _uniqueid("Uniqueid")),
    b"Event: Hangup": Reader(happened.HungUp, _uniqueid("Uniqueid"), _number("Cause")),
    b"Event: Pickup": Reader(happened.PickedUp, _uniqueid("Uniqueid"), _uniqueid("TargetUniqueid")),
    b"Event: BlindTransfer": Reader(
        happened.BlindlyTransferred,
        _uniqueid("TransfererUniqueid"),
        _optional("TransfereeUniqueid"),
        _optional("Extension"),
    ),
    b"Event: AttendedTransfer": Reader(
        happened.AttendedlyTransferred,
        _uniqueid("OrigTransfererUniqueid"),
        _optional("TransfereeUniqueid"),
        _optional("TransferTargetUniqueid"),
    ),
    b"Event: ParkedCall": Reader(happened.Parked, _uniqueid("ParkeeUniqueid")),
    b"Event: UnParkedCall": Reader(
        happened.Unparked, _uniqueid("ParkeeUniqueid"), _optional("RetrieverUniqueid")
    ),
    b"Event: QueueCallerJoin": Reader(happened.QueueJoined, _uniqueid("Uniqueid"), _text("Queue")),
    b"Event: QueueCallerLeave": Reader(happened.QueueLeft, _uniqueid("Uniqueid")),
    b"Event: AgentLogin": Reader(happened.AgentLoggedIn, _uniqueid("Uniqueid")),
    b"Event: ConfbridgeJoin": Reader(happened.ConferenceJoined, _uniqueid("Uniqueid")),
    b"Event: MeetmeJoin": Reader(happened.ConferenceJoined, _uniqueid("Uniqueid")),
    b"Event: Newexten": Reader(
        happened.AppStarted, _uniqueid("Uniqueid"), _optional("Extension"), _text("Application")
    ),
    b"Event: Shutdown": Reader(happened.PbxWentDown),
    # the answers of a snapshot
    b"Event: CoreShowChannel": Reader(ChannelFound, *_FOUND),
    b"Event: Status": Reader(ChannelFound, *_FOUND),
}
"""Every AMI event that means something to the core, and how it is read."""

INTRODUCTIONS = tuple(
    Reader(ChannelFound, *(header._replace(name=prefix + header.name) for header in _FOUND))
    for prefix in ("", "Dest", "Target")
)
"""The channels that a message speaks of, each with all that is told of it."""


def introduce(raw: bytes, at: Micros) -> list[Event]:
    """Every channel that a message speaks of, as found at `at`."""
    text = raw.decode("utf-8", "replace")
    found: list[Event] = []
    for reader in INTRODUCTIONS:
        try:
            found.append(reader.read(text, at)[0])
        except ValueError:
            continue
    return found


def time_in(raw: bytes) -> Micros | None:
    """The time that any message tells, an answer to a Ping for instance."""
    match = re.search(rb"\r\nTimestamp: (\d{10})\.(\d{6})\r", raw + b"\r")
    return int(match[1] + match[2]) if match else None
