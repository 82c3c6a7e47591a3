"""The locked requirements: whole, hashed, and free of addresses and paths."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(
    r"^([a-z0-9-]+)==[^ ]+ (?:; .+ )?\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", re.M
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def name(requirement: str) -> str:
    """Return the name of the package that a requirement asks for."""
    found = re.match(r"[A-Za-z0-9-]+", requirement)
    assert found
    return found[0].lower()


@pytest.mark.parametrize(
    ("file", "asked"),
    [
        ("requirements.txt", PROJECT["project"]["dependencies"]),
        ("requirements-exchange.txt", PROJECT["project"]["optional-dependencies"]["exchange"]),
        ("requirements-dev.txt", PROJECT["project"]["optional-dependencies"]["dev"]),
        ("requirements-build.txt", PROJECT["dependency-groups"]["build"]),
        ("requirements-compile.txt", PROJECT["dependency-groups"]["compile"]),
    ],
)
def test_every_dependency_is_pinned_with_hashes(file: str, asked: list[str]) -> None:
    lock = (ROOT / file).read_text(encoding="utf-8")
    assert {name(requirement) for requirement in asked} <= set(PIN.findall(lock))
    rest = PIN.sub("", lock).splitlines()
    assert [line for line in rest if not line.lstrip().startswith("#")] == []


@pytest.mark.parametrize("file", sorted(ROOT.glob("requirements*.txt")), ids=lambda file: file.name)
def test_no_lock_names_an_address_or_a_path(file: Path) -> None:
    assert re.findall(r"\S*(?:://|file:|@ )\S*|(?<=[\s\"=])/\S+", file.read_text("utf-8")) == []


def test_who_asks_for_more_gets_the_same_and_more() -> None:
    run, exchange, dev = (
        set(re.findall(r"^\S+==\S+", (ROOT / file).read_text("utf-8"), re.M))
        for file in ("requirements.txt", "requirements-exchange.txt", "requirements-dev.txt")
    )
    assert run < exchange < dev
