"""`callcheck absences end`."""

from __future__ import annotations

from pathlib import Path

import click

from callcheck.commands.absences.opening import (
    SOURCE,
    number_argument,
    open_absences,
    print_absence,
)
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
        before = service.over(number)
        record = service.end(number, SOURCE)
        if record is None or as_json:
            print_absence(record, as_json)
            return
        what = f"already {before}" if before else service.over(number)
        span = f"{str(record['from'])[:16]} - {str(record['to'])[:16]}"
        click.echo(f"absence {number} {what}: {record['extension']}, {span}")
