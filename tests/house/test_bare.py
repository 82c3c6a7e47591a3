"""What `make bare` accepts from a bare Debian: the rest of it needs root and runs in CI."""

from __future__ import annotations

import pytest

from tests.live.lab.bare import VERDICT, unexpected

SKIPPED = "SKIPPED [3] tests/deploy/programs.py:22: "


@pytest.mark.parametrize("program", ["promtool", "amtool", "prometheus", "psql"])
def test_a_test_may_skip_for_a_program_that_is_not_there(program: str) -> None:
    said = f"{SKIPPED}{program} is not installed; on Debian: apt-get install x\n1 passed, 3 skipped"
    assert unexpected(said) == []


@pytest.mark.parametrize("reason", ["no PostgreSQL can be started here", "radicale is missing"])
def test_and_for_nothing_else(reason: str) -> None:
    assert unexpected(f"...\n{SKIPPED}{reason}\n1 passed, 3 skipped") == [SKIPPED + reason]


@pytest.mark.parametrize(
    ("result", "count", "is_verdict"),
    [
        ("met", "1.0", True),
        ("breached", "12.0", True),
        ("met", "0.0", False),
        ("exempt", "3.0", False),
    ],
)
def test_a_verdict_is_a_call_that_kept_the_rule_or_broke_it(
    result: str, count: str, is_verdict: bool
) -> None:
    line = f'callcheck_findings_total{{result="{result}",rule="answer_by_ring",unit="it"}} {count}'
    for page in (line, f"# HELP\n{line}\n"):
        assert bool(VERDICT.search(page)) == is_verdict
