"""One file for each sentence of the service rule; `RULES` is the table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from callcheck.judging.cadence import CADENCES, Cadence
from callcheck.judging.people import People
from callcheck.judging.scope import Closed, always_open
from callcheck.judging.verdict import Judge, Rule
from callcheck.rules import answer_by_ring as by_ring
from callcheck.rules import colleague_pickup as colleague
from callcheck.rules import forward_in_absence as in_absence


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rules of one house go by."""

    answer_by_ring: by_ring.Settings = field(default_factory=by_ring.Settings)
    cadence: Cadence = CADENCES["LV"]
    closed: Closed = always_open
    people: People = field(default_factory=People)
    absent: in_absence.Absent = in_absence.nobody


def judge_by(terms: Terms) -> Judge:
    """A judge with every rule bound to the house's terms."""
    return Judge([(name, bind(terms)) for name, bind in RULES.items()])


RULES: Mapping[str, Callable[[Terms], Rule]] = {
    by_ring.NAME: lambda terms: partial(
        by_ring.judge,
        settings=terms.answer_by_ring,
        cadence=terms.cadence,
        closed=terms.closed,
        people=terms.people,
    ),
    colleague.NAME: lambda terms: partial(
        colleague.judge,
        closed=terms.closed,
        early=partial(by_ring.gave_up_early, settings=terms.answer_by_ring, cadence=terms.cadence),
        people=terms.people,
    ),
    in_absence.NAME: lambda terms: partial(
        in_absence.judge,
        absent=terms.absent,
        closed=terms.closed,
        limit_ms=terms.answer_by_ring.limit_ms(terms.cadence),
    ),
}
