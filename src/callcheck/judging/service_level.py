"""Compliance with its Wilson interval, and the five service levels (`docs/definitions.md`).

Without a call to divide by, a share is None ("no data"), never 100 %.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from math import sqrt

_Z95 = 1.959963984540054  # the 97.5 % quantile of the normal distribution


@dataclass(frozen=True, slots=True)
class Waits:
    """Callers by how their wait ended: A, A_T, B, B_T, B_s and F of `docs/definitions.md`.

    The store has a column for each field: a new one needs a migration.
    """

    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    abandoned_short: int = 0
    otherwise: int = 0

    @property
    def all(self) -> int:
        """P: all callers who waited."""
        return self.answered + self.abandoned + self.otherwise

    def __add__(self, other: Waits) -> Waits:
        return Waits(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class ServiceLevels:
    """The five common service levels, each from 0 to 1, or None without data."""

    handled: float | None
    ignore: float | None
    positive: float | None
    negative: float | None
    short: float | None


def service_levels(waits: Waits) -> ServiceLevels:
    """The five service levels. They differ in how they count callers who hang up early."""
    in_time, everybody = waits.answered_in_time, waits.all
    return ServiceLevels(
        handled=ratio(in_time, waits.answered),
        ignore=ratio(in_time, everybody - waits.abandoned_in_time),
        positive=ratio(in_time + waits.abandoned_in_time, everybody),
        negative=ratio(in_time, everybody),
        short=ratio(in_time, everybody - waits.abandoned_short),
    )


@dataclass(frozen=True, slots=True)
class Compliance:
    """met / n with its Wilson 95 % interval, all from 0 to 1."""

    share: float
    n: int
    low: float
    high: float


def compliance(met: int, breached: int) -> Compliance | None:
    """met / (met + breached); None without a judged call."""
    n = met + breached
    if n == 0:
        return None
    low, high = wilson(met, n)
    return Compliance(met / n, n, low, high)


def wilson(part: int, n: int) -> tuple[float, float]:
    """The Wilson score interval (95 %) of `part` among `n` > 0."""
    share, z2 = part / n, _Z95 * _Z95
    middle = share + z2 / (2 * n)
    half = _Z95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    whole = 1 + z2 / n
    # exact at 0 and 1, because rounding could put the share outside its own interval
    low = 0.0 if part == 0 else (middle - half) / whole
    high = 1.0 if part == n else (middle + half) / whole
    return low, high


def ratio(part: int, whole: int) -> float | None:
    """part / whole, or None if whole is 0."""
    return part / whole if whole > 0 else None
