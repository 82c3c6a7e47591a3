"""What the pages quote of the log and of /readyz is what the program says."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from .reading import HOME, text

_PLACEHOLDER = re.compile(r"%[sdrf]|%\.\d+f")
_QUOTED = re.compile(r"`([^`]+)`")
_LEAST = 6
"""Shorter pieces between two placeholders prove nothing."""
NOT_OURS = {"GET /api/v1/calls 422"}
"""Made of parts."""


@cache
def messages() -> tuple[str, ...]:
    """Every text in the source, with … in the place of what is filled in."""
    found: list[str] = []
    for path in sorted((HOME / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (v.value if isinstance(v, ast.Constant) else "…" for v in node.values)
                found.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(_PLACEHOLDER.sub("…", node.value))
    return tuple(found)


def quoted() -> list[str]:
    """The first cells of the tables of the log and of /readyz."""
    _, _, page = text("docs/operations.md").partition("## When /readyz complains")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    return sorted({quote for row in rows for quote in _QUOTED.findall(row)} - NOT_OURS)


@pytest.mark.parametrize("quote", quoted())
def test_a_quoted_message_is_one_of_the_program_s(quote: str) -> None:
    for piece in (part.strip(" :") for part in quote.removeprefix("pbx").split("…")):
        if len(piece) >= _LEAST:
            assert any(piece in message for message in messages()), piece


def test_messages_are_quoted() -> None:
    assert len(quoted()) > 20
