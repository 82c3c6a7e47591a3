"""`callcheck absences digest`."""

from __future__ import annotations

from pathlib import Path

import click

from callcheck.commands.absences.opening import language_option, number_argument, open_absences
from callcheck.commands.options import Failure, config_option, json_option, print_lines


@click.command()
@number_argument
@language_option
@json_option
@config_option
def digest(number: int, language: str | None, as_json: bool, config_file: Path | None) -> None:
    """Print a letter to a returning person.

    It says what happened to their calls during the absence.
    """
    with open_absences(config_file) as (_, _, service):
        record = service.digest(number, language)
        if record is None:
            raise Failure(f"there is no absence {number}")
        print_lines([record if as_json else record["text"]])
