"""What the pages point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .reading import HOME, PAGES, code_words, links, text

_PLACE = re.compile(r"[a-z_.]+(/[a-z0-9_.]+)*(\.(py|toml|md|txt)|/)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        assert (page.parent / link).exists(), link


def test_every_file_that_the_architecture_names_exists() -> None:
    places = {word for word in code_words("ARCHITECTURE.md") if _PLACE.fullmatch(word)}
    places.discard("src/callcheck/")
    assert len(places) > 20
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


def test_every_word_of_make_that_the_readme_uses_is_one() -> None:
    makefile = text("Makefile")
    words = re.findall(r"\bmake ([a-z]+)\b(?=`| {2,}|$)", text("README.md"), re.MULTILINE)
    assert words
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
