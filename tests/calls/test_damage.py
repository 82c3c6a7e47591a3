"""One damaged or missing message must not change what the other messages mean."""

from __future__ import annotations

import pytest

from callcheck.ami.events import MANY_LAYOUTS
from tests.calls.recordings import (
    Recording,
    assert_empty,
    calls_of,
    follower,
    header,
    of,
    scenarios,
    verdict,
)

DIRECT = next(r for r in scenarios() if r.name == "22/direct_4s")
HEADERS = [b"Timestamp", b"Channel", b"ChannelState", b"Linkedid", b"DialStatus", b"Exten"]


@pytest.mark.parametrize("name", HEADERS, ids=bytes.decode)
def test_a_header_that_was_once_missing_is_seen_when_it_is_there(name: bytes) -> None:
    """A decoder learns the places of headers, but a damaged message must not mislead it."""
    messages = DIRECT.messages
    sound = calls_of(messages)
    damaged = [raw.replace(b"\r\n%b: " % name, b"\r\nX%b: " % name) for raw in messages]
    damaged += [raw.replace(b"\r\n%b: " % name, b"\r\n\xff%b " % name) for raw in messages]
    calls_of(damaged)
    assert calls_of(messages) == sound


def test_many_kinds_of_damage_do_not_make_the_sound_ones_slow_or_wrong() -> None:
    messages = DIRECT.messages
    sound = calls_of(messages)
    for count in range(MANY_LAYOUTS // 4):
        calls_of([raw + b"\r\nX: y" * count for raw in reversed(messages)])
        calls_of([raw.replace(b"\r\nPrivilege: ", b"\r\nX: y" * count) for raw in messages])
    assert calls_of(messages) == sound


def without_the_callers_hangup(recording: Recording) -> list[bytes]:
    messages = recording.messages
    [last] = [
        i for i in of(messages, b"Hangup")
        if header(messages[i], b"Uniqueid") == header(messages[i], b"Linkedid")
    ]  # fmt: skip
    return messages[:last] + messages[last + 1 :]


def pong(after: float) -> bytes:
    """The PBX's answer to a Ping, this many hours after the recorded call."""
    stamp = header(DIRECT.messages[-1], b"Timestamp")
    assert stamp is not None
    return b"Response: Success\r\nPing: Pong\r\nTimestamp: %.6f" % (float(stamp) + after * 3600)


def test_a_call_whose_end_was_lost_ends_a_day_later() -> None:
    following = follower()
    following.follow(without_the_callers_hangup(DIRECT))
    following.tick(pong(23))
    assert len(following.tracker.open_calls) == 1
    assert list(following.ended()) == []
    following.tick(pong(25))
    [call] = following.ended()
    assert not call.complete
    assert call.talk_ms is None
    assert verdict(call) == "met", "its answer was seen"
    following.close()
    assert_empty(following.tracker)


def test_no_time_ever_goes_back_in_a_record() -> None:
    for recording in scenarios():
        for call in calls_of(recording.messages):
            times = [call.started_at, call.ring_started_at, call.answered_at, call.ended_at]
            known = [at for at in times if at is not None]
            assert known == sorted(known), recording.name
            for leg in call.legs:
                assert leg.ended_at is None or leg.ended_at >= leg.dialed_at
