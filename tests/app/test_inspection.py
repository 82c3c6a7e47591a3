"""What is wrong with the PBXs as we are connected to them is said, once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from callcheck.app.inspection import Inspection
from callcheck.app.judge import judge_of
from callcheck.app.status import Status
from callcheck.app.watch import Watch
from callcheck.calls.census import EVENT_OF
from callcheck.metrics.exposition import Series
from callcheck.privacy import Pseudonyms
from tests.calls.recordings import Recording, house, scenarios, soaks

BUSY = soaks()[0]


def watched(*names: str) -> list[Any]:
    """Listeners, as far as they are looked at, with their watches."""
    pseudonyms = Pseudonyms(b"", "plain", "371")
    return [
        (
            SimpleNamespace(pbx=SimpleNamespace(name=name, username="bob")),
            Watch(
                name, house().directory("main"), judge_of(house(), "main"), pseudonyms,
                lambda *_: None, Series([1]),
            ),
        )
        for name in names
    ]  # fmt: skip


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]


def without(recording: Recording, *kinds: bytes) -> list[bytes]:
    unwanted = tuple(b"Event: %b\r\n" % kind for kind in kinds)
    return [raw for raw in recording.messages if not raw.startswith(unwanted)]


def play(inspection: Inspection, *streams: tuple[Watch, Iterable[bytes]]) -> None:
    """Gives each watch its messages, in turns, and looks now and then."""
    pieces = [(watch, list(messages)) for watch, messages in streams]
    for begin in range(0, max(len(messages) for _, messages in pieces), 20):
        for watch, messages in pieces:
            watch.messages(messages[begin : begin + 20])
        inspection.look()


def test_hidden_events_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    pairs = watched("main")
    inspection = Inspection(pairs)
    play(inspection, (pairs[0][1], without(BUSY, b"BridgeLeave", b"DialState")))
    for _ in range(3):
        inspection.look()
    assert sorted(pairs[0][1].hidden) == ["BridgeLeave", "DialState"]
    said = warnings(caplog)
    assert all("remove the eventfilter lines of user bob in manager.conf" in one for one in said)
    assert sum(one.count("BridgeLeave") for one in said) == 1
    assert sum(one.count("DialState") for one in said) == 1


def test_nothing_is_said_of_a_pbx_that_sends_all(caplog: pytest.LogCaptureFixture) -> None:
    pairs = watched("main")
    play(Inspection(pairs), (pairs[0][1], BUSY.messages))
    assert warnings(caplog) == []


def test_one_pbx_configured_twice_is_found_out(caplog: pytest.LogCaptureFixture) -> None:
    pairs = watched("main", "branch", "again")
    quiet = next(r for r in scenarios() if r.name == "16/direct_4s")
    inspection = Inspection(pairs)
    streams = (BUSY.messages, quiet.messages, BUSY.messages)
    play(inspection, *((watch, s) for (_, watch), s in zip(pairs, streams, strict=True)))
    assert inspection.same == [("main", "again")]
    inspection.look()
    assert warnings(caplog) == [
        "[[pbx]] main and again are the same PBX, so every call is counted twice: remove one of "
        "them from the configuration"
    ]


def test_two_pbxs_are_not_taken_for_one() -> None:
    """Nor if they give the same ids in the same second: their channels have other names."""
    pairs = watched("main", "branch")
    inspection = Inspection(pairs)
    theirs = [raw.replace(b"PJSIP/", b"PJSIP/b") for raw in BUSY.messages]
    play(inspection, (pairs[0][1], BUSY.messages), (pairs[1][1], theirs))
    assert inspection.same == []


def test_the_same_channels_at_another_time_are_no_proof() -> None:
    """A PBX that was moved, or whose clock began anew."""
    pairs = watched("main", "branch")
    inspection = Inspection(pairs)
    for _, watch in pairs:
        play(inspection, (watch, BUSY.messages))
        watch.lost()
    assert inspection.same == []


def test_every_kind_has_its_sample() -> None:
    """At 0 from the start, and at 1 where it is proved."""
    pairs = watched("main")
    listener, watch = pairs[0]
    vars(listener).update(
        state="connected", last_event_age=None, gap_seconds=0.0, sink_failures=0, oversized=0
    )
    status = Status(pairs, None, None, Inspection(pairs))  # type: ignore[arg-type]
    assert status.pbxs()[0].events_missing == dict.fromkeys(EVENT_OF, False)
    play(Inspection(pairs), (watch, without(BUSY, b"BridgeLeave")))
    missing = status.pbxs()[0].events_missing
    assert [kind for kind, yes in missing.items() if yes] == ["BridgeLeave"]
    assert list(missing) == list(EVENT_OF)
