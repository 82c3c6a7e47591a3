"""A small registry, its calendar and its clock, for the tests of absences."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from callcheck.absences.model import Absence, Forward, ForwardKind, Phone
from callcheck.absences.snapshot import Snapshot
from callcheck.absences.state import WorkingTime
from callcheck.calls.directory import Directory, Kind, Party
from callcheck.judging.hours import OpeningHours

RIGA = ZoneInfo("Europe/Riga")
SECOND = 1_000_000
HOUR = 3600 * SECOND

PARTIES = (
    Party("201", "registry", name="Anna", numbers=("67000201",), public=True,
          mobile="+37129111222", deputy="202"),
    Party("202", "registry", name="Berta", mobile="+37129111333"),
    Party("203", "registry", name="Dace", numbers=("67000203",), public=True),
    Party("301", "law", name="Edgars"),
    Party("701", "registry", Kind.QUEUE, numbers=("67000701",), public=True),
    Party("801", "registry", Kind.CONFERENCE),
)  # fmt: skip
DIRECTORY = Directory(PARTIES, ("PJSIP/trunk*",), "371")
HOURS = OpeningHours(RIGA, dict.fromkeys(range(5), ((510, 1020),)))
"""08:30-17:00 on working days."""
CLOCK = WorkingTime(HOURS, RIGA)
ALWAYS_OPEN = WorkingTime(None, RIGA)


def at(text: str) -> int:
    """Local time in Riga, `2026-11-23 09:00`, as microseconds."""
    moment = datetime.fromisoformat(text).replace(tzinfo=RIGA)
    return int(moment.astimezone(UTC).timestamp()) * SECOND


MONDAY, FRIDAY = at("2026-11-23 00:00"), at("2026-11-27 00:00")
TEN = at("2026-11-23 10:00")


def away(extension: str = "201", start: int = MONDAY, end: int = FRIDAY, **more: object) -> Absence:
    return Absence(more.pop("id", 1), extension, start, end, **more)  # type: ignore[arg-type]


def fwd(
    extension: str, to: str | None, kind: str = "always", since: int | None = None,
    until: int | None = None,
) -> Forward:  # fmt: skip
    return Forward(extension, ForwardKind(kind), to, since, until)


def snapshot(*facts: Absence | Forward | Phone) -> Snapshot:
    return Snapshot(
        DIRECTORY,
        [f for f in facts if isinstance(f, Absence)],
        [f for f in facts if isinstance(f, Forward)],
        [f for f in facts if isinstance(f, Phone)],
    )


def phone(extension: str, reachable: bool = True) -> Phone:
    return Phone(extension, reachable, 0)
