"""Validates the raw TOML tree, and reports every invalid value in one pass.

An invalid value is removed and the rest validated again, so that all problems are found.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from callcheck.config.lines import Loc
from callcheck.config.notes import Notes
from callcheck.config.schema import TABLES, File

_ROUNDS = 8


def shape(raw: dict[str, Any], notes: Notes) -> File:
    """The validated file. Problems are added to `notes`; invalid values get their default."""
    tree = deepcopy(raw)
    for _ in range(_ROUNDS):
        try:
            return File.model_validate(tree)
        except ValidationError as error:
            # from the end, because removing an element of a list moves those behind it
            for fault in reversed(error.errors()):
                _mend(tree, fault["loc"], len(notes.problems))
                notes.add_schema(fault)
    return File()


def _mend(tree: dict[str, Any], loc: Loc, serial: int) -> None:
    parent: Any = tree
    for part in loc[:-1]:
        parent = parent[part]
    key: Any = loc[-1]
    if isinstance(key, str) and _required(loc):
        parent[key] = _STAND_INS.get(key, f"unnamed-{serial}")
    else:
        del parent[key]


def _required(loc: Loc) -> bool:
    table = TABLES.get(tuple(part for part in loc[:-1] if isinstance(part, str)))
    field = table.model_fields.get(str(loc[-1])) if table else None
    return field is not None and field.is_required()


_STAND_INS: dict[str, object] = {"weekdays": {}, "kind": "group", "role": "admin"}
