"""The tables of `callcheck.toml`: keys, types and the limits of each value (pydantic, strict).

`checks.py` compares values with each other (an extension in two units).
"""

from __future__ import annotations

from dataclasses import Field as Setting
from dataclasses import fields
from datetime import time
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_origin

from pydantic import AfterValidator, BeforeValidator, Field, create_model

from callcheck.config import values
from callcheck.judging.hours import Spans
from callcheck.rules import RULES
from callcheck.settings import Extension, FileName, Table, Text, WebAddress
from callcheck.sources.base import SourceTable

Name = Annotated[str, AfterValidator(values.name)]
Number = Annotated[str, AfterValidator(values.number)]
Role = Annotated[str, AfterValidator(values.role)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
DaySpans = Annotated[Spans, BeforeValidator(values.spans)]


class SiteTable(Table):
    """`[site]`"""

    name: str = ""
    timezone: Annotated[str, AfterValidator(values.timezone)] = "Europe/Riga"
    country: Annotated[str, AfterValidator(values.country)] = "LV"
    language: Literal["lv", "en"] = "lv"
    cadence: Annotated[Any, AfterValidator(values.cadence)] = None


def key_of(setting: Setting[Any]) -> str:
    """The key of a rule's setting in the file."""
    return setting.metadata["key"] or setting.name


def _rule_table(settings: type[Any]) -> type[Table]:
    """The table of a rule, from the fields of its `Settings` (`judging.rule_settings`)."""
    keys: dict[str, Any] = {
        key_of(one): (Annotated[Any, BeforeValidator(one.metadata["check"])], one.default)
        for one in fields(settings)
    }
    return create_model("SettingsTable", __base__=Table, **keys)


RULE_TABLES = {rule.name: _rule_table(rule.settings) for rule in RULES.values() if rule.settings}
"""`[rule.<name>]` of each rule that has settings."""

if TYPE_CHECKING:
    RuleTable = Table
else:
    RuleTable = create_model(
        "RuleTable",
        __base__=Table,
        **{name: (table, table()) for name, table in RULE_TABLES.items()},
    )


class WeekdaysTable(Table):
    """`weekdays` of `[hours]`: a missing day is closed."""

    mon: DaySpans = ()
    tue: DaySpans = ()
    wed: DaySpans = ()
    thu: DaySpans = ()
    fri: DaySpans = ()
    sat: DaySpans = ()
    sun: DaySpans = ()

    def by_number(self) -> dict[int, Spans]:
        """The spans of each open day; 0 is Monday."""
        week = (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)
        return {number: spans for number, spans in enumerate(week) if spans}


class HoursTable(Table):
    """`[hours]`"""

    weekdays: WeekdaysTable
    calendar: FileName | None = None


class PbxTable(Table):
    """`[[pbx]]`"""

    name: Name
    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 5038
    username: Text = "callcheck"
    secret_file: FileName | None = None
    secret_env: Text | None = None
    tls: bool = False
    ca_file: FileName | None = None
    trunks: list[str] = Field(default_factory=list)
    snapshot: bool = True
    connect_seconds: Seconds = 10.0
    action_seconds: Seconds = 10.0
    ping_seconds: Seconds = 10.0
    refused_seconds: Seconds = 60.0


class PartyTable(Table):
    """The keys that members and lines share."""

    extension: Extension
    name: str = ""
    numbers: list[Number] = Field(default_factory=list)
    public: bool | None = None
    pbx: str | None = None


class MemberTable(PartyTable):
    """`[[unit.member]]`"""

    devices: list[Annotated[str, AfterValidator(values.device)]] = Field(default_factory=list)
    mobile: Number | None = None
    deputy: str | None = None


class LineTable(PartyTable):
    """`[[unit.line]]`"""

    kind: Literal["queue", "group", "ivr", "conference"]


class UnitTable(Table):
    """`[[unit]]`"""

    id: Name
    title: str = ""
    pbx: str | None = None
    member: list[MemberTable] = Field(default_factory=list)
    line: list[LineTable] = Field(default_factory=list)


class StoreTable(Table):
    """`[store]`"""

    url: Annotated[str, AfterValidator(values.store_url)] = "sqlite:///callcheck.db"


class TokenTable(Table):
    """`[[http.token]]`"""

    role: Role
    token_file: FileName | None = None
    token_env: Text | None = None
    sha256: Annotated[str, AfterValidator(values.sha256)] | None = None


class HttpTable(Table):
    """`[http]`"""

    listen: Annotated[str, AfterValidator(values.listen)] = "127.0.0.1:9876"
    token: list[TokenTable] = Field(default_factory=list)


class PrivacyTable(Table):
    """`[privacy]`"""

    callers: Literal["pseudonym", "masked", "plain"] = "pseudonym"
    key_file: FileName = "callers.key"
    keep_calls_days: Annotated[int, Field(ge=1, le=36500)] = 180
    keep_absence_kind: bool = False


Family = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
RingTimeFamily = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}(/[A-Za-z0-9_/*-]{1,40})?$")]


class FamiliesTable(Table):
    """`families` of `[absences]`: the AstDB families of the forwards."""

    always: Family = "CF"
    busy: Family = "CFB"
    no_answer: Family = "CFU"
    dnd: Family = "DND"
    ring_time: RingTimeFamily = "AMPUSER/*/ringtimer"


class TomorrowTable(Table):
    """`[absences.tomorrow]`"""

    at: Annotated[Any, AfterValidator(values.time_of_day)] = time(15)
    webhook: WebAddress | None = None
    webhook_file: FileName | None = None


class AbsencesTable(Table):
    """`[absences]`"""

    poll_seconds: Annotated[float, Field(ge=1, le=3600)] = 60.0
    no_answer_seconds: Annotated[float, Field(ge=1, le=300)] = 15.0
    families: FamiliesTable = FamiliesTable()
    ca_file: FileName | None = None
    tomorrow: TomorrowTable = TomorrowTable()
    calendar: list[dict[str, Any]] = Field(default_factory=list)
    """One source of absences each; its table depends on its kind (`absence_sources`)."""


class File(Table):
    """The whole of `callcheck.toml`."""

    site: SiteTable = SiteTable()
    rule: RuleTable = RuleTable()
    hours: HoursTable | None = None
    pbx: list[PbxTable] = Field(default_factory=list)
    unit: list[UnitTable] = Field(default_factory=list)
    store: StoreTable = StoreTable()
    http: HttpTable = HttpTable()
    privacy: PrivacyTable = PrivacyTable()
    absences: AbsencesTable = AbsencesTable()


TABLES: dict[tuple[str, ...], type[Table]] = {
    (): File,
    ("site",): SiteTable,
    ("rule",): RuleTable,
    **{("rule", name): table for name, table in RULE_TABLES.items()},
    ("hours",): HoursTable,
    ("hours", "weekdays"): WeekdaysTable,
    ("pbx",): PbxTable,
    ("unit",): UnitTable,
    ("unit", "member"): MemberTable,
    ("unit", "line"): LineTable,
    ("store",): StoreTable,
    ("http",): HttpTable,
    ("http", "token"): TokenTable,
    ("privacy",): PrivacyTable,
    ("absences",): AbsencesTable,
    ("absences", "families"): FamiliesTable,
    ("absences", "tomorrow"): TomorrowTable,
    ("absences", "calendar"): SourceTable,
}
"""The tables by their path, to suggest a key for a misspelt one."""


def repeats(path: tuple[str, ...]) -> bool:
    """Whether a table may be there several times, and so has two brackets: `[[unit.member]]`."""
    parent = TABLES.get(path[:-1]) if path else None
    setting = parent.model_fields.get(path[-1]) if parent else None
    return setting is not None and path in TABLES and get_origin(setting.annotation) is list
