"""A call's timeline in sentences, and where the caller's wait went."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcheck.calls.model import (
    Call,
    Did,
    Direction,
    Disposition,
    Leg,
    LegResult,
    Step,
    TimeSource,
)
from callcheck.explain import Share, Spent, ring_budget, timeline

START = 1_795_334_400_000_000
NAMES = {"201": "Anna", "202": "Berta"}


def at(seconds: float) -> int:
    return START + round(seconds * 1000) * 1000


def leg(
    extension: str, ring: float | None, end: float | None, result: LegResult = LegResult.ANSWERED
) -> Leg:
    return Leg(
        extension, None, f"PJSIP/{extension}", f"PJSIP/{extension}-1", at(0.05),
        None if ring is None else at(ring), None if end is None else at(end), None, result,
    )  # fmt: skip


def a_call(
    *legs: Leg, steps: tuple[Step, ...] = (), answered: float | None = 20.0, ended: float = 60.0
) -> Call:
    rings = [leg.ring_started_at for leg in legs if leg.ring_started_at]
    return Call(
        pbx="main", call_id="1.1", direction=Direction.INBOUND, caller=None, dialed="701",
        extension="201", unit="registry", public=True, started_at=START,
        ring_started_at=min(rings, default=None),
        answered_at=None if answered is None else at(answered),
        ringing_ended_at=None, ended_at=at(ended),
        disposition=Disposition.ANSWERED if answered is not None else Disposition.ABANDONED,
        complete=True, time_source=TimeSource.EVENT, legs=legs, timeline=steps,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (Step(0, Did.STARTED, None, "701"), "a caller without a number calls 701"),
        (Step(0, Did.STARTED, "201", "202"), "Anna (201) calls Berta (202)"),
        (Step(0, Did.RINGING, "201"), "Anna (201) rings"),
        (Step(0, Did.RINGING, "299"), "299 rings"),
        (Step(0, Did.RINGING), "a phone rings"),
        (Step(0, Did.PICKED_UP, "202", "201"), "Berta (202) picks up the call for Anna (201)"),
        (Step(0, Did.FORWARDED, "201", "202"), "Anna (201) sends the call on to Berta (202)"),
        (Step(0, Did.QUEUED, None, "701"), "the caller joins the queue 701"),
        (Step(0, Did.LEFT_QUEUE), "the caller leaves the queue"),
        (Step(0, Did.HUNG_UP, "caller"), "the caller hangs up"),
        (Step(0, Did.HUNG_UP, "answerer"), "the other side hangs up"),
        (Step(0, Did.HUNG_UP, "pbx"), "the PBX ends the call"),
        (Step(0, Did.HUNG_UP), "somebody hangs up"),
        (
            Step(0, Did.NOTED, None, "{who} {0} greeting"),
            "note of the dialplan: {who} {0} greeting",
        ),
        (Step(0, Did.NOTED), "note of the dialplan:"),
    ],
)
def test_sentences(step: Step, text: str) -> None:
    assert timeline(replace(a_call(), timeline=(step,)), NAMES)[0].text == text


@pytest.mark.parametrize("did", Did)
def test_every_step_has_a_sentence(did: Did) -> None:
    text = timeline(a_call(steps=(Step(START, did, "202", "201"),)), NAMES)[0].text
    assert text
    assert "{" not in text


def test_seconds_count_from_the_first_ring_to_the_millisecond() -> None:
    steps = tuple(Step(START + us, Did.RINGING, "201") for us in (0, 499_999, 500_000, 6_701_999))
    lines = timeline(a_call(leg("201", 0.5, 7), steps=steps), NAMES)
    assert [line.seconds_since_first_ring for line in lines] == [-0.5, -0.001, 0.0, 6.201]
    assert [line.at for line in lines] == [step.at for step in steps]


def test_without_a_ring_or_without_times_there_are_no_seconds() -> None:
    step = (Step(START, Did.STARTED, "x", "701"),)
    assert timeline(a_call(steps=step), NAMES)[0].seconds_since_first_ring is None
    timeless = replace(a_call(leg("201", 1, 2), steps=step), time_source=TimeSource.NONE)
    assert timeline(timeless, NAMES)[0].at is None
    assert timeline(timeless, NAMES)[0].seconds_since_first_ring is None
    assert ring_budget(timeless) == []


def test_menu_first_phone_forwarding_second_phone() -> None:
    call = a_call(
        leg("201", 8.0, 18.0, LegResult.FORWARDED),
        leg("202", 18.3, 20.0),
        steps=(Step(at(0.1), Did.PBX_ANSWERED),),
    )
    assert ring_budget(call) == [
        Share(Spent.SETUP, 100),
        Share(Spent.MENU, 7900),
        Share(Spent.RINGING, 10_000, ("201",)),
        Share(Spent.FORWARDING, 300),
        Share(Spent.RINGING, 1700, ("202",)),
    ]


def test_phones_that_ring_together_and_a_pause_between_hunt_steps() -> None:
    call = a_call(
        leg("201", 1.0, 6.0, LegResult.NO_ANSWER),
        leg("202", 2.0, 6.0, LegResult.NO_ANSWER),
        leg("201", 7.0, None, LegResult.CANCELLED),
        answered=None,
        ended=9.0,
    )
    assert ring_budget(call) == [
        Share(Spent.SETUP, 1000),
        Share(Spent.RINGING, 1000, ("201",)),
        Share(Spent.RINGING, 4000, ("201", "202")),
        Share(Spent.BETWEEN, 1000),
        Share(Spent.RINGING, 2000, ("201",)),
    ]


TIMES = st.none() | st.integers(-1_000_000, 40_000_000)


@given(
    st.lists(st.tuples(TIMES, TIMES, st.sampled_from(LegResult)), max_size=5),
    st.integers(0, 30_000_000),
    st.none() | st.integers(0, 30_000_000),
)
def test_the_shares_add_up_to_the_wait_exactly(
    legs: list[tuple[int | None, int | None, LegResult]], answered: int, machine: int | None
) -> None:
    made = [
        replace(
            leg("201", None, None, result),
            ring_started_at=None if ring is None else START + ring,
            ended_at=None if end is None else START + end,
        )
        for ring, end, result in legs
    ]
    steps = () if machine is None else (Step(START + machine, Did.QUEUED, None, "701"),)
    call = replace(a_call(*made, steps=steps), answered_at=START + answered)
    shares = ring_budget(call)
    assert sum(share.ms for share in shares) == call.wait_ms
    assert all(share.ms > 0 for share in shares)
