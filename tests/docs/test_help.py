"""Every command's help stands in docs/running.md as the program prints it."""

from __future__ import annotations

import os
import re

from click import Group
from click.testing import CliRunner

from callcheck.commands.cli import commands

from .reading import RUNNING, text

BLOCK = re.compile(r"(<!-- help:.*?-->\n).*?(<!-- /help -->)", re.DOTALL)


def printed_help() -> str:
    """The help of the program and of each command, as Markdown."""
    assert isinstance(commands, Group)
    runner = CliRunner(env={"COLUMNS": "80"})
    asked = [["--help"], *([name, "--help"] for name in sorted(commands.commands))]
    texts = [runner.invoke(commands, args, prog_name="callcheck").stdout for args in asked]
    blocks = "\n".join(texts)
    return f"\n```text\n{blocks}```\n\n"


def test_the_help_in_the_docs_is_the_program_s() -> None:
    page = RUNNING.read_text(encoding="utf-8")
    right = BLOCK.sub(lambda found: found[1] + printed_help() + found[2], page)
    if os.environ.get("CALLCHECK_WRITE_DOCS"):
        RUNNING.write_text(right, encoding="utf-8")
        page = right
    assert BLOCK.search(page)
    assert page == right, "write it anew: CALLCHECK_WRITE_DOCS=1 pytest tests/docs"


def test_every_command_is_in_the_readme() -> None:
    assert isinstance(commands, Group)
    readme = text("README.md")
    for name in commands.commands:
        assert f"| `callcheck {name}" in readme, name
