"""`[hours]`: the opening hours, with public holidays and the calendar of the site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from callcheck.config import public_days
from callcheck.config.notes import Notes
from callcheck.config.opening import CalendarErrors, read_calendar
from callcheck.config.problems import ConfigProblem
from callcheck.config.schema import File
from callcheck.judging.hours import OpeningHours, SpecialDay

_AUTUMN = 9
"""From this month on, next year's moved working days may be known."""

Calendar = Mapping[date, SpecialDay]


def calendar_of(file: File, base: Path, notes: Notes) -> Calendar:
    """The days of the site's calendar file; its faults become problems with lines of that file."""
    if file.hours is None or file.hours.calendar is None:
        return {}
    path = base / file.hours.calendar
    try:
        return read_calendar(path)
    except CalendarErrors as error:
        for line, text in error.faults:
            if line is None:
                notes.add(("hours", "calendar"), f"{path} {text}")
            else:
                notes.problems.append(ConfigProblem(str(path), line, "", "", text))
        return {}


def hours_of(file: File, calendar: Calendar, notes: Notes) -> OpeningHours | None:
    """The opening hours; None if the house is always open."""
    if file.hours is None:
        return None
    weekdays = file.hours.weekdays.by_number()
    if not weekdays and not notes.has_any("hours"):
        text = "no day has opening hours; leave out [hours] if the house is always open"
        notes.add(("hours", "weekdays"), text)
    country = file.site.country
    national = public_days.PublicDays(country) if public_days.knows(country) else _no_day
    special = public_days.special_days(national, calendar)
    return OpeningHours(ZoneInfo(file.site.timezone), weekdays, special)


def warn_of_moved_days(file: File, calendar: Calendar, today: date, notes: Notes) -> None:
    """Warns about years whose moved working days are not known yet."""
    country = file.site.country
    if file.hours is None or not public_days.knows(country):
        return
    days = public_days.PublicDays(country)
    for year in (today.year, today.year + 1) if today.month >= _AUTUMN else (today.year,):
        if days.moved_days_missing(year) and not public_days.calendar_covers(calendar, year):
            text = (
                f"callcheck does not know the moved working days of {year} for {country}; "
                "add them to the calendar file once they are decided"
            )
            notes.add(("hours", "calendar"), text, warning=True)


def _no_day(_: date) -> SpecialDay | None:
    return None
