"""Reads a TOML file with the line of each table and key, because tomllib does not report lines."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from callcheck.config.problems import ConfigErrors, ConfigProblem
from callcheck.config.schema import repeats

Loc = tuple[str | int, ...]
"""The path to a value: `("unit", 0, "member", 2, "extension")`."""

_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


class Lines:
    """Line numbers in a valid TOML text."""

    def __init__(self, text: str) -> None:
        self._line: dict[Loc, int] = {}
        self._entries: dict[Loc, int] = {}
        table: Loc = ()
        inside = False  # a multi-line string
        for number, line in enumerate(text.splitlines(), start=1):
            quotes = line.count('"""') + line.count("'''")
            if not inside:
                if header := _HEADER.match(line):
                    table = self._enter(_parts(header[2]), header[1] == "[[")
                    self._line.setdefault(table, number)
                elif key := _KEY.match(line):
                    self._key(table, _parts(key[1]), number)
            inside ^= quotes % 2 == 1

    def of(self, loc: Loc) -> int | None:
        """The line of the value, or of the nearest table or key around it."""
        while loc:
            if loc in self._line:
                return self._line[loc]
            loc = loc[:-1]
        return None

    def _key(self, table: Loc, parts: list[str], number: int) -> None:
        for end in range(1, len(parts) + 1):
            self._line.setdefault((*table, *parts[:end]), number)

    def _enter(self, parts: list[str], array: bool) -> Loc:
        loc: Loc = ()
        for part in parts[:-1]:
            loc = (*loc, part)
            if loc in self._entries:
                loc = (*loc, self._entries[loc])
        loc = (*loc, parts[-1])
        if array:
            self._entries[loc] = self._entries.get(loc, -1) + 1
            loc = (*loc, self._entries[loc])
        return loc


def _parts(key: str) -> list[str]:
    """`pbx."my one"` to its parts: tomllib itself reads the key."""
    try:
        tree: object = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:  # a line that only looks like a key
        return [key]
    parts = []
    while isinstance(tree, dict):
        name, tree = next(iter(tree.items()))
        parts.append(name)
    return parts


def read_source(path: Path) -> tuple[dict[str, Any], Lines]:
    """The raw tree and its lines. Raises ConfigErrors if the file is not valid TOML."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text), Lines(text)
    except OSError as error:
        text = f"cannot be read: {error.strerror}; callcheck.example.toml is an example"
        problem = ConfigProblem(str(path), None, "", "", text)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = ConfigProblem(
            str(path), line, "", "", "is not UTF-8 text; save the file as UTF-8"
        )
    except tomllib.TOMLDecodeError as error:
        problem = ConfigProblem(str(path), _line_of(error), "", "", _in_words(str(error)))
    raise ConfigErrors([problem])


_PLACE = re.compile(r" \(at line \d+, column \d+\)")
_TWICE = re.compile(r"Cannot declare \((.+)\) twice")


def _in_words(error: str) -> str:
    """What tomllib found, for people; the line stands in front of it already."""
    text = _PLACE.sub("", error)
    if twice := _TWICE.match(text):
        name = tuple(re.findall(r"'([^']*)'", twice[1]))
        dotted = ".".join(name)
        if repeats(name):
            return f"[{dotted}] is there twice; write [[{dotted}]] with two brackets"
        return f"[{dotted}] is there twice; put its keys under one"
    if text.startswith("Invalid value"):
        return 'is not valid TOML: the value is missing, or is text without quotes; write "text"'
    if text.startswith("Cannot overwrite a value"):
        return "is not valid TOML: this key or table is there already; keep one"
    return f"is not valid TOML: {text}"


def _line_of(error: tomllib.TOMLDecodeError) -> int | None:
    match = re.search(r"at line (\d+)", str(error))
    return int(match[1]) if match else None
