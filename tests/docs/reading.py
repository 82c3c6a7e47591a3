"""Reads the documentation: its text, its links, and the names it mentions."""

from __future__ import annotations

import re
from pathlib import Path

from callcheck.rules import RULES

HOME = Path(__file__).parents[2]
COMMANDS = HOME / "docs" / "commands.md"
INDEX = HOME / "docs" / "README.md"
PAGES = (
    *sorted(HOME.glob("*.md")),
    *sorted((HOME / "docs").rglob("*.md")),
    *(HOME / folder / "README.md" for folder in ("benchmarks", "dialplan", "examples")),
    HOME / "tests" / "live" / "README.md",
)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_METRIC = re.compile(r"`(callcheck_[a-z_]+)`")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_SHOWN = re.compile(r"```\n\$ \.venv/bin/callcheck (.*)\n((?:.*\n)*?)```")


def text(name: str) -> str:
    """A page, by its path from the repository's root."""
    return (HOME / name).read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    """The path from the repository's root."""
    return str(page.relative_to(HOME))


def links(page: Path) -> list[str]:
    """What a page links to in this repository, anchors included."""
    found = _LINK.findall(page.read_text(encoding="utf-8"))
    return [link for link in found if not link.startswith("http")]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = _HEADING.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in kept}


def code_words(name: str) -> set[str]:
    """Everything that a page sets as code within a line."""
    return set(_CODE.findall(text(name)))


def metrics_named(name: str) -> set[str]:
    """The metrics that a page names in a line of a table."""
    rows = [line for line in text(name).splitlines() if line.startswith("| `")]
    return {match[1] for row in rows if (match := _METRIC.search(row))}


def tables(page: Path) -> list[list[str]]:
    """The tables of a page, each as its lines."""
    found: list[list[str]] = [[]]
    for line in _BLOCK.sub("", page.read_text(encoding="utf-8")).splitlines():
        if line.startswith("|"):
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [lines for lines in found if lines]


def of_the_rules_in(output: str, printed: str) -> str:
    """What the program printed, without the verdicts of rules that a page does not show: a new
    rule need not appear in every example."""
    others = tuple(f"  {rule}: " for rule in RULES if f"  {rule}: " not in output)
    kept = [line for line in printed.splitlines(keepends=True) if not line.startswith(others)]
    return "".join(kept) if others else printed


def shown(name: str) -> list[tuple[str, str]]:
    """The commands that a page shows with their output: arguments and output."""
    return _SHOWN.findall(text(name))
