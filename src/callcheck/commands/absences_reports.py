"""`callcheck absences report`, `digest` and `tomorrow`, and `callcheck rehearse`: the store in,
what it says of absences out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from callcheck.commands.absences import Failure, config_option, json_option, known, open_house, when
from callcheck.judging.people import tenths

_number = click.argument("number", type=click.IntRange(min=0))
_language = click.option("--language", type=click.Choice(["lv", "en"]), help="Default: the site's.")
_unit = click.option("--unit", metavar="ID", help="Only those of a unit.")


@click.command()
@click.argument("number", type=click.IntRange(min=0), required=False)
@_unit
@json_option
@config_option
def report(number: int | None, unit: str | None, as_json: bool, config_file: Path) -> None:
    """The ledger of absences that have begun, by public number; or all of one absence."""
    from callcheck.absences.service import Wanted
    from callcheck.clock import now

    with open_house(config_file) as (config, _, desk):
        if number is not None:
            record = desk.record(number, whole=True)
            if record is None:
                raise Failure(f"there is no absence {number}")
            _print([record] if as_json else _whole(record))
            return
        units = {party.extension: party.unit for party in config.parties}
        begun = now()
        wanted = Wanted(
            lambda one: (
                not one.cancelled
                and one.start <= begun
                and unit in (None, units.get(one.extension))
            )
        )
        lines, _ = desk.ledger(wanted)
        _print(lines if as_json else _ledger(lines))


@click.command()
@_number
@_language
@json_option
@config_option
def digest(number: int, language: str | None, as_json: bool, config_file: Path) -> None:
    """What happened while somebody was away, in words for that person."""
    with open_house(config_file) as (_, _, desk):
        record = desk.digest(number, language)
        if record is None:
            raise Failure(f"there is no absence {number}")
        _print([record if as_json else record["text"]])


@click.command()
@_unit
@_language
@json_option
@config_option
def tomorrow(unit: str | None, language: str | None, as_json: bool, config_file: Path) -> None:
    """Who is absent on the next working day, and whose calls nobody would get."""
    with open_house(config_file) as (_, _, desk):
        reports = desk.reports
        _print([reports.tomorrow(unit) if as_json else reports.tomorrow_text(language, unit)])


@click.command()
@click.argument("extension", required=False)
@click.option("--all", "everybody", is_flag=True, help="Everybody, a line each.")
@click.option("--at", metavar="TIME", help="When the call would come (default: now).")
@json_option
@config_option
def rehearse(
    extension: str | None, everybody: bool, at: str | None, as_json: bool, config_file: Path
) -> None:
    """What would happen to a call for EXTENSION, walked through without placing one."""
    if (extension is None) != everybody:
        raise click.UsageError("name an EXTENSION, or say --all")
    with open_house(config_file) as (config, _, desk):
        moment = None if at is None else when(config, at)
        if extension is None:
            records = desk.rehearsals(moment)
            _print(records if as_json else (_result(one) for one in records))
            return
        known(config, extension)
        record = desk.rehearsal(extension, moment)
        _print([record] if as_json else _steps(record))


def _print(said: Sequence[object] | Iterator[object]) -> None:
    """A text as it is, anything else as a line of JSON."""
    for one in said:
        click.echo(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False))


def _steps(record: Any) -> Iterator[str]:
    for step in record["steps"]:
        to = f" to {step['to']} ({step['kind']})" if step["to"] else ""
        yield f"{_after(step)}  {step['at']} {step['does']}{to}"
    for step in record["otherwise"]:
        when = "if busy" if step["kind"] == "busy" else "if nobody answers"
        yield f"{_after(step)}  {step['at']} {when}: on to {step['to']}"
    for assumed in record["assumes"]:
        yield f"assumed: {assumed}"
    yield f"{record['state']}: {record['reason']}"


def _result(record: Any) -> str:
    return f"{record['extension']:<6} {record['state']:<13}  {record['reason']}"


def _ledger(lines: Sequence[Any]) -> Iterator[str]:
    """The ledger for people: an absence, and below it a line a number."""
    before = None
    for line in lines:
        if line["absence"] != before:
            yield from _head(line["absence"], line)
        before = line["absence"]
        yield _of_number(line)


def _head(number: int, line: Any) -> Iterator[str]:
    who = f"{line['name']} ({line['extension']})" if line.get("name") else line["extension"]
    unit = f", {line['unit']}" if line["unit"] else ""
    yield f"{number}: {who}{unit}, {line['from'][:16]} to {line['to'][:16]}: {line['state']}"
    since = f" (since {line['state_since'][:16]})" if line["state_since"] else ""
    yield f"  {line['reason']}{since}"
    yield (
        f"  working time with a valid forward {line['covered_minutes']} min, "
        f"without {line['uncovered_minutes']} min"
    )
    if not line["calls_kept"]:
        yield "  older calls are not kept any more and are not counted here"


_WAYS = ("forward", "pickup", "group", "queue", "transfer", "direct", "own", "nobody")


def _of_number(line: Any) -> str:
    number = line["number"] or "by no number of theirs"
    ways = ", ".join(f"{way} {line[way]}" for way in _WAYS if line[way])
    return (
        f"  {number}: {line['offered']} calls, {line['answered']} answered, "
        f"{line['in_time']} in time{': ' if ways else ''}{ways}"
    )


def _whole(record: Any) -> Iterator[str]:
    """All of one absence for people."""
    name = record["numbers"][0]["name"]
    yield from _head(record["id"], {**record, "name": name})
    yield from map(_of_number, record["numbers"])
    for one in record["cover"]:
        who = one["by"] or ("somebody" if one["messages"] else "nobody")
        what = f"noted {one['messages']} messages" if one["messages"] else (
            f"took {one['calls']} calls{_by(one['via'])}, {one['in_time']} in time")  # fmt: skip
        yield f"    {who} {what}"
    for one in record["came"]:
        by = f"{one['way']} {one['by']}" if one["by"] else one["way"]
        soon = "in time" if one["in_time"] else one["disposition"]
        yield f"  {one['started_at'][:19]}  {one['dialed'] or '-'}  {by}, {soon}"
    yield from (f"  {one['at'][:19]}  {one['by']}: {one['what']}" for one in record["history"])


def _by(via: str | None) -> str:
    return f" by {via}" if via else ""


def _after(step: Any) -> str:
    return f"{tenths(round(step['after_seconds'] * 1000)):>7}"
