"""Which kinds of events are kept from us is proved by the others, and nothing is said of a PBX that
sends all."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pytest

from callcheck.calls.census import EVENT_OF
from callcheck.journal.follow import Follower
from tests.calls.recordings import Recording, all_of_it, follower, recordings, scenarios

SESSION = b"Asterisk Call Manager/x"
HOUSES = ("16", "22", "16-sip", "22-fpbx", "16-fpbx")
"""The folders of recordings in which every kind is seen."""
UNPROVED = {"AttendedTransfer"}
"""After the answer, where a transfer mostly is, nothing is doubted."""
OTHERS = ("SoftHangupRequest", "Pickup", "QueueCallerLeave", "QueueCallerAbandon", "Cdr", "Rename",
          "BlindTransfer", "ParkedCall", "OriginateResponse", "Newexten")  # fmt: skip
"""Kinds that leave no trace."""


def without(messages: Iterable[bytes], *kinds: str) -> list[bytes]:
    unwanted = tuple(f"Event: {kind}\r\n".encode() for kind in kinds)
    return [raw for raw in messages if not raw.startswith(unwanted)]


@cache
def played(house: str) -> list[bytes]:
    """A sample of a folder's recordings, one after another, each in a session of its own."""
    own = [r for r in recordings() if r.path.parent.name == house]
    sample = own if all_of_it() else own[:: max(1, len(own) // 60)]
    return [raw for recording in sample for raw in (SESSION, *recording.messages)]


def hidden_in(messages: Iterable[bytes]) -> list[str]:
    following: Follower = follower()
    following.follow(messages)
    following.close()
    return following.tracker.census.hidden()


@pytest.mark.parametrize("house", HOUSES)
@pytest.mark.parametrize("kind", sorted(EVENT_OF.keys() - UNPROVED))
def test_a_kind_that_is_hidden_is_told_and_no_other(house: str, kind: str) -> None:
    assert hidden_in(without(played(house), kind)) == [kind]


@pytest.mark.parametrize("kind", [*UNPROVED, *OTHERS])
def test_a_kind_that_leaves_no_trace_accuses_no_other(kind: str) -> None:
    assert hidden_in(without(played("22"), kind)) == []


def test_two_kinds_are_told_together() -> None:
    left = without(played("22"), "BridgeLeave", "HangupRequest", "DialState")
    assert hidden_in(left) == ["DialState", "BridgeLeave", "HangupRequest"]


@pytest.mark.parametrize("house", sorted({r.path.parent.name for r in recordings()}))
def test_nothing_is_told_of_a_pbx_that_sends_all(house: str) -> None:
    """Nor at any moment meanwhile: a kind that comes late is not hidden until then."""
    following = follower()
    for recording in (r for r in recordings() if r.path.parent.name == house):
        following.follow([SESSION, *recording.messages])
        assert following.tracker.census.hidden() == [], recording.name


BY_THE_CLOCK = "time_limit"
"""With chan_sip a limit that the PBX set looks like a hang-up by a phone."""


def test_nothing_is_told_of_a_house_with_one_kind_of_call() -> None:
    def sends_all(recording: Recording) -> bool:
        return hidden_in([SESSION, *recording.messages] * 12) == []

    sample = scenarios() if all_of_it() else scenarios()[::5]
    wrong = [r.name for r in sample if not sends_all(r) and BY_THE_CLOCK not in r.name]
    assert wrong == []


def test_one_lost_event_is_no_proof() -> None:
    [direct] = [r for r in scenarios() if r.name == "22/direct_4s"]
    bare = [SESSION, *without(direct.messages, "BridgeLeave")]
    assert hidden_in(bare) == []
    assert hidden_in(bare * 3) == ["BridgeLeave"]
    assert hidden_in([*(bare * 3), *direct.messages]) == []
