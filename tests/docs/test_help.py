"""docs/commands.md has every command, with its help as the program prints it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from click import Command, Group
from click.testing import CliRunner

from callcheck.commands.cli import commands

from .reading import COMMANDS

BLOCK = re.compile(r"(<!-- help:.*?-->\n).*?(<!-- /help -->)", re.DOTALL)


def paths(command: Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words that lead to a command and to each command in it."""
    yield path
    if isinstance(command, Group):
        for name in sorted(command.commands):
            yield from paths(command.commands[name], (*path, name))


def printed_help() -> str:
    """The help of the program and of each command, as Markdown."""
    runner = CliRunner(env={"COLUMNS": "80"})
    texts = [
        runner.invoke(commands, [*path, "--help"], prog_name="callcheck").stdout
        for path in paths(commands)
    ]
    blocks = "\n".join(texts)
    return f"\n```text\n{blocks}```\n\n"


def test_the_help_in_the_docs_is_the_program_s() -> None:
    page = COMMANDS.read_text(encoding="utf-8")
    right = BLOCK.sub(lambda found: found[1] + printed_help() + found[2], page)
    if os.environ.get("CALLCHECK_WRITE_DOCS"):
        COMMANDS.write_text(right, encoding="utf-8")
        page = right
    assert BLOCK.search(page)
    assert page == right, "update it: CALLCHECK_WRITE_DOCS=1 .venv/bin/python -m pytest tests/docs"


def test_every_command_is_described() -> None:
    assert isinstance(commands, Group)
    page = COMMANDS.read_text(encoding="utf-8")
    for name in commands.commands:
        assert f"| `callcheck {name}" in page, name
    for path in paths(commands):
        assert f"Usage: {' '.join(('callcheck', *path))} " in page, path
