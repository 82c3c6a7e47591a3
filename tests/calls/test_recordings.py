"""Checks every recording of a real Asterisk: each field of its records (`docs/definitions.md`).

The expected times were measured in the SIP traffic. Then the recordings are fed in harder ways,
which must not change the records.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcheck.calls.model import Call
from callcheck.journal.follow import follow_bytes
from tests.calls.recordings import (
    Recording,
    assert_empty,
    by_name,
    follower,
    one_of_each,
    recordings,
    records_of,
    scenarios,
)
from tests.live.lab.compare import differences

ALL = by_name(recordings())
ONE_VERSION = by_name(one_of_each(recordings()))
SOME = by_name(one_of_each(scenarios()))
each = pytest.mark.parametrize("recording", ALL.values(), ids=ALL)
each_of_one_version = pytest.mark.parametrize("recording", ONE_VERSION.values(), ids=ONE_VERSION)
each_scenario = pytest.mark.parametrize("recording", SOME.values(), ids=SOME)


def calls_in(pieces: Iterator[bytes]) -> list[Call]:
    """The calls that result if a stream arrives in these pieces."""
    following = follower()
    calls = list(follow_bytes(following, pieces))
    assert_empty(following.tracker)
    return calls


def in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[i : i + size] for i in range(0, len(data), size))


@each
def test_every_record_is_what_the_wire_says(recording: Recording) -> None:
    records = records_of(calls_in(iter([recording.data])))
    wrong = differences(recording.expected, records)
    assert not wrong, "\n".join(wrong)


@each_scenario
@pytest.mark.parametrize("size", [1459, 4096])
def test_the_pieces_that_a_stream_arrives_in_do_not_matter(recording: Recording, size: int) -> None:
    data = recording.data
    assert calls_in(in_pieces(data, size)) == calls_in(iter([data]))


@each_scenario
def test_one_byte_at_a_time(recording: Recording) -> None:
    data = recording.data
    assert calls_in(in_pieces(data, 1)) == calls_in(iter([data]))


@each_of_one_version
def test_bare_line_feeds(recording: Recording) -> None:
    """A recording that an editor saved, with bare LF."""
    data = recording.data
    assert calls_in(iter([data.replace(b"\r\n", b"\n")])) == calls_in(iter([data]))


@each_of_one_version
def test_every_call_is_accounted_for(recording: Recording) -> None:
    following = follower()
    ended = 0
    for raw in recording.messages:
        following.follow([raw])
        ended += len(list(following.ended()))
        tracker = following.tracker
        assert tracker.opened == tracker.closed + tracker.merged + len(tracker.open_calls)
        assert ended == tracker.closed
        assert sum(call.alive for call in tracker.open_calls) == len(tracker.channels)
    following.close()
    ended += len(list(following.ended()))
    assert_empty(following.tracker)
    assert ended == following.tracker.closed


@each_of_one_version
def test_a_look_at_the_calls_going_on_changes_none_of_them(recording: Recording) -> None:
    """A wall board asks at any moment, also between the answer and the bridge that proves it. It
    asks for no call that was answered."""
    following = follower()
    calls: list[Call] = []
    for raw in recording.messages:
        following.follow([raw])
        calls += following.ended()
        tracker = following.tracker
        for call in tracker.open_calls:
            seen = tracker.so_far(call)
            assert call.answered_at is None or seen is None or seen.answered_at is not None
        assert tracker.open_count == len(tracker.open_calls)
    following.close()
    calls += following.ended()
    assert calls == calls_in(iter([recording.data]))
