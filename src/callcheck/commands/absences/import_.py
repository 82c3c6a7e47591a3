"""`callcheck absences import`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callcheck.commands.absences.opening import known, open_absences
from callcheck.commands.options import Failure, config_option

if TYPE_CHECKING:
    from callcheck.absences.model import Absence
    from callcheck.absences.service import AbsenceService
    from callcheck.config import Config
    from callcheck.sources.csv_rows import Rows
    from callcheck.store import Store


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Print what would change; change nothing.")
@click.option("--strict", is_flag=True, help="Import nothing if any row is wrong.")
@click.option("--whole", is_flag=True, help="End earlier imported absences that are not in FILE.")
@click.option("--extension", metavar="EXTENSION", help="Whose calendar FILE is (iCal only).")
@config_option
def import_(
    file: Path,
    dry_run: bool,
    strict: bool,
    whole: bool,
    extension: str | None,
    config_file: Path | None,
) -> None:
    """Import absences from a file.

    FILE is a CSV file, or one person's iCal calendar if its name ends in .ics.
    """
    with open_absences(config_file) as (config, store, service):
        rows = _read(file, extension, config)
        for bad in rows.bad:
            click.echo(f"{file}:{bad.line}: {bad.reason}", err=True)
        # with --whole, the absence of a row that cannot be read would be ended
        if rows.bad and (strict or whole):
            why = "--strict" if strict else "--whole"
            raise Failure(f"{_rows(len(rows.bad))} could not be taken, so nothing was ({why})")
        _take(rows, service, store, dry=dry_run, whole=_origin(file, extension) if whole else None)
        if rows.bad:
            others = "would be" if dry_run else "were"
            raise Failure(f"{_rows(len(rows.bad))} could not be taken; the others {others}")


def _read(file: Path, extension: str | None, config: Config) -> Rows:
    from callcheck.sources.csv_rows import Rows, read_csv

    try:
        raw = file.read_bytes()
        if file.suffix.lower() != ".ics":
            return read_csv(raw, config.directory(), config.site.zone)
        from callcheck.clock import now
        from callcheck.sources.ical import read_calendar

        if extension is None:
            raise Failure("whose calendar is it? Use --extension")
        known(config, extension)
        _, origin = _origin(file, extension)
        told = read_calendar(raw, extension, origin, now(), config.site.zone)
        return Rows(told)
    except OSError as error:
        raise Failure(f"cannot read {file}: {error.strerror}") from error
    except ValueError as error:
        raise Failure(f"{file}: {error}") from error


def _origin(file: Path, extension: str | None) -> tuple[str, str]:
    """The source and name under which the store keeps the absences of a file."""
    if file.suffix.lower() != ".ics":
        return "csv", ""
    return "ical", f"{extension} {file.name}"  # one event may be in several calendars


def _take(
    rows: Rows, service: AbsenceService, store: Store, *, dry: bool, whole: tuple[str, str] | None
) -> None:
    from callcheck.clock import now
    from callcheck.store import Absences

    told = [(service.without_kind(draft), claim) for draft, claim in rows.reports]
    with click.progressbar(length=len(told), label="absences", file=sys.stderr) as bar:
        taken, gone = Absences(store).take_all(
            told, now(), whole=whole, dry=dry, tick=lambda: bar.update(1)
        )
    would = "would be " if dry else ""
    if dry:
        for one in taken:
            if one.how != "same":
                click.echo(f"{one.how}: {_told(one.absence, service)}")
        for absence in gone:
            click.echo(f"ended: {_told(absence, service)}")
    counts = [f"{sum(one.how == how for one in taken)} {how}" for how in ("new", "changed", "same")]
    counts += [f"{len(gone)} ended"] if whole else []
    click.echo(f"{len(taken)} absences {would}taken: {', '.join(counts)}")


def _told(absence: Absence, service: AbsenceService) -> str:
    start, end = (service.terms.clock.local(at) for at in (absence.start, absence.end))
    deputy = f", deputy {absence.deputy}" if absence.deputy else ""
    return f"{absence.extension} from {start:%d.%m.%Y %H:%M} to {end:%d.%m.%Y %H:%M}{deputy}"


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n} rows"
