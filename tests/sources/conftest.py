"""An empty store, a certificate, and a web server, for the sources and their schedule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.absences.conftest import certificate, store
from tests.sources.web_server import WebServer

__all__ = ["certificate", "store"]


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer() as one:
        yield one
