"""Whether the talk was long enough to help the caller: a rule that only a test adds."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from callcheck.calls.model import Call, Millis
from callcheck.judging.context import RuleContext
from callcheck.judging.rule_settings import by, milliseconds
from callcheck.judging.verdict import Finding, Result, Rule

NAME = "short_talk"


@dataclass(frozen=True, slots=True)
class Settings:
    """`[rule.short_talk]`"""

    least_ms: Millis = field(default=10_000, metadata=by(milliseconds(1, 600), "least_seconds"))


def bind(context: RuleContext) -> Rule:
    """This rule for one house."""
    return partial(judge, least_ms=context.own_settings(NAME, Settings).least_ms)


def judge(call: Call, least_ms: Millis) -> Finding | None:
    """The finding for one answered call."""
    talked = call.talk_ms
    if talked is None:
        return None
    result = Result.MET if talked >= least_ms else Result.BREACHED
    return Finding(NAME, result, f"talked for {talked} ms of {least_ms} ms")
