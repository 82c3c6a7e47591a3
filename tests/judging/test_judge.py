"""A rule that raises loses neither the call nor what the other rules say of it."""

from __future__ import annotations

from callcheck.calls.model import Call
from callcheck.judging.verdict import Finding, Judge, Result
from tests.store.samples import judged

CALL, _ = judged(1)


def faulty(call: Call) -> Finding:
    raise KeyError(call.call_id)


def sound(_: Call) -> Finding:
    return Finding("sound", Result.MET, "as it should be")


def test_a_rule_that_raises_is_counted_and_says_unknown() -> None:
    judge = Judge([("faulty", faulty), ("sound", sound), ("silent", lambda _: None)])
    assert judge(CALL) == (
        Finding("faulty", Result.UNKNOWN, "the rule failed: KeyError"),
        Finding("sound", Result.MET, "as it should be"),
    )
    assert judge.failures == 1
