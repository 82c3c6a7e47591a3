"""Ten thousand damaged streams: no exception, no leak, and no verdict that differs.

A call was seen whole if every event that names one of its channels arrived undamaged and in its
place. Other calls may still be judged if the remaining events suffice (Asterisk reports most things
twice), but never differently from the undamaged recording. `CANNOT_BE_TOLD` lists the cases that
AMI cannot distinguish.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

import pytest

from callcheck.ami.framing import Framer
from callcheck.calls.model import Call
from callcheck.judging.verdict import Result
from tests.calls.recordings import (
    assert_empty,
    calls_of,
    follower,
    judged,
    one_of_each,
    scenarios,
    verdict,
)
from tests.mutations.mutate import Damage, mutate

MUTATIONS = 10_000
PARTS = 20

CANNOT_BE_TOLD = {
    ("HangupRequest", "lost displaced doubled flipped cut repeated"): "of a caller who leaves a "
    "menu, or in the very moment of the answer, this is the only sign of who hung up",
    ("Newchannel", "flipped cut repeated"): "a name that still reads like a channel's, but of "
    "another device: the caller is taken for somebody else",
}
"""Kinds of events and damage that leave no trace in some calls, and why. Every wrong judgement must
be explained by one of them; the test prints how many were."""
AT_MOST = 12
"""At most this many of 10,000 may be of that kind (0.1 %). A weaker tracker has hundreds."""


@cache
def originals() -> dict[str, tuple[list[bytes], dict[str, Result]]]:
    """The messages of every scenario, and the verdicts of its calls."""
    told = {}
    for recording in scenarios():
        messages = recording.messages
        told[recording.name] = (messages, {c.call_id: verdict(c) for c in calls_of(messages)})
    return told


def some_originals() -> dict[str, tuple[list[bytes], dict[str, Result]]]:
    """One version of each scenario."""
    return {r.name: originals()[r.name] for r in one_of_each(scenarios())}


def follow_bounded(data: bytes, most: int) -> list[Call]:
    """The calls of a damaged stream. Checks that no table holds more than the stream has
    messages."""
    following = follower()
    tracker = following.tracker
    framer = Framer()
    for raw in framer.feed(data):
        following.follow([raw])
        for table in (tracker.channels, tracker.calls, tracker.bridges, tracker.halves):
            assert len(table) <= most
    following.close()
    calls = list(following.ended())
    assert_empty(tracker)
    return calls


def wrongly_judged(calls: Sequence[Call], right: dict[str, Result]) -> list[str]:
    """The calls whose verdict differs from that of the undamaged recording."""
    return [
        f"{call.call_id} is {verdict(call)}, must be {right.get(call.call_id, 'no call')}"
        for call in calls
        if judged(call) and right.get(call.call_id) is not verdict(call)
    ]


def excused(done: Sequence[Damage]) -> str | None:
    """The damaged event of `CANNOT_BE_TOLD` that explains a wrong judgement, if any."""
    for kind, ways in CANNOT_BE_TOLD:
        for damage in done:
            hit = any(event.startswith(b"Event: %b\r\n" % kind.encode()) for event in damage.events)
            if hit and damage.what in ways.split():
                return kind
    return None


def mutation(number: int) -> tuple[str, bytes, list[Damage]]:
    random = Random(f"mutation {number}")
    name = random.choice(list(originals()))
    return name, *mutate(originals()[name][0], random)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_damage_makes_a_wrong_judgement(
    part: int, record_property: Callable[[str, object], None]
) -> None:
    wrong, excuses, right = [], Counter[str](), 0
    for number in range(part, MUTATIONS, PARTS):
        name, data, done = mutation(number)
        calls = follow_bounded(data, len(originals()[name][0]))
        found = wrongly_judged(calls, originals()[name][1])
        right += sum(judged(call) for call in calls) - len(found)
        if found and (excuse := excused(done)):
            excuses[excuse] += 1
        elif found:
            wrong.append(f"{number} {name} ({', '.join(map(str, done))}): {'; '.join(found)}")
    print(f"{right} calls judged rightly, not to be told from AMI: {dict(excuses)}")
    record_property("excused", excuses.total())
    assert not wrong, "\n".join(wrong)
    assert excuses.total() <= AT_MOST * 5 // PARTS, excuses
    assert right > MUTATIONS // PARTS // 4, "so few judged calls prove nothing"


def test_the_excuse_holds_only_where_it_is_needed() -> None:
    """Dropping the HangupRequest of any call changes few judgements: other events show it too."""
    changed = asked = 0
    for messages, right in some_originals().values():
        for i, raw in enumerate(messages):
            if raw.startswith(b"Event: HangupRequest\r\n"):
                asked += 1
                changed += bool(wrongly_judged(calls_of(messages[:i] + messages[i + 1 :]), right))
    assert asked > 250
    assert changed <= asked // 100


LOST = [
    b"Newchannel", b"Newstate", b"DialBegin", b"DialState", b"DialEnd", b"BridgeEnter",
    b"BridgeLeave", b"Hangup", b"Pickup", b"QueueCallerJoin", b"QueueCallerLeave",
    b"ParkedCall", b"UnParkedCall", b"BlindTransfer", b"AttendedTransfer",
]  # fmt: skip


@pytest.mark.parametrize("kind", LOST, ids=bytes.decode)
def test_any_one_event_lost(kind: bytes) -> None:
    """Drops every event of one kind from its recording, one at a time."""
    wrong, dropped = [], 0
    for name, (messages, right) in some_originals().items():
        for i, raw in enumerate(messages):
            if raw.startswith(b"Event: %b\r\n" % kind):
                dropped += 1
                found = wrongly_judged(calls_of(messages[:i] + messages[i + 1 :]), right)
                wrong += [f"{name} without event {i}: {one}" for one in found]
    assert dropped
    assert not wrong, "\n".join(wrong)
