"""Calculates how long to wait before the next attempt to connect."""

from __future__ import annotations

import random
from collections.abc import Callable


class Backoff:
    """Exponential waits with jitter, from `first` to `cap` seconds.

    Each wait is between half and all of its step, so that many listeners do not reconnect to a
    restarted PBX in the same second. The step doubles each time, up to `cap`.
    """

    def __init__(
        self, first: float, cap: float, chance: Callable[[], float] = random.random
    ) -> None:
        self.first = first
        self.cap = cap
        self._chance = chance
        self._step = first

    def next(self) -> float:
        """Returns the seconds to wait now, and doubles the step."""
        step = min(self._step, self.cap)
        self._step = min(step * 2, self.cap)
        return self.around(step)

    def around(self, seconds: float) -> float:
        """Returns `seconds` with jitter: between half and all of it."""
        return seconds * (0.5 + self._chance() / 2)

    def reset(self) -> None:
        """Starts again with the shortest wait."""
        self._step = self.first
