"""No fast test bounds the seconds that something takes: a busy machine would break it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CLOCKS = {"time", "monotonic", "perf_counter", "process_time", "thread_time"}


def is_span(node: ast.AST) -> bool:
    """Whether this is a difference between a clock and something."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Sub):
        return False
    read = node.left
    return (
        isinstance(read, ast.Call)
        and isinstance(read.func, ast.Attribute)
        and read.func.attr in CLOCKS
    )


def bounds(source: str) -> Iterator[int]:
    """The lines that assert that a span of a clock is below something."""
    tree = ast.parse(source)
    spans = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and is_span(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare):
            left, below = node.test.left, isinstance(node.test.ops[0], ast.Lt | ast.LtE)
            if below and (is_span(left) or (isinstance(left, ast.Name) and left.id in spans)):
                yield node.lineno


@pytest.mark.parametrize(
    "source",
    [
        "assert time.monotonic() - begun < 5",
        "took = time.process_time() - begun\nassert took <= 2",
        "took = perf.perf_counter() - begun\nassert took < 2, 'slow'",
    ],
)
def test_a_bound_is_found(source: str) -> None:
    assert list(bounds(source))


def test_no_fast_test_has_one() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in sorted(TESTS.rglob("*.py"))
        if "live" not in path.relative_to(TESTS).parts
        for line in bounds(path.read_text("utf-8"))
    ]
    assert found == []
