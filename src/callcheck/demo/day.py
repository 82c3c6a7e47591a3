"""The recorded day in, timed events out, re-dated and renumbered for every new run of it.

The recording was laid out by `compose.py` on a nominal day that begins at second `BASE`.
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
"""The epoch second at which the nominal day begins; only differences to it matter."""

_DATED = re.compile(rb"(Timestamp: )?\b(\d{10})\.(\d+)\b")
_STAMP = re.compile(rb"\r\nTimestamp: (\d+)\.(\d{6})\r\n")


@dataclass(frozen=True)
class Day:
    """A working day of events.

    `events` are (microseconds since the day began, event without its closing blank line), in
    order; `ids` is the highest number that any `Uniqueid` of the day has after its dot.
    """

    events: tuple[tuple[int, bytes], ...]
    ids: int

    @cached_property
    def seconds(self) -> int:
        """How long it lasts, whole seconds, with a breath after the last call."""
        return (self.events[-1][0] // 1_000_000 if self.events else 0) + 5


def load(path: Path | None = None) -> Day:
    """The day in the package, or the recording in `path`; raises `ValueError` without events."""
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
        raise ValueError("the recording of the day holds no event with a time")
    events.sort(key=lambda e: e[0])
    return Day(tuple(events), ids)


def redated(raw: bytes, start: int, first_id: int) -> bytes:
    """An event of the nominal day in a run that began at second `start`.

    `first_id` is added to the number of every channel, so that no two runs share an id.
    """

    def moved(match: re.Match[bytes]) -> bytes:
        second = int(match[2]) - BASE + start
        if match[1]:
            return b"Timestamp: %d.%b" % (second, match[3])
        return b"%d.%d" % (second, int(match[3]) + first_id)

    return _DATED.sub(moved, raw)
