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


class Allowance:
    """Bounds how often something may happen: `most` times at once, then once every `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._spent_until = float("-inf")
        """When everything that was taken will have been given back."""

    def take(self, now: float) -> None:
        """Notes that it happens."""
        self._spent_until = max(self._spent_until, now) + self._seconds

    def wait(self, now: float) -> float:
        """The seconds until it may happen again; 0 if it may now."""
        room_at = self._spent_until - (self._most - 1) * self._seconds
        return max(0.0, room_at - now)
