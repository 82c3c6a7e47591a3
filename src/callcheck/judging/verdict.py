"""What a rule may say of a call: findings of one shape, with a reason in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from callcheck.calls.model import Call


class Result(StrEnum):
    """What a finding says (contract, section 2)."""

    MET = "met"
    BREACHED = "breached"
    EXEMPT = "exempt"
    UNKNOWN = "unknown"


class Readings(NamedTuple):
    """The three readings of "by the third ring" (contract, section 1)."""

    before: bool
    within: bool
    third: bool


@dataclass(slots=True)
class Finding:
    """What one rule says of one call."""

    rule: str
    result: Result
    reason: str
    readings: Readings | None = None
    gave_up_early: bool = False
    """Exempt because its caller gave up while nobody had broken the rule yet: the five service
    levels count such a call all the same, and no other exempt one."""


HEADLINE = "answer_by_ring"
"""The rule that gives a call its verdict; the compliance and the service levels count by it."""


def headline(findings: Sequence[Finding]) -> Finding | None:
    """The finding of the headline rule, or None if it was not asked."""
    return next((finding for finding in findings if finding.rule == HEADLINE), None)


Rule = Callable[[Call], Finding | None]
"""A rule with its settings already bound; None where it has nothing to say of a call. It
must be pure; `judge` guards against one that raises."""


@dataclass(slots=True)
class Judge:
    """A set of rules. A rule that raises is counted in `failures`; the others go on."""

    rules: Sequence[tuple[str, Rule]]
    failures: int = 0

    def __call__(self, call: Call) -> tuple[Finding, ...]:
        asked = [self._ask(name, rule, call) for name, rule in self.rules]
        return tuple([finding for finding in asked if finding is not None])

    def _ask(self, name: str, rule: Rule, call: Call) -> Finding | None:
        try:
            return rule(call)
        except Exception as error:  # a faulty rule must not lose the call
            self.failures += 1
            return Finding(name, Result.UNKNOWN, f"the rule failed: {type(error).__name__}")
