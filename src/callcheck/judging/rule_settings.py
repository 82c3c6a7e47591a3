"""How a rule declares its settings: each field with its default and the check of its TOML value.

    @dataclass(frozen=True, slots=True)
    class Settings:
        ring: int = field(default=3, metadata=by(whole(1, 20)))
        short_ms: Millis = field(default=5000, metadata=by(milliseconds(0, 60), "short_seconds"))

The configuration makes the table `[rule.<name>]` from the fields. A check turns the value of the
file into the field's own unit, or raises ValueError with a sentence that says what to write.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from callcheck.calls.model import Millis

Check = Callable[[object], Any]


def by(check: Check, key: str = "") -> dict[str, Any]:
    """How the configuration reads a field: by that check, from that key (default: its name)."""
    return {"check": check, "key": key}


def whole(least: int, most: int) -> Check:
    """A whole number from `least` to `most`."""

    def check(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError("must be a whole number, without quotes")
        if not least <= value <= most:
            raise ValueError(f"must be from {least} to {most}")
        return value

    return check


def milliseconds(least: int, most: int) -> Check:
    """A number of seconds from `least` to `most`, kept as milliseconds."""

    def check(value: object) -> Millis:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError("must be a number, without quotes")
        if not least <= value <= most:
            raise ValueError(f"must be from {least} to {most} seconds")
        return round(value * 1000)

    return check


def one_of(kind: type[StrEnum]) -> Check:
    """One of the values of an enumeration."""

    def check(value: object) -> StrEnum:
        try:
            return kind(str(value))
        except ValueError:
            raise ValueError(f"must be one of {', '.join(kind)}") from None

    return check
