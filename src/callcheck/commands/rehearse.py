"""`callcheck rehearse`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from callcheck.commands.absences.opening import known, open_absences, parse_time
from callcheck.commands.options import config_option, json_option, print_lines
from callcheck.judging.people import tenths


@click.command()
@click.argument("extension", required=False)
@click.option("--all", "everybody", is_flag=True, help="Rehearse every member, one line each.")
@click.option("--at", metavar="TIME", help="Time of the call (default: now).")
@json_option
@config_option
def rehearse(
    extension: str | None, everybody: bool, at: str | None, as_json: bool, config_file: Path | None
) -> None:
    """Show where a call for EXTENSION would go.

    No call is placed: the forwards in force are followed step by step.
    """
    if (extension is None) != everybody:
        raise click.UsageError("name an EXTENSION, or use --all")
    with open_absences(config_file) as (config, _, service):
        moment = None if at is None else parse_time(config, at)
        if extension is None:
            records = service.rehearsals(moment)
            print_lines(records if as_json else map(_summary, records))
            return
        known(config, extension)
        record = service.rehearsal(extension, moment)
        print_lines([record] if as_json else _steps(record))


def _steps(record: Any) -> Iterator[str]:
    for step in record["steps"]:
        to = f" to {step['to']} ({step['kind']})" if step["to"] else ""
        yield f"{_after(step)}  {step['at']} {step['does']}{to}"
    for step in record["otherwise"]:
        condition = "if busy" if step["kind"] == "busy" else "if nobody answers"
        yield f"{_after(step)}  {step['at']} {condition}: on to {step['to']}"
    for assumption in record["assumes"]:
        yield f"assumed: {assumption}"
    yield f"{record['state']}: {record['reason']}"


def _summary(record: Any) -> str:
    return f"{record['extension']:<6} {record['state']:<13}  {record['reason']}"


def _after(step: Any) -> str:
    return f"{tenths(round(step['after_seconds'] * 1000)):>7}"
