"""Recordings of a real Asterisk in, their messages, calls and truths out.

A recording is an AMI stream (`tests/recordings/<version>/<scenario>.ami.gz`) with the calls that
must come of it beside it, their times taken from the SIP wire by `tests.live.lab`.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from callcheck.ami.framing import Framer
from callcheck.app.judge import judge_of
from callcheck.calls.model import Call
from callcheck.calls.tracker import Tracker
from callcheck.config import Config, load_for_replay
from callcheck.explain.record import to_record
from callcheck.journal.follow import Follower
from callcheck.judging.verdict import Result

TESTS = Path(__file__).parents[1]
LAB_CONFIG = TESTS / "live" / "lab" / "config" / "callcheck.toml"
Record = dict[str, Any]


@dataclass(frozen=True)
class Recording:
    """One scenario as one version of Asterisk told it."""

    path: Path

    @property
    def name(self) -> str:
        """`22/direct_4s`."""
        return f"{self.path.parent.name}/{self.path.name.removesuffix('.ami.gz')}"

    @property
    def data(self) -> bytes:
        return gzip.decompress(self.path.read_bytes())

    @property
    def messages(self) -> list[bytes]:
        return messages_of(self.data)

    @property
    def expected(self) -> list[Record]:
        page = self.path.with_name(self.path.name.replace(".ami.gz", ".json"))
        calls: list[Record] = json.loads(page.read_text(encoding="utf-8"))["calls"]
        return calls


def recordings() -> list[Recording]:
    """Every recording that has its truth beside it, the small scenarios and the soaks."""
    found = sorted((TESTS / "recordings").glob("*/*.ami.gz"))
    assert found, "the recordings are missing"
    return [Recording(p) for p in found if p.with_suffix("").with_suffix(".json").exists()]


def scenarios() -> list[Recording]:
    """Those with one situation each."""
    return [r for r in recordings() if "soak" not in r.name]


def soaks() -> list[Recording]:
    """Those with dozens of calls at once."""
    return [r for r in recordings() if "soak" in r.name]


def by_name(recordings: Iterable[Recording]) -> dict[str, Recording]:
    """For `parametrize`: readable, stable names."""
    return {r.name: r for r in recordings}


@cache
def house() -> Config:
    """The laboratory's house, always open."""
    return load_for_replay(LAB_CONFIG)


def messages_of(data: bytes) -> list[bytes]:
    """A stream cut into its messages; the last one too, if it is whole."""
    framer = Framer()
    return framer.feed(data) + framer.feed(b"\r\n\r\n")


def follower() -> Follower:
    """One for a recorded stream of the laboratory."""
    return Follower("main", house().directory("main"), live=False)


def calls_of(messages: Iterable[bytes]) -> list[Call]:
    """What comes of messages, in the order of the calls' ends."""
    following = follower()
    following.follow(messages)
    following.close()
    calls = list(following.ended())
    assert_empty(following.tracker)
    return calls


def assert_empty(tracker: Tracker) -> None:
    """Nothing is left of a stream that is over, and every call that was opened is accounted for."""
    left = {
        name: getattr(tracker, name)
        for name in ("channels", "calls", "halves", "bridges", "phones", "ended", "gone")
        if getattr(tracker, name)
    }
    assert not left, left
    assert tracker.opened == tracker.closed + tracker.merged


def records_of(calls: Iterable[Call]) -> list[Record]:
    """The calls as `callcheck replay --json` prints them."""
    judge, site = judge_of(house()), house().site
    return [to_record(call, judge(call), site.zone, site.cadence) for call in calls]


def verdict(call: Call) -> Result:
    """What `answer_by_ring` says of a call."""
    return judge_of(house())(call)[0].result


def judged(call: Call) -> bool:
    """Whether the call counts as kept or broken."""
    return verdict(call) in (Result.MET, Result.BREACHED)


def of(messages: Sequence[bytes], kind: bytes) -> Iterator[int]:
    """The places of the events of one kind."""
    return (i for i, raw in enumerate(messages) if raw.startswith(b"Event: %b\r\n" % kind))


def header(raw: bytes, name: bytes) -> bytes | None:
    """The value of a header of a message, if it is there."""
    _, found, rest = raw.partition(b"\r\n%b: " % name)
    return rest.partition(b"\r\n")[0] if found else None


def all_of_it() -> bool:
    """Whether the long tests shall run whole (`CALLCHECK_ALL=1`), instead of on a sample."""
    return os.environ.get("CALLCHECK_ALL", "") == "1"


def one_of_each(recordings: Iterable[Recording]) -> list[Recording]:
    """Each scenario as one version of Asterisk told it; all versions if asked for. The name decides
    which, so that another scenario changes none of these choices."""
    if all_of_it():
        return list(recordings)
    by_scenario: dict[str, list[Recording]] = {}
    for recording in recordings:
        by_scenario.setdefault(recording.path.name, []).append(recording)
    return [told[sum(name.encode()) % len(told)] for name, told in by_scenario.items()]
