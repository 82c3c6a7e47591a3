"""Calls for the tests: simple ones by number, and any possible one by hypothesis."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from callcheck.calls.model import (
    Call,
    Did,
    Direction,
    Disposition,
    HungUpBy,
    Leg,
    LegResult,
    RingSource,
    Step,
    TimeSource,
    Via,
)
from callcheck.judging.figures import JudgedCall, Totals
from callcheck.judging.verdict import Finding, Readings, Result

NOON = 1_795_341_600_000_000
"""2026-11-22 10:00 UTC, in microseconds."""
SECOND = 1_000_000
HOUR = 3600 * SECOND


def a_call(n: int, *, at: int | None = None, rang: float = 6.0, **changes: Any) -> Call:
    """Call number `n`, a second after the one before, answered after `rang` seconds of ringing."""
    start = NOON + n * SECOND if at is None else at
    answer = start + int(rang * SECOND)
    call = Call(
        pbx="main", call_id=f"1795341600.{n}", direction=Direction.INBOUND, caller="c-5f2a9c1b",
        dialed="67000201", extension="201", unit="registry", public=True, started_at=start,
        ring_started_at=start, answered_at=answer, ringing_ended_at=answer,
        ended_at=answer + 30 * SECOND, disposition=Disposition.ANSWERED, complete=True,
        time_source=TimeSource.EVENT, ring_source=RingSource.RINGING, answered_by="201",
        answered_via=Via.DIRECT, final_party="201", hung_up_by=HungUpBy.CALLER,
        legs=(
            Leg("201", None, "PJSIP/201", f"PJSIP/201-{n:08x}", start, start, answer,
                RingSource.RINGING, LegResult.ANSWERED, None, int(rang * 1000)),
        ),
        timeline=(
            Step(start, Did.STARTED, "c-5f2a9c1b", "67000201"),
            Step(start, Did.RINGING, "201"),
            Step(answer, Did.ANSWERED, "201"),
            Step(answer + 30 * SECOND, Did.HUNG_UP, "caller"),
        ),
    )  # fmt: skip
    return replace(call, **changes)


def missed(n: int, disposition: Disposition = Disposition.NO_ANSWER, **changes: Any) -> Call:
    """Call number `n`, that nobody answered."""
    given: dict[str, Any] = {
        "answered_at": None,
        "answered_by": None,
        "answered_via": None,
        "final_party": None,
    }
    rung = a_call(n, disposition=disposition, **{**given, **changes})
    return replace(rung, ended_at=rung.ringing_ended_at or rung.started_at)


def said(result: Result, third: bool | None = None) -> tuple[Finding, ...]:
    """A finding of the headline rule."""
    readings = None if third is None else Readings(False, third, third)
    early = result is Result.EXEMPT
    return (Finding("answer_by_ring", result, "in words", readings, gave_up_early=early),)


def judged(n: int, **changes: Any) -> JudgedCall:
    """A call that was answered in time."""
    return a_call(n, **changes), said(Result.MET, True)


def counted(everything: list[JudgedCall], edges: tuple[int, ...]) -> Totals:
    """The totals as they must be, counted call by call."""
    totals = Totals(edges)
    for one in everything:
        totals.count(one)
    return totals


def same_totals(one: Totals, other: Totals) -> bool:
    """Equal, apart from counters that are zero."""
    return _lean(one) == _lean(other)


def _lean(totals: Totals) -> tuple[object, ...]:
    rings = {k: (v.counts, v.sum_ms) for k, v in totals.rings.items() if any(v.counts)}
    calls = {k: n for k, n in totals.calls.items() if n}
    return totals.edges, calls, {k: n for k, n in totals.findings.items() if n}, rings


_TIMES = st.integers(0, 4_000_000_000_000_000)
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
_KNOWN: dict[str, st.SearchStrategy[Any]] = {
    "str": _TEXT,
    "str | None": st.none() | _TEXT,
    "bool": st.booleans(),
    "int": st.integers(0, 2**31 - 1),
    "Micros": _TIMES,
    "Micros | None": st.none() | _TIMES,
    "Millis": st.integers(0, 10**6),
    "Millis | None": st.none() | st.integers(0, 10**9),
    **{e.__name__: st.sampled_from(e) for e in (
        Direction, Disposition, TimeSource, LegResult, Did, Result,
    )},
    **{f"{e.__name__} | None": st.none() | st.sampled_from(e) for e in (
        RingSource, Via, HungUpBy, LegResult,
    )},
}  # fmt: skip


def _any_of(kind: type[Any], **known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any value of a class of fields: one that is added to it is tried without asking."""
    hints = {name: hint for name, hint in kind.__annotations__.items() if name not in known}
    by_type = {name: getattr(hint, "__forward_arg__", hint) for name, hint in hints.items()}
    return st.builds(kind, **known, **{name: _KNOWN[of] for name, of in by_type.items()})


_READINGS = st.none() | st.builds(Readings, st.booleans(), st.booleans(), st.booleans())
any_findings = st.lists(
    _any_of(Finding, readings=_READINGS), max_size=3, unique_by=lambda f: f.rule
).map(tuple)
any_call: st.SearchStrategy[Call] = _any_of(
    Call,
    unit=st.none() | st.sampled_from(["registry", "legal"]),
    call_id=st.integers(0, 40).map(str),
    legs=st.lists(_any_of(Leg), max_size=3).map(tuple),
    timeline=st.lists(_any_of(Step), max_size=4).map(tuple),
)
any_judged = st.tuples(any_call, any_findings)
