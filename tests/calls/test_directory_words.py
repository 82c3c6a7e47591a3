"""How extensions and numbers are written, and which numbers nobody may read."""

from __future__ import annotations

import pytest

from callcheck.absences.state import leads_to
from callcheck.calls.directory import looks_outside
from callcheck.calls.model import Via
from callcheck.judging.people import People
from callcheck.judging.scope import always_open
from callcheck.rules.forward_in_absence import judge
from tests.absences.people import DIRECTORY, fwd, snapshot
from tests.api.house_of_cards import a_call


@pytest.mark.parametrize(
    ("number", "outside"),
    [
        ("", False),
        ("201", False),
        ("12345", False),
        ("*4312", False),
        ("123456", True),
        ("+37129111222", True),
        ("29 11 12 22", True),
        ("(29)111-222", True),
        ("sip:29111222@house.example", True),
        ("+1-2-3-4-5-6", True),
    ],
)
def test_six_digits_are_an_outside_number_whatever_stands_between(
    number: str, outside: bool
) -> None:
    assert looks_outside(number) is outside


@pytest.mark.parametrize("number", ["123456", "29 555 666", "tel:29555666", "0029555666"])
def test_no_room_writes_an_outside_number(number: str) -> None:
    """The judging of calls and the state of absences go by the same function."""
    assert leads_to(snapshot(), "203", fwd("203", number)) == "an outside number"
    call = a_call(answered_by=number, answered_via=Via.FORWARD)
    assert People(DIRECTORY).name(call, number) == "an outside number"
    finding = judge(call, lambda _extension, _at: True, always_open, 15_000)
    assert finding is not None
    assert finding.reason == "forwarded to an outside number, and answered"


def test_a_person_is_written_by_name_and_extension() -> None:
    assert DIRECTORY.named("201") == "Anna (201)"
    assert DIRECTORY.named("201", number_first=True) == "201 (Anna)"
    assert DIRECTORY.named("701") == "701"
    assert DIRECTORY.named("999") == "999"
