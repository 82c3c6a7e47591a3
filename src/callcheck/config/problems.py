"""A problem of the configuration as one line: file, line, table, key, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class ConfigProblem:
    """One problem. As text: `callcheck.toml:12: [pbx.main] prot: unknown key; …`."""

    file: str
    line: int | None
    """1 is the first; None if something is missing."""
    where: str
    """The table and the name of its entry: `pbx.main`; empty for the file itself."""
    key: str
    text: str
    warning: bool = False
    """It works, but is probably a mistake."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        table = f"[{self.where}]" if self.where else ""
        subject = " ".join(part for part in (table, self.key) if part)
        kind = "warning: " if self.warning else ""
        return f"{place}: {kind}{subject}{': ' if subject else ''}{self.text}"


class ConfigErrors(Exception):
    """The configuration cannot be used; `problems` lists why, in file order."""

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))
