"""What the pages show as the program's output is its output."""

from __future__ import annotations

import shlex
import subprocess
import sys

from .reading import HOME, of_the_rules_in, shown


def test_the_story_in_the_readme_is_the_program_s() -> None:
    [(arguments, output)] = shown("README.md")
    command = [sys.executable, "-m", "callcheck", *shlex.split(arguments)]
    printed = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=True)
    assert of_the_rules_in(output, printed.stdout).strip() == output.strip()


def test_only_rules_that_a_page_does_not_show_are_left_out() -> None:
    printed = "a call\n  answer_by_ring: met, x\n  colleague_pickup: met, y\n"
    shown_one = "a call\n  answer_by_ring: met, x\n"
    assert of_the_rules_in(shown_one, printed) == shown_one
    assert of_the_rules_in(printed, printed) == printed
