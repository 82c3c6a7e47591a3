"""The documentation in, its text and the names in it out."""

from __future__ import annotations

import re
from pathlib import Path

HOME = Path(__file__).parents[2]
RUNNING = HOME / "docs" / "running.md"
PAGES = (
    HOME / "README.md",
    HOME / "ARCHITECTURE.md",
    HOME / "CHANGELOG.md",
    *sorted((HOME / "docs").glob("*.md")),
)
_LINK = re.compile(r"\]\(([^)#\s]+)")
_CODE = re.compile(r"`([^`\n]+)`")
_METRIC = re.compile(r"`(callcheck_[a-z_]+)`")


def text(name: str) -> str:
    """A page, by its path from the repository's root."""
    return (HOME / name).read_text(encoding="utf-8")


def links(page: Path) -> list[str]:
    """What a page links to in this repository."""
    found = _LINK.findall(page.read_text(encoding="utf-8"))
    return [link for link in found if not link.startswith("http")]


def code_words(name: str) -> set[str]:
    """Everything that a page sets as code within a line."""
    return set(_CODE.findall(text(name)))


def metrics_named(name: str) -> set[str]:
    """The metrics that a page names in a line of a table."""
    rows = [line for line in text(name).splitlines() if line.startswith("| `")]
    return {match[1] for row in rows if (match := _METRIC.search(row))}
