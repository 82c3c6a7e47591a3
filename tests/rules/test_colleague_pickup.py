"""The rule about colleagues, and the names of people in the reasons of rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcheck.calls.directory import Directory, Kind, Party
from callcheck.calls.model import (
    Call,
    Direction,
    Disposition,
    Leg,
    LegResult,
    Micros,
    RingSource,
    TimeSource,
    Via,
)
from callcheck.judging.people import NOBODY, People, tenths
from callcheck.judging.scope import always_open
from callcheck.judging.verdict import Finding, Result
from callcheck.rules import make_judge
from callcheck.rules.colleague_pickup import judge

START = 1_763_812_345_000_000
OUTSIDE = "29555001"
HOUSE = People(
    Directory(
        (
            Party("201", "registry", name="Anna", mobile="29111222"),
            Party("202", "registry", name="Berta", mobile="+371 29111333"),
            Party("203", "registry"),
            Party("301", "legal", name="Laura"),
            Party("600", "registry", Kind.GROUP),
            Party("701", "registry", Kind.QUEUE, name="Info"),
            Party("900", "it", Kind.IVR),
        ),
        country_code="371",
    )
)


def at(ms: int) -> Micros:
    """So many ms after the first ring."""
    return START + 200_000 + ms * 1000


def a_leg(party: str, rang: bool = True) -> Leg:
    inside = len(party) < 6
    return Leg(
        extension=party if inside else None, number=None if inside else party,
        device=f"PJSIP/{party}", channel=f"PJSIP/{party}-1", dialed_at=START,
        ring_started_at=at(0) if rang else None, ended_at=at(20_000),
        ring_source=RingSource.RINGING if rang else None, result=LegResult.NO_ANSWER,
    )  # fmt: skip


def a_call(by: str | None = None, via: Via | None = None, **changes: Any) -> Call:
    """A call for Anna (201), answered in ring 2 or unanswered after 20 s."""
    end = at(20_000) if by is None else at(6_201)
    call = Call(
        pbx="main", call_id="1.1", direction=Direction.INBOUND, caller=OUTSIDE, dialed="67000201",
        extension="201", unit="registry", public=True, started_at=START, ring_started_at=at(0),
        answered_at=None if by is None else end, ringing_ended_at=end, ended_at=at(60_000),
        disposition=Disposition.NO_ANSWER if by is None else Disposition.ANSWERED,
        complete=True, time_source=TimeSource.EVENT, answered_by=by, answered_via=via,
        legs=(a_leg("201"),),
    )  # fmt: skip
    return replace(call, **changes)


def judged(call: Call, people: People = HOUSE, early: str | None = None) -> Finding:
    return judge(call, always_open, lambda _: early, people)


FORWARDED: dict[str, Any] = {"forwarded_from": "201"}
TAKEN = [
    (
        a_call("202", Via.PICKUP, picked_up_for="201"),
        "by Berta (202) of the same unit, who picked up for Anna (201)",
    ),
    (
        a_call("202", Via.FORWARD, **FORWARDED),
        "by Berta (202) of the same unit, to whom Anna (201) had forwarded",
    ),
    (
        a_call("203", Via.PICKUP, picked_up_for="202", **FORWARDED),
        "by 203 of the same unit, who picked up for Berta (202), to whom Anna (201) had forwarded",
    ),
    (
        a_call("301", Via.FORWARD, **FORWARDED),
        "by Laura (301) of another unit, to whom Anna (201) had forwarded",
    ),
    (
        a_call("+37129111333", Via.FORWARD, **FORWARDED),
        "by Berta (202) of the same unit on a mobile, to whom Anna (201) had forwarded",
    ),
    (
        a_call("202", Via.GROUP),
        "by Berta (202) of the same unit in a group, instead of Anna (201)",
    ),
    (
        a_call("202", Via.QUEUE, **FORWARDED),
        "by Berta (202) of the same unit in a queue, to whom Anna (201) had forwarded",
    ),
    (
        a_call("202", Via.TRANSFER),
        "by Berta (202) of the same unit, to whom the ringing call was transferred, "
        "instead of Anna (201)",
    ),
    (
        a_call("202", Via.PICKUP, picked_up_for="203", extension="600"),
        "by Berta (202) of the same unit, who picked up for 203",
    ),
    (
        a_call("301", Via.FORWARD, forwarded_from="201", extension="900", unit="it"),
        "by Laura (301) of another unit, to whom Anna (201) had forwarded",
    ),
    (
        a_call("299", Via.FORWARD, **FORWARDED),
        "by 299, to whom Anna (201) had forwarded",
    ),
]


@pytest.mark.parametrize(("call", "by"), TAKEN)
def test_a_colleague_took_it(call: Call, by: str) -> None:
    assert judged(call) == Finding("colleague_pickup", Result.MET, f"taken {by}")


NOBODY_TOOK_IT = [
    (a_call(), "Anna (201) rang for 20 s"),
    (
        a_call(disposition=Disposition.ABANDONED),
        "Anna (201) rang for 20 s, until the caller gave up",
    ),
    (a_call(disposition=Disposition.VOICEMAIL), "Anna (201) rang for 20 s"),
    (
        a_call(legs=(a_leg("202"),), **FORWARDED),
        "Berta (202) rang for 20 s, forwarded by Anna (201)",
    ),
    (
        a_call(legs=(a_leg("201"), a_leg("29111222"), a_leg(OUTSIDE)), **FORWARDED),
        "Anna (201), Anna's mobile and an outside number rang for 20 s",
    ),
    (
        a_call(legs=tuple(a_leg(e, rang=e != "202") for e in ("201", "202", "203", "203", "301"))),
        "Anna (201), 203 and Laura (301) rang for 20 s",
    ),
    (
        a_call(legs=tuple(a_leg(e) for e in ("201", "202", "203", "301", "302"))),
        "Anna (201), Berta (202), 203 and 2 more rang for 20 s",
    ),
]


@pytest.mark.parametrize(("call", "why"), NOBODY_TOOK_IT)
def test_nobody_took_it_though_a_phone_rang(call: Call, why: str) -> None:
    assert judged(call) == Finding("colleague_pickup", Result.BREACHED, f"nobody took it: {why}")


LINE = "a line was asked for, not one person's phone"
EXEMPT = [
    (a_call("201", Via.DIRECT), "answered by Anna (201)"),
    (a_call("29111222", Via.FORWARD, **FORWARDED), "answered on Anna's mobile"),
    (
        a_call(OUTSIDE, Via.FORWARD, **FORWARDED),
        "answered at an outside number, to which Anna (201) had forwarded",
    ),
    (a_call("202", Via.GROUP, extension="600"), LINE),
    (a_call("202", Via.QUEUE, extension="701"), LINE),
    (a_call("202", Via.DIRECT, extension="900"), LINE),
    (a_call(extension="701"), LINE),
    (a_call(extension="900"), LINE),
    (a_call("202", Via.FORWARD, extension="701", forwarded_from="701"), LINE),
    (a_call(ring_started_at=None), "no phone rang that a colleague could have answered"),
    (a_call("202", Via.PICKUP, direction=Direction.INTERNAL), "an internal call"),
    (a_call("202", Via.PICKUP, direction=Direction.OUTBOUND), "an outbound call"),
    (a_call("202", Via.PICKUP, public=False), "the number called is not a public one"),
    (
        a_call("202", Via.PICKUP, public=False, extension=None, unit=None),
        "nobody in the configuration has the number called; add it to a member or line",
    ),
    (a_call("202", Via.PICKUP, conference=True), "a conference room"),
]


@pytest.mark.parametrize(("call", "reason"), EXEMPT)
def test_what_the_rule_does_not_expect(call: Call, reason: str) -> None:
    assert judged(call) == Finding("colleague_pickup", Result.EXEMPT, reason)


def test_opening_hours_and_early_abandons_are_those_of_the_house() -> None:
    gone = a_call(disposition=Disposition.ABANDONED)
    assert judged(gone, early="gave up").reason == "gave up"
    assert judged(a_call(), early="gave up").result is Result.BREACHED
    closed = judge(a_call("202", Via.PICKUP), lambda at: f"closed at {at}", lambda _: None, HOUSE)
    assert closed == Finding("colleague_pickup", Result.EXEMPT, f"closed at {START}")


UNKNOWN = [
    (a_call("202", sound=False), "not seen from its beginning to its end"),
    (a_call("202", time_source=TimeSource.NONE), "the stream has no times"),
    (a_call(disposition=Disposition.UNKNOWN), "not seen how it ended"),
    (a_call(disposition=Disposition.ANSWERED), "answered, but not seen by whom"),
]


@pytest.mark.parametrize(("call", "reason"), UNKNOWN)
def test_what_is_unknown(call: Call, reason: str) -> None:
    assert judged(call) == Finding("colleague_pickup", Result.UNKNOWN, reason)


def test_a_house_without_a_directory_has_extensions_but_no_units() -> None:
    taken = judged(a_call("202", Via.PICKUP, picked_up_for="201"), NOBODY)
    assert taken.reason == "taken by 202, who picked up for 201"
    for line in (Via.QUEUE, Via.GROUP):
        assert judged(a_call("202", line), NOBODY).reason == LINE
    assert judged(a_call(queue_joined_at=START), NOBODY).reason == LINE
    assert judged(a_call(extension=None), NOBODY).reason == LINE


LINES = [
    (a_call("202", Via.QUEUE, extension="701"), " by Berta (202) in queue Info (701)"),
    (a_call("202", Via.GROUP, extension="600"), " by Berta (202) in group 600"),
    (a_call("301", Via.GROUP, extension="600"), " by Laura (301) of another unit in group 600"),
    (a_call("202", Via.DIRECT, extension="900", unit="it"), " by Berta (202)"),
    (a_call("29111222", Via.GROUP, extension="600"), " by Anna (201) on a mobile in group 600"),
    (a_call("29111222", Via.FORWARD), " on Anna's mobile"),
    (a_call(None), ""),
]


@pytest.mark.parametrize(("call", "by"), LINES)
def test_who_answered_a_line(call: Call, by: str) -> None:
    assert HOUSE.answered_by(call) == by


def test_a_mobile_of_somebody_without_a_name() -> None:
    house = People(Directory((Party("201", "registry", mobile=OUTSIDE),)))
    assert house.answered_by(a_call(OUTSIDE, Via.FORWARD)) == " on the mobile of 201"


def test_a_phone_may_have_a_long_extension_that_no_directory_lists() -> None:
    call = a_call("670201", legs=(replace(a_leg("201"), extension="670201"),))
    assert NOBODY.answered_by(call) == " by 670201"
    assert NOBODY.answered_by(replace(call, legs=())) == " at an outside number"


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "0 s"), (99, "0 s"), (100, "0.1 s"), (14_999, "14.9 s"), (15_000, "15 s")],
)
def test_tenths_of_seconds_are_rounded_down(ms: int, text: str) -> None:
    assert tenths(ms) == text


_NUMBERS = st.from_regex(r"(\+|00)?[1-9][0-9 ]{5,11}[0-9]", fullmatch=True).filter(
    lambda n: HOUSE.directory.owner_of_mobile(n) is None
)
_PARTIES = st.none() | st.sampled_from(["201", "202", "301", "600", "701", "900", "299"]) | _NUMBERS
_CALLS = st.builds(
    a_call,
    by=_PARTIES,
    via=st.none() | st.sampled_from(Via),
    caller=_NUMBERS,
    extension=_PARTIES,
    picked_up_for=_PARTIES,
    forwarded_from=_PARTIES,
    forwarded_to=_PARTIES,
    disposition=st.sampled_from(Disposition),
    ring_started_at=st.none() | st.just(at(0)),
    legs=st.lists(_PARTIES.filter(bool).map(lambda p: a_leg(str(p))), max_size=4).map(tuple),
)


@given(_CALLS, st.sampled_from([HOUSE, NOBODY]))
def test_no_reason_holds_an_outside_number(call: Call, people: People) -> None:
    outside = {p for p in _parties(call) if p and sum(c.isdigit() for c in p) > 5}
    for finding in make_judge(people=people)(call):
        assert not finding.reason.startswith("the rule failed")
        assert not [number for number in outside if number in finding.reason]
        digits = "".join(c if c.isdigit() else " " for c in finding.reason).split()
        assert all(len(run) < 6 for run in digits)


def _parties(call: Call) -> list[str | None]:
    named = [call.caller, call.extension, call.answered_by, call.picked_up_for]
    return [*named, call.forwarded_from, call.forwarded_to, *(leg.number for leg in call.legs)]
