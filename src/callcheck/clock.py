"""The system clock. Only the edges read it; the core knows the times of events alone."""

from __future__ import annotations

import time
from collections.abc import Callable

from callcheck.calls.model import Micros

Clock = Callable[[], Micros]
"""Gives the time in microseconds since the Unix epoch (UTC)."""


def now() -> Micros:
    """Microseconds since the Unix epoch (UTC)."""
    return time.time_ns() // 1000
