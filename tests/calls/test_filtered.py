"""Streams from older or filtered sources: parties and outcomes stay right.

They are right even without times, `Pickup`, `DialState` or `Newexten`.
"""

from __future__ import annotations

import re

import pytest

from tests.calls.recordings import (
    Record,
    Recording,
    by_name,
    calls_of,
    one_of_each,
    recordings,
    records_of,
)

ALL = by_name(recordings())
SOME = by_name(one_of_each(recordings()))
each_of_one_version = pytest.mark.parametrize("recording", SOME.values(), ids=SOME)
each = pytest.mark.parametrize("recording", ALL.values(), ids=ALL)

TIMES = ("started_at", "queue_joined_at", "ring_started_at", "answered_at", "ended_at")
DURATIONS = ("wait_seconds", "ring_seconds", "talk_seconds", "rings", "ring_bounds")
DERIVED = {*TIMES, *DURATIONS, "ring_source", "time_source", "findings", "legs"}

ONLY_BY_PROGRESS = "mobile_announcement_then_480"  # it never rang: there was only a 183
ENDS_BY_ITSELF = "queue_exit_recording_ends_by_itself"  # only its length shows the recording
LATE_PICKUP = "late_join_then_pickup"  # nor does one of a phone that rang before we listened
TRANSFER_THEN_PICKUP = "transfer_then_pickup"  # a pickup after the first answer leaves no trace


def untimed(messages: list[bytes]) -> list[bytes]:
    return [re.sub(rb"\r\nTimestamp: [^\r]*", b"", raw) for raw in messages]


def without(messages: list[bytes], *kinds: bytes) -> list[bytes]:
    unwanted = tuple(b"Event: %b\r\n" % kind for kind in kinds)
    return [raw for raw in messages if not raw.startswith(unwanted)]


def parties(record: Record) -> Record:
    """The parties and the outcome, without times."""
    told = {key: value for key, value in record.items() if key not in DERIVED}
    told["legs"] = [
        (leg["extension"], leg["number"], leg["result"], leg["forwarded_to"])
        for leg in record["legs"]
    ]
    return told


def told_by(messages: list[bytes]) -> list[Record]:
    return sorted(records_of(calls_of(messages)), key=lambda record: str(record["call_id"]))


def results(records: list[Record]) -> list[str]:
    return [record["findings"][0]["result"] for record in records]


@each
def test_without_times_all_but_times_is_right(recording: Recording) -> None:
    records = told_by(untimed(recording.messages))
    expected = [parties(record) for record in told_by(recording.messages)]
    if ENDS_BY_ITSELF in recording.name:
        expected[0]["disposition"] = "no_answer"
    assert [parties(record) for record in records] == expected
    for record in records:
        assert [record[key] for key in (*TIMES, *DURATIONS)] == [None] * 10
        assert record["time_source"] == "none"
        for leg in record["legs"]:
            assert [leg[k] for k in ("dialed_at", "ring_started_at", "ended_at")] == [None] * 3
            assert leg["ring_seconds"] is None
    assert set(results(records)) <= {"unknown"}


@each_of_one_version
@pytest.mark.parametrize("kinds", [(b"DialState",), (b"DialState", b"Pickup")], ids=str)
def test_without_dial_states(recording: Recording, kinds: tuple[bytes, ...]) -> None:
    records = told_by(without(recording.messages, *kinds))
    expected = [parties(record) for record in told_by(recording.messages)]
    if ONLY_BY_PROGRESS in recording.name:
        expected[0]["disposition"] = "unknown"
        expected[0]["hung_up_by"] = records[0]["hung_up_by"]
        expected[0]["legs"] = [(None, "29111222", "unreachable", None)]
    if TRANSFER_THEN_PICKUP in recording.name and b"Pickup" in kinds:
        expected[0]["legs"] = records and parties(records[0])["legs"]
    if LATE_PICKUP in recording.name and b"Pickup" in kinds:
        expected = [parties(record) for record in records]
    assert [parties(record) for record in records] == expected


@each
def test_without_pickup_events(recording: Recording) -> None:
    """The party joined with the caller shows the pickup."""
    records, whole = told_by(without(recording.messages, b"Pickup")), told_by(recording.messages)
    if TRANSFER_THEN_PICKUP in recording.name:
        whole[0]["legs"] = records[0]["legs"]
    if LATE_PICKUP in recording.name:
        whole = records
    assert [parties(record) for record in records] == [parties(record) for record in whole]
    assert results(records) == results(whole)


@each_of_one_version
def test_without_dialplan_events(recording: Recording) -> None:
    """`Newexten` floods the stream; a listener does not need it."""
    bare = without(recording.messages, b"Newexten", b"VarSet", b"NewConnectedLine", b"NewCallerid")
    assert calls_of(bare) == calls_of(recording.messages)
