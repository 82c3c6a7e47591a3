"""What is settled every minute looks at less than a report does, and says the same."""

from __future__ import annotations

import random

import pytest

from callcheck.absences.model import AbsenceState, Draft, ForwardKind
from callcheck.absences.service import AbsenceFilter, AbsenceService
from callcheck.absences.terms import AbsenceTerms
from callcheck.store import Absences, CallsDuringAbsence, Forwards, Store
from callcheck.store.absences.forwards import Told
from tests.absences.people import CLOCK, DIRECTORY, HOUR, MONDAY

PERSONS = ("201", "202", "203", "301")
TARGETS = (*PERSONS, "+37129111222", "701", "999")
DAY = 24 * HOUR


@pytest.mark.parametrize("seed", range(8))
def test_a_look_says_what_a_report_says(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    book, phones = Absences(store), Forwards(store)
    clock = [MONDAY - 30 * DAY]
    service = AbsenceService(
        book, phones, CallsDuringAbsence(store), AbsenceTerms(DIRECTORY, CLOCK), lambda: clock[0]
    )
    states: set[AbsenceState] = set()
    while clock[0] < MONDAY:
        clock[0] += dice.randrange(1, 20) * HOUR
        one = dice.choice(PERSONS)
        if dice.random() < 0.2:
            start = clock[0] + dice.randrange(-30, 60) * HOUR
            book.take(Draft(one, start, start + dice.randrange(1, 200) * HOUR), "api", clock[0])
        kinds = dice.sample(list(ForwardKind), dice.choice((0, 1, 1, 2)))
        to = dice.choice(TARGETS)
        seen = {(one, kind): "10" if kind is ForwardKind.RING_TIME else to for kind in kinds}
        told: Told = {(one, None): clock[0]}
        phones.look(dice.choice(("main", "main/302")), seen, clock[0], [one], told)
        phones.reach("main", {dice.choice(PERSONS): dice.random() < 0.9}, clock[0])
        everything, looked = service.look()
        report = service.assessments()
        expected = [(a, s) for a, s in report if s.active or s.state is AbsenceState.LEFT_ON]
        by_id = sorted(looked, key=lambda pair: pair[0].id)
        assert by_id == sorted(expected, key=lambda pair: pair[0].id)
        assert everything == [a for a, _ in report]
        states |= {stand.state for _, stand in looked}
        pages: list[int] = []
        wanted, after = AbsenceFilter(lambda a: a.extension != "301", state="left_on"), None
        while True:
            shown, after = service.page(wanted, 2, after)
            pages += [int(str(record["id"])) for record in shown]
            if after is None:
                break
        assert pages == [
            a.id for a, s in report if s.state is AbsenceState.LEFT_ON and a.extension != "301"
        ]
    assert len(states) >= 3
