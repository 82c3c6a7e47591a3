"""The entries of `[[absences.calendar]]`, each checked by the table of its kind in `SOURCES`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from callcheck.config.lines import Loc
from callcheck.config.notes import Notes, in_words, unknown_key
from callcheck.sources import SOURCES
from callcheck.sources.base import SourceTable

_PLACE: Loc = ("absences", "calendar")


def source_tables(
    entries: Sequence[Mapping[str, Any]], extensions: Collection[str], notes: Notes
) -> dict[int, SourceTable]:
    """The table of each entry, by its place in the file; all that is wrong is noted."""
    found: dict[int, SourceTable] = {}
    for n, entry in enumerate(entries):
        table = _shaped(entry, (*_PLACE, n), notes)
        if table is not None:
            found[n] = table
            _check(table, (*_PLACE, n), extensions, notes)
    return found


def _shaped(entry: Mapping[str, Any], loc: Loc, notes: Notes) -> SourceTable | None:
    kind = entry.get("kind", next(iter(SOURCES)))
    if kind not in list(SOURCES):
        notes.add((*loc, "kind"), f"must be one of {_either(SOURCES)}")
        return None
    table = SOURCES[kind]
    try:
        return table.model_validate(entry)
    except ValidationError as error:
        for fault in error.errors():
            notes.add((*loc, *fault["loc"]), _fault_in_words(fault, kind))
        return None


def _check(table: SourceTable, loc: Loc, extensions: Collection[str], notes: Notes) -> None:
    for key, text in table.faults():
        notes.add((*loc, key) if key else loc, text)
    if table.person is not None and table.person not in extensions:
        notes.add((*loc, "extension"), f'"{table.person}" is not an extension in this file')


def _fault_in_words(fault: ErrorDetails, kind: str) -> str:
    key = str(fault["loc"][-1])
    if fault["type"] == "missing" and key != "extension":
        return f'is needed for kind = "{kind}"'
    if fault["type"] == "extra_forbidden":
        others = [name for name, table in SOURCES.items() if key in table.model_fields]
        return f"is for kind = {_either(others)}" if others else unknown_key(key, SOURCES[kind])
    return in_words(fault)


def _either(kinds: Collection[str]) -> str:
    """`"m365", "exchange" or "csv"`"""
    *most, last = (f'"{kind}"' for kind in kinds)
    return f"{', '.join(most)} or {last}" if most else last
