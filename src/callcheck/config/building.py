"""Builds the parts of the `Config` from the checked file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from callcheck.calls.directory import Kind, Party
from callcheck.config import checks
from callcheck.config.model import AbsenceWatch, CalendarFeed, Site, Tomorrow
from callcheck.config.schema import CalendarTable, File, LineTable, MemberTable, key_of
from callcheck.judging.cadence import CADENCES, Cadence
from callcheck.rules import RULES

_GRAPH, _LOGIN = "https://graph.microsoft.com", "https://login.microsoftonline.com"
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


def _place(feed: CalendarTable, base: Path) -> str:
    if feed.kind != "m365":
        return feed.url or str(base / (feed.file or ""))
    mailbox = f"v1.0/users/{feed.mailbox}/mailboxSettings/automaticRepliesSetting"
    return f"{feed.url or _GRAPH}/{mailbox}"


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
    file: File, base: Path, webhook: str | None, passwords: Sequence[str]
) -> AbsenceWatch:
    """`[absences]`, files made absolute; a password for each calendar, empty for none."""
    table = file.absences
    feeds = tuple(
        CalendarFeed(
            place=_place(feed, base),
            extension=feed.extension,
            minutes=feed.every_minutes,
            kind=feed.kind,
            user=feed.user or "",
            password=password,
            mailbox=(feed.mailbox or "") if feed.kind.startswith("exchange") else "",
            sign_in_at=f"{feed.login_url or _LOGIN}/{feed.tenant}/oauth2/v2.0/token",
        )
        for feed, password in zip(table.calendar, passwords, strict=True)
    )
    families = table.families.model_dump()
    return AbsenceWatch(
        poll_seconds=table.poll_seconds,
        no_answer_seconds=table.no_answer_seconds,
        families=families,
        calendars=feeds,
        tomorrow=Tomorrow(table.tomorrow.at, webhook),
        ca_file=base / table.ca_file if table.ca_file else None,
    )
