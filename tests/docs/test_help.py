"""docs/commands.md has every command, with its help as the program prints it."""

from __future__ import annotations

import os
import re

from click import Group
from click.testing import CliRunner

from callcheck.commands.cli import commands

from .reading import COMMANDS

BLOCK = re.compile(r"(<!-- help:.*?-->\n).*?(<!-- /help -->)", re.DOTALL)


def printed_help() -> str:
    """The help of the program and of each command, as Markdown."""
    assert isinstance(commands, Group)
    runner = CliRunner(env={"COLUMNS": "80"})
    requests = [["--help"], *([name, "--help"] for name in sorted(commands.commands))]
    texts = [runner.invoke(commands, args, prog_name="callcheck").stdout for args in requests]
    blocks = "\n".join(texts)
    return f"\n```text\n{blocks}```\n\n"


def test_the_help_in_the_docs_is_the_program_s() -> None:
    page = COMMANDS.read_text(encoding="utf-8")
    right = BLOCK.sub(lambda found: found[1] + printed_help() + found[2], page)
    if os.environ.get("CALLCHECK_WRITE_DOCS"):
        COMMANDS.write_text(right, encoding="utf-8")
        page = right
    assert BLOCK.search(page)
    assert page == right, "update it: CALLCHECK_WRITE_DOCS=1 pytest tests/docs"


def test_every_command_is_described() -> None:
    assert isinstance(commands, Group)
    page = COMMANDS.read_text(encoding="utf-8")
    for name in commands.commands:
        assert f"| `callcheck {name}" in page, name
