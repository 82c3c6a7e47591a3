"""Recorded calls in, a long AMI stream out in which many of them go on at once.

Each recording is cut once at everything that must not occur twice (ids, channel suffixes,
bridges, numbers, times); a play of it fills these places anew. Plays begin so that about
`in_flight` of them run at any moment, and their events are merged by time, as a PBX sends them.
"""

from __future__ import annotations

import gzip
import hashlib
import heapq
import os
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

from benchmarks.town import RECORDINGS, laboratory, numbers_of
from callcheck.ami.framing import Framer

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
_STAMP = re.compile(rb"\r\nTimestamp: (\d{10})\.(\d{6})")


def _places() -> re.Pattern[bytes]:
    """What of a message belongs to one call only."""
    house = sorted((n for _, p in laboratory() for n in (p["extension"], *p["numbers"])), key=len)
    mobiles = [party["mobile"] for _, party in laboratory() if "mobile" in party]
    numbers = "|".join([*reversed(house), *mobiles, r"29\d{6}"])
    return re.compile(
        rb"((?<=\r\nTimestamp: )[\d.]+"
        rb"|\b\d{10}\.\d+\b"
        rb"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
        rb"|(?<=-)[0-9a-f]{8}\b(?!-)"
        rb"|(?<![\d.])(?:%b)(?![\d.]))" % numbers.encode()
    )


@dataclass(frozen=True, slots=True)
class Scene:
    """One recording: its messages cut at their places, each with its µs after the first."""

    name: str
    messages: tuple[tuple[int, tuple[bytes, ...]], ...]

    @property
    def micros(self) -> int:
        return self.messages[-1][0]

    def play(self, begin: int, ids: Iterator[int], variant: int) -> Iterator[tuple[int, bytes]]:
        """The messages (without their blank line) of a play at `begin` µs, in one house."""
        new = _Naming(begin, ids, variant)
        for after, pieces in self.messages:
            at = begin + after
            new.stamp = b"%d.%06d" % divmod(at, 1_000_000)
            filled = list(pieces)
            filled[1::2] = [new[place] for place in pieces[1::2]]
            yield at, b"".join(filled)


class _Naming(dict[bytes, bytes]):
    """What each place of one play is filled with; made when it first occurs."""

    stamp = b""

    def __init__(self, begin: int, ids: Iterator[int], variant: int) -> None:
        super().__init__((k.encode(), v.encode()) for k, v in _numbers_of(variant).items())
        self.second, self.ids = begin // 1_000_000, ids

    def __missing__(self, place: bytes) -> bytes:
        if len(place) == 17 and place[10:11] == b".":
            return self.stamp
        number = next(self.ids)
        if b"." in place:
            made = b"%d.%d" % (self.second, number)
        elif len(place) == 36:
            made = place[:24] + b"%012x" % number
        elif place.startswith(b"29"):  # an outside caller
            made = b"26%06d" % (number % 1_000_000)
        else:
            made = b"%08x" % number
        self[place] = made
        return made


_numbers_of = cache(numbers_of)


@cache
def scenes(prefix: str = "") -> tuple[Scene, ...]:
    """The recordings of single situations in which every channel was seen from birth to end."""
    places = _places()
    found = []
    for path in sorted(RECORDINGS.glob(f"{prefix}*.ami.gz")):
        messages = _messages(path)
        born = sum(raw.startswith(b"Event: Newchannel\r") for _, raw in messages)
        died = sum(raw.startswith(b"Event: Hangup\r") for _, raw in messages)
        if born == died > 0 and len(messages) < 300:  # no soak, no endless loop
            cut = tuple((at, tuple(places.split(raw))) for at, raw in messages)
            found.append(Scene(path.name.removesuffix(".ami.gz"), cut))
    return tuple(found)


def _messages(path: Path) -> list[tuple[int, bytes]]:
    messages = []
    for raw in Framer().feed(gzip.decompress(path.read_bytes())):
        stamp = _STAMP.search(raw)
        if stamp and raw.startswith(b"Event: "):  # the answer to a Ping has a time too
            messages.append((int(stamp[1] + stamp[2]), raw))
    first = messages[0][0] if messages else 0
    return [(at - first, raw) for at, raw in messages]


def played(
    book: Sequence[Scene], plays: int, in_flight: int, variants: int, begin: int
) -> Iterator[bytes]:
    """Messages of `plays` plays of the book in turn, merged by time; begins at `begin` µs."""
    step = sum(scene.micros for scene in book) // len(book) // in_flight
    ids = count(1)
    running: list[tuple[int, int, bytes, Iterator[tuple[int, bytes]]]] = []
    for play in range(plays):
        start = begin + play * step
        while running and running[0][0] < start:
            yield _next_of(running)
        messages = book[play % len(book)].play(start, ids, play % variants)
        heapq.heappush(running, (start, play, next(messages)[1], messages))
    while running:
        yield _next_of(running)


def _next_of(running: list[tuple[int, int, bytes, Iterator[tuple[int, bytes]]]]) -> bytes:
    _, play, raw, messages = running[0]
    following = next(messages, None)
    if following is None:
        heapq.heappop(running)
    else:
        heapq.heapreplace(running, (following[0], play, following[1], messages))
    return raw


def today() -> int:
    """Midnight (UTC) in µs: the stream is of today, or the store would call it too old."""
    return int(time.time()) // 86_400 * 86_400 * 1_000_000


def stream_file(plays: int, in_flight: int, variants: int) -> Path:
    """The stream, without greeting, in a file that is made once a day."""
    book = scenes()
    key = repr((plays, in_flight, variants, today(), [(s.name, len(s.messages)) for s in book]))
    made_by = Path(__file__).read_bytes()
    name = hashlib.sha256(key.encode() + made_by).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"callcheck-bench-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.ami"
    if not path.exists():
        aside = path.with_suffix(f".{os.getpid()}")
        with aside.open("wb") as file:
            for raw in played(book, plays, in_flight, variants, today()):
                file.write(raw + b"\r\n\r\n")
        aside.rename(path)
    return path
