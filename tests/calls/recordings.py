"""Loads the recordings of a real Asterisk: their messages, and the calls that must result.

A recording is an AMI stream (`tests/recordings/<version>/<scenario>.ami.gz`). Beside it are the
calls that must result, with the times that `tests.live.lab` measured in the SIP traffic.
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
    """One scenario, recorded on one version of Asterisk."""

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
    """Every recording with known calls: the small scenarios and the soaks."""
    found = sorted((TESTS / "recordings").glob("*/*.ami.gz"))
    assert found, "the recordings are missing"
    return [Recording(p) for p in found if p.with_suffix("").with_suffix(".json").exists()]


def scenarios() -> list[Recording]:
    """The recordings of one situation each."""
    return [r for r in recordings() if "soak" not in r.name]


def soaks() -> list[Recording]:
    """The recordings with dozens of calls at once."""
    return [r for r in recordings() if "soak" in r.name]


def by_name(recordings: Iterable[Recording]) -> dict[str, Recording]:
    """For `parametrize`: readable, stable names."""
    return {r.name: r for r in recordings}


@cache
def house() -> Config:
    """The laboratory's configuration, with no opening hours."""
    return load_for_replay(LAB_CONFIG)


def messages_of(data: bytes) -> list[bytes]:
    """The messages of a stream; the last one only if it is whole."""
    framer = Framer()
    return framer.feed(data) + framer.feed(b"\r\n\r\n")


def follower() -> Follower:
    """A follower for a recorded stream of the laboratory."""
    return Follower("main", house().directory("main"), live=False)


def calls_of(messages: Iterable[bytes]) -> list[Call]:
    """The calls that result from messages, in the order of their ends."""
    following = follower()
    following.follow(messages)
    following.close()
    calls = list(following.ended())
    assert_empty(following.tracker)
    return calls


def assert_empty(tracker: Tracker) -> None:
    """Checks that nothing is left after the stream, and that every opened call was closed."""
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
    """The finding of `answer_by_ring` for a call."""
    return judge_of(house())(call)[0].result


def judged(call: Call) -> bool:
    """Whether the result is met or breached."""
    return verdict(call) in (Result.MET, Result.BREACHED)


def of(messages: Sequence[bytes], kind: bytes) -> Iterator[int]:
    """The indices of the events of one kind."""
    return (i for i, raw in enumerate(messages) if raw.startswith(b"Event: %b\r\n" % kind))


def header(raw: bytes, name: bytes) -> bytes | None:
    """The value of a header of a message; None if it has none."""
    _, found, rest = raw.partition(b"\r\n%b: " % name)
    return rest.partition(b"\r\n")[0] if found else None


def all_of_it() -> bool:
    """Whether the long tests run in full (`CALLCHECK_ALL=1`) instead of on a sample."""
    return os.environ.get("CALLCHECK_ALL", "") == "1"


def one_of_each(recordings: Iterable[Recording]) -> list[Recording]:
    """Each scenario on one version of Asterisk, or on all if asked for. The scenario's name decides
    which, so that a new scenario does not change the choice for others."""
    if all_of_it():
        return list(recordings)
    by_scenario: dict[str, list[Recording]] = {}
    for recording in recordings:
        by_scenario.setdefault(recording.path.name, []).append(recording)
    return [told[sum(name.encode()) % len(told)] for name, told in by_scenario.items()]
