"""The system clock. Only the edges read it; the core knows the times of events alone."""

from __future__ import annotations

import time

from callcheck.calls.model import Micros


def now() -> Micros:
    """Microseconds since the Unix epoch (UTC)."""
    return time.time_ns() // 1000
