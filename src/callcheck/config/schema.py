"""The tables of `callcheck.toml`: keys, types and the limits of each value (pydantic, strict).

`checks.py` compares values with each other (an extension in two units).
"""

from __future__ import annotations

from dataclasses import Field as Setting
from dataclasses import fields
from datetime import time
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model

from callcheck.config import values
from callcheck.judging.hours import Spans
from callcheck.rules import RULES

Name = Annotated[str, AfterValidator(values.name)]
Extension = Annotated[str, AfterValidator(values.extension)]
Number = Annotated[str, AfterValidator(values.number)]
Role = Annotated[str, AfterValidator(values.role)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
FileName = Annotated[str, AfterValidator(values.file_name)]
WebAddress = Annotated[str, AfterValidator(values.web_address)]
DaySpans = Annotated[Spans, BeforeValidator(values.spans)]


class Table(BaseModel):
    """A table of the file: no key but its own, no type but the right one."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True
    )


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
    host: Annotated[str, AfterValidator(values.filled)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 5038
    username: Annotated[str, AfterValidator(values.filled)] = "callcheck"
    secret_file: FileName | None = None
    secret_env: Annotated[str, AfterValidator(values.filled)] | None = None
    tls: bool = False
    ca_file: FileName | None = None
    trunks: list[str] = []
    snapshot: bool = True
    connect_seconds: Seconds = 10.0
    action_seconds: Seconds = 10.0
    ping_seconds: Seconds = 10.0
    refused_seconds: Seconds = 60.0


class PartyTable(Table):
    """The keys that members and lines share."""

    extension: Extension
    name: str = ""
    numbers: list[Number] = []
    public: bool | None = None
    pbx: str | None = None


class MemberTable(PartyTable):
    """`[[unit.member]]`"""

    devices: list[Annotated[str, AfterValidator(values.device)]] = []
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
    member: list[MemberTable] = []
    line: list[LineTable] = []


class StoreTable(Table):
    """`[store]`"""

    url: Annotated[str, AfterValidator(values.store_url)] = "sqlite:///callcheck.db"


class TokenTable(Table):
    """`[[http.token]]`"""

    role: Role
    token_file: FileName | None = None
    token_env: Annotated[str, AfterValidator(values.filled)] | None = None
    sha256: Annotated[str, AfterValidator(values.sha256)] | None = None


class HttpTable(Table):
    """`[http]`"""

    listen: Annotated[str, AfterValidator(values.listen)] = "127.0.0.1:9876"
    token: list[TokenTable] = []


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


class CalendarTable(Table):
    """`[[absences.calendar]]`"""

    extension: Extension
    kind: Literal["ical", "caldav", "m365", "exchange", "exchange_calendar"] = "ical"
    url: WebAddress | None = None
    file: FileName | None = None
    user: Annotated[str, AfterValidator(values.filled)] | None = None
    password_file: FileName | None = None
    password_env: Annotated[str, AfterValidator(values.filled)] | None = None
    mailbox: Annotated[str, Field(pattern=r"^[^\s/?#]+@[^\s/?#]+$")] | None = None
    tenant: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")] | None = None
    login_url: WebAddress | None = None
    every_minutes: Annotated[int, Field(ge=1, le=1440)] = 15


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
    calendar: list[CalendarTable] = []


class File(Table):
    """The whole of `callcheck.toml`."""

    site: SiteTable = SiteTable()
    rule: RuleTable = RuleTable()
    hours: HoursTable | None = None
    pbx: list[PbxTable] = []
    unit: list[UnitTable] = []
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
    ("absences", "calendar"): CalendarTable,
}
"""The tables by their path, to suggest a key for a misspelt one."""
