"""Hidden events: with any kind of event missing, no verdict is wrong and few are `unknown`.

An event filter, a missing class of rights or both may hide them. The tests run on all recordings.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from callcheck.calls.model import Call
from callcheck.judging.verdict import Result
from tests.calls.recordings import calls_of, one_of_each, recordings, verdict

Verdicts = dict[str, tuple[Result, Call]]

AGENT = (
    b"QueueCallerJoin", b"QueueCallerLeave", b"QueueCallerAbandon", b"AgentCalled",
    b"AgentConnect", b"AgentLogin",
)  # fmt: skip
BRIDGES = (b"BridgeEnter", b"BridgeLeave")
HANGUPS = (b"HangupRequest", b"SoftHangupRequest")
LOST: dict[tuple[bytes, ...], int] = {
    (b"Newchannel",): 700,  # without its Newchannel events nothing is known about a call
    (b"Newstate",): 10,
    (b"Rename",): 0,
    (b"DialBegin",): 130,
    (b"OriginateResponse",): 0,
    (b"DialState",): 3,
    (b"DialEnd",): 35,
    (b"BridgeEnter",): 14,
    (b"BridgeLeave",): 0,
    (b"HangupRequest",): 3,
    (b"SoftHangupRequest",): 1,
    (b"Hangup",): 90,  # no call ends before the stream does
    (b"Pickup",): 0,
    (b"BlindTransfer",): 0,
    (b"AttendedTransfer",): 0,
    (b"ParkedCall",): 0,
    (b"UnParkedCall",): 0,
    (b"QueueCallerJoin",): 0,
    (b"QueueCallerLeave",): 5,
    (b"QueueCallerAbandon",): 0,
    (b"ConfbridgeJoin",): 0,
    (b"Newexten",): 0,
    (b"Cdr",): 0,
    AGENT: 5,
    BRIDGES: 10,
    HANGUPS: 9,
    (b"Pickup", *BRIDGES): 60,
    (b"DialState", b"Newstate"): 160,
    (b"DialBegin", b"DialState"): 14,
    (b"DialEnd", b"Newstate"): 520,  # only its hang-up shows that a channel was up
    (b"DialEnd", b"BridgeEnter"): 115,
    (b"Hangup", b"SoftHangupRequest"): 96,
    (b"HangupRequest", b"Cdr"): 3,
    (*HANGUPS, b"Cdr", *AGENT): 12,
}
"""What is hidden, and the most of the about 690 judged calls that may then be `unknown`."""

UNTIED = "/pickup_invite_replaces"
"""Only dials and bridges connect the picker's channel with the call; without them there are two."""


@cache
def originals() -> dict[str, tuple[list[bytes], Verdicts]]:
    return {r.name: (r.messages, verdicts(r.messages)) for r in one_of_each(recordings())}


def verdicts(messages: list[bytes]) -> Verdicts:
    return {call.call_id: (verdict(call), call) for call in calls_of(messages)}


def is_judged(result: Result) -> bool:
    return result in (Result.MET, Result.BREACHED)


@pytest.mark.parametrize("kinds", LOST, ids=lambda kinds: b"+".join(kinds).decode())
def test_no_verdict_is_wrong_without(kinds: tuple[bytes, ...]) -> None:
    unwanted = tuple(b"Event: %b\r\n" % kind for kind in kinds)
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    for name, (messages, right) in originals().items():
        left = [raw for raw in messages if not raw.startswith(unwanted)]
        if len(left) == len(messages):
            continue
        for call_id, (said, call) in verdicts(left).items():
            truth, whole = right.get(call_id, (Result.UNKNOWN, None))
            counts["same"] += said is truth
            counts["lost"] += said is Result.UNKNOWN and is_judged(truth)
            differ = said is not Result.UNKNOWN and said is not truth
            if differ and (is_judged(said) or is_judged(truth)):
                wrong.append(f"{name} {call_id}: {said}, not {truth}")
            if whole is not None and whole.complete and b"Newchannel" not in kinds:
                assert call.complete or b"Hangup" in kinds, name
    assert not wrong, "\n".join(wrong)
    assert counts["lost"] <= LOST[kinds], counts


def test_no_call_is_incomplete_whose_channels_were_all_seen() -> None:
    """A dial without an end, or a channel with another dialer, does not prove that anything is
    missing. Otherwise late and lost calls would become `unknown` more often than quick ones."""
    unwanted = tuple(
        b"Event: %b\r\n" % kind
        for kind in (b"DialBegin", b"DialState", b"DialEnd", *BRIDGES, *HANGUPS, *AGENT, b"Cdr")
    )
    for name, (messages, right) in originals().items():
        if name.endswith(UNTIED):
            continue
        left = [raw for raw in messages if not raw.startswith(unwanted)]
        for call_id, (said, call) in verdicts(left).items():
            assert call_id in right, name
            assert call.complete or not right[call_id][1].complete, name
            assert said in (Result.UNKNOWN, right[call_id][0]), name
