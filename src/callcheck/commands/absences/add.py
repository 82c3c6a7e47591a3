"""`callcheck absences add`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from callcheck.commands.absences.opening import (
    SOURCE,
    known,
    open_absences,
    parse_time,
    print_absence,
    refusals,
)
from callcheck.commands.options import Failure, config_option, json_option

if TYPE_CHECKING:
    from callcheck.absences.model import Absence
    from callcheck.absences.service import AbsenceService


@click.command()
@click.argument("extension")
@click.argument("from_", metavar="FROM")
@click.argument("to")
@click.option("--deputy", metavar="EXTENSION", help="Who stands in.")
@click.option(
    "--kind", metavar="TEXT", help="Reason; stored only if privacy.keep_absence_kind is true."
)
@json_option
@config_option
def add(
    extension: str, from_: str, to: str, deputy: str | None, kind: str | None, as_json: bool,
    config_file: Path | None,
) -> None:  # fmt: skip
    """Report an absence from FROM until TO.

    FROM and TO are dates or local times (2026-12-21 or 2026-12-21T13:00). TO is the first
    moment back.
    """
    from callcheck.absences.model import Draft

    with open_absences(config_file) as (config, _, service):
        known(config, extension, deputy)
        start, end = parse_time(config, from_), parse_time(config, to)
        if end <= start:
            raise Failure("TO must be after FROM; it is the first moment back")
        draft = Draft(extension, start, end, deputy, kind)
        others = service.overlapping(draft)
        with refusals():
            record = service.add(draft, SOURCE)
        if all(one.id != record["id"] for one in others):
            for one in others:
                click.echo(_already(one, service), err=True)
        print_absence(record, as_json)


def _already(one: Absence, service: AbsenceService) -> str:
    """One source that reports two overlapping absences means two, which may be a slip."""
    start, end = (service.terms.clock.local(at) for at in (one.start, one.end))
    return (
        f"warning: {one.extension} is already away from {start:%Y-%m-%dT%H:%M} to "
        f"{end:%Y-%m-%dT%H:%M} (absence {one.id}); "
        f"`callcheck absences change {one.id}` changes that one"
    )
