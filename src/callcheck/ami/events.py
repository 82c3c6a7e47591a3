"""Decodes AMI messages into events of the core, and is the only place that spells AMI names.

We need a few headers of a few kinds of event. Asterisk always writes the headers of one kind in
the same order, so a decoder learns their places from the first message: one pattern then skips to
each line and checks that it has the right name. A message with another layout is searched by name.

Patterns here never repeat a group possessively, as in `(?:...)*+`, and never put such a repeat
into an atomic group. Python 3.11.0 to 3.11.4, which Debian 12 ships, match both wrongly: after a
round that failed halfway they go on from where it failed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from callcheck.calls import events as happened
from callcheck.calls.events import ChannelBorn, ChannelFound, Event
from callcheck.calls.model import Micros

MANY_LAYOUTS = 16
"""How many layouts of one kind of event are learned. A real PBX has one to three."""


class Header(NamedTuple):
    """A header that an event needs, with the pattern that captures its value.

    The pattern must be atomic, so that a message with another layout fails at once instead of
    being tried in every possible way: callers choose their names, and could choose slow ones.
    """

    name: str
    value: str
    absent: str = "((?!))?"
    """Captures the value of a header that is missing: None, or "" for a text. Without a pattern
    the header is required."""
    number: bool = False


def _text(name: str) -> Header:
    return Header(name, r"([^\r]*+)", "()")


def _optional(name: str) -> Header:
    """None where Asterisk writes `<unknown>` or nothing."""
    return Header(name, r"(?><unknown>(?=\r|$)|([^\r]++)|)")


def _uniqueid(name: str) -> Header:
    """A required header, which may not be empty."""
    return Header(name, r"([^\r]++)", "")


def _number(name: str) -> Header:
    """Zero where the header is missing or not a number."""
    return Header(name, r"(?>(\d{1,9})(?=\r|$)|[^\r]*+)", number=True)


TIMESTAMP = Header("Timestamp", r"(?>(\d{10}\.\d{6})(?=\r|$)|[^\r]*+)")
"""Seconds and microseconds since the epoch ("1763812345.012345"; manager.c)."""

Match = Callable[[str], re.Match[str] | None]


class EventDecoder:
    """Decodes one kind of event from the headers that it needs."""

    __slots__ = ("_headers", "_kind", "_layouts", "_numbers")

    def __init__(self, kind: type[tuple[Any, ...]], *headers: Header) -> None:
        self._kind = kind
        self._headers = (TIMESTAMP, *headers)
        self._numbers = tuple(i for i, header in enumerate(self._headers) if header.number)
        self._layouts: list[Match] = []

    def decode(self, text: str, instead: Micros) -> tuple[Event, bool]:
        """Returns the event in a message, and whether the message has a time of its own; without
        one, the event is at `instead`. Raises ValueError if a required header is missing."""
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
        """Finds the values by name, and learns the layout of the message."""
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
"""Makes a named tuple without the Python call that its own constructor costs."""


def _value(header: Header, line: str | None) -> str | None:
    """The value in one line. Raises ValueError if the header is required and has none."""
    if line is None:
        match = re.match(header.absent, "") if header.absent else None
    else:
        match = re.match(header.value, line.partition(": ")[2])
    if match is None:
        raise ValueError(f"no {header.name}")
    return match[1]


def _layout(headers: Sequence[Header], places: Sequence[int | None]) -> Match:
    """Compiles the pattern that skips whole lines and captures the values in the lines at
    `places`. A header that was missing may not stand in any line where it could: otherwise one
    damaged message would hide the header in all messages after it."""
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
        # the end of this line is still to come; the next skip begins with it
        here, missing = place, []
    if missing:
        pattern.append(rf"(?!(?s:.*)\n{_names(missing)})")  # in no line to the end
    return re.compile("".join(pattern)).match


def _skip(missing: Sequence[str]) -> str:
    """Skips the rest of a line, if the next line has none of these names."""
    return r"[^\n]*+\n" + (f"(?!{_names(missing)})" if missing else "")


def _names(names: Sequence[str]) -> str:
    return f"(?:{'|'.join(names)}): "


_CHANNEL = (
    _text("Channel"),
    _number("ChannelState"),
    _optional("CallerIDNum"),
    _optional("Exten"),
    _uniqueid("Uniqueid"),
    _uniqueid("Linkedid"),
)
# The extension of a channel that existed before us is no longer the number that was dialled. Only
# the answer to a Status action still has that number (DNID).
_FOUND = tuple(h._replace(name="DNID") if h.name == "Exten" else h for h in _CHANNEL)

_ANSWERED = Header("Variable", r"(?>CDR\(answer,u\)=(\d{10}\.\d{6})(?=\r|$)|[^\r]*+)")
"""What `Variables: CDR(answer,u)` of the action Status asks for; None if it was not answered."""

RECORDS = {
    b"Event: Cdr": EventDecoder(
        happened.RecordWritten, _text("LastApplication"), _uniqueid("UniqueID")
    )
}
"""Call detail records. Only those of some applications are decoded."""

EVENTS: dict[bytes, EventDecoder] = {
    b"Event: Newchannel": EventDecoder(ChannelBorn, *_CHANNEL),
    b"Event: Newstate": EventDecoder(
        happened.ChannelState, _number("ChannelState"), _uniqueid("Uniqueid")
    ),
    b"Event: Rename": EventDecoder(
        happened.ChannelRenamed, _text("Newname"), _uniqueid("Uniqueid")
    ),
    b"Event: DialBegin": EventDecoder(
        happened.DialBegun,
        _optional("Exten"),
        _optional("Uniqueid"),
        _optional("DestCallerIDNum"),
        _uniqueid("DestUniqueid"),
        _optional("DialString"),
    ),
    b"Event: OriginateResponse": EventDecoder(
        happened.Originated, _optional("Exten"), _uniqueid("Uniqueid")
    ),
    b"Event: DialState": EventDecoder(
        happened.DialProgressed,
        _optional("Uniqueid"),
        _uniqueid("DestUniqueid"),
        _text("DialStatus"),
    ),
    b"Event: DialEnd": EventDecoder(
        happened.DialEnded,
        _optional("Exten"),
        _optional("Uniqueid"),
        _uniqueid("DestUniqueid"),
        _optional("Forward"),
        _text("DialStatus"),
    ),
    b"Event: BridgeEnter": EventDecoder(
        happened.BridgeEntered,
        _uniqueid("BridgeUniqueid"),
        _optional("BridgeTechnology"),
        _optional("BridgeCreator"),
        _uniqueid("Uniqueid"),
        _optional("SwapUniqueid"),
    ),
    b"Event: BridgeLeave": EventDecoder(
        happened.BridgeLeft, _uniqueid("BridgeUniqueid"), _uniqueid("Uniqueid")
    ),
    b"Event: HangupRequest": EventDecoder(happened.HangupAsked, _uniqueid("Uniqueid")),
    b"Event: SoftHangupRequest": EventDecoder(
        happened.HangupOrdered, _optional("Exten"), _uniqueid("Uniqueid"), _number("Cause")
    ),
    b"Event: Hangup": EventDecoder(
        happened.HungUp,
        _number("ChannelState"),
        _optional("Exten"),
        _uniqueid("Uniqueid"),
        _number("Cause"),
    ),
    b"Event: Pickup": EventDecoder(
        happened.PickedUp, _uniqueid("Uniqueid"), _uniqueid("TargetUniqueid")
    ),
    b"Event: BlindTransfer": EventDecoder(
        happened.BlindlyTransferred,
        _uniqueid("TransfererUniqueid"),
        _optional("TransfereeUniqueid"),
        _optional("Extension"),
    ),
    b"Event: AttendedTransfer": EventDecoder(
        happened.AttendedlyTransferred,
        _uniqueid("OrigTransfererUniqueid"),
        _optional("SecondTransfererUniqueid"),
        _optional("TransfereeUniqueid"),
        _optional("TransferTargetUniqueid"),
        _text("DestType"),
    ),
    b"Event: ParkedCall": EventDecoder(happened.Parked, _uniqueid("ParkeeUniqueid")),
    b"Event: UnParkedCall": EventDecoder(
        happened.Unparked, _uniqueid("ParkeeUniqueid"), _optional("RetrieverUniqueid")
    ),
    b"Event: QueueCallerJoin": EventDecoder(
        happened.QueueJoined, _uniqueid("Uniqueid"), _text("Queue")
    ),
    b"Event: QueueCallerLeave": EventDecoder(happened.QueueLeft, _uniqueid("Uniqueid")),
    b"Event: QueueCallerAbandon": EventDecoder(
        happened.QueueAbandoned, _optional("Exten"), _uniqueid("Uniqueid")
    ),
    b"Event: AgentLogin": EventDecoder(happened.AgentLoggedIn, _uniqueid("Uniqueid")),
    b"Event: ConfbridgeJoin": EventDecoder(happened.ConferenceJoined, _uniqueid("Uniqueid")),
    b"Event: MeetmeJoin": EventDecoder(happened.ConferenceJoined, _uniqueid("Uniqueid")),
    b"Event: Newexten": EventDecoder(
        happened.AppStarted, _uniqueid("Uniqueid"), _optional("Extension"), _text("Application")
    ),
    b"Event: Shutdown": EventDecoder(happened.PbxWentDown),
    # the answers of a snapshot
    b"Event: CoreShowChannel": EventDecoder(ChannelFound, *_FOUND),
    b"Event: Status": EventDecoder(
        happened.ChannelStatus, *_FOUND, _optional("BridgeID"), _ANSWERED
    ),
}
"""Every AMI event that means something to the core, by its first line, with its decoder."""

INTRODUCTIONS = tuple(
    EventDecoder(ChannelFound, *(header._replace(name=prefix + header.name) for header in _FOUND))
    for prefix in ("", "Dest", "Target")
)
"""Decoders of the channels that a message of any kind mentions, with everything it says of each."""


def introduce(raw: bytes, at: Micros) -> list[Event]:
    """Every channel that a message mentions, as found at `at`."""
    text = raw.decode("utf-8", "replace")
    found: list[Event] = []
    for decoder in INTRODUCTIONS:
        try:
            found.append(decoder.decode(text, at)[0])
        except ValueError:
            continue
    return found


def time_in(raw: bytes) -> Micros | None:
    """The time in a message of any kind, for instance in the answer to a Ping."""
    match = re.search(rb"\r\nTimestamp: (\d{10})\.(\d{6})\r", raw + b"\r")
    return int(match[1] + match[2]) if match else None


def last_application(record: bytes) -> str:
    """The last application of a call detail record, in lower case; empty if it names none."""
    start = record.find(b"\r\nLastApplication: ") + 19
    if start < 19:
        return ""
    end = record.find(b"\r", start)
    return record[start : end if end > 0 else None].decode("ascii", "replace").lower()
