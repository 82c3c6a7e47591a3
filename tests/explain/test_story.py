"""The timeline of a call in sentences, and what its wait was spent on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
from callcheck.explain import WaitPart, WaitPhase, timeline, wait_budget

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
    assert wait_budget(timeless) == []


def test_menu_first_phone_forwarding_second_phone() -> None:
    call = a_call(
        leg("201", 8.0, 18.0, LegResult.FORWARDED),
        leg("202", 18.3, 20.0),
        steps=(Step(at(0.1), Did.PBX_ANSWERED),),
    )
    assert wait_budget(call) == [
        WaitPart(WaitPhase.SETUP, 100),
        WaitPart(WaitPhase.MENU, 7900),
        WaitPart(WaitPhase.RINGING, 10_000, ("201",)),
        WaitPart(WaitPhase.FORWARDING, 300),
        WaitPart(WaitPhase.RINGING, 1700, ("202",)),
    ]


def test_phones_that_ring_together_and_a_pause_between_hunt_steps() -> None:
    call = a_call(
        leg("201", 1.0, 6.0, LegResult.NO_ANSWER),
        leg("202", 2.0, 6.0, LegResult.NO_ANSWER),
        leg("201", 7.0, None, LegResult.CANCELLED),
        answered=None,
        ended=9.0,
    )
    assert wait_budget(call) == [
        WaitPart(WaitPhase.SETUP, 1000),
        WaitPart(WaitPhase.RINGING, 1000, ("201",)),
        WaitPart(WaitPhase.RINGING, 4000, ("201", "202")),
        WaitPart(WaitPhase.BETWEEN, 1000),
        WaitPart(WaitPhase.RINGING, 2000, ("201",)),
    ]


def test_a_forward_of_the_dialplan_shows_in_the_wait_without_an_event() -> None:
    call = replace(
        a_call(
            leg("201", 1.0, 12.0, LegResult.NO_ANSWER),
            replace(leg("202", 12.2, 16.0, LegResult.NO_ANSWER), dialed_at=at(12.1)),
            replace(leg("203", 16.5, 20.0), dialed_at=at(16.1)),
        ),
        forwarded_from="201",
        forwarded_to="203",
    )
    between = [part for part in wait_budget(call) if part.phase is not WaitPhase.RINGING]
    assert between == [
        WaitPart(WaitPhase.SETUP, 1000),
        WaitPart(WaitPhase.FORWARDING, 200),
        WaitPart(WaitPhase.FORWARDING, 500),
    ]
    assert WaitPart(WaitPhase.BETWEEN, 200) in wait_budget(replace(call, forwarded_from=None))


def test_a_302_before_any_ring_is_forwarding_too() -> None:
    call = a_call(leg("201", None, 0.4, LegResult.FORWARDED), leg("202", 0.5, 20.0))
    assert wait_budget(call)[:2] == [
        WaitPart(WaitPhase.SETUP, 400),
        WaitPart(WaitPhase.FORWARDING, 100),
    ]


@pytest.mark.parametrize(
    ("rings", "ends", "parts"),
    [
        ((1.0, 1.06), (20.0, 20.0), [(("201", "202"), 19_000)]),
        ((1.0, 1.2), (20.0, 20.0), [(("201",), 200), (("201", "202"), 18_800)]),
        ((1.0, 1.0), (19.95, 20.0), [(("201", "202"), 19_000)]),
    ],
)
def test_phones_that_start_or_stop_almost_together_are_one_part(
    rings: tuple[float, float],
    ends: tuple[float, float],
    parts: list[tuple[tuple[str, ...], int]],
) -> None:
    call = a_call(leg("201", rings[0], ends[0]), leg("202", rings[1], ends[1]))
    assert [(part.who, part.ms) for part in wait_budget(call)[1:]] == parts


def told(*steps: Step, **changes: Any) -> list[str]:
    call = replace(a_call(), timeline=steps, **changes)
    return [line.text for line in timeline(call, NAMES)]


ONCE = [
    (Step(5, Did.PICKED_UP, "202", "201"), Step(5, Did.ANSWERED, "202")),
    (Step(5, Did.RETRIEVED, "202"), Step(9, Did.JOINED, "202")),
    (Step(5, Did.ANSWERED, "202"), Step(50_000, Did.LEFT_QUEUE, None, "701")),
    (Step(900, Did.QUEUED, None, "701"), Step(5, Did.PBX_ANSWERED)),
]


@pytest.mark.parametrize(("main", "beside"), ONCE)
def test_a_step_implied_by_another_is_left_out(main: Step, beside: Step) -> None:
    assert told(main, beside) == told(main)
    later = replace(beside, at=main.at + 100_000)
    assert told(main, later) == told(main) + told(later)


def test_somebody_else_at_the_same_moment_is_shown() -> None:
    steps = (Step(5, Did.PICKED_UP, "202", "201"), Step(5, Did.ANSWERED, "201"))
    assert told(*steps)[1] == "Anna (201) answers"


def test_parking_names_the_person_and_is_not_a_transfer() -> None:
    lot = Step(9, Did.TRANSFERRED, "201", "700")
    assert told(Step(5, Did.PARKED), lot) == ["Anna (201) parks the call"]
    assert told(Step(5, Did.PARKED)) == ["somebody parks the call"]
    assert told(lot) == ["Anna (201) transfers the call to 700"]


def dials(*parties: str) -> tuple[Step, ...]:
    return tuple(Step(at(0.05), Did.DIALED, None, party) for party in parties)


def test_a_forward_of_the_dialplan_is_shown_at_its_target() -> None:
    forward = {"forwarded_from": "201", "forwarded_to": "203"}
    legs = (leg("201", 1, 5, LegResult.NO_ANSWER), leg("202", 6, 9), leg("203", 9, 20))
    later = tuple(replace(leg, dialed_at=at(s)) for leg, s in zip(legs, (0.05, 5, 9), strict=True))
    steps = tuple(Step(leg.dialed_at, Did.DIALED, None, leg.extension) for leg in later)
    assert told(*steps, legs=later, **forward) == [
        "the PBX dials Anna (201)",
        "the PBX dials Berta (202), to whom Anna (201) has forwarded",
        "the PBX dials 203, to whom the call is forwarded on",
    ]
    assert told(*steps, legs=later)[1] == "the PBX dials Berta (202)"


def test_a_302_is_shown_at_the_phone_that_sent_it_only() -> None:
    legs = (leg("201", 1, 5, LegResult.FORWARDED), replace(leg("202", 6, 9), dialed_at=at(5)))
    sent = Step(at(5), Did.FORWARDED, "201", "202")
    dial = Step(at(5), Did.DIALED, None, "202")
    lines = told(sent, dial, legs=legs, forwarded_from="201", forwarded_to="202")
    assert lines == ["Anna (201) sends the call on to Berta (202)", "the PBX dials Berta (202)"]


def test_phones_that_ring_together_with_the_one_that_forwards_are_not_forwarded_to() -> None:
    legs = (leg("201", 1, 5, LegResult.FORWARDED), leg("202", 1, 20))
    lines = told(*dials("201", "202"), legs=legs, forwarded_from="201", forwarded_to="299")
    assert lines == ["the PBX dials Anna (201)", "the PBX dials Berta (202)"]


TIMES = st.none() | st.integers(-1_000_000, 40_000_000)


@given(
    st.lists(st.tuples(TIMES, TIMES, st.sampled_from(LegResult)), max_size=5),
    st.integers(0, 30_000_000),
    st.none() | st.integers(0, 30_000_000),
)
def test_the_parts_add_up_to_the_wait_exactly(
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
    parts = wait_budget(call)
    assert sum(part.ms for part in parts) == call.wait_ms
    assert all(part.ms > 0 for part in parts)
