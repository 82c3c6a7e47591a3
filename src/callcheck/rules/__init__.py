"""The rules: one file each, and one line each in `RULES`.

A rule's file brings `NAME` (the file's own name), `bind(context)`, which returns the rule ready to
judge, and, if it can be configured, a dataclass `Settings` whose fields come from
`callcheck.judging.rule_settings`. Configuration, store, metrics and API take any rule as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from callcheck.judging.cadence import CADENCES, Cadence
from callcheck.judging.context import Absent, RuleContext, nobody_absent, own_settings
from callcheck.judging.people import NOBODY, People
from callcheck.judging.scope import WhyClosed, always_open
from callcheck.judging.verdict import Judge, Rule
from callcheck.judging.wait import WaitLimit
from callcheck.rules import answer_by_ring as headline_rule  # verdict.HEADLINE names it


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What one file of this room brings. `settings` is None for a rule without any."""

    name: str
    bind: Callable[[RuleContext], Rule]
    settings: type[Any] | None


def _load(name: str) -> RuleFile:
    module = import_module(f"{__name__}.{name}")
    return RuleFile(module.NAME, module.bind, getattr(module, "Settings", None))


RULES: Mapping[str, RuleFile] = {
    name: _load(name)
    for name in (
        "answer_by_ring",
        "colleague_pickup",
        "forward_in_absence",
    )
}
"""Every rule by its name, in the order of the findings: the headline rule comes first."""


def wait_limit(settings: Mapping[str, object], cadence: Cadence) -> WaitLimit:
    """How long a caller may wait, by the settings of the headline rule."""
    own = own_settings(settings, headline_rule.NAME, headline_rule.Settings)
    return headline_rule.wait_limit(own, cadence)


def make_judge(
    settings: Mapping[str, object] | None = None,
    *,
    cadence: Cadence = CADENCES["LV"],
    why_closed: WhyClosed = always_open,
    people: People = NOBODY,
    absent: Absent = nobody_absent,
) -> Judge:
    """A judge with every rule. `settings` holds the `Settings` of each rule by its name; a rule
    that is not in it has its defaults."""
    given = settings or {}
    wait = wait_limit(given, cadence)
    context = RuleContext(cadence, why_closed, people, absent, wait, given)
    return Judge([(name, rule.bind(context)) for name, rule in RULES.items()])
