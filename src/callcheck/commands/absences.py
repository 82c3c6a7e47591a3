"""`callcheck absences`: arguments in, the store read or changed. What is told of absences is in
`absences_reports`, the import in `absences_import`.

They work on the store, whether `callcheck run` is running or not; it sees the change at once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from callcheck.absences.reports import Record
    from callcheck.absences.service import Desk
    from callcheck.config import Config
    from callcheck.store import Store

config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    default=lambda: Path(os.environ.get("CALLCHECK_CONFIG", "callcheck.toml")),
    help="Configuration (default: $CALLCHECK_CONFIG or callcheck.toml).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


class Failure(click.ClickException):
    """A failure said in one line; status 1."""

    def show(self, file: Any = None) -> None:  # noqa: ARG002
        click.echo(f"callcheck: {self.message}", err=True)


@click.group()
def absences() -> None:
    """Who is away, and whether their calls are forwarded."""


@absences.command("list")
@click.option("--unit", metavar="ID", help="Only those of a unit.")
@click.option("--active", is_flag=True, help="Only those that run now.")
@json_option
@config_option
def list_(unit: str | None, active: bool, as_json: bool, config_file: Path) -> None:
    """Absences, the latest beginning first, with the state of their forward."""
    from callcheck.absences.service import Wanted

    with open_house(config_file) as (config, _, desk):
        units = {party.extension: party.unit for party in config.parties}
        found, _ = desk.page(
            Wanted(
                lambda one: not one.cancelled and unit in (None, units.get(one.extension)),
                active=active or None,
            ),
        )
        show(found, as_json)


@absences.command()
@click.argument("extension")
@click.argument("from_", metavar="FROM")
@click.argument("to")
@click.option("--deputy", metavar="EXTENSION")
@click.option("--kind", metavar="TEXT", help="Why; kept only with privacy.keep_absence_kind.")
@json_option
@config_option
def add(
    extension: str, from_: str, to: str, deputy: str | None, kind: str | None, as_json: bool,
    config_file: Path,
) -> None:  # fmt: skip
    """Reports an absence from FROM until TO, the first moment back (2026-12-21 or …T13:00)."""
    from callcheck.absences.model import Draft

    with open_house(config_file) as (config, _, desk):
        known(config, extension, deputy)
        start, end = when(config, from_), when(config, to)
        if end <= start:
            raise Failure("TO must be after FROM; it is the first moment back")
        show([desk.add(Draft(extension, start, end, deputy, kind), "api")], as_json)


@absences.command()
@click.argument("number", type=click.IntRange(min=0))
@click.option("--from", "from_", metavar="TIME")
@click.option("--to", metavar="TIME")
@click.option("--deputy", metavar="EXTENSION", help='"" for none.')
@json_option
@config_option
def change(
    number: int, from_: str | None, to: str | None, deputy: str | None, as_json: bool,
    config_file: Path,
) -> None:  # fmt: skip
    """Changes an absence; what is not named stays."""
    with open_house(config_file) as (config, _, desk):
        values: dict[str, Any] = {}
        if from_ is not None:
            values["start"] = when(config, from_)
        if to is not None:
            values["end"] = when(config, to)
        if deputy is not None:
            known(config, *([deputy] if deputy else []))
            if deputy == desk.extension_of(number):
                raise Failure("nobody can stand in for oneself")
            values["deputy"] = deputy or None
        try:
            record = desk.change(number, "api", **values)
        except ValueError as error:
            raise Failure(str(error)) from None
        _print_one(record, as_json)


@absences.command()
@click.argument("number", type=click.IntRange(min=0))
@json_option
@config_option
def end(number: int, as_json: bool, config_file: Path) -> None:
    """Ends an absence now (cancels one that has not begun); its history is kept."""
    with open_house(config_file) as (_, _, desk):
        _print_one(desk.end(number, "api"), as_json)


@contextmanager
def open_house(config_file: Path) -> Iterator[tuple[Config, Store, Desk]]:
    """The house's store and desk; a failure of theirs ends the program with one line."""
    from callcheck.app.absence_service import make_desk
    from callcheck.app.store_reader import store_of
    from callcheck.config import ConfigErrors, load
    from callcheck.store import StoreError

    try:
        config = load(config_file, os.environ, secrets=False)
        store = store_of(config)
        store.open()
    except ConfigErrors as errors:
        for problem in errors.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
    except StoreError as error:
        raise Failure(str(error)) from error
    try:
        yield config, store, make_desk(config, store)
    except StoreError as error:
        raise Failure(str(error)) from error
    finally:
        store.close()


def known(config: Config, *extensions: str | None) -> None:
    """Raises Failure unless the configuration has these extensions."""
    known = {party.extension for party in config.parties}
    for extension in extensions:
        if extension is not None and extension not in known:
            raise Failure(f"there is no extension {extension} in the configuration")


def when(config: Config, text: str) -> int:
    """A moment on the house's clock. Raises Failure."""
    from datetime import datetime

    from callcheck.times import micros

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Failure("no such date; write 2026-12-21 or 2026-12-21T13:00") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=config.site.zone)
    return micros(moment)


def show(records: list[Record], as_json: bool) -> None:
    """A line for each absence."""
    for record in records:
        if as_json:
            click.echo(json.dumps(record, ensure_ascii=False))
        else:
            span = f"{str(record['from'])[:16]} - {str(record['to'])[:16]}"
            click.echo(
                f"{record['id']!s:>5}  {record['extension']!s:<6} {span}  "
                f"{record['state']!s:<13}  {record['reason']}"
            )


def _print_one(record: Record | None, as_json: bool) -> None:
    if record is None:
        raise Failure("there is no such absence; callcheck absences list shows them")
    show([record], as_json)
