"""Public holidays and moved working days of a country, from the library `holidays`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

import holidays

from callcheck.judging.hours import WEEKDAYS, SpecialDay

_FRIDAY = 4


class PublicDays:
    """The public holidays of a country (ISO 3166), looked up a year at a time.

    A working day on a weekend has the hours of the weekday it was moved from, if the library names
    it, and those of a Friday otherwise.
    """

    def __init__(self, country: str) -> None:
        self._days = holidays.country_holidays(country, language="en_US")

    def __call__(self, day: date) -> SpecialDay | None:
        name = self._days.get(day)
        if name:
            return SpecialDay(f"public holiday: {name}")
        if day in self._moved(day.year):
            weekday = self._moved_from(day)
            return SpecialDay(f"worked as a {WEEKDAYS[weekday]}", as_weekday=weekday)
        return None

    def moved_days_missing(self, year: int) -> bool:
        """Whether this country usually moves working days, but none is known for `year`."""
        before = sum(bool(self._moved(y)) for y in range(year - 4, year))
        return before >= 2 and not self._moved(year)

    def _moved(self, year: int) -> Collection[date]:
        date(year, 1, 1) in self._days  # noqa: B015 - the library loads a year on the first look-up
        return {d for d in self._days.weekend_workdays if d.year == year}

    def _moved_from(self, worked: date) -> int:
        shown = f"{worked:%m/%d/%Y}"
        named = (d for d, name in self._days.items() if shown in name)
        return next((d.weekday() for d in named), _FRIDAY)


def knows(country: str) -> bool:
    """Whether the library has this country."""
    return country in holidays.list_supported_countries(include_aliases=False)


def special_days(
    national: Callable[[date], SpecialDay | None], calendar: Mapping[date, SpecialDay]
) -> Callable[[date], SpecialDay | None]:
    """The country's days, overridden by the house's own calendar."""
    return lambda day: calendar.get(day) or national(day)


def calendar_covers(calendar: Collection[date], year: int) -> bool:
    """Whether the house's calendar has any day of that year."""
    return any(day.year == year for day in calendar)
