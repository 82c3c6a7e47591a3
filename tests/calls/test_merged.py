"""Two streams merged into one: unrelated calls do not affect each other.

This holds in whatever order their events come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from random import Random

import pytest

from callcheck.calls.model import Call
from tests.calls.recordings import Recording, all_of_it, calls_of, one_of_each, scenarios

SOME = one_of_each(scenarios())
PAIRS = {
    f"{a.name}+{b.name}": (a, b)
    for shift in (range(1, 12) if all_of_it() else (7,))
    for a, b in zip(SOME, SOME[shift:] + SOME[:shift], strict=True)
}
each_pair = pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
PHONES = ("101", "102", "103", *(f"20{i}" for i in range(1, 7)), "301", "302", "303")


def elsewhere(messages: Iterable[bytes]) -> list[bytes]:
    """The same calls in channels, bridges and Local pairs with other names, as a busy PBX has."""
    told = []
    for raw in messages:
        renamed = re.sub(rb"(nique|inked)id: (\d{10})\.(\d+)", later, raw)
        renamed = re.sub(rb"-([0-9a-f]{8})(?=(;[12])?(\r\n|$))", rb"-f\1", renamed)
        told.append(renamed.replace(b"BridgeUniqueid: ", b"BridgeUniqueid: f"))
    return told


def later(match: re.Match[bytes]) -> bytes:
    """A uniqueid with a number that does not occur in the other stream."""
    return b"%bid: %b.%d" % (match[1], match[2], 100_000 + int(match[3]))


def woven(first: list[bytes], second: list[bytes], seed: str) -> list[bytes]:
    """Merges two streams, and keeps the order within each."""
    turns = [first] * len(first) + [second] * len(second)
    Random(seed).shuffle(turns)
    sources = {id(first): iter(first), id(second): iter(second)}
    return [next(sources[id(turn)]) for turn in turns]


def at_the_same_time(first: list[bytes], second: list[bytes]) -> list[bytes]:
    """Shifts the second stream to begin with the first, so that time does not jump."""
    shift = begin(first) - begin(second)

    def moved(match: re.Match[bytes]) -> bytes:
        micros = int(match[1] + match[2]) + shift
        return b"Timestamp: %d.%06d" % divmod(micros, 1_000_000)

    return [re.sub(rb"Timestamp: (\d{10})\.(\d{6})", moved, raw) for raw in second]


def begin(messages: list[bytes]) -> int:
    return min(stamp(raw) for raw in messages if b"\r\nTimestamp: " in raw)


def stamp(raw: bytes) -> int:
    found = re.search(rb"\r\nTimestamp: (\d{10})\.(\d{6})", raw)
    return int(found[1] + found[2]) if found else 0


def by_time(first: list[bytes], second: list[bytes]) -> list[bytes]:
    """Merges two streams as one PBX would have sent them."""
    events = [raw for raw in (*first, *second) if stamp(raw)]
    return sorted(events, key=stamp)


def told(calls: Iterable[Call]) -> list[str]:
    """The records without `answered_while_serving`. Calls that the recording does not hold whole
    end with it, and the merged one is longer."""
    return sorted(
        re.sub(r"answered_while_serving=\w+", "", repr(call)) if call.complete else call.call_id
        for call in calls
    )


@each_pair
def test_two_streams_at_the_same_time(pair: tuple[Recording, Recording]) -> None:
    first = [raw for raw in pair[0].messages if stamp(raw)]
    second = elsewhere(at_the_same_time(first, [r for r in pair[1].messages if stamp(r)]))
    apart = told([*calls_of(first), *calls_of(second)])
    assert told(calls_of(by_time(first, second))) == apart


@each_pair
def test_the_order_of_unrelated_events_does_not_matter(pair: tuple[Recording, Recording]) -> None:
    """Removes the times, so that any order is valid."""
    from tests.calls.test_filtered import untimed

    first = untimed([raw for raw in pair[0].messages if stamp(raw)])
    second = elsewhere(untimed([raw for raw in pair[1].messages if stamp(raw)]))
    seed = "+".join(recording.name for recording in pair)
    apart = sorted(parties_of(call) for call in (*calls_of(first), *calls_of(second)))
    together = calls_of(woven(first, second, seed))
    assert sorted(parties_of(call) for call in together) == apart


def parties_of(call: Call) -> tuple[str, ...]:
    """The parties and the outcome, without times."""
    return tuple(
        str(getattr(call, name))
        for name in (
            "call_id",
            "direction",
            "caller",
            "dialed",
            "extension",
            "answered_by",
            "answered_via",
            "picked_up_for",
            "forwarded_from",
            "forwarded_to",
            "transfers",
            "final_party",
            "complete",
        )
    )
