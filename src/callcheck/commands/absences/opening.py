"""What the absence commands share: opening the store, and checking and printing absences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callcheck.commands.options import Failure, load_config

if TYPE_CHECKING:
    from callcheck.absences.service import AbsenceService
    from callcheck.config import Config
    from callcheck.store import Store

SOURCE = "cli"
"""The source of what is reported by hand, beside the API's: somebody who reports an absence here
and an administrator's program that reports it there may mean the same one."""
number_argument = click.argument("number", type=click.IntRange(min=0))
unit_option = click.option("--unit", metavar="ID", help="Only this unit.")
language_option = click.option(
    "--language", type=click.Choice(["lv", "en"]), help="Default: the language of the site."
)


@contextmanager
def open_absences(config_file: Path | None) -> Iterator[tuple[Config, Store, AbsenceService]]:
    """The configuration, its open store and the absence service. Raises Failure.

    The store counts with the limits of the configuration, as `callcheck run` does: opening it
    with other limits would count every stored call anew.
    """
    from callcheck.app.absence_service import make_absence_service
    from callcheck.app.configured_store import store_of
    from callcheck.store import StoreError

    config = load_config(config_file, secrets=False)
    try:
        store = store_of(config)
        store.open()
    except StoreError as error:
        raise Failure(str(error)) from error
    try:
        yield config, store, make_absence_service(config, store)
    except StoreError as error:
        raise Failure(str(error)) from error
    finally:
        store.close()


@contextmanager
def refusals() -> Iterator[None]:
    """Turns what the service refuses into a Failure."""
    try:
        yield
    except ValueError as error:
        raise Failure(str(error)) from None


def known(config: Config, *extensions: str | None) -> None:
    """Raises Failure unless all of these extensions are in the configuration."""
    configured = {party.extension for party in config.parties}
    for extension in extensions:
        if extension is not None and extension not in configured:
            raise Failure(f"there is no extension {extension} in the configuration")


def parse_time(config: Config, text: str) -> int:
    """A moment in microseconds; text without an offset is local time. Raises Failure."""
    from datetime import datetime

    from callcheck.times import micros

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Failure("no such date; write 2026-12-21 or 2026-12-21T13:00") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=config.site.zone)
    return micros(moment)


def print_absences(records: Sequence[dict[str, Any]], as_json: bool) -> None:
    """One line for each absence."""
    for record in records:
        click.echo(json.dumps(record, ensure_ascii=False) if as_json else _line(record))


def print_absence(record: dict[str, Any] | None, as_json: bool) -> None:
    """One line for one absence. Raises Failure where there is none."""
    if record is None:
        raise Failure("there is no such absence; callcheck absences list shows them")
    print_absences([record], as_json)


def _line(record: dict[str, Any]) -> str:
    return (
        f"{record['id']:>5}  {record['extension']:<6} {record['from'][:16]} - {record['to'][:16]}"
        f"  {record['state']:<13}  {record['reason']}"
    )
