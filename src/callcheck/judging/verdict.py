"""The shape of what a rule says about a call, and the judge that asks all rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from callcheck.calls.model import Call

HEADLINE = "answer_by_ring"
"""The rule that counts for compliance, the service levels and the `result` of a call in lists."""


class Result(StrEnum):
    """The results of a finding, as `docs/definitions.md` defines them. The store has
    columns for each (`store/figures/counts.py`), so a new result needs a migration."""

    MET = "met"
    BREACHED = "breached"
    EXEMPT = "exempt"
    UNKNOWN = "unknown"


class Readings(NamedTuple):
    """Whether a call was answered in time by each of the three readings of the limit."""

    before: bool
    within: bool
    third: bool


@dataclass(slots=True)
class Finding:
    """What one rule says about one call."""

    rule: str
    result: Result
    reason: str
    readings: Readings | None = None
    gave_up_early: bool = False
    """Exempt because the caller gave up while the rule was not yet broken. The five service levels
    count these calls, but no other exempt ones."""


Rule = Callable[[Call], Finding | None]
"""A rule bound to one house; it returns None if it does not concern the call. It must be pure.
If it raises, `Judge` reports `unknown`."""


def headline(findings: Sequence[Finding]) -> Finding | None:
    """The finding of the headline rule, if there is one."""
    return next((finding for finding in findings if finding.rule == HEADLINE), None)


@dataclass(slots=True)
class Judge:
    """Asks every rule about a call. `failures` counts rules that raised; the others go on."""

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
