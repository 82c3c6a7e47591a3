"""`dialplan/` in, what a PBX of the laboratory gets of it out: the files as they are shipped."""

from __future__ import annotations

from pathlib import Path

DIALPLAN = Path(__file__).parents[3] / "dialplan"
USER = "callcheck"
FILTERED = "filtered"
"""The same user with the event filters of its version."""


def users(version: str, secret: str) -> str:
    """The sample's user with this secret, and once more with the filters on."""
    text = (DIALPLAN / "manager_callcheck.conf").read_text().replace("change-me", secret)
    plain = "\n".join(line for line in text.splitlines() if not line.startswith(";"))
    filters = "\n".join(filters_of(version))
    return f"{plain}\n{plain.replace(f'[{USER}]', f'[{FILTERED}]')}\n{filters}\n"


def filters_of(version: str) -> list[str]:
    """The lines that an administrator of this version takes the semicolon from."""
    lines = (DIALPLAN / "manager_callcheck.conf").read_text().splitlines()
    head = ";eventfilter(" if version == "22" else ";eventfilter ="
    return [line.removeprefix(";") for line in lines if line.startswith(head)]


def dialplan() -> str:
    """The feature codes and subroutines."""
    return (DIALPLAN / "extensions_callcheck.conf").read_text()
