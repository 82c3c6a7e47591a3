"""Builds the parts of the `Config` from the checked file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from callcheck.calls.directory import Kind, Party
from callcheck.config import checks
from callcheck.config.model import AbsenceSettings, Site, Tomorrow
from callcheck.config.schema import File, LineTable, MemberTable, key_of
from callcheck.judging.cadence import CADENCES, Cadence
from callcheck.rules import RULES
from callcheck.sources.base import SourceSettings

_ANY = Cadence(1000, 4000)
"""A stand-in until the error about the unknown cadence is raised."""


def site_of(file: File, country_code: str) -> Site:
    """`[site]` with its cadence."""
    site = file.site
    cadence = Cadence(*site.cadence) if site.cadence else CADENCES.get(site.country, _ANY)
    zone = ZoneInfo(site.timezone)
    return Site(site.name, zone, site.country, site.language, cadence, country_code)


def settings_of(file: File) -> dict[str, object]:
    """The `Settings` of each rule that has some, by the rule's name."""
    return {
        rule.name: rule.settings(
            **{one.name: getattr(getattr(file.rule, rule.name), key_of(one))
               for one in fields(rule.settings)}
        )
        for rule in RULES.values()
        if rule.settings
    }  # fmt: skip


def parties_of(file: File) -> tuple[Party, ...]:
    """Every member and line, in file order."""
    return tuple(_party(file.unit[int(loc[1])].id, entry) for loc, entry in checks.parties(file))


def homes_of(file: File) -> dict[str, str]:
    """The PBX of each extension that is bound to one."""
    homes = ((party.extension, checks.home_of(loc, party, file)) for loc, party in
             checks.parties(file))  # fmt: skip
    return {extension: home for extension, home in homes if home is not None}


def _party(unit: str, entry: MemberTable | LineTable) -> Party:
    party = Party(
        extension=entry.extension,
        unit=unit,
        name=entry.name,
        numbers=tuple(entry.numbers),
        public=bool(entry.numbers) if entry.public is None else entry.public,
    )
    if isinstance(entry, LineTable):
        return replace(party, kind=Kind(entry.kind))
    devices = tuple(entry.devices)
    return replace(party, devices=devices, mobile=entry.mobile, deputy=entry.deputy)


def absences_of(
    file: File, base: Path, webhook: str | None, sources: Sequence[SourceSettings]
) -> AbsenceSettings:
    """`[absences]`, files made absolute."""
    table = file.absences
    return AbsenceSettings(
        poll_seconds=table.poll_seconds,
        no_answer_seconds=table.no_answer_seconds,
        families=table.families.model_dump(),
        calendars=tuple(sources),
        tomorrow=Tomorrow(table.tomorrow.at, webhook),
        ca_file=base / table.ca_file if table.ca_file else None,
    )
