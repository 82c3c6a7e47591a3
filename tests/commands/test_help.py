"""The help of every command: short enough to be listed whole, and every option explained."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from callcheck.commands.cli import commands


def every_command(command: click.Command, *path: str) -> Iterator[tuple[str, click.Command]]:
    yield " ".join(path), command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from every_command(inner, *path, name)


COMMANDS = dict(every_command(commands, "callcheck"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []


@pytest.mark.parametrize("name", ["callcheck", "callcheck absences"])
def test_no_summary_in_a_list_of_commands_is_cut_short(name: str) -> None:
    words = name.split()[1:]
    listing = CliRunner(env={"COLUMNS": "80"}).invoke(commands, [*words, "--help"]).stdout
    command = COMMANDS[name]
    assert isinstance(command, click.Group)
    assert len(command.commands) > 5
    assert "..." not in listing.partition("Commands:")[2]


def test_a_command_that_needs_a_configuration_says_which_file_is_missing() -> None:
    for command in ("run", "check-config", "absences list", "rehearse --all", "record x.ami"):
        asked = [*command.split(), "--config", "/nowhere/callcheck.toml"]
        result = CliRunner().invoke(commands, asked)
        assert (result.exit_code, result.stdout) == (1, ""), command
        assert "/nowhere/callcheck.toml" in result.stderr, command
        assert result.stderr.count("\n") == 1, command
