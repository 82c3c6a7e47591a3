"""The rules as the configuration sets them: the judge of each PBX, and the limit on a wait."""

from __future__ import annotations

from callcheck.config import Config
from callcheck.judging.context import Absent, nobody_absent
from callcheck.judging.people import People
from callcheck.judging.scope import always_open
from callcheck.judging.verdict import Judge
from callcheck.judging.wait import WaitLimit
from callcheck.rules import make_judge, wait_limit


def judge_of(config: Config, pbx: str = "", absent: Absent = nobody_absent) -> Judge:
    """A judge with every rule, for the calls of one PBX."""
    return make_judge(
        config.rules,
        cadence=config.cadence,
        why_closed=config.hours.why_closed if config.hours else always_open,
        people=People(config.directory(pbx)),
        absent=absent,
    )


def wait_limit_of(config: Config) -> WaitLimit:
    """How long a caller may wait, by the headline rule."""
    return wait_limit(config.rules, config.cadence)
