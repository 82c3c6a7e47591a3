"""An empty store in SQLite, for the rooms above it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcheck.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'callcheck.db'}", (1000, 15000))
    store.open()
    yield store
    store.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of `localhost`, trusted by itself; key and certificate in one file."""
    folder = tmp_path_factory.mktemp("tls")
    new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    name = "-subj /CN=localhost -addext subjectAltName=DNS:localhost"
    words = f"openssl {new} {name} -keyout pair.pem -out ca.pem".split()
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    pair = folder / "pair.pem"
    pair.write_bytes(pair.read_bytes() + (folder / "ca.pem").read_bytes())
    return pair
