"""The story in the README is what `replay --explain` prints, but for times and the call's id."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

from .reading import HOME, text

BLOCK = re.compile(r"```\n\$ \.venv/bin/callcheck (replay --explain .*)\n((?:.*\n)*?)```")
_VARIES = re.compile(r"\d+\.\d+|\d{4}-\d{2}-\d{2}T[\d:.]+\+\d{2}:\d{2}| {2,}")


def test_the_story_is_the_program_s() -> None:
    found = BLOCK.search(text("README.md"))
    assert found
    command = [sys.executable, "-m", "callcheck", *shlex.split(found[1])]
    printed = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=True)
    assert _VARIES.sub("~", printed.stdout.strip()) == _VARIES.sub("~", found[2].strip())
