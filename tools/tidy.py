"""Checks every tracked text file: conflict markers, trailing space, Markdown tables, citations.

`python -m tools.tidy` prints one line for each fault, `file:line: what to do`, and ends with 1 if
there is any. `make lint` runs it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_MARKER = re.compile(r"(<{7}|>{7}|\|{7})( |$)|={7}$")
_SPACE = re.compile(r"[ \t]+$")
_FENCE = re.compile(r"\s*(```|~~~)")
_DELIMITER = re.compile(r"\s*\|?(\s*:?-+:?\s*\|)+(\s*:?-+:?\s*)?\|?\s*$")
_NOT_HERE = "cite docs/, a standard or Asterisk's own pages: no reader has this page"
_NO_HEADER = "a row outside a table: write a header and |---| above it"
_CELLS = re.compile(r"(?<!\\)\|")
_CITATION = re.compile(
    r"\bcontract[,;] sections? \d|\bcontract's\b|\bhandbook H\d|\bissues? #?\d|\basterisk\.md\b"
    r"|\bshared/(?:design|cases)\b",
    re.IGNORECASE,
)
"""Pages that a reader of this repository does not have."""

STILL_CITING: frozenset[str] = frozenset()
"""Files whose citations are still to be replaced; the list may only shrink."""

Fault = tuple[int, str]
"""The line, and what to do."""


def faults(name: str, text: str, still: Collection[str] = STILL_CITING) -> Iterator[Fault]:
    """Everything that is wrong with a text; `name` is its path in the repository."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if _MARKER.match(line):
            yield number, "resolve the merge conflict"
        if _SPACE.search(line):
            yield number, "remove the space at the end of the line"
        if name not in still and _CITATION.search(line):
            yield number, _NOT_HERE
    if name.endswith(".md"):
        yield from _table_faults(lines)


def _table_faults(lines: list[str]) -> Iterator[Fault]:
    """GitHub drops cells beyond the last column, and shows a row without a header as text."""
    columns = 0  # of the table that we are in; 0 outside
    header = ""  # the line before
    for number, line in _outside_code(lines):
        if columns:
            if not line.lstrip().startswith("|"):
                columns = 0
            elif _cells(line) != columns:
                yield number, f"this row has {_cells(line)} cells, its table {columns} columns"
        elif _DELIMITER.match(line) and "|" in header:
            columns = _cells(header)
            if _cells(line) != columns:
                yield number, f"{_cells(line)} columns here, {columns} in the line above"
        elif header.lstrip().startswith("|"):
            yield number - 1, _NO_HEADER
        header = "" if columns else line
    if header.lstrip().startswith("|"):
        yield len(lines), _NO_HEADER


def _outside_code(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines that are not in a fenced block of code."""
    fence = ""
    for number, line in enumerate(lines, start=1):
        found = _FENCE.match(line)
        if found and (not fence or found[1] == fence):
            fence = "" if fence else found[1]
        elif not fence:
            yield number, line


def _cells(row: str) -> int:
    bare = row.strip().removeprefix("|")
    if re.search(r"(?<!\\)\|$", bare):
        bare = bare[:-1]
    return len(_CELLS.split(bare))


def tracked(root: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every tracked text file."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=root, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        file = root / name
        raw = file.read_bytes() if file.is_file() else b""
        if b"\0" not in raw[:8000]:
            yield name, raw.decode("utf-8", errors="replace")


def main(root: Path = ROOT) -> int:
    """Prints the faults of the repository; 1 if there are any."""
    texts = dict(tracked(root))
    found = [
        f"{name}:{line}: {what}"
        for name, text in texts.items()
        for line, what in faults(name, text)
    ]
    for name in sorted(STILL_CITING & texts.keys()):
        if not any(what == _NOT_HERE for _, what in faults(name, texts[name], ())):
            sys.stderr.write(f"{name} cites nothing any more: take it off STILL_CITING\n")
    sys.stdout.write("".join(f"{one}\n" for one in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
