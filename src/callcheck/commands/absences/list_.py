"""`callcheck absences list`."""

from __future__ import annotations

from pathlib import Path

import click

from callcheck.commands.absences.opening import open_absences, print_absences, unit_option
from callcheck.commands.options import config_option, json_option


@click.command("list")
@unit_option
@click.option("--active", is_flag=True, help="Only absences in progress.")
@json_option
@config_option
def list_(unit: str | None, active: bool, as_json: bool, config_file: Path | None) -> None:
    """List absences and the state of their forwards.

    The absence that starts last comes first.
    """
    from callcheck.absences.service import AbsenceFilter

    with open_absences(config_file) as (config, _, service):
        units = {party.extension: party.unit for party in config.parties}
        found, _ = service.page(
            AbsenceFilter(
                lambda one: not one.cancelled and unit in (None, units.get(one.extension)),
                active=active or None,
            ),
        )
        print_absences(found, as_json)
