"""What the pages show as the program's output is its output, apart from times and call ids."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

from .reading import HOME, shown

_VARIES = re.compile(r"\d+\.\d+|\d{4}-\d{2}-\d{2}T[\d:.]+\+\d{2}:\d{2}| {2,}")


def test_the_story_in_the_readme_is_the_program_s() -> None:
    [(arguments, output)] = shown("README.md")
    command = [sys.executable, "-m", "callcheck", *shlex.split(arguments)]
    printed = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=True)
    assert _VARIES.sub("~", printed.stdout.strip()) == _VARIES.sub("~", output.strip())
