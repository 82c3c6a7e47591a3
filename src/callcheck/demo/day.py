"""The recorded working day: its events, with new dates and ids each time it is played.

`tools/compose_demo_day.py` made the recording. Its nominal day begins at second `BASE`.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from callcheck.ami.framing import Framer

BASE = 1_600_000_000
"""Unix time at which the nominal day begins. Times are only used relative to it."""

_DATED = re.compile(rb"(Timestamp: )?\b(\d{10})\.(\d+)\b")
_STAMP = re.compile(rb"\r\nTimestamp: (\d+)\.(\d{6})\r\n")


@dataclass(frozen=True)
class Day:
    """A working day of events.

    `events` are pairs, in order: microseconds since the day began, and the event without its
    closing blank line. `ids` is the highest number after the dot of any `Uniqueid`.
    """

    events: tuple[tuple[int, bytes], ...]
    ids: int

    @cached_property
    def seconds(self) -> int:
        """Length of the day in whole seconds, with 5 s to spare after the last event."""
        return (self.events[-1][0] // 1_000_000 if self.events else 0) + 5


def load(path: Path | None = None) -> Day:
    """Loads the packaged day, or the recording in `path`. Raises ValueError if it has no events."""
    source = path if path is not None else files("callcheck.demo") / "day.ami.gz"
    data = source.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    events = []
    ids = 0
    for raw in Framer().feed(data):
        stamp = _STAMP.search(raw)
        if raw.startswith(b"Event: ") and stamp:
            events.append(((int(stamp[1]) - BASE) * 1_000_000 + int(stamp[2]), raw))
            ids = max([ids, *(int(m[3]) for m in _DATED.finditer(raw) if not m[1])])
    if not events:
        raise ValueError("the recording of the day has no event with a Timestamp")
    events.sort(key=lambda e: e[0])
    return Day(tuple(events), ids)


def redated(raw: bytes, start: int, first_id: int) -> bytes:
    """An event of the nominal day, moved to a run that began at Unix time `start`.

    `first_id` is added to the number of every channel, so that no two runs share an id.
    """

    def moved(match: re.Match[bytes]) -> bytes:
        second = int(match[2]) - BASE + start
        if match[1]:
            return b"Timestamp: %d.%b" % (second, match[3])
        return b"%d.%d" % (second, int(match[3]) + first_id)

    return _DATED.sub(moved, raw)
