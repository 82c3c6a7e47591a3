"""The headline rule: its results, and its limits to the millisecond."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcheck.calls.directory import Directory, Party
from callcheck.calls.model import Call, Direction, Disposition, Micros, TimeSource
from callcheck.judging.cadence import CADENCES, Cadence, Reading
from callcheck.judging.people import People
from callcheck.judging.scope import always_open
from callcheck.judging.verdict import Finding, Readings, Result, headline
from callcheck.judging.wait import Clock
from callcheck.rules import make_judge
from callcheck.rules.answer_by_ring import NAME, Settings, judge

LV = Cadence(1000, 4000)
START = 1_763_812_345_000_000
RING = START + 200_000
BY_RING = Settings()


def at(ms: int) -> Micros:
    """So many ms after the first ring."""
    return RING + ms * 1000


ANSWERED = Call(
    pbx="main",
    call_id="1763812345.12",
    direction=Direction.INBOUND,
    caller="+37120000001",
    dialed="67000201",
    extension="201",
    unit="registry",
    public=True,
    started_at=START,
    ring_started_at=RING,
    answered_at=at(6201),
    ringing_ended_at=at(6201),
    ended_at=at(60_000),
    disposition=Disposition.ANSWERED,
    complete=True,
    time_source=TimeSource.EVENT,
    answered_by="201",
)


def answered(ms: int) -> Call:
    return replace(ANSWERED, answered_at=at(ms), ringing_ended_at=at(ms))


def ended(disposition: Disposition, ms: int, *, rang: bool = True) -> Call:
    """An unanswered call that ended so many ms after its first ring (or its start)."""
    return replace(
        ANSWERED,
        disposition=disposition,
        ring_started_at=RING if rang else None,
        answered_at=None,
        ringing_ended_at=at(ms) if rang else None,
        ended_at=at(ms),
        answered_by=None,
    )


def judged(call: Call, settings: Settings = BY_RING) -> Finding:
    return judge(call, settings, LV, always_open)


LIMITS = [  # reading, the last millisecond that is by the third ring
    (Reading.BEFORE, 9_999),
    (Reading.WITHIN, 11_000),
    (Reading.THIRD, 14_999),
]


@pytest.mark.parametrize(("reading", "last"), LIMITS)
def test_answers_around_the_limit(reading: Reading, last: int) -> None:
    settings = Settings(reading=reading)
    results = [judged(answered(last + d), settings).result for d in (-1, 0, 1)]
    assert results == [Result.MET, Result.MET, Result.BREACHED]


@pytest.mark.parametrize(("reading", "last"), LIMITS)
def test_giving_up_before_the_limit_is_exempt(reading: Reading, last: int) -> None:
    settings = Settings(reading=reading)
    calls = [ended(Disposition.ABANDONED, last + d) for d in (-1, 0, 1)]
    results = [judged(call, settings).result for call in calls]
    assert results == [Result.EXEMPT, Result.EXEMPT, Result.BREACHED]


@pytest.mark.parametrize(
    ("ms", "readings"),
    [
        (0, Readings(True, True, True)),
        (9_999, Readings(True, True, True)),
        (10_000, Readings(False, True, True)),
        (11_000, Readings(False, True, True)),
        (11_001, Readings(False, False, True)),
        (14_999, Readings(False, False, True)),
        (15_000, Readings(False, False, False)),
    ],
)
@pytest.mark.parametrize("headline", Reading)
def test_all_three_readings_are_reported_whichever_is_configured(
    ms: int, readings: Readings, headline: Reading
) -> None:
    assert judged(answered(ms), Settings(reading=headline)).readings == readings


def test_a_fraction_of_a_millisecond_before_the_limit_is_before_it() -> None:
    call = replace(ANSWERED, answered_at=at(15_000) - 1)
    assert judged(call).result is Result.MET
    assert judged(replace(call, answered_at=at(15_000))).result is Result.BREACHED


NO = Disposition
UNANSWERED = [
    (ended(NO.NO_ANSWER, 30_200), "201 rang for 30.2 s"),
    (ended(NO.NO_ANSWER, 30_200, rang=False), "201 did not answer, no phone rang"),
    (ended(NO.BUSY, 90, rang=False), "201 was busy, no phone rang"),
    (ended(NO.BUSY, 12_000), "201 rang for 12 s, then the call met a busy line"),
    (ended(NO.REJECTED, 4_000), "201 rang for 4 s, then the call was rejected"),
    (ended(NO.REJECTED, 90, rang=False), "201 rejected the call, no phone rang"),
    (
        ended(NO.VOICEMAIL, 20_000),
        "201 rang for 20 s, then voicemail or another recording took the call",
    ),
    (
        ended(NO.VOICEMAIL, 20_000, rang=False),
        "voicemail or another recording took the call for 201, no phone rang",
    ),
    (ended(NO.FAILED, 3_000), "201 rang for 3 s, then the call failed"),
    (ended(NO.UNREACHABLE, 3_000), "201 rang for 3 s, then no phone could be reached"),
]


@pytest.mark.parametrize(("call", "reason"), UNANSWERED)
def test_nobody_answered(call: Call, reason: str) -> None:
    none = Readings(before=False, within=False, third=False)
    told = f"nobody answered: {reason}"
    assert judged(call) == Finding("answer_by_ring", Result.BREACHED, told, none)


OUT = ended(NO.ABANDONED, 60_000)
EXEMPT = [
    (replace(ANSWERED, direction=Direction.INTERNAL), "an internal call"),
    (replace(ANSWERED, direction=Direction.OUTBOUND), "an outbound call"),
    (replace(OUT, public=False), "the number called is not a public one"),
    (
        replace(OUT, public=False, extension=None, unit=None),
        "nobody in the configuration has the number called; add it to a member or line",
    ),
    (replace(ANSWERED, conference=True), "a conference room"),
    (ended(NO.ABANDONED, 90_000, rang=False), "gave up before any phone rang"),
    (
        ended(NO.UNREACHABLE, 90, rang=False),
        "technical failure before any phone rang: 201 could not be reached",
    ),
    (
        ended(NO.FAILED, 90, rang=False),
        "technical failure before any phone rang: the call to 201 failed",
    ),
]


@pytest.mark.parametrize(("call", "reason"), EXEMPT)
def test_what_is_not_judged(call: Call, reason: str) -> None:
    assert judged(call) == Finding("answer_by_ring", Result.EXEMPT, reason)


UNKNOWN = [
    (replace(ANSWERED, sound=False), "not seen from its beginning to its end"),
    (replace(ANSWERED, time_source=TimeSource.NONE), "the stream has no times"),
    (replace(ANSWERED, disposition=NO.UNKNOWN), "not seen how it ended"),
    (replace(ANSWERED, ring_started_at=None), "answered, but no ringing was seen"),
    (
        replace(ANSWERED, sound=False, direction=Direction.INTERNAL),
        "not seen from its beginning to its end",
    ),
]


@pytest.mark.parametrize(("call", "reason"), UNKNOWN)
def test_what_is_unknown(call: Call, reason: str) -> None:
    assert judged(call) == Finding("answer_by_ring", Result.UNKNOWN, reason)


def test_reasons_of_answered_calls() -> None:
    assert judged(answered(0)).reason == "answered in ring 1 of 3 by 201"
    assert judged(answered(14_999)).reason == "answered in ring 3 of 3 by 201"
    late = "answered in ring 4, after 15 s, later than the limit of 15 s, by 201"
    assert judged(answered(15_000)).reason == late
    before = judged(answered(10_950), Settings(reading=Reading.BEFORE)).reason
    assert before == "answered in ring 3, after 10.9 s, later than the limit of 10 s, by 201"
    nobody = replace(answered(0), answered_by=None)
    assert judged(nobody).reason == "answered in ring 1 of 3"
    assert judged(OUT).reason == "gave up after 60 s, past the limit of 15 s"


def test_only_early_abandons_still_count_for_the_service_levels() -> None:
    early = judged(ended(NO.ABANDONED, 4_213))
    reason = "gave up after 4.2 s, before the limit of 15 s"
    assert early == Finding("answer_by_ring", Result.EXEMPT, reason, gave_up_early=True)
    assert not judged(OUT).gave_up_early
    closed = judge(ended(NO.ABANDONED, 4_213), BY_RING, LV, lambda _: "closed")
    assert not closed.gave_up_early


def test_a_number_of_seconds_for_early_abandons() -> None:
    settings = Settings(exempt_abandons_within=5_000)
    findings = [judged(ended(NO.ABANDONED, ms), settings) for ms in (5_000, 5_001)]
    assert [(f.result, f.reason) for f in findings] == [
        (Result.EXEMPT, "gave up after 5 s, before the 5 s that are not counted"),
        (Result.BREACHED, "gave up after 5 s, past the 5 s that are not counted"),
    ]


def test_the_start_of_the_call_decides_on_opening_hours() -> None:
    def closed(moment: Micros) -> str | None:
        return None if moment < START + 1 else "outside working hours: Saturday"

    assert judge(answered(2_000), BY_RING, LV, closed).result is Result.MET
    late = replace(ANSWERED, started_at=START + 1)
    assert judge(late, BY_RING, LV, closed) == Finding(
        "answer_by_ring", Result.EXEMPT, "outside working hours: Saturday"
    )
    room = replace(late, conference=True)
    assert judge(room, BY_RING, LV, closed).reason == "a conference room"


def test_other_clocks() -> None:
    call = replace(answered(8_000), queue_joined_at=at(-9_000))
    queue = judged(call, Settings(clock=Clock.QUEUE_JOIN))
    assert (queue.result, queue.reason) == (
        Result.BREACHED,
        "answered after 17 s in the queue, later than the limit of 15 s, by 201",
    )
    no_queue = judged(replace(call, queue_joined_at=None), Settings(clock=Clock.QUEUE_JOIN))
    assert no_queue.result is Result.MET
    inbound = judged(call, Settings(clock=Clock.INBOUND))
    assert (inbound.result, inbound.reason) == (
        Result.MET,
        "answered after 8.2 s from the start of the call, within the limit of 15 s, by 201",
    )
    gone = judged(ended(NO.ABANDONED, 14_900), Settings(clock=Clock.INBOUND))
    assert gone.result is Result.BREACHED


def test_another_ring() -> None:
    two = Settings(ring=2)
    assert [judged(answered(ms), two).result for ms in (9_999, 10_000)] == [
        Result.MET,
        Result.BREACHED,
    ]


def test_the_caller_s_number_is_in_no_reason() -> None:
    calls = [ANSWERED, OUT, *(c for c, _ in UNANSWERED), *(c for c, _ in EXEMPT)]
    assert not [c for c in calls if "20000001" in judged(c).reason]


def test_the_judge_binds_the_rule_to_the_house() -> None:
    house = People(Directory((Party("201", "registry", name="Anna"),)))
    closed_at: list[Micros] = []
    judge = make_judge(
        {NAME: Settings(ring=1)}, cadence=LV, why_closed=closed_at.append, people=house
    )
    finding = headline(judge(answered(5_000)))
    assert finding is not None
    assert finding.result is Result.BREACHED
    assert "by Anna (201)" in finding.reason
    assert START in closed_at


def test_both_rules_exempt_the_same_early_abandons() -> None:
    patient = make_judge({NAME: Settings(exempt_abandons_within=3_000)}, cadence=LV)
    rushed = make_judge(cadence=LV)
    gone = ended(NO.ABANDONED, 4_000)
    assert results(patient(gone)) == [Result.BREACHED, Result.BREACHED]
    assert results(rushed(gone)) == [Result.EXEMPT, Result.EXEMPT]


def results(findings: Sequence[Finding]) -> list[Result]:
    return [f.result for f in findings if f.rule in (NAME, "colleague_pickup")]


@given(
    st.sampled_from(sorted(CADENCES)),
    st.integers(1, 20),
    st.integers(0, 200_000),
)
def test_third_is_the_same_as_the_ring_number(country: str, ring: int, ms: int) -> None:
    cadence = CADENCES[country]
    assert cadence.kept(Reading.THIRD, ring, ms) == (cadence.ring_number(ms) <= ring)
    assert cadence.kept(Reading.BEFORE, ring, ms) == (cadence.ring_number(ms) < ring)
    tone = ms - (ring - 1) * cadence.period_ms <= cadence.on_ms
    assert cadence.kept(Reading.WITHIN, ring, ms) == tone


def test_cadences_of_the_neighbours_and_of_double_rings() -> None:
    assert CADENCES["LV"] == CADENCES["LT"] == CADENCES["EE"] == LV
    assert CADENCES["GB"].period_ms == 3000
    assert CADENCES["US"].ring_number(17_999) == 3
