"""Which channels and bridges exist now, for answers to CoreShowChannels and BridgeList."""

from __future__ import annotations

import re

_KEY = re.compile(rb"\r\n(?:Bridge)?Uniqueid: ([^\r\n]+)")
_SKIPPED = (b"Event: ", b"Privilege: ", b"Timestamp: ")


class PbxState:
    """`channels` and `bridges`: the headers of the last event of each, by its id."""

    def __init__(self) -> None:
        self.channels: dict[bytes, bytes] = {}
        self.bridges: dict[bytes, bytes] = {}

    def clear(self) -> None:
        """Forgets everything, at the start of a day."""
        self.channels.clear()
        self.bridges.clear()

    def note(self, event: bytes) -> None:
        """Updates the state with one event."""
        name = event[7:].partition(b"\r\n")[0]
        found = _KEY.search(event)
        if found is None:
            return
        if name in (b"Newchannel", b"Newstate", b"NewConnectedLine", b"NewCallerid"):
            if name == b"Newchannel" or found[1] in self.channels:  # some events follow the Hangup
                self.channels[found[1]] = _headers(event)
        elif name == b"Hangup":
            self.channels.pop(found[1], None)
        elif name == b"BridgeCreate":
            self.bridges[found[1]] = _headers(event)
        elif name == b"BridgeDestroy":
            self.bridges.pop(found[1], None)


def _headers(event: bytes) -> bytes:
    return b"\r\n".join(li for li in event.split(b"\r\n") if not li.startswith(_SKIPPED))
