"""The program `callcheck`: its commands, assembled."""

from __future__ import annotations

import click

from callcheck import __version__
from callcheck.commands.absences.group import absences
from callcheck.commands.check_config import check_config
from callcheck.commands.demo import demo
from callcheck.commands.record import record
from callcheck.commands.rehearse import rehearse
from callcheck.commands.replay import replay
from callcheck.commands.run import run


def main() -> None:
    """Runs the program. Exit status: 0, 1 for a failure (one line on stderr), 2 for wrong usage."""
    commands(standalone_mode=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="callcheck", message="%(prog)s %(version)s")
def commands() -> None:
    """Measure how an institution answers its phones, from what its Asterisk reports."""


for command in (run, check_config, demo, record, replay, absences, rehearse):
    commands.add_command(command)
