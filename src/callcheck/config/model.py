"""The configuration as plain values, for every room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from callcheck.calls.directory import Directory, Party
from callcheck.judging.cadence import CADENCES, Cadence
from callcheck.judging.hours import OpeningHours
from callcheck.sources.base import SourceSettings

FAMILIES = {
    "always": "CF",
    "busy": "CFB",
    "no_answer": "CFU",
    "dnd": "DND",
    "ring_time": "AMPUSER/*/ringtimer",
}
"""FreePBX's AstDB families; the last is how long a phone rings before its no-answer forward."""
Callers = Literal["pseudonym", "masked", "plain"]


@dataclass(frozen=True, slots=True)
class Site:
    """`[site]`. `country` is ISO 3166, `country_code` its telephone code ("371")."""

    name: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Riga"))
    country: str = "LV"
    language: str = "lv"
    cadence: Cadence = CADENCES["LV"]
    country_code: str = "371"


@dataclass(frozen=True, slots=True)
class Pbx:
    """An Asterisk and how to connect to it."""

    name: str
    host: str = "127.0.0.1"
    port: int = 5038
    username: str = "callcheck"
    secret: str = field(default="", repr=False)
    tls: bool = False
    ca_file: Path | None = None
    trunks: tuple[str, ...] = ()
    """Channel-name globs of outside lines."""
    snapshot: bool = True
    """Whether to ask for the current calls on connecting."""
    connect_seconds: float = 10.0
    action_seconds: float = 10.0
    ping_seconds: float = 10.0
    refused_seconds: float = 60.0
    """How long to wait after a refused login."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the institution; its members and lines are in `Config.parties`."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The database as an SQLAlchemy URL; the path of an SQLite file is absolute."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """The role of a bearer token with this SHA-256 (hex)."""

    role: str
    """`admin`, `metrics` or `unit:<id>`."""
    sha256: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Http:
    """Where the API listens; without tokens only on a loopback address."""

    host: str = "127.0.0.1"
    port: int = 9876
    tokens: tuple[TokenSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class Privacy:
    """Which personal data is kept, and for how long."""

    key_file: Path
    callers: Callers = "pseudonym"
    keep_calls_days: int = 180
    keep_absence_kind: bool = False


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """When and where to send the list of uncovered absences of the next working day."""

    at: time = time(15)
    webhook: str | None = field(default=None, repr=False)
    """Where the list is posted (the address may contain a secret)."""


@dataclass(frozen=True, slots=True)
class AbsenceSettings:
    """`[absences]`: how to read forwards from the PBXs and absences from their sources."""

    poll_seconds: float = 60.0
    no_answer_seconds: float = 15.0
    """How long a phone rings before its no-answer forward applies, if AstDB does not say."""
    families: Mapping[str, str] = field(default_factory=lambda: dict(FAMILIES))
    """AstDB family of each kind of forward."""
    calendars: tuple[SourceSettings, ...] = ()
    """The sources of absences, in file order."""
    tomorrow: Tomorrow = field(default_factory=Tomorrow)
    ca_file: Path | None = None
    """The CA to trust for calendars and the webhook; None: the system's."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything in `callcheck.toml`, with defaults filled in and paths made absolute."""

    path: Path
    site: Site
    hours: OpeningHours | None
    """None: the house is always open."""
    pbxs: tuple[Pbx, ...]
    units: tuple[Unit, ...]
    """In file order."""
    parties: tuple[Party, ...]
    store: StoreSettings
    http: Http
    privacy: Privacy
    absences: AbsenceSettings = field(default_factory=AbsenceSettings)
    homes: Mapping[str, str] = field(default_factory=dict)
    """The PBX of each extension that is bound to one; on other PBXs the extension is another's."""
    rules: Mapping[str, object] = field(default_factory=dict)
    """The `Settings` of each rule that has some, by the rule's name."""

    @property
    def cadence(self) -> Cadence:
        """The ring cadence of the site."""
        return self.site.cadence

    def directory(self, pbx: str = "") -> Directory:
        """The members and lines of a PBX and its trunks; without a name: all members and lines."""
        trunks = next((p.trunks for p in self.pbxs if p.name == pbx), ())
        here = tuple(p for p in self.parties if not pbx or self.at_home(p.extension, pbx))
        return Directory(here, trunks, self.site.country_code)

    def at_home(self, extension: str, pbx: str) -> bool:
        """Whether an extension on this PBX is the one of the configuration."""
        return self.homes.get(extension, pbx) == pbx
