"""What a house goes by where absences are concerned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time

from callcheck.absences.state import Clockwork
from callcheck.calls.directory import Directory
from callcheck.calls.model import Millis


@dataclass(frozen=True, slots=True)
class Terms:
    """Settings, as the configuration gives them."""

    directory: Directory
    clock: Clockwork
    ring_ms: Millis = 15_000
    limit_ms: Millis = 15_000
    keep_kind: bool = False
    tomorrow_at: time = time(15)
    """When the next working day's list is made known."""
    language: str = "en"
    at_home: Callable[[str, str], bool] = lambda _extension, _pbx: True
    """Whether what a PBX says of an extension is said of this house's person."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """The units' names by id."""
