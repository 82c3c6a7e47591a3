"""What a house gives its rules to judge by; a rule takes what it needs when it is bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from callcheck.calls.model import Micros
from callcheck.judging.cadence import Cadence
from callcheck.judging.people import People
from callcheck.judging.scope import WhyClosed
from callcheck.judging.wait import WaitLimit

S = TypeVar("S")

Absent = Callable[[str, Micros], bool]
"""Whether the person with an extension was away at a moment."""


def nobody_absent(_extension: str, _at: Micros) -> bool:
    """For a house whose absences are not known."""
    return False


@dataclass(frozen=True, slots=True)
class RuleContext:
    """All that a rule may be bound to. `settings` holds each rule's own, by the rule's name."""

    cadence: Cadence
    why_closed: WhyClosed
    people: People
    absent: Absent
    wait: WaitLimit
    settings: Mapping[str, object]

    def own_settings(self, rule: str, kind: type[S]) -> S:
        """The settings of a rule; its defaults where the configuration has none for it."""
        return own_settings(self.settings, rule, kind)


def own_settings(settings: Mapping[str, object], rule: str, kind: type[S]) -> S:
    """The settings of a rule among those of all rules, or its defaults."""
    found = settings.get(rule)
    return found if isinstance(found, kind) else kind()
