"""Figures in, a table with the targets beside them out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value: the median of its rounds, and their range if there were several."""

    what: str
    value: float
    low: float | None = None
    high: float | None = None
    unit: str = ""
    target: str = ""
    note: str = ""


def table(title: str, figures: Iterable[Figure]) -> str:
    """Lines for a terminal."""
    lines = [f"\n{title}", "-" * len(title)]
    for figure in figures:
        span = ""
        if figure.low is not None and figure.high is not None:
            span = f"({_short(figure.low)} to {_short(figure.high)})"
        value = f"{_short(figure.value)} {figure.unit}"
        target = f"want {figure.target}" if figure.target else ""
        lines.append(f"{figure.what:<52}{value:>14}  {span:<20}{target:<22}{figure.note}".rstrip())
    return "\n".join(lines)


def _short(value: float) -> str:
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
