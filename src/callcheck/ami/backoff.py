"""How often a connection failed in, seconds to wait before the next try out."""

from __future__ import annotations

import random
from collections.abc import Callable


class Backoff:
    """Exponential waits with jitter, from `first` to `cap` seconds.

    Each wait lies between half of its step and the whole, so that many listeners of one PBX
    that came back do not all knock in the same second. It never grows beyond `cap`.
    """

    def __init__(
        self, first: float, cap: float, chance: Callable[[], float] = random.random
    ) -> None:
        self.first = first
        self.cap = cap
        self._chance = chance
        self._step = first

    def next(self) -> float:
        """Seconds to wait now; the step after it is twice as long."""
        step = min(self._step, self.cap)
        self._step = min(step * 2, self.cap)
        return self.around(step)

    def around(self, seconds: float) -> float:
        """`seconds` with this back-off's jitter: between the half and the whole."""
        return seconds * (0.5 + self._chance() / 2)

    def reset(self) -> None:
        """Begins again with the shortest wait."""
        self._step = self.first
