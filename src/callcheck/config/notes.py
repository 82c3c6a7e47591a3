"""Collects the problems of a file, each with its line and table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from callcheck.config.lines import Lines, Loc
from callcheck.config.problems import ConfigProblem
from callcheck.config.schema import TABLES, repeats
from callcheck.settings import Table

_NEVER_HERE = {
    ("pbx", "secret"): "secret_file",
    ("pbx", "password"): "secret_file",
    ("http", "token", "token"): "token_file",
    ("privacy", "key"): "key_file",
}
_TYPES = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number, without quotes",
    "float_type": "must be a number, without quotes",
    "bool_type": "must be true or false, without quotes",
    "list_type": "must be a list in [ ]",
    "dict_type": "must be a table",
    "model_type": "must be a table",
}
_PLAIN_WORDS = {
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "greater than": "more than",
}


class Notes:
    """The problems of one file. `raw` is the file as tomllib read it."""

    def __init__(self, file: str, raw: Mapping[str, Any], lines: Lines) -> None:
        self.problems: list[ConfigProblem] = []
        self._file = file
        self._raw = raw
        self._lines = lines

    def add(self, loc: Loc, text: str, *, warning: bool = False) -> None:
        """Adds a problem at a place of the file."""
        table, rest = _split(loc)
        key = next((str(part) for part in rest if isinstance(part, str)), "")
        line = self._lines.of(loc)
        self.problems.append(
            ConfigProblem(self._file, line, self._where(table), key, text, warning=warning)
        )

    def add_schema(self, error: ErrorDetails) -> None:
        """Adds a problem that pydantic found."""
        loc = error["loc"]
        orphan = self._orphan(loc) if error["type"] == "list_type" else None
        if orphan is None:
            self.add(loc, in_words(error))
        else:
            line, text = orphan
            self.problems.append(ConfigProblem(self._file, line, "", str(loc[-1]), text))

    def _orphan(self, loc: Loc) -> tuple[int | None, str] | None:
        """For `[[unit.member]]` with no `[[unit]]` before it: its line and what to do. TOML makes
        a table `unit` of that, with nothing in it but the list."""
        value: Any = self._raw
        for part in loc:
            value = value[part]
        if not isinstance(value, dict) or self._lines.of(loc) is not None:
            return None
        parent = _plain(loc)
        child = next((key for key in value if repeats((*parent, key))), None)
        if child is None:
            return None
        above, inner = ".".join(parent), ".".join((*parent, child))
        text = f"[[{inner}]] stands under no [[{above}]]; put [[{above}]] with an id above it"
        return self._lines.of((*loc, child, 0)), text

    def has(self, loc: Loc, *keys: str) -> bool:
        """Whether there is a problem with one of these keys of a table; without keys: with any."""
        where = self._where(loc)
        return any(p.where == where and (p.key in keys or not keys) for p in self.problems)

    def has_any(self, table: str) -> bool:
        """Whether there is a problem with a top table, or with anything in it."""
        return any(table in (p.key, p.where.partition(".")[0]) for p in self.problems)

    def _where(self, table: Loc) -> str:
        """`("unit", 0, "member", 1)` to `unit.registry.member.201`."""
        names: list[str] = []
        value: Any = self._raw
        for part in table:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                value = {}
            names.append(str(part) if isinstance(part, str) else _label(value, part))
        return ".".join(names)


def _split(loc: Loc) -> tuple[Loc, Loc]:
    """Splits a place into its table and the path inside the table."""
    end = 0
    for n in range(1, len(loc) + 1):
        if _plain(loc[:n]) in TABLES:
            end = n
    table, rest = loc[:end], loc[end:]
    if not rest and table and isinstance(table[-1], str) and len(table) == 1:
        return (), table  # the table as a whole is a key of the file
    return table, rest


def _plain(loc: Loc) -> tuple[str, ...]:
    return tuple(part for part in loc if isinstance(part, str))


def _label(entry: object, index: int) -> str:
    if isinstance(entry, dict):
        for key in ("extension", "id", "name", "role"):
            if isinstance(entry.get(key), str):
                return str(entry[key])
    return str(index + 1)


def in_words(error: ErrorDetails) -> str:
    """What pydantic found, for people."""
    kind, loc, context = error["type"], error["loc"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(loc)
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return str(context["error"])
    if kind == "list_type" and _plain(loc) in TABLES:
        return f"must be written with two brackets: [[{'.'.join(_plain(loc))}]]"
    if kind == "literal_error":
        return f"must be one of {str(context['expected']).replace(chr(39), chr(34))}"
    if kind in _TYPES:
        return _TYPES[kind]
    text = error["msg"].replace("Input should be", "must be")
    for pydantics, plain in _PLAIN_WORDS.items():
        text = text.replace(pydantics, plain)
    return text


def _unknown_key(loc: Loc) -> str:
    plain, key = _plain(loc), str(loc[-1])
    if plain in _NEVER_HERE:
        file_key = _NEVER_HERE[plain]
        env = f" or {file_key.replace('_file', '_env')}" if plain[0] != "privacy" else ""
        return f"must not be in this file; use {file_key}{env}"
    return unknown_key(key, TABLES[_plain(loc[:-1])])


def unknown_key(key: str, table: type[Table]) -> str:
    """The problem of a key that a table does not have, with the key that may be meant."""
    known: Sequence[str] = list(table.model_fields)
    close = get_close_matches(key, known, 1, 0.5)
    if close:
        return f"unknown key; did you mean {close[0]}?"
    return f"unknown key; known here: {', '.join(known)}"
