"""The settings of a house that absences depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time

from callcheck.absences.state import WorkingTime
from callcheck.calls.directory import Directory
from callcheck.calls.model import Millis


@dataclass(frozen=True, slots=True)
class AbsenceTerms:
    """The settings, as the configuration gives them."""

    directory: Directory
    clock: WorkingTime
    ring_ms: Millis = 15_000
    limit_ms: Millis = 15_000
    keep_kind: bool = False
    tomorrow_at: time = time(15)
    """When the list for the next working day is due."""
    language: str = "en"
    at_home: Callable[[str, str], bool] = lambda _extension, _pbx: True
    """Whether an extension on a PBX is the person of the configuration."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """The titles of the units, by id."""
