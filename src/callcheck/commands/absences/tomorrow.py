"""`callcheck absences tomorrow`."""

from __future__ import annotations

from pathlib import Path

import click

from callcheck.commands.absences.opening import language_option, open_absences, unit_option
from callcheck.commands.options import config_option, json_option, print_lines


@click.command()
@unit_option
@language_option
@json_option
@config_option
def tomorrow(
    unit: str | None, language: str | None, as_json: bool, config_file: Path | None
) -> None:
    """List who is absent on the next working day.

    A working day that has not begun yet counts as the next. In each unit, people whose calls
    nobody would get come first.
    """
    with open_absences(config_file) as (_, _, service):
        reports = service.reports
        print_lines([reports.tomorrow(unit) if as_json else reports.tomorrow_text(language, unit)])
