"""`callcheck absences report`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from callcheck.commands.absences.opening import open_absences, unit_option
from callcheck.commands.options import Failure, config_option, json_option, print_lines


@click.command()
@click.argument("number", type=click.IntRange(min=0), required=False)
@unit_option
@json_option
@config_option
def report(number: int | None, unit: str | None, as_json: bool, config_file: Path | None) -> None:
    """Show who answered for absent people.

    Without NUMBER: one line per public number for every absence that has begun. With NUMBER:
    everything about that absence.
    """
    from callcheck.absences.service import AbsenceFilter
    from callcheck.clock import now

    with open_absences(config_file) as (config, _, service):
        if number is not None:
            record = service.record(number, whole=True)
            if record is None:
                raise Failure(f"there is no absence {number}")
            print_lines([record] if as_json else _whole(record))
            return
        units = {party.extension: party.unit for party in config.parties}
        current = now()
        begun = AbsenceFilter(
            lambda one: (
                not one.cancelled
                and one.start <= current
                and unit in (None, units.get(one.extension))
            )
        )
        lines, _ = service.ledger(begun)
        print_lines(lines if as_json else _ledger(lines))


def _ledger(lines: Sequence[Any]) -> Iterator[str]:
    """One block per absence: its state, then a line per number."""
    before = None
    for line in lines:
        if line["absence"] != before:
            yield from _head(line["absence"], line)
        before = line["absence"]
        yield _of_number(line)


def _head(number: int, line: Any) -> Iterator[str]:
    who = f"{line['name']} ({line['extension']})" if line.get("name") else line["extension"]
    unit = f", {line['unit']}" if line["unit"] else ""
    span = f"{line['from'][:16]} to {line['to'][:16]}"
    yield f"{number}: {who}{unit}, {span}: {_over(line)}{line['state']}"
    since = f" (since {line['state_since'][:16]})" if line["state_since"] else ""
    yield f"  {line['reason']}{since}"
    yield (
        f"  working time with a valid forward {line['covered_minutes']} min, "
        f"without {line['uncovered_minutes']} min"
    )
    if not line["calls_kept"]:
        yield "  older calls are not kept any more and are not counted here"


def _over(line: Any) -> str:
    """Says that an absence is over; its state is then the one it had."""
    from callcheck.clock import now
    from callcheck.times import micros

    if line.get("cancelled"):
        return "cancelled, "
    return "ended, " if micros(datetime.fromisoformat(line["to"])) <= now() else ""


_WAYS = ("forward", "pickup", "group", "queue", "transfer", "direct", "own", "nobody")


def _of_number(line: Any) -> str:
    number = line["number"] or "not through their own number"
    ways = ", ".join(f"{way} {line[way]}" for way in _WAYS if line[way])
    return (
        f"  {number}: {line['offered']} calls, {line['answered']} answered, "
        f"{line['in_time']} in time{': ' if ways else ''}{ways}"
    )


def _whole(record: Any) -> Iterator[str]:
    """Everything about one absence."""
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
