"""The tidiness check bites: each kind of fault, planted alone, is found; and there is none here."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.tidy import faults, main

TABLE = "| a | b |\n|---|---|\n"
# built here, so that this file has none of them
OURS, BASE, MIDDLE, THEIRS = ("<" * 7, "|" * 7, "=" * 7, ">" * 7)

NOT_HERE = "cite docs/, a standard or Asterisk's own pages"
NO_HEADER = "a row outside a table: write a header and |---| above it"

PLANTED = [
    ("any.txt", f"{OURS} HEAD\n", [(1, "resolve the merge conflict")]),
    ("any.py", f"a = 1\n{BASE} base\n", [(2, "resolve the merge conflict")]),
    ("any.toml", f"{MIDDLE}\n", [(1, "resolve the merge conflict")]),
    ("any.md", f"text\n{THEIRS} other branch\n", [(2, "resolve the merge conflict")]),
    ("any.yml", "a: 1 \n", [(1, "remove the space at the end of the line")]),
    ("any.md", "text\t\n", [(1, "remove the space at the end of the line")]),
    ("any.md", f"{TABLE}| 1 | 2 | 3 |\n", [(3, "this row has 3 cells, its table 2 columns")]),
    ("any.md", f"{TABLE}| 1 |\n", [(3, "this row has 1 cells, its table 2 columns")]),
    ("any.md", f"{TABLE}| `a|b` | 2 |\n", [(3, "this row has 3 cells, its table 2 columns")]),
    ("any.md", "| a | b |\n|---|\n", [(2, "1 columns here, 2 in the line above")]),
    ("any.md", "text\n| 1 | 2 |\n", [(2, NO_HEADER)]),
    ("any.md", "| 1 | 2 |\n\n", [(1, NO_HEADER)]),
]
CITATIONS = [
    "(contract, " + "section 2)", "contract; " + "sections 1 and 2", "the contract" + "'s JSON",
    "handbook" + " H1", "from issue" + " 4 on", "(asterisk" + ".md, section 9)",
    "see ../shared" + "/design/house.md", "shared" + "/cases",
]  # fmt: skip
CLEAN = [
    ("any.md", f"text\n\n{TABLE}| 1 | `a\\|b` |\n| 3 | |\n\ntext | more\n"),
    ("any.md", "a | b\n--|--\n1 | 2\n"),
    ("any.md", "```\n| 1 | 2 | 3 |\n```\n"),
    ("any.py", "x = 'a | b'\n| not Markdown\n"),
    ("any.md", "an import contract, docs/definitions.md, RFC 3261, the issue of 2026\n"),
    ("any.txt", f"{MIDDLE}=\n<<<<<<\n"),
]


@pytest.mark.parametrize(("name", "text", "expected"), PLANTED)
def test_a_planted_fault_is_found(name: str, text: str, expected: list[tuple[int, str]]) -> None:
    assert list(faults(name, text)) == expected


@pytest.mark.parametrize("citation", CITATIONS)
def test_a_citation_of_what_is_not_here_is_found(citation: str) -> None:
    ((line, what),) = faults("src/any.py", f"\n# {citation}\n")
    assert (line, what.partition(":")[0]) == (2, NOT_HERE)


def test_a_file_on_the_list_may_still_cite() -> None:
    assert list(faults("a.py", "# handbook" + " H1\n", {"a.py"})) == []


@pytest.mark.parametrize(("name", "text"), CLEAN)
def test_clean_texts_have_no_fault(name: str, text: str) -> None:
    assert list(faults(name, text)) == []


def test_only_tracked_text_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, raw in {"a.txt": b"a \n", "b.bin": b"\0 \n", "c.txt": b"c \n"}.items():
        (tmp_path / name).write_bytes(raw)
    for command in (["init", "-q"], ["add", "a.txt", "b.bin"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert main(tmp_path) == 1
    assert capsys.readouterr().out == "a.txt:1: remove the space at the end of the line\n"


def test_this_repository_is_tidy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0, capsys.readouterr().out
