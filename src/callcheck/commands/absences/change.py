"""`callcheck absences change`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from callcheck.commands.absences.opening import (
    SOURCE,
    known,
    number_argument,
    open_absences,
    parse_time,
    print_absence,
    refusals,
)
from callcheck.commands.options import config_option, json_option


@click.command()
@number_argument
@click.option("--from", "from_", metavar="TIME", help="New start.")
@click.option("--to", metavar="TIME", help="New end, the first moment back.")
@click.option("--deputy", metavar="EXTENSION", help='Who stands in; "" for nobody.')
@json_option
@config_option
def change(
    number: int, from_: str | None, to: str | None, deputy: str | None, as_json: bool,
    config_file: Path | None,
) -> None:  # fmt: skip
    """Change an absence.

    What is not given stays as it is.
    """
    with open_absences(config_file) as (config, _, service):
        values: dict[str, Any] = {}
        if from_ is not None:
            values["start"] = parse_time(config, from_)
        if to is not None:
            values["end"] = parse_time(config, to)
        if deputy is not None:
            known(config, deputy or None)
            values["deputy"] = deputy or None
        with refusals():
            record = service.change(number, SOURCE, **values)
        print_absence(record, as_json)
