"""The houses that a laboratory's PBX can be: phones, configuration files and AstDB of each.

A version of the laboratory is the number of an Asterisk and, behind a hyphen, a house: `22-fpbx`.
Without one it is the laboratory's own house, whose files are in `config/`; the folder of another
house holds the files that differ there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
OWN = FOLDER.with_name("config")
Phones = Mapping[str, tuple[int, str, tuple[int, ...]]]
"""extension -> (unit number = pickup group, name, ports of its devices)"""

PHONES: Phones = {
    "101": (1, "Ilze", (20101,)),
    "102": (1, "Ivars", (20102,)),
    "103": (1, "Inga", (20103,)),
    "201": (2, "Anna", (20201,)),
    "202": (2, "Berta", (20202,)),
    "203": (2, "Centis", (20203,)),
    "204": (2, "Dace", (20204, 24204)),
    "205": (2, "Emils", ()),
    "206": (2, "Fricis", (20206,)),
    "301": (3, "Laura", (20301,)),
    "302": (3, "Liga", (20302,)),
    "303": (3, "Lauris", (20303,)),
}
NOBODY_LISTENS = "206"
BASIC_PHONES: Phones = {
    "1101": (1, "Maria", (21101,)),
    "1105": (1, "Garnet", (21105,)),
    "1106": (1, "Lindsey", (21106,)),
    "1109": (1, "Terry", (21109,)),
    "1111": (1, "Dusty", (21111,)),
    "1112": (1, "Franny", (21112,)),
}


@dataclass(frozen=True)
class House:
    """What makes one house differ from the laboratory's own."""

    name: str
    net: int
    """Added to the second byte of the loopback addresses, so that houses run side by side."""
    phones: Phones = field(default_factory=lambda: PHONES)
    warm_up: tuple[tuple[str, str], ...] = ()
    """(number, the phone that it reaches): calls that nobody's times suffer from."""
    database: tuple[tuple[str, str], ...] = ()
    """AstDB as it always stands: (FAMILY/KEY, value)."""

    def files(self) -> list[Path]:
        """Its configuration files: the laboratory's own, or those in their place."""
        names = {path.name: path for path in OWN.glob("*.conf")}
        if self.name:
            names |= {path.name: path for path in (FOLDER / self.name).glob("*.conf")}
        return list(names.values())


def _freepbx_database() -> tuple[tuple[str, str], ...]:
    """What FreePBX keeps of every extension for its dialplan."""
    entries: list[tuple[str, str]] = []
    for extension, (_, name, _) in PHONES.items():
        entries += [(f"AMPUSER/{extension}/device", extension)]
        entries += [(f"AMPUSER/{extension}/cidname", name), (f"AMPUSER/{extension}/ringtimer", "0")]
        entries += [(f"DEVICE/{extension}/dial", f"PJSIP/{extension}")]
        entries += [(f"DEVICE/{extension}/user", extension), (f"CW/{extension}", "ENABLED")]
    return tuple(entries)


HOUSES = {
    house.name: house
    for house in (
        House("", 0, warm_up=(("67000201", "201"), ("69000202", "202"))),
        House("fpbx", 40, warm_up=(("66000301", "301"),), database=_freepbx_database()),
        House("ari", 60, warm_up=(("62000301", "301"),)),
        House("basic", 80, BASIC_PHONES, warm_up=(("2565551106", "1106"),)),
    )
}
OVER_SIP = "16-sip"
"""The laboratory's own house with its phones on chan_sip."""
FOREIGN = tuple(f"{base}-{name}" for name in ("fpbx", "ari", "basic") for base in ("22", "16"))


def house_of(version: str) -> House:
    """The house of a version of the laboratory."""
    return HOUSES["" if version == OVER_SIP else version.partition("-")[2]]


def asterisk_of(version: str) -> str:
    """The number of its Asterisk: `22` or `16`."""
    return version.partition("-")[0]
