"""A house whose sources of absences a test configures, and calendars to read there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from callcheck.absences.model import Absence
from callcheck.app.source_schedule import SourceSchedule
from callcheck.config import AbsenceSettings, Config, Http, Privacy, Site, StoreSettings
from callcheck.sources import SOURCES
from callcheck.sources.base import SourceSettings
from callcheck.store import Absences, Store
from tests.absences.people import PARTIES

DAY = 86_400
MICRO = 1_000_000


def day(n: int) -> str:
    """So many days from the house's today, as iCal writes it."""
    return f"{datetime.now(Site().zone).date() + timedelta(days=n):%Y%m%d}"


def event(uid: str, first: int, last: int, *more: str) -> str:
    """Away from one day to the end of another, counted from today."""
    lines = ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTART;VALUE=DATE:{day(first)}",
             f"DTEND;VALUE=DATE:{day(last + 1)}", *more, "END:VEVENT"]  # fmt: skip
    return "".join(f"{line}\r\n" for line in lines)


def calendar(*events: str) -> bytes:
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n"
    return f"{head}{''.join(events)}END:VCALENDAR\r\n".encode()


def source(kind: str, password: str = "", folder: Path = Path(), **keys: Any) -> SourceSettings:
    """A source as it is configured; without `extension`, Anna's (201) if the kind wants one."""
    table = SOURCES[kind]
    whose: Mapping[str, Any] = {"extension": "201"} if "extension" in table.model_fields else {}
    return SourceSettings(table(kind=kind, **{**whose, **keys}), folder, password)


def ical(place: str, extension: str = "201") -> SourceSettings:
    """A calendar at an address or in a file."""
    if place.startswith("http"):
        return source("ical", extension=extension, url=place)
    return source("ical", extension=extension, file=place)


class Home:
    """A house with sources, and what it knows of absences."""

    def __init__(
        self, store: Store, folder: Path, *sources: SourceSettings, ca_file: Path | None = None,
        keep_kind: bool = False,
    ) -> None:  # fmt: skip
        self.store, self.changes = store, 0
        privacy = Privacy(folder / "k", keep_absence_kind=keep_kind)
        self.config = Config(
            folder, Site(), None, (), (), PARTIES, StoreSettings(""), Http(), privacy,
            AbsenceSettings(calendars=sources, ca_file=ca_file),
        )  # fmt: skip
        self.schedule = SourceSchedule(self.config, store, self._changed)

    def _changed(self) -> None:
        self.changes += 1

    def read(self) -> bool:
        """Reads every source once; whether anything changed."""
        changed = [self.schedule.read(source) for source, _ in self.schedule.sources]
        return any(changed)

    @property
    def trouble(self) -> str:
        (one,) = self.schedule.failures.values()
        return one

    def absences(self) -> list[Absence]:
        return [one for one in Absences(self.store).all() if not one.cancelled]
