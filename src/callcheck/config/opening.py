"""Parses opening times, and the site's calendar file of days with other hours."""

from __future__ import annotations

import csv
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

from callcheck.judging.hours import WEEKDAYS, Minutes, Spans, SpecialDay

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_DAY_NAMES = {name.lower(): n for n, name in enumerate(WEEKDAYS)}
_DAY_NAMES |= {name[:3]: n for name, n in list(_DAY_NAMES.items())}


def parse_spans(text: str) -> Spans:
    """Parses `08:30-12:30,13:00-17:00` into sorted spans. Raises ValueError with the reason."""
    if not text.strip():
        raise ValueError('is empty; write "08:30-17:00", or leave the day out if it is closed')
    spans = sorted(_span(part.strip()) for part in text.split(","))
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise ValueError(f'"{text}" has spans that overlap at {start // 60:02}:{start % 60:02}')
    return tuple(spans)


def _span(text: str) -> tuple[Minutes, Minutes]:
    match = _SPAN.fullmatch(text)
    if not match:
        raise ValueError(f'"{text}" is not a time span; write it as "08:30-12:30"')
    start, end = _minutes(match[1], match[2]), _minutes(match[3], match[4])
    if end <= start:
        raise ValueError(
            f'"{text}" ends before it starts; write the time after midnight under the next day'
        )
    return start, end


def _minutes(hour: str, minute: str) -> Minutes:
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > 1440:
        raise ValueError(f'"{hour}:{minute}" is not a time of day; the last is "24:00"')
    return total


class CalendarErrors(ValueError):
    """The calendar file is wrong; `faults` are (line or None, what is wrong)."""

    def __init__(self, faults: list[tuple[int | None, str]]) -> None:
        self.faults = faults
        super().__init__("; ".join(text for _, text in faults))


def read_calendar(path: Path) -> dict[date, SpecialDay]:
    """Reads the site's calendar: lines of `date,hours,note`, separated by `,` or `;`.

    `hours` is `closed`, or spans like `08:30-12:30,13:00-16:00` (in quotes, or with `;`
    between the columns), or a weekday, for a day with the hours of that weekday. A first line of
    headings, empty lines and lines that start with `#` are skipped. Raises CalendarErrors.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise CalendarErrors([(None, f"cannot be read: {reason}")]) from None
    days: dict[date, SpecialDay] = {}
    faults: list[tuple[int | None, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if _is_row(line, number):
            try:
                day, special = _row(line)
                if day in days:
                    raise ValueError(f"{day} is already in the file; keep one line for each date")
                days[day] = special
            except ValueError as error:
                faults.append((number, str(error)))
    if faults:
        raise CalendarErrors(faults)
    return days


def _is_row(line: str, number: int) -> bool:
    bare = line.strip()
    return (
        bool(bare.strip(",;"))
        and not bare.startswith("#")
        and not (number == 1 and bare.lower().startswith("date"))
    )


def _row(line: str) -> tuple[date, SpecialDay]:
    cells = [cell.strip() for cell in next(csv.reader([line], delimiter=_delimiter(line)))]
    if len(cells) < 2:
        raise ValueError(
            "needs at least a date and hours, such as 2026-12-23,08:30-13:00,short day"
        )
    try:
        day = date.fromisoformat(cells[0])
    except ValueError:
        raise ValueError(f'"{cells[0]}" is not a date; write it as 2026-12-23') from None
    spans, note = _columns(cells[1:])
    return day, _special(spans, note)


def _delimiter(line: str) -> str:
    """The one that comes first: it follows the date."""
    return next((c for c in line if c in ",;"), ",")


def _columns(cells: list[str]) -> tuple[str, str]:
    """Hours and note. Spans with a comma but without quotes come as several cells: we join them."""
    spans = [cells[0]]
    rest = cells[1:]
    while rest and _SPAN.fullmatch(rest[0]):
        spans.append(rest.pop(0))
    return ",".join(spans), ", ".join(cell for cell in rest if cell)


def _special(hours: str, note: str) -> SpecialDay:
    word = hours.lower()
    if word == "closed":
        return SpecialDay(f"closed: {note}" if note else "closed by the house's calendar")
    if word in _DAY_NAMES:
        as_weekday = _DAY_NAMES[word]
        return SpecialDay(note or f"worked as a {WEEKDAYS[as_weekday]}", as_weekday=as_weekday)
    try:
        return SpecialDay(note or "by the house's calendar", spans=parse_spans(hours))
    except ValueError as error:
        raise ValueError(f'{error}; or write "closed", or a weekday such as "friday"') from None
