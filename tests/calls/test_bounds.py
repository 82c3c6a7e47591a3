"""Times known only within bounds: a verdict is given only if it is the same at both bounds.

The cases: a call found on connecting, an event without a time, a clock that is set, and events
stamped on receipt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest

from callcheck.calls.model import Call
from callcheck.journal.follow import Follower
from callcheck.judging.verdict import Result
from tests.calls.recordings import Recording, calls_of, house, of, scenarios, verdict

SECOND = 1_000_000
BY_NAME = {r.name: r for r in scenarios()}
_STAMP = re.compile(rb"\r\nTimestamp: (\d+)\.(\d{6})")
JUST_IN_TIME, TOO_LATE = BY_NAME["22/direct_14s5"], BY_NAME["22/direct_15s5"]
QUICK = BY_NAME["22/direct_4s"]


def stamp(raw: bytes) -> int:
    found = _STAMP.search(raw)
    assert found is not None
    return int(found[1] + found[2])


def stamped(raw: bytes, at: int) -> bytes:
    return _STAMP.sub(b"\r\nTimestamp: %d.%06d" % divmod(at, SECOND), raw)


def untimed(raw: bytes) -> bytes:
    return _STAMP.sub(b"", raw)


def live() -> Follower:
    return Follower("main", house().directory("main"), live=True)


def one_by_one(following: Follower, told: Sequence[tuple[bytes, int]]) -> Call:
    """The one call of messages that arrive at these times."""
    for raw, arrived in told:
        following.follow([raw], arrived)
    following.close()
    [call] = following.ended()
    return call


def place(recording: Recording, kind: bytes, nth: int = 0) -> int:
    return list(of(recording.messages, kind))[nth]


def stepping(recording: Recording, after: int, by: int) -> Iterator[tuple[bytes, int]]:
    """The messages, with a PBX whose clock is set by `by` after one of them."""
    for i, raw in enumerate(recording.messages):
        if not raw.startswith(b"Event: "):
            continue
        at = stamp(raw)
        yield stamped(raw, at + by) if i > after else raw, at + 1000


STEPS = [by * SECOND // 10 for by in (9, -9, 20, -20, 600, -600, 36_000, -36_000)]


@pytest.mark.parametrize("by", STEPS)
@pytest.mark.parametrize("recording", [QUICK, JUST_IN_TIME, TOO_LATE], ids=lambda r: r.name)
def test_a_clock_that_is_set_while_it_rings_makes_no_wrong_verdict(
    recording: Recording, by: int
) -> None:
    ringing = place(recording, b"DialState")
    call = one_by_one(live(), list(stepping(recording, ringing, by)))
    assert call.answered_by == "201"
    truth = Result.BREACHED if recording is TOO_LATE else Result.MET
    assert verdict(call) in (truth, Result.UNKNOWN)
    assert call.ring_bounds is not None
    least, most = call.ring_bounds
    assert most is not None
    true_ms = {QUICK: 4000, JUST_IN_TIME: 14_500, TOO_LATE: 15_500}[recording]
    assert least - 150 <= true_ms <= most + 150


def test_a_small_step_leaves_a_quick_answer_met() -> None:
    ringing = place(QUICK, b"DialState")
    call = one_by_one(live(), list(stepping(QUICK, ringing, 2 * SECOND)))
    assert verdict(call) is Result.MET
    assert call.evidence == "bounds"


def test_a_clock_that_is_set_after_the_answer_changes_nothing() -> None:
    answered = place(QUICK, b"BridgeEnter", 1)
    call = one_by_one(live(), list(stepping(QUICK, answered, 3600 * SECOND)))
    assert verdict(call) is Result.MET
    assert call.ring_bounds is None


def test_a_clock_that_goes_as_ours_does_bounds_nothing() -> None:
    call = one_by_one(live(), list(stepping(QUICK, 10**6, 0)))
    assert call.ring_bounds is None
    assert call.ring_ms is not None


@pytest.mark.parametrize(("recording", "truth"), [(QUICK, "met"), (TOO_LATE, "unknown")])
def test_an_event_without_a_time_happened_between_its_neighbours(
    recording: Recording, truth: str
) -> None:
    """An untimed Ringing lies between the dial and the answer."""
    messages = recording.messages
    for kind in (b"DialState", b"Newstate"):
        at = place(recording, kind)
        messages[at] = untimed(messages[at])
    told = [(raw, 0) for raw in messages if raw.startswith(b"Event: ")]
    call = one_by_one(Follower("main", house().directory("main"), live=False), told)
    assert verdict(call) == truth
    assert call.complete
    assert call.ring_bounds is not None


def pong(at: int) -> bytes:
    return b"Response: Success\r\nPing: Pong\r\nTimestamp: %d.%06d" % divmod(at, SECOND)


def arriving(recording: Recording) -> list[tuple[bytes, int]]:
    events = [raw for raw in recording.messages if raw.startswith(b"Event: ")]
    return [(untimed(raw), stamp(raw)) for raw in events]


@pytest.mark.parametrize(
    ("recording", "delay", "said"),
    [
        (QUICK, 0.8, "met"),
        (JUST_IN_TIME, 0.3, "met"),
        (JUST_IN_TIME, 0.8, "unknown"),
        (TOO_LATE, 0.3, "breached"),
        (TOO_LATE, 0.8, "unknown"),
    ],
)
def test_events_stamped_on_receipt_are_as_late_as_an_answer_to_a_ping(
    recording: Recording, delay: float, said: str
) -> None:
    following = live()
    told = arriving(recording)
    following.follow([told[0][0]], told[0][1])
    following.tick(pong(told[0][1]), told[0][1], round(delay * SECOND))
    call = one_by_one(following, told[1:])
    assert call.time_source == "arrival"
    assert verdict(call) == said
    assert call.ring_bounds is not None


def test_a_prompt_pbx_without_time_stamps_is_measured_to_the_millisecond() -> None:
    following = live()
    told = arriving(JUST_IN_TIME)
    following.follow([told[0][0]], told[0][1])
    following.tick(pong(told[0][1]), told[0][1], 3_000)
    call = one_by_one(following, told[1:])
    assert call.ring_ms is not None
    assert verdict(call) is Result.MET


def listed(kind: bytes, raw: bytes, state: int, **more: str) -> bytes:
    """The item of a listing for the channel of a Newchannel."""
    lines = [line for line in raw.split(b"\r\n")[2:] if not line.startswith(b"Timestamp")]
    lines = [re.sub(rb"^(ChannelState): .*", b"\\1: %d" % state, line) for line in lines]
    lines += [f"{name}: {value}".encode() for name, value in more.items()]
    return b"\r\n".join([b"Event: " + kind, b"Privilege: Call", *lines])


@pytest.mark.parametrize(
    ("after", "said"), [(4, "met"), (14.4, "met"), (15.2, "unknown"), (40, "unknown")]
)
def test_a_call_found_talking_was_answered_when_its_record_says(after: float, said: str) -> None:
    """Its start is in the second of its uniqueid, and CDR(answer,u) is exact. The start of the
    ringing is not known, so a late answer may have been in time."""
    messages = QUICK.messages
    caller, phone = (messages[i] for i in of(messages, b"Newchannel"))
    start = stamp(caller) // SECOND * SECOND
    answered = start + round(after * SECOND)
    talking = {"BridgeID": "b-1", "DNID": "67000201",
               "Variable": f"CDR(answer,u)={answered / SECOND:.6f}"}  # fmt: skip
    told = [
        listed(b"CoreShowChannel", phone, 6), listed(b"CoreShowChannel", caller, 6),
        listed(b"Status", phone, 6, **talking), listed(b"Status", caller, 6, **talking),
    ]  # fmt: skip
    end = start + 60 * SECOND
    told += [stamped(messages[i], end) for i in of(messages, b"Hangup")]
    call = one_by_one(live(), [(raw, end) for raw in told])
    assert not call.complete
    assert call.answered_by == "201"
    assert call.answered_at == answered
    assert verdict(call) == said


def test_a_call_that_rang_too_long_when_it_was_lost_is_breached() -> None:
    """Whatever followed, nobody had answered in time."""
    messages = TOO_LATE.messages
    answered = place(TOO_LATE, b"DialEnd")
    ringing = place(TOO_LATE, b"DialState")
    later = stamped(messages[ringing].replace(b"RINGING", b"PROCEEDING"),
                    stamp(messages[answered]) - 100_000)  # fmt: skip
    told = [raw for raw in messages[: answered - 1] if raw.startswith(b"Event: ")]
    told = [
        raw for raw in told if not raw.startswith(b"Event: Newstate") or stamp(raw) < stamp(later)
    ]
    call = one_by_one(live(), [(raw, stamp(raw)) for raw in [*told, later]])
    assert not call.complete
    assert call.disposition == "unknown"
    assert verdict(call) is Result.BREACHED
    early = one_by_one(live(), [(raw, stamp(raw)) for raw in told])
    assert verdict(early) is Result.UNKNOWN


def test_a_pbx_that_is_stopped_on_purpose_breaches_nobody() -> None:
    """It hangs up every channel (SoftHangupRequest with cause 4), and the phones stop ringing."""
    missed = BY_NAME["22/group_no_answer"]
    order = b"Event: SoftHangupRequest\r\nPrivilege: call,all\r\nTimestamp: %d.%06d\r\n"
    messages = missed.messages
    caller = messages[place(missed, b"Newchannel")]
    end = place(missed, b"DialEnd")
    told = []
    for i, raw in enumerate(messages):
        if raw.startswith(b"Event: "):
            if i == end:
                rest = caller.split(b"\r\n", 3)[3]
                told.append(order % divmod(stamp(raw) - 1, SECOND) + rest + b"\r\nCause: 4")
            told.append(raw)
    call = one_by_one(live(), [(raw, stamp(raw)) for raw in told])
    assert call.missing == "Shutdown"
    assert verdict(call) is Result.UNKNOWN


def read_at_once(recording: Recording, before: int, by: int) -> Call:
    """The one call of a recording of which each moment's events arrive in one read, from a PBX
    whose clock is set by `by` before one of its messages."""
    following = live()
    reads: list[tuple[int, list[bytes]]] = []
    for i, raw in enumerate(recording.messages):
        if not raw.startswith(b"Event: "):
            continue
        at = stamp(raw)
        told = stamped(raw, at + by) if i >= before else raw
        if reads and at - reads[-1][0] < 30_000 and i != before:
            reads[-1] = (at, [*reads[-1][1], told])
        else:
            reads.append((at, [told]))
    for at, batch in reads:
        following.follow(batch, at + 1000)
    following.close()
    [call] = following.ended()
    return call


@pytest.mark.parametrize("by", STEPS)
@pytest.mark.parametrize("recording", [QUICK, JUST_IN_TIME, TOO_LATE], ids=lambda r: r.name)
def test_a_clock_that_is_set_just_before_the_answer_is_read(recording: Recording, by: int) -> None:
    """The answer comes in the same read as the first event of the new time."""
    lifted = place(recording, b"Newstate", 1)
    call = read_at_once(recording, lifted, by)
    truth = Result.BREACHED if recording is TOO_LATE else Result.MET
    assert verdict(call) in (truth, Result.UNKNOWN)
    assert call.evidence == "bounds"


def test_a_clock_that_is_set_back_during_the_talk_changes_nothing() -> None:
    """The caller is parked after the answer, and another phone is rung for him."""
    [parked] = [r for r in scenarios() if r.name == "16/park_time_out"]
    answered = place(parked, b"BridgeEnter", 1)
    messages = [
        stamped(raw, stamp(raw) - 60 * SECOND)
        if i > answered and raw.startswith(b"Event: ")
        else raw
        for i, raw in enumerate(parked.messages)
    ]
    [whole], [call] = calls_of(parked.messages), calls_of(messages)
    assert verdict(whole) is verdict(call) is Result.MET
    assert call.ring_started_at == whole.ring_started_at


def test_an_answer_whose_bridge_was_lost_is_not_the_transfer_after_it() -> None:
    """They talked for five minutes; then Anna sent the caller on to her mobile."""
    [moved] = [r for r in scenarios() if r.name == "16/transfer_blind_to_mobile"]
    messages = moved.messages
    first, second = list(of(messages, b"BridgeEnter"))[:2]
    lost = second if b"trunk" in messages[first] else first
    told = [
        stamped(raw, stamp(raw) + 300 * SECOND)
        if i > second and raw.startswith(b"Event: ")
        else raw
        for i, raw in enumerate(messages)
        if i != lost
    ]
    [call] = calls_of(told)
    assert call.answered_by == "201"
    assert verdict(call) is Result.MET


def test_a_line_that_tells_no_number_is_judged_by_the_phone_that_it_rings() -> None:
    """An analogue line puts its callers into the dialplan at `s`."""
    told = [raw.replace(b"Exten: 67000201\r\n", b"Exten: s\r\n") for raw in QUICK.messages]
    [call] = calls_of(told)
    assert (call.dialed, call.extension) == (None, "201")
    assert verdict(call) is Result.MET
