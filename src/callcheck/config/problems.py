"""What is wrong with a configuration, in one line each: file, line, table, key, and the cure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to put right. As text: `callcheck.toml:12: [pbx.main] prot: unknown key; …`."""

    file: str
    line: int | None
    """1 is the first; None where the trouble is that something is not there."""
    where: str
    """The table, with the name of its entry: `pbx.main`; empty for the file itself."""
    key: str
    text: str
    warning: bool = False
    """It works, but is probably not what is meant."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        table = f"[{self.where}]" if self.where else ""
        subject = " ".join(part for part in (table, self.key) if part)
        kind = "warning: " if self.warning else ""
        return f"{place}: {kind}{subject}{': ' if subject else ''}{self.text}"


class ConfigErrors(Exception):
    """The configuration cannot be used; `problems` says all that is wrong, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))
