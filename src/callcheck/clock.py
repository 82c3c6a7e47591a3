"""The clock on the wall, for the edges; the core knows only the times that events carry."""

from __future__ import annotations

import time

from callcheck.calls.model import Micros


def now() -> Micros:
    """Microseconds since the epoch, UTC."""
    return time.time_ns() // 1000
