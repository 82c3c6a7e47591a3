"""One AMI message (bytes) in, one event of the core out. The only place that spells AMI names.

Most events of a PBX are not for us, and of the others a few headers are. Asterisk writes the
headers of one kind of event always in the same order, so their places are learned from the first
message of each length: one pattern then skips to each, and checks that it is the one. A message
that is different is searched line by line.
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
    """One header that an event needs: its name, and the pattern that catches its value."""

    name: str
    value: str
    absent: str = "((?!))?"
    """What catches the value (None, or empty for a text) where the header is not there."""
    number: bool = False


def _text(name: str) -> Header:
    return Header(name, r"([^\r]*)", "()")


def _optional(name: str) -> Header:
    """None where Asterisk says `<unknown>` or nothing."""
    return Header(name, r"(?:<unknown>(?=\r|$)|([^\r]+)|)")


def _uniqueid(name: str) -> Header:
    """What the event makes no sense without."""
    return Header(name, r"([^\r]+)", "")


def _number(name: str) -> Header:
    """Zero where it is missing or no number."""
    return Header(name, r"(?:(\d{1,9})(?=\r|$)|[^\r]*)", number=True)


class Reader:
    """Makes one kind of event of the headers that it needs."""

    __slots__ = ("_headers", "_layouts", "_make", "_numbers")

    def __init__(self, make: Callable[..., Event], *headers: Header) -> None:
        self._make = make
        self._headers = (_text("Timestamp"), *headers)
        self._numbers = tuple(i for i, header in enumerate(headers) if header.number)
        self._layouts: dict[int, re.Pattern[str]] = {}

    def read(self, text: str, instead: Micros) -> tuple[Event, bool]:
        """The event in a message, and whether it told its time (else it is at `instead`).

        Raises ValueError if a header that the event cannot do without is missing.
        """
        layout = self._layouts.get(text.count("\n"))
        match = layout.match(text) if layout is not None else None
        stamp, *values = match.groups() if match is not None else self._search(text)
        for i in self._numbers:
            values[i] = int(values[i] or 0)
        at = _micros(stamp)
        return self._make(instead if at is None else at, *values), at is not None

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
            self._layouts[len(lines) - 1] = _layout(self._headers, places)
        return values


def _value(header: Header, line: str | None) -> str | None:
    """The value in one line; ValueError if one that must be there is not."""
    if line is None:
        match = re.match(header.absent, "") if header.absent else None
    else:
        match = re.match(header.value, line.partition(": ")[2])
    if match is None:
        raise ValueError(f"no {header.name}")
    return match[1]


def _layout(headers: Sequence[Header], places: Sequence[int | None]) -> re.Pattern[str]:
    """A pattern that skips whole lines and catches the values in the lines at `places`."""
    pattern, here = [], 0
    for header, place in zip(headers, places, strict=True):
        if place is None:
            pattern.append(header.absent)
            continue
        skip = f"(?:[^\\n]*\\n){{{place - here}}}"
        pattern.append(f"{skip}{re.escape(header.name)}: {header.value}")
        # the value's line still has its end; the next skip begins with it
        here = place
    return re.compile("".join(pattern))


_CHANNEL = (
    _text("Channel"),
    _number("ChannelState"),
    _optional("CallerIDNum"),
    _optional("Exten"),
    _uniqueid("Uniqueid"),
    _text("Linkedid"),
)
_DEST = (
    _text("DestChannel"),
    _number("DestChannelState"),
    _optional("DestCallerIDNum"),
    _optional("DestExten"),
    _uniqueid("DestUniqueid"),
    _text("DestLinkedid"),
)

EVENTS: dict[bytes, Reader] = {
    b"Newchannel": Reader(ChannelBorn, *_CHANNEL),
    b"Newstate": Reader(happened.ChannelState, _number("ChannelState"), _uniqueid("Uniqueid")),
    b"Rename": Reader(happened.ChannelRenamed, _text("Newname"), _uniqueid("Uniqueid")),
    b"DialBegin": Reader(
        happened.DialBegun,
        _optional("Exten"),
        _optional("Uniqueid"),
        _optional("DestCallerIDNum"),
        _uniqueid("DestUniqueid"),
        _optional("DialString"),
    ),
    b"DialState": Reader(happened.DialProgressed, _uniqueid("DestUniqueid"), _text("DialStatus")),
    b"DialEnd": Reader(
        happened.DialEnded,
        _optional("Exten"),
        _optional("Uniqueid"),
        _uniqueid("DestUniqueid"),
        _text("DialStatus"),
        _optional("Forward"),
    ),
    b"BridgeEnter": Reader(
        happened.BridgeEntered,
        _uniqueid("BridgeUniqueid"),
        _optional("BridgeTechnology"),
        _optional("BridgeCreator"),
        _uniqueid("Uniqueid"),
        _optional("SwapUniqueid"),
    ),
    b"BridgeLeave": Reader(happened.BridgeLeft, _uniqueid("BridgeUniqueid"), _uniqueid("Uniqueid")),
    b"HangupRequest": Reader(happened.HangupAsked, _uniqueid("Uniqueid")),
    b"Hangup": Reader(happened.HungUp, _uniqueid("Uniqueid"), _number("Cause")),
    b"Pickup": Reader(happened.PickedUp, _uniqueid("Uniqueid"), _uniqueid("TargetUniqueid")),
    b"BlindTransfer": Reader(
        happened.BlindlyTransferred,
        _uniqueid("TransfererUniqueid"),
        _optional("TransfereeUniqueid"),
        _optional("Extension"),
    ),
    b"AttendedTransfer": Reader(
        happened.AttendedlyTransferred,
        _uniqueid("OrigTransfererUniqueid"),
        _optional("TransfereeUniqueid"),
        _optional("TransferTargetUniqueid"),
    ),
    b"ParkedCall": Reader(happened.Parked, _uniqueid("ParkeeUniqueid")),
    b"UnParkedCall": Reader(
        happened.Unparked, _uniqueid("ParkeeUniqueid"), _optional("RetrieverUniqueid")
    ),
    b"QueueCallerJoin": Reader(happened.QueueJoined, _uniqueid("Uniqueid"), _text("Queue")),
    b"QueueCallerLeave": Reader(happened.QueueLeft, _uniqueid("Uniqueid")),
    b"ConfbridgeJoin": Reader(happened.ConferenceJoined, _uniqueid("Uniqueid")),
    b"MeetmeJoin": Reader(happened.ConferenceJoined, _uniqueid("Uniqueid")),
    b"Newexten": Reader(
        happened.AppStarted, _optional("Extension"), _text("Application"), _uniqueid("Uniqueid")
    ),
    # the answers of a snapshot
    b"CoreShowChannel": Reader(ChannelFound, *_CHANNEL),
    b"Status": Reader(ChannelFound, *_CHANNEL),
}
"""Every AMI event that means something to the core, and how it is read."""

INTRODUCTIONS = (
    Reader(ChannelFound, *_CHANNEL),
    Reader(ChannelFound, *_DEST),
    Reader(ChannelFound, *(header._replace(name=f"Target{header.name}") for header in _CHANNEL)),
)
"""The channels that a message speaks of, each with all that is told of it."""


class Decoder:
    """Turns messages into events.

    `broken` counts messages of a wanted kind that could not be read, `untimed` those without a
    `Timestamp`.
    """

    def __init__(self) -> None:
        self.broken = 0
        self.untimed = 0

    def decode(self, raw: bytes, instead: Micros) -> Event | None:
        """The event in a message, if it holds one for us. `instead` is its time where the message
        tells none."""
        reader = EVENTS.get(raw[7 : raw.find(b"\r", 7)])
        if reader is None or raw[:7] != b"Event: ":
            return None
        try:
            event, timed = reader.read(raw.decode("utf-8", "replace"), instead)
        except ValueError:
            self.broken += 1
            return None
        self.untimed += not timed
        return event

    def introduce(self, raw: bytes, at: Micros) -> list[Event]:
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
    match = re.search(rb"\r\nTimestamp: ([^\r]*)", raw)
    return _micros(match[1].decode("ascii", "replace")) if match else None


def _micros(stamp: str) -> Micros | None:
    """A `Timestamp` header ("1763812345.012345", seconds.microseconds; manager.c) in µs."""
    if len(stamp) == 17 and stamp[10] == "." and stamp.isascii():
        whole = stamp[:10] + stamp[11:]
        return int(whole) if whole.isdigit() else None
    return None
