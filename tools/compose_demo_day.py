"""Recordings of single calls in, one working day of a small ministry out (`day.ami.gz`).

    python -m tools.compose_demo_day tests/recordings/22 src/callcheck/demo/day.ami.gz

Every call was recorded from a real Asterisk; what is done to it is: moved in time, channels
and bridges renumbered so that none occurs twice, another outside caller, and, where somebody
talks, a longer talk. The same recordings always give the same day.
"""

from __future__ import annotations

import gzip
import random
import re
import sys
import tomllib
import uuid
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from callcheck.ami.framing import GREETING, Framer
from callcheck.demo.day import BASE
from callcheck.demo.folder import config_text

DAY_SECONDS = 8 * 3600 + 30 * 60  # 08:30 to 17:00
CALLS = 200
CALLER = b"29555001"  # the outside caller of the laboratory

# how often each kind of call is laid out, by the beginning of the recording's name
MIX = {
    "direct_1s": 30, "direct_4s": 34, "direct_9s": 26, "direct_14s5": 8, "direct_15s5": 6,
    "direct_22s": 5, "direct_": 4, "slow_first": 2, "ring_": 3, "two_devices": 4, "anonymous": 3,
    "abandoned_3s": 8, "abandoned_18s": 6, "abandoned_before": 1, "no_answer": 6, "busy": 5,
    "rejected": 3, "do_not": 3, "voicemail": 5, "unreach": 2, "internal": 12, "outgoing": 12,
    "group": 12, "hunt": 5, "pickup": 10, "queue": 14, "ivr": 3, "menu": 6, "cf": 8, "cfb": 2,
    "cfu": 4, "moved_302": 4, "together": 3, "follow_me": 2, "press_one": 2, "transfer": 6,
    "park": 3, "hold": 3, "conference": 1, "click": 2,
}  # fmt: skip
OPENING = ("direct_4s", "direct_1s", "direct_9s", "direct_15s5", "abandoned_3s", "direct_4s")
ANNA = b"201"  # whom most scenarios call; where no other phone rings, a colleague takes her part
LEFT_OUT = ("Cdr", "DeviceStateChange", "QueueMemberStatus", "FullyBooted")

_STAMP = re.compile(rb"\r\nTimestamp: (\d+)\.(\d{6})\r\n")
_ID = re.compile(rb"(?<![\d.])(\d{10})\.(\d+)(?=[\r\n]|$)")
_CHANNEL = re.compile(rb"\b(PJSIP|Local|Message)/([^\s;,]*?)-([0-9a-f]{8})(?=[;,\r\n ]|$)")
_BRIDGE = re.compile(rb"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_PHONE = re.compile(rb"Channel: PJSIP/(\d+)-")


@dataclass
class Recording:
    """One recorded scenario: (microseconds from its first event, event), in order."""

    name: str
    events: list[tuple[int, bytes]]
    phones: frozenset[bytes]
    first: int

    @property
    def seconds(self) -> float:
        return self.events[-1][0] / 1e6

    def played_by(self, extension: bytes, name: bytes) -> Recording:
        """The same with another person's phone in the part of Anna's."""
        number = re.compile(rb"\b(6[789]000)?%b\b" % ANNA)

        def recast(raw: bytes) -> bytes:
            raw = number.sub(lambda m: (m[1] or b"") + extension, raw)
            return re.sub(rb"\bAnna\b", name, raw)

        events = [(at, recast(raw)) for at, raw in self.events]
        return Recording(self.name, events, frozenset({extension}), self.first)

    def with_talk(self, seconds: float) -> Recording:
        """The same with a talk that is longer by so much; as it is when nobody talked."""
        begun = [i for i, (_, raw) in enumerate(self.events) if raw[7:18] == b"BridgeEnter"]
        ends = [i for i, (_, raw) in enumerate(self.events) if raw[7:20] == b"HangupRequest"]
        ends = [i for i in ends if begun and i > begun[-1]]
        if len(begun) != 2 or not ends:  # transfers, parking and the like keep their own pace
            return self
        late = int(seconds * 1e6)
        events = [(at + late if i >= ends[0] else at, r) for i, (at, r) in enumerate(self.events)]
        return Recording(self.name, events, self.phones, self.first)


@dataclass
class Numbers:
    """Ids that occur nowhere else in the day."""

    channels: count[int] = field(default_factory=lambda: count(1))
    suffixes: count[int] = field(default_factory=lambda: count(1))
    calls: count[int] = field(default_factory=lambda: count(1))

    def renumbered(self, recording: Recording, start: float) -> list[tuple[int, bytes]]:
        """The events of a call that begins `start` seconds after the day."""
        begin = BASE * 1_000_000 + int(start * 1e6)
        shift = begin // 1_000_000 - recording.first // 1_000_000
        call = next(self.calls)
        known: dict[bytes, bytes] = {}
        caller = b"2%07d" % (4_000_000 + call * 7919 % 5_000_000)

        def unique(m: re.Match[bytes]) -> bytes:
            return known.setdefault(m[0], b"%d.%d" % (int(m[1]) + shift, next(self.channels)))

        def channel(m: re.Match[bytes]) -> bytes:
            new = known.setdefault(m[1] + m[3], b"%08x" % next(self.suffixes))
            return b"%b/%b-%b" % (m[1], m[2], new)

        def bridge(m: re.Match[bytes]) -> bytes:
            return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{call} {m[0].decode()}")).encode()

        moved = []
        for after, raw in recording.events:
            head, _, body = raw.partition(b"\r\nTimestamp: ")
            body = body.partition(b"\r\n")[2]
            body = _BRIDGE.sub(bridge, _CHANNEL.sub(channel, _ID.sub(unique, body)))
            body = re.sub(rb"\b%b\b" % CALLER, caller, body)
            at = begin + after
            stamp = b"\r\nTimestamp: %d.%06d\r\n" % divmod(at, 1_000_000)
            moved.append((at, head + stamp + body))
        return moved


def read(path: Path) -> Recording | None:
    """A recording, if all its channels were seen from their beginning to their end."""
    events = []
    for raw in Framer().feed(gzip.decompress(path.read_bytes())):
        name = raw[7:].partition(b"\r\n")[0].decode("ascii", "replace")
        stamp = _STAMP.search(raw)
        if raw.startswith(b"Event: ") and stamp and name not in LEFT_OUT:
            events.append((int(stamp[1]) * 1_000_000 + int(stamp[2]), raw))
    born = sum(raw.startswith(b"Event: Newchannel\r") for _, raw in events)
    died = sum(raw.startswith(b"Event: Hangup\r") for _, raw in events)
    if not events or born != died:
        return None
    first = events[0][0]
    phones = frozenset(m[1] for _, raw in events for m in _PHONE.finditer(raw))
    name = path.name.removesuffix(".ami.gz")
    return Recording(name, [(at - first, raw) for at, raw in events], phones, first)


def shuffled(book: list[Recording], chance: random.Random) -> list[Recording]:
    """The calls of the day in their order: the opening, then the mix."""
    kinds: dict[str, list[Recording]] = {}
    for each in book:
        kind = max((k for k in MIX if each.name.startswith(k)), key=len, default=None)
        if kind and each.seconds < 60:
            kinds.setdefault(kind, []).append(each)
    by_name = {each.name: each for each in book}
    if missing := set(OPENING) - set(by_name):
        raise ValueError(f"the recordings of the opening are missing: {', '.join(sorted(missing))}")
    calls = [by_name[name] for name in OPENING]
    names = chance.choices(list(kinds), [MIX[k] for k in kinds], k=CALLS - len(calls))
    return calls + [chance.choice(kinds[name]) for name in names]


def members() -> list[tuple[bytes, bytes]]:
    """Extension and name of everybody in the demo house whose phone works."""
    house = tomllib.loads(config_text(5038, ""))
    people = [m for unit in house["unit"] for m in unit.get("member", [])]
    # in the laboratory nothing answers at the phones of 205 and 206
    return [
        (p["extension"].encode(), p["name"].encode())
        for p in people
        if p["extension"] not in ("205", "206")
    ]


def compose(folder: Path) -> bytes:
    """The day as an AMI stream, from the `*.ami.gz` of a folder. Raises `ValueError`."""
    book = [r for r in map(read, sorted(folder.glob("*.ami.gz"))) if r]
    if not book:
        raise ValueError(f"no whole recording in {folder}")
    chance = random.Random(22)
    calls = shuffled(book, chance)
    opening = [3.0 + 25 * i for i in range(len(OPENING))]
    slot = (DAY_SECONDS - 600) / (len(calls) - len(opening))  # so that no part of the day is idle
    rest = [180 + slot * (i + chance.random()) for i in range(len(calls) - len(opening))]
    numbers, people = Numbers(), members()
    busy: dict[bytes, float] = {}
    events: list[tuple[int, bytes]] = []
    for start, recorded in zip(opening + rest, calls, strict=True):
        call = recorded
        if call.phones == {ANNA}:
            call = recorded.played_by(*chance.choice(people))
        talking = call if start < 180 else call.with_talk(chance.uniform(15, 150))
        free = max([start, *(busy.get(phone, 0) for phone in call.phones)])
        busy |= dict.fromkeys(call.phones, free + talking.seconds + 3)
        events += numbers.renumbered(talking, free)
    events.sort(key=lambda e: e[0])
    return GREETING + b"11.0.0\r\n" + b"".join(raw + b"\r\n\r\n" for _, raw in events)


def main() -> None:
    """`compose.py FOLDER FILE`."""
    folder, target = map(Path, sys.argv[1:])
    target.write_bytes(gzip.compress(compose(folder), 9, mtime=0))


if __name__ == "__main__":
    main()
