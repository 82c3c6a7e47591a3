"""Regression tests: streams of other PBXs, dialplans and event filters that once gave wrong calls.

Each is a stream (`NAME.ami.gz`) with its expected result (`NAME.json`): the story, the
configuration and, for each call, the fields that matter. A list means any of its values; `verdict`
is the result of `answer_by_ring`; `legs` maps an extension to the result of its only leg, or to
null if it must have none; with `no_others` there may be no other call.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from callcheck.app.judge import judge_of
from callcheck.calls.model import Call
from callcheck.config import Config, load_for_replay
from callcheck.explain.record import to_record
from callcheck.journal.follow import Follower, follow_bytes
from callcheck.judging.verdict import headline
from tests.calls.recordings import assert_empty, messages_of

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in HERE.glob("*.json"))
Record = dict[str, Any]
each = pytest.mark.parametrize("name", NAMES)


@cache
def house(name: str) -> Config:
    return load_for_replay(HERE / f"house_{name}.toml")


def situation(name: str) -> tuple[Record, bytes, Config]:
    page: Record = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return page, gzip.decompress((HERE / f"{name}.ami.gz").read_bytes()), house(page["house"])


def calls_of(pieces: Iterable[bytes], config: Config) -> list[Call]:
    [pbx] = config.pbxs
    following = Follower(pbx.name, config.directory(pbx.name), live=False)
    calls = list(follow_bytes(following, iter(pieces)))
    assert_empty(following.tracker)
    return calls


def verdict(call: Call, config: Config) -> str | None:
    found = headline(judge_of(config)(call))
    return found.result.value if found is not None else None


def record(call: Call, config: Config) -> Record:
    """The record of a call, with its verdict, and the results of its legs by extension."""
    found = to_record(call, (), config.site.zone, config.site.cadence)
    found["verdict"] = verdict(call, config)
    legs: dict[str | None, list[str | None]] = {}
    for leg in call.legs:
        legs.setdefault(leg.extension, []).append(leg.result and leg.result.value)
    found["legs"] = legs
    return found


def differences(wanted: Record, got: Record) -> Iterator[str]:
    for field, want in wanted.items():
        if field == "legs":
            for extension, result in want.items():
                legs = got["legs"].get(extension, [None])
                if not (len(legs) == 1 and agrees(legs[0], result)):
                    yield f"leg of {extension}: {legs}, want {result}"
        elif not agrees(got[field], want):
            yield f"{field}: {got[field]!r}, want {want!r}"


def agrees(got: object, want: object) -> bool:
    return got in want if isinstance(want, list) else got == want


@each
def test_it_comes_out_right(name: str) -> None:
    page, data, config = situation(name)
    calls = {call.call_id: call for call in calls_of([data], config)}
    for wanted in page["calls"]:
        call = calls.pop(wanted["call_id"])
        assert not list(differences(wanted, record(call, config))), page["story"]
    if page["no_others"]:
        assert not calls, page["story"]


@each
def test_one_byte_at_a_time(name: str) -> None:
    _, data, config = situation(name)
    assert calls_of((data[i : i + 1] for i in range(len(data))), config) == calls_of([data], config)


@each
def test_the_head_cut_off_at_every_event(name: str) -> None:
    """A call judged from the remaining events has the verdict of the whole stream."""
    _, data, config = situation(name)
    whole = {call.call_id: verdict(call, config) for call in calls_of([data], config)}
    messages = messages_of(data)
    for cut in range(1, len(messages), max(1, len(messages) // 40)):
        left = b"".join(raw + b"\r\n\r\n" for raw in messages[cut:])
        for call in calls_of([left], config):
            said = verdict(call, config)
            if said in ("met", "breached"):
                assert said == whole.get(call.call_id), f"cut at {cut}"
