"""Where a call for somebody absent would go, without placing it."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

import pytest

from callcheck.absences.model import Absence, Forward, Phone
from callcheck.absences.rehearsal import rehearse
from callcheck.absences.snapshot import Snapshot
from callcheck.absences.steps import Coverage, StepKind
from callcheck.calls.directory import Directory, Party
from tests.absences.people import TEN, away, fwd, phone, snapshot

Facts = tuple[Absence | Forward | Phone, ...]

GOOD: list[tuple[Facts, str]] = [
    ((fwd("201", "202"), phone("202")), "go to 202 (Berta), whose phone is reachable"),
    ((fwd("201", "202"),), "go to 202 (Berta)"),
    ((fwd("201", "67000203"),), "go to 203 (Dace)"),
    ((fwd("201", "203"), fwd("203", "301")), "go by 203 to 301 (Edgars)"),
    ((fwd("201", "+37129111222"),), "go to the person's own mobile"),
    ((fwd("201", "29111222"),), "go to the person's own mobile"),
    ((fwd("201", "929111222"),), "go to the person's own mobile"),
    ((fwd("201", "29111333"),), "go to the mobile of 202 (Berta)"),
    ((fwd("201", "701"),), "go to 701, a queue"),
    ((fwd("201", None, "dnd"), fwd("201", "202", "busy")), "go to 202 (Berta)"),
    ((phone("201", False), fwd("201", "202", "no_answer")), "go to 202 (Berta)"),
]


@pytest.mark.parametrize(("facts", "said"), GOOD)
def test_covered(facts: Facts, said: str) -> None:
    found = rehearse(snapshot(away(), *facts), "201", TEN)
    assert (found.cover, found.reason) == (Coverage.COVERED, f"calls for 201 {said}")


WRONG: list[tuple[Facts, str]] = [
    ((fwd("201", "202"), fwd("202", "201")), "run in a loop that comes back to 201 (Anna)"),
    ((fwd("201", "201"),), "run in a loop that comes back to 201 (Anna)"),
    ((fwd("201", "203"), away("203", id=2)), "go to 203 (Dace), who is absent too"),
    ((fwd("201", "203"), phone("203", False)), "go to 203 (Dace), who has a phone that is unreach"),
    ((fwd("201", "203"), fwd("203", None, "dnd")), "go to 203 (Dace), who takes no calls (DND)"),
    ((fwd("201", "299"),), "go to 299, which is no extension"),
    ((fwd("201", "*97"),), "go to *97, which is no extension"),
    ((fwd("201", "26000000"),), "go to an outside number that is not the mobile of 201 (Anna)"),
    ((fwd("201", "29111333"), away("202", id=2)), "go to the mobile of 202 (Berta), who is absent"),
    ((fwd("201", "801"),), "go to 801, a conference room"),
    ((fwd("201", "203"), fwd("203", "204")), "go to 204, which is no extension"),
]


@pytest.mark.parametrize(("facts", "said"), WRONG)
def test_wrong(facts: Facts, said: str) -> None:
    found = rehearse(snapshot(away(), *facts), "201", TEN)
    assert found.cover is Coverage.WRONG
    assert found.reason.startswith(f"calls for 201 {said}")


NONE: list[tuple[Facts, str]] = [
    ((), "stay at the phone of 201 (Anna); forward them to 202 (Berta)"),
    ((fwd("201", None, "dnd"),), "stay at the phone of 201 (Anna), which takes no calls (DND)"),
    ((fwd("201", "202", "busy"),), "stay at the phone of 201 (Anna);"),
    ((phone("201", False),), "stay at the phone of 201 (Anna), which has a phone that is unreach"),
    ((fwd("201", "202", since=TEN + 1),), "stay at the phone of 201 (Anna)"),
    ((fwd("201", "202", until=TEN),), "stay at the phone of 201 (Anna)"),
    ((away("202", id=2),), "stay at the phone of 201 (Anna); forward them to a colleague"),
]


@pytest.mark.parametrize(("facts", "said"), NONE)
def test_not_covered(facts: Facts, said: str) -> None:
    found = rehearse(snapshot(away(), *facts), "201", TEN)
    assert found.cover is Coverage.NONE
    assert found.reason.startswith(f"calls for 201 {said}")


def test_ringing_before_the_forward_eats_the_third_ring() -> None:
    found = rehearse(snapshot(fwd("201", "202", "no_answer")), "201", TEN)
    assert found.cover is Coverage.COVERED
    assert found.eaten_ms == 15_000
    assert "only after 15 s of ringing: 0 of the 15 s are left" in found.reason
    assert [(s.at, s.does, s.after_ms) for s in found.steps] == [
        ("201", StepKind.RINGS, 0),
        ("201", StepKind.FORWARDS, 15_000),
        ("202", StepKind.RINGS, 15_000),
    ]


def test_the_time_a_phone_rings_is_what_the_pbx_tells() -> None:
    facts = (fwd("201", "202", "no_answer"), fwd("201", "6", "ring_time"))
    found = rehearse(snapshot(*facts), "201", TEN)
    assert (found.eaten_ms, found.steps[-1].after_ms) == (6000, 6000)
    assert "only after 6 s of ringing: 9 of the 15 s are left" in found.reason
    assert not any("no_answer_seconds" in one for one in found.assumes)
    guessed = rehearse(snapshot(facts[0]), "201", TEN)
    assert any("no_answer_seconds" in one for one in guessed.assumes)


def test_the_pbx_forwards_before_the_phone_itself_could() -> None:
    own = replace(fwd("201", "203"), pbx="main/302")
    assert rehearse(snapshot(own), "201", TEN).reason == "calls for 201 go to 203 (Dace)"
    assert rehearse(snapshot(fwd("201", "202"), own), "201", TEN).reason.endswith("to 202 (Berta)")
    gone = rehearse(snapshot(phone("201", False), own), "201", TEN)
    assert (gone.cover, gone.steps[0].does) == (Coverage.NONE, StepKind.UNREACHABLE)
    silent = rehearse(snapshot(fwd("201", None, "dnd"), own), "201", TEN)
    assert (silent.cover, silent.steps[0].does) == (Coverage.NONE, StepKind.DND)


def test_the_quicker_no_answer_forward_is_met() -> None:
    own = [replace(fwd("201", *of), pbx="main/302")
           for of in (("203", "no_answer"), ("4", "ring_time"))]  # fmt: skip
    found = rehearse(snapshot(fwd("201", "202", "no_answer"), *own), "201", TEN)
    assert (found.steps[-1].at, found.eaten_ms) == ("203", 4000)
    quick = fwd("201", "3", "ring_time")
    found = rehearse(snapshot(fwd("201", "202", "no_answer"), quick, *own), "201", TEN)
    assert (found.steps[-1].at, found.eaten_ms) == ("202", 3000)


def test_a_line_is_no_phone() -> None:
    found = rehearse(snapshot(), "701", TEN)
    assert (found.cover, found.reason) == (Coverage.COVERED, "calls for 701 go to 701, a queue")
    assert [s.does for s in found.steps] == [StepKind.LINE]
    assert rehearse(snapshot(), "801", TEN).cover is Coverage.WRONG


def test_what_would_happen_otherwise() -> None:
    facts = (fwd("201", "202"), fwd("202", "203", "busy"), fwd("202", "301", "no_answer"))
    found = rehearse(snapshot(*facts), "201", TEN)
    assert found.reason == "calls for 201 go to 202 (Berta)"
    assert [(s.at, s.kind, s.to, s.after_ms) for s in found.otherwise] == [
        ("202", "busy", "203", 0),
        ("202", "no_answer", "301", 15_000),
    ]


def test_follow_me_is_not_promised() -> None:
    found = rehearse(snapshot(fwd("201", None, "follow_me")), "201", TEN)
    assert found.cover is Coverage.NONE
    assert "FollowMe on, to numbers that the PBX does not tell" in found.reason
    colleague = rehearse(snapshot(fwd("201", "202"), fwd("202", None, "follow_me")), "201", TEN)
    assert colleague.cover is Coverage.COVERED
    assert "that the FollowMe of 202 gets to somebody" in colleague.assumes


def test_no_outside_number_is_in_a_reason() -> None:
    for to in ("26000000", "+37129111222", "29111333"):
        assert to not in rehearse(snapshot(fwd("201", to)), "201", TEN).reason


def test_two_thousand_extensions(capsys: pytest.CaptureFixture[str]) -> None:
    """Says how long it takes; the aim is 2 s from cached state."""
    names = [str(20_000 + n) for n in range(2000)]
    house = Snapshot(
        Directory(tuple(Party(name, "big") for name in names)),
        [away(name, id=n) for n, name in enumerate(names[::4])],
        [fwd(a, b) for a, b in pairwise(names) if int(a) % 7],
        [phone(name) for name in names],
    )
    began = time.process_time()
    found = [rehearse(house, name, TEN) for name in names]
    took = time.process_time() - began
    with capsys.disabled():
        print(f"\n2,000 extensions rehearsed in {took:.2f} s of CPU (aim: 2 s)")
    assert {f.cover for f in found} == set(Coverage)
