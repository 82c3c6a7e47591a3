"""`callcheck absences import`: a CSV file or an iCal calendar in, absences in the store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callcheck.absences_cli import Failure, config_option, known, open_house

if TYPE_CHECKING:
    from callcheck.absences.csv_rows import Rows
    from callcheck.absences.desk import Desk
    from callcheck.config import Config
    from callcheck.store import Store


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--strict", is_flag=True, help="Take nothing if a single row is bad.")
@click.option("--extension", metavar="EXTENSION", help="Whose iCal calendar FILE is.")
@config_option
def import_(
    file: Path, dry_run: bool, strict: bool, extension: str | None, config_file: Path
) -> None:
    """Takes absences from a CSV file, or from one person's iCal calendar (.ics)."""
    with open_house(config_file) as (config, store, desk):
        rows = _read(file, extension, config)
        for bad in rows.bad:
            click.echo(f"{file}:{bad.line}: {bad.reason}", err=True)
        if rows.bad and strict:
            raise Failure(f"{len(rows.bad)} bad rows, so nothing was taken (--strict)")
        _take(rows, desk, store, dry=dry_run)
        if rows.bad:
            raise Failure(f"{len(rows.bad)} rows could not be taken; the others were")


def _read(file: Path, extension: str | None, config: Config) -> Rows:
    from callcheck.absences.csv_rows import Rows, read_csv

    try:
        raw = file.read_bytes()
        if file.suffix.lower() != ".ics":
            return read_csv(raw, config.directory(), config.site.zone)
        from callcheck.absences.calendar import read_calendar
        from callcheck.app.phones import now

        if extension is None:
            raise Failure("whose calendar is it? Say --extension")
        known(config, extension)
        origin = f"{extension} {file.name}"  # an event may be in the calendars of several persons
        told = read_calendar(raw, extension, origin, now(), config.site.zone)
        return Rows(told)
    except OSError as error:
        raise Failure(f"cannot read {file}: {error.strerror}") from error
    except ValueError as error:
        raise Failure(f"{file}: {error}") from error


def _take(rows: Rows, desk: Desk, store: Store, *, dry: bool) -> None:
    from callcheck.app.phones import now
    from callcheck.store import Absences

    told = [(desk.without_kind(draft), claim) for draft, claim in rows.told]
    with click.progressbar(length=len(told), label="absences", file=sys.stderr) as bar:
        taken, _ = Absences(store).take_all(told, now(), dry=dry, tick=lambda: bar.update(1))
    would = "would be " if dry else ""
    if dry:
        for one in taken:
            if one.how != "same":
                absence = desk.terms.clock.local(one.absence.start)
                click.echo(f"{one.how}: {one.absence.extension} from {absence:%d.%m.%Y %H:%M}")
    counts = [f"{sum(one.how == how for one in taken)} {how}" for how in ("new", "changed", "same")]
    click.echo(f"{len(taken)} absences {would}taken: {', '.join(counts)}")
