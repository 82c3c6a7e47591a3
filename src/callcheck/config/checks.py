"""Checks values of the file against each other: names, extensions, numbers, devices, deputies."""

from __future__ import annotations

from collections.abc import Iterator

from callcheck.calls.directory import Directory
from callcheck.config import public_days, values
from callcheck.config.lines import Loc
from callcheck.config.schema import File, LineTable, MemberTable
from callcheck.judging.cadence import CADENCES

Fault = tuple[Loc, str, bool]
"""Where, what to do, and whether it is only a warning."""
Entry = tuple[Loc, MemberTable | LineTable]


def check(file: File, country_code: str) -> Iterator[Fault]:
    """Everything that is wrong between values, without reading any other file."""
    entries = list(parties(file))
    yield from _site(file)
    yield from _names(file)
    yield from _extensions(entries, file)
    yield from _numbers(entries, Directory(country_code=country_code))
    yield from _devices(entries)
    yield from _deputies(entries)
    yield from _homes(entries, file)
    yield from _http(file)


def parties(file: File) -> Iterator[Entry]:
    """Every member and line with its place in the file."""
    for u, unit in enumerate(file.unit):
        for m, member in enumerate(unit.member):
            yield ("unit", u, "member", m), member
        for n, line in enumerate(unit.line):
            yield ("unit", u, "line", n), line


def _site(file: File) -> Iterator[Fault]:
    site = file.site
    if site.cadence is None and site.country not in CADENCES:
        text = (
            f"no ring cadence is known for {site.country}; set cadence = [1000, 4000] under "
            f"[site] (tone and pause in ms). Known: {values.known_cadences()}"
        )
        yield ("site", "country"), text, False
    if file.hours and not public_days.knows(site.country):
        text = (
            f"callcheck knows no public holidays for {site.country}; "
            "list them in the file of [hours] calendar"
        )
        yield ("site", "country"), text, True


def _names(file: File) -> Iterator[Fault]:
    seen: set[str] = set()
    for n, pbx in enumerate(file.pbx):
        if pbx.name in seen:
            yield ("pbx", n, "name"), f'another [[pbx]] already has the name "{pbx.name}"', False
        seen.add(pbx.name)
        if pbx.ca_file and not pbx.tls:
            yield ("pbx", n, "ca_file"), "has no effect without tls = true", True
    seen = set()
    for n, unit in enumerate(file.unit):
        if unit.id in seen:
            yield ("unit", n, "id"), f'another [[unit]] already has the id "{unit.id}"', False
        seen.add(unit.id)


def _extensions(entries: list[Entry], file: File) -> Iterator[Fault]:
    unit_of: dict[str, str] = {}
    for loc, party in entries:
        first = unit_of.get(party.extension)
        unit_of.setdefault(party.extension, file.unit[int(loc[1])].id)
        if first is not None:
            text = f'{party.extension} is already in the unit "{first}"; list it only once'
            yield (*loc, "extension"), text, False


def _numbers(entries: list[Entry], directory: Directory) -> Iterator[Fault]:
    extensions = {party.extension for _, party in entries}
    owner: dict[str, str] = {}
    mobiles: dict[str, str] = {}
    for loc, party in entries:
        for number in party.numbers:
            normal = directory.normal(number)
            first = owner.setdefault(normal, party.extension)
            if first != party.extension:
                text = f"this number already leads to {first}; it can lead to only one extension"
                yield (*loc, "numbers"), text, False
            if normal in extensions - {party.extension}:
                yield (*loc, "numbers"), f"{normal} is the extension of another entry", False
        if isinstance(party, MemberTable) and party.mobile:
            first = mobiles.setdefault(directory.normal(party.mobile), party.extension)
            if first != party.extension:
                text = f"is also the mobile of {first}; calls answered on it will count for {first}"
                yield (*loc, "mobile"), text, True


def _devices(entries: list[Entry]) -> Iterator[Fault]:
    owner: dict[str, str] = {}
    for loc, party in entries:
        if not isinstance(party, MemberTable):
            continue
        default = [f"PJSIP/{party.extension}", f"SIP/{party.extension}"]
        for device in party.devices or default:
            first = owner.setdefault(device, party.extension)
            if first != party.extension:
                text = f"{device} is already the phone of {first}"
                yield (*loc, "devices"), text, False


def _deputies(entries: list[Entry]) -> Iterator[Fault]:
    extensions = {party.extension for _, party in entries}
    for loc, party in entries:
        deputy = party.deputy if isinstance(party, MemberTable) else None
        if deputy is None:
            continue
        if deputy == party.extension:
            yield (*loc, "deputy"), "somebody cannot be their own deputy", False
        elif deputy not in extensions:
            yield (*loc, "deputy"), f'"{deputy}" is not an extension in this file', False


def home_of(loc: Loc, party: MemberTable | LineTable, file: File) -> str | None:
    """The PBX that a member or line is bound to, by itself or by its unit."""
    return party.pbx or file.unit[int(loc[1])].pbx


def _homes(entries: list[Entry], file: File) -> Iterator[Fault]:
    names = {pbx.name for pbx in file.pbx}
    known = f"the names are {', '.join(sorted(names)) or 'not given'}"
    for n, unit in enumerate(file.unit):
        if unit.pbx is not None and unit.pbx not in names:
            yield ("unit", n, "pbx"), f'no [[pbx]] is named "{unit.pbx}"; {known}', False
    for loc, party in entries:
        if party.pbx is not None and party.pbx not in names:
            yield (*loc, "pbx"), f'no [[pbx]] is named "{party.pbx}"; {known}', False


def _http(file: File) -> Iterator[Fault]:
    host, _ = values.split_listen(file.http.listen)
    if not file.http.token and not values.is_loopback(host):
        text = (
            "without a token callcheck only listens on a loopback address; add an [[http.token]] "
            'or listen on "127.0.0.1:9876"'
        )
        yield ("http", "listen"), text, False
    units = {unit.id for unit in file.unit}
    for n, token in enumerate(file.http.token):
        kind, _, unit = token.role.partition(":")
        if kind == "unit" and unit not in units:
            yield ("http", "token", n, "role"), f'there is no [[unit]] with id "{unit}"', False
