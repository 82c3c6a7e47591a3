"""A number of variants in, a town of houses like the laboratory's out: parties, units, TOML.

The recordings were made in one small house. Thousands of calls at once need more phones, so each
variant is that house again under other numbers: extension 201 becomes five digits of its own,
67000201 an outside number that leads there, and so on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from callcheck.calls.directory import Directory, Kind, Party

RECORDINGS = Path(__file__).parents[1] / "tests" / "recordings" / "22"
LABORATORY = Path(__file__).parents[1] / "tests" / "live" / "lab" / "config" / "callcheck.toml"
UNIT_COPIES = 9
"""So many copies of each unit; the variants are shared out among them."""


@cache
def laboratory() -> tuple[tuple[str, dict[str, Any]], ...]:
    """(unit, member or line) of the house in which the recordings were made."""
    units = tomllib.loads(LABORATORY.read_text(encoding="utf-8"))["unit"]
    return tuple(
        (unit["id"], {"kind": "member", **party})
        for unit in units
        for party in (*unit.get("member", ()), *unit.get("line", ()))
    )


def numbers_of(variant: int) -> dict[str, str]:
    """Every number of the laboratory's house, by what it is called in a variant."""
    new: dict[str, str] = {}
    for place, (_, party) in enumerate(laboratory()):
        serial = variant * len(laboratory()) + place
        extension = f"{10_000 + serial:05d}"
        new[party["extension"]] = extension
        for number, free in zip(party["numbers"], _free_numbers(), strict=False):
            new[number] = free + extension
        if mobile := party.get("mobile"):
            new[mobile] = f"27{serial:06d}"
    return new


def _free_numbers() -> Iterator[str]:
    """The heads of numbers that lead to one extension."""
    return (f"{head}{digit}" for digit in range(1, 10) for head in (67, 68, 69))


def houses(variants: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """(unit, member or line) of the whole town."""
    for variant in range(variants):
        new = numbers_of(variant)
        for unit, party in laboratory():
            copy = {
                key: new.get(value, value)
                for key, value in party.items()
                if key not in ("numbers", "devices")
            }
            copy["numbers"] = [new[number] for number in party["numbers"]]
            yield f"{unit}-{variant % UNIT_COPIES}", copy


def directory(variants: int) -> Directory:
    """Who is who in the town."""
    parties = tuple(
        Party(
            party["extension"],
            unit,
            Kind(party["kind"]),
            party.get("name", ""),
            tuple(party["numbers"]),
            public=True,
            mobile=party.get("mobile"),
            deputy=party.get("deputy"),
        )
        for unit, party in houses(variants)
    )
    return Directory(parties, ("PJSIP/trunk*",), "371")


def config_text(variants: int, pbx_port: int, listen: str) -> str:
    """`callcheck.toml` for the town."""
    units: dict[str, list[str]] = {}
    for unit, party in houses(variants):
        units.setdefault(unit, []).append(_party_text(party))
    return _HEAD.format(port=pbx_port, listen=listen) + "".join(
        f'[[unit]]\nid = "{unit}"\ntitle = "{unit}"\n' + "".join(parties)
        for unit, parties in units.items()
    )


def _party_text(party: dict[str, Any]) -> str:
    head = "[[unit.member]]\n" if party["kind"] == "member" else "[[unit.line]]\n"
    left_out = "kind" if party["kind"] == "member" else ""
    return head + "".join(
        f"{key} = {value!r}\n".replace("'", '"') for key, value in party.items() if key != left_out
    )


_HEAD = """\
[site]
name = "Town"
timezone = "Europe/Riga"
country = "LV"
[[pbx]]
name = "main"
port = {port}
username = "callcheck"
secret_env = "CALLCHECK_BENCH_SECRET"
snapshot = false
trunks = ["PJSIP/trunk*"]
[store]
url = "sqlite:///callcheck.db"
[http]
listen = "{listen}"
"""
