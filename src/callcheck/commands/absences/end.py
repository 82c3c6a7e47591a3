"""`callcheck absences end`."""

from __future__ import annotations

from pathlib import Path

import click

from callcheck.commands.absences.opening import number_argument, open_absences, print_absence
from callcheck.commands.options import config_option, json_option


@click.command()
@number_argument
@json_option
@config_option
def end(number: int, as_json: bool, config_file: Path | None) -> None:
    """End an absence now.

    An absence that has not begun is cancelled. Its history is kept either way.
    """
    with open_absences(config_file) as (_, _, service):
        print_absence(service.end(number, "api"), as_json)
