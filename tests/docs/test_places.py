"""What the pages point to exists, and what they say about themselves holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .reading import HOME, INDEX, PAGES, anchors, code_words, links, name_of, tables, text

_PLACE = re.compile(r"[a-z_.]+(/[a-z0-9_.]+)*(\.(py|toml|md|txt)|/)")
_FOREIGN = re.compile(
    r"\bcontract\b|\bhandbook H\d|\bH[1-9]\b|asterisk\.md|\bissue \d|\bshared/", re.IGNORECASE
)
"""References to pages that no reader of the repository has."""
_UNESCAPED = re.compile(r"(?<!\\)\|")

each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@each_page
def test_tables_can_be_parsed(page: Path) -> None:
    for lines in tables(page):
        assert set(lines[1]) <= set("|-: "), lines[0]
        columns = {len(_UNESCAPED.findall(line)) for line in lines}
        assert len(columns) == 1, lines[0]


@each_page
def test_no_page_has_a_conflict_marker(page: Path) -> None:
    assert not re.search(r"^(<{7}|={7}|>{7})", page.read_text(encoding="utf-8"), re.MULTILINE)


@each_page
def test_no_page_cites_what_is_not_here(page: Path) -> None:
    found = _FOREIGN.search(page.read_text(encoding="utf-8"))
    assert not found, found


def test_the_index_has_every_page() -> None:
    linked = {(INDEX.parent / link).resolve() for link in links(INDEX)}
    runbooks = {page for page in PAGES if page.parent.name == "runbooks"}
    expected = (set(PAGES) - runbooks) | {HOME / "docs" / "runbooks" / "README.md"}
    missing = {name_of(page) for page in expected - linked - {INDEX, HOME / "README.md"}}
    assert not missing


def test_every_runbook_is_in_its_index() -> None:
    index = HOME / "docs" / "runbooks" / "README.md"
    assert set(links(index)) == {page.name for page in index.parent.glob("Callcheck*.md")}


def test_the_readme_can_be_read_at_a_sitting() -> None:
    assert len(text("README.md").splitlines()) <= 130


def test_the_glossary_is_in_order() -> None:
    _, _, glossary = text("docs/definitions.md").partition("## Glossary")
    words = [line.split("|")[1].strip() for line in glossary.splitlines() if line.startswith("| ")]
    assert words[1:] == sorted(words[1:], key=str.lower)


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_that_a_page_for_developers_names_exists(page: str) -> None:
    places = {word for word in code_words(page) if _PLACE.fullmatch(word)}
    assert len(places) > 8
    for place in places:
        assert (HOME / "src" / "callcheck" / place).exists() or (HOME / place).exists(), place


def test_every_room_is_in_the_architecture() -> None:
    page = text("ARCHITECTURE.md")
    for room in (HOME / "src" / "callcheck").iterdir():
        if room.name.startswith("__"):
            continue
        assert f"`{room.name}" in page, room.name


def test_the_architecture_is_one_page() -> None:
    assert len(text("ARCHITECTURE.md").splitlines()) <= 80


def test_every_word_of_make_that_the_pages_use_is_one() -> None:
    makefile = text("Makefile")
    for page in ("README.md", "CONTRIBUTING.md", "benchmarks/README.md"):
        words = re.findall(r"\bmake ([a-z]+)\b(?=`| {2,}|$)", text(page), re.MULTILINE)
        assert words, page
        for word in words:
            assert re.search(rf"^{word}:", makefile, re.MULTILINE), word


def test_the_recording_of_the_readme_is_there() -> None:
    recordings = re.findall(r"tests/recordings/\S+\.gz", text("README.md"))
    assert recordings
    for recording in recordings:
        assert (HOME / recording).exists(), recording


def test_the_picture_is_small() -> None:
    picture = HOME / "docs" / "img" / "make-run.png"
    assert picture.read_bytes()[:4] == b"\x89PNG"
    assert picture.stat().st_size < 200_000
