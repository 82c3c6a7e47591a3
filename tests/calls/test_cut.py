"""Streams with the head or the tail cut off, at every event.

A call that was not seen from its beginning to its end is judged only if what was seen proves the
verdict, and nothing leaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from callcheck.calls.model import Call
from tests.calls.recordings import (
    Recording,
    all_of_it,
    by_name,
    calls_of,
    header,
    judged,
    of,
    one_of_each,
    scenarios,
    soaks,
    verdict,
)

STEP = 1 if all_of_it() else 3
SOAK_CUTS = 200 if all_of_it() else 6
SCENARIOS = by_name(one_of_each(scenarios()))
SOAKS = by_name(one_of_each(soaks()))
each_scenario = pytest.mark.parametrize("recording", SCENARIOS.values(), ids=SCENARIOS)
each_soak = pytest.mark.parametrize("recording", SOAKS.values(), ids=SOAKS)


def cuts(recording: Recording, count: int) -> range:
    """Every third place (or all; in a long stream fewer). The scenario shifts the start, so that
    every kind of place is cut in some scenario."""
    step = max(STEP, 1 if all_of_it() else count // 40)
    return range(1 + sum(recording.name.encode()) % step, count, step)


def spread(count: int, of_them: int) -> list[int]:
    return [count * (i + 1) // (of_them + 1) for i in range(of_them)]


def essence(call: Call) -> Call:
    """The call without the fields that depend on the beginning of another call."""
    return replace(call, answered_while_serving=False)


def born(messages: Sequence[bytes]) -> dict[str, int]:
    """The index of the event that introduces each channel."""
    places = {}
    for i in of(messages, b"Newchannel"):
        uniqueid = header(messages[i], b"Uniqueid")
        assert uniqueid is not None
        places[uniqueid.decode()] = i
    return places


def check_head(messages: Sequence[bytes], cut: int, whole: dict[str, Call]) -> None:
    seen_from = born(messages)
    for call in calls_of(messages[cut:]):
        if call.complete:
            assert seen_from[call.call_id] >= cut
            assert essence(call) == whole[call.call_id], f"cut at {cut}"
        else:
            check_proved(call, whole, f"cut at {cut}")


def check_tail(messages: Sequence[bytes], cut: int, whole: dict[str, Call]) -> None:
    for call in calls_of(messages[:cut]):
        if call.complete:
            assert essence(call) == whole[call.call_id], f"cut at {cut}"
        else:
            check_proved(call, whole, f"cut at {cut}")


def check_proved(call: Call, whole: dict[str, Call], where: str) -> None:
    """A call seen in part is judged only if that proves the verdict of the whole."""
    if judged(call):
        assert call.evidence == "bounds", where
        assert verdict(call) is verdict(whole[call.call_id]), where


@each_scenario
def test_the_head_cut_off_at_every_event(recording: Recording) -> None:
    messages = recording.messages
    whole = {call.call_id: essence(call) for call in calls_of(messages)}
    for cut in cuts(recording, len(messages)):
        check_head(messages, cut, whole)


@each_scenario
def test_the_tail_cut_off_at_every_event(recording: Recording) -> None:
    messages = recording.messages
    whole = {call.call_id: essence(call) for call in calls_of(messages)}
    for cut in cuts(recording, len(messages)):
        check_tail(messages, cut, whole)


@each_soak
def test_many_calls_at_once_cut_in_two(recording: Recording) -> None:
    """Cuts both ways at one place: a listener that reconnects there judges only whole calls."""
    messages = recording.messages
    whole = {call.call_id: essence(call) for call in calls_of(messages)}
    for cut in spread(len(messages), SOAK_CUTS):
        check_head(messages, cut, whole)
        check_tail(messages, cut, whole)


@each_soak
def test_a_call_cut_in_its_middle_is_told_by_neither_half(recording: Recording) -> None:
    messages = recording.messages
    whole = {call.call_id for call in calls_of(messages) if call.complete}
    for cut in spread(len(messages), SOAK_CUTS):
        before = {call.call_id for call in calls_of(messages[:cut]) if call.complete}
        after = {call.call_id for call in calls_of(messages[cut:]) if call.complete}
        assert not before & after
        assert before | after <= whole


@each_scenario
def test_a_second_session_ends_the_first(recording: Recording) -> None:
    """A new greeting after every cut: calls before it are lost, calls after it are found."""
    messages = recording.messages
    whole = {call.call_id: essence(call) for call in calls_of(messages)}
    middle = len(messages) // 2
    greeting = b"Asterisk Call Manager/5.0.4"
    for call in calls_of([*messages[:middle], greeting, *messages[middle:]]):
        if call.complete:
            assert essence(call) == whole[call.call_id]
