"""The group `callcheck absences`."""

from __future__ import annotations

import click

from callcheck.commands.absences.add import add
from callcheck.commands.absences.change import change
from callcheck.commands.absences.digest import digest
from callcheck.commands.absences.end import end
from callcheck.commands.absences.import_ import import_
from callcheck.commands.absences.list_ import list_
from callcheck.commands.absences.report import report
from callcheck.commands.absences.tomorrow import tomorrow


@click.group()
def absences() -> None:
    """Report absences and check their forwards.

    These commands work on the database, whether or not `callcheck run` is running.
    """


for command in (list_, add, change, end, import_, report, digest, tomorrow):
    absences.add_command(command)
