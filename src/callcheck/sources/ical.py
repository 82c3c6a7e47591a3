"""An iCal calendar of one person in, when that person is away out.

Away is an event that says so (Outlook's out of office), or a whole day that is not marked as
free. Recurrences, exceptions and time zones are the libraries' work (icalendar,
recurring-ical-events); the end is exclusive, as the standard has it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from icalendar import Calendar
from recurring_ical_events import of

from callcheck.absences.merging import Claim
from callcheck.absences.model import Draft
from callcheck.calls.model import Micros
from callcheck.times import local, micros

Event = Any
"""A component of the library; its properties are of whatever type the file gave them."""
Told = tuple[Draft, Claim]
SOURCE = "ical"
BACK, AHEAD = timedelta(days=30), timedelta(days=400)
"""How far recurrences are worked out from now."""
_EVENT = re.compile(rb"^BEGIN:VEVENT\s.*?^END:VEVENT\s*", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_TIMED = re.compile(rb"^DTSTART[^:\r\n]*:\d{8}T\d", re.MULTILINE | re.IGNORECASE)
_HINT = re.compile(rb"^RECURRENCE-ID|BUSYSTATUS:\s*OOF", re.MULTILINE | re.IGNORECASE)
"""An instance of a series, which may not be like the others, or out of office."""
_NOT_LOOKED_AT = re.compile(
    rb"^(?!(?:BEGIN|END|UID|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|EXRULE|RECURRENCE-ID|SEQUENCE"
    rb"|STATUS|TRANSP|X-MICROSOFT-CDO-BUSYSTATUS)[;:]).*(?:\n[ \t].*)*(?:\n|\Z)",
    re.MULTILINE | re.IGNORECASE,
)
"""A line with what continues it."""
_REPEATS = {"RRULE", "RDATE", "RECURRENCE-ID"}
_WITHIN_A_DAY = {"SECONDLY", "MINUTELY", "HOURLY"}


def read_calendar(raw: bytes, extension: str, origin: str, now: Micros, zone: tzinfo) -> list[Told]:
    """The absences from 30 days back to 400 ahead. Raises ValueError for what is no calendar."""
    try:
        calendar = Calendar.from_ical(_EVENT.sub(_unless_a_meeting, raw))
        events = _may_be_away(calendar)
        moment = local(now, zone)
        begin, end = moment - BACK, moment + AHEAD
        calendar.subcomponents = [e for e in calendar.subcomponents if e.name != "VEVENT"]
        calendar.subcomponents += [event for event, repeats in events if repeats]
        found = [event for event, repeats in events if not repeats]
        found += of(calendar).between(begin, end)
        away = [event for event in found if _is_away(event)]
        often = Counter(str(event.get("UID", "")) for event in away)
        told = [_told(event, extension, origin, zone, often) for event in away]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(
            f"this is no calendar that can be read ({type(error).__name__})"
        ) from error
    first, last = _micros(begin, zone), _micros(end, zone)
    return [
        (draft, claim)
        for draft, claim in told
        if draft.start < draft.end and first < draft.end and draft.start < last
    ]


def _unless_a_meeting(found: re.Match[bytes]) -> bytes:
    """Nothing in the place of an event that can be no absence and changes none: most are
    meetings, and to read them takes longest. Of the others nobody's subjects are read either."""
    meeting = _TIMED.search(found[0]) and not _HINT.search(found[0])
    return b"" if meeting else _NOT_LOOKED_AT.sub(b"", found[0])


def _may_be_away(calendar: Event) -> list[tuple[Event, bool]]:
    """The events of which an instance may be an absence, and whether they repeat.

    What changes one instance of a series stays with its series. Raises ValueError for what
    repeats within a day, which no absence does and which could be millions.
    """
    events = calendar.walk("VEVENT")
    away = {str(event.get("UID", "")) for event in events if _is_away(event)}
    series = {str(event.get("UID", "")) for event in events if _REPEATS & set(event)}
    for event in events:
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            if _WITHIN_A_DAY & set(rule.get("FREQ", ())) and str(event.get("UID", "")) in away:
                raise ValueError
    pairs = ((event, str(event.get("UID", ""))) for event in events)
    return [(event, uid in series) for event, uid in pairs if uid in away]


def _is_away(event: Event) -> bool:
    busy = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return False
    if busy == "OOF":
        return True
    free = busy in ("FREE", "TENTATIVE", "WORKINGELSEWHERE")
    free |= str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    return not isinstance(_start(event), datetime) and not free


def _told(
    event: Event, extension: str, origin: str, zone: tzinfo, often: Mapping[str, int]
) -> Told:
    """Known by its UID, so that one that is moved is the same; of a series, by its place in it."""
    start, end = _micros(_start(event), zone), _micros(_end(event), zone)
    key = str(event.get("UID", ""))
    if not key or often[key] > 1:
        place = event.get("RECURRENCE-ID")
        key = f"{key} {start if place is None else _micros(place.dt, zone)}"
    return Draft(extension, start, end), Claim(SOURCE, origin, key)


def _start(event: Event) -> date:
    found: date = event["DTSTART"].dt
    return found


def _end(event: Event) -> date:
    if "DTEND" in event:
        found: date = event["DTEND"].dt
        return found
    start = _start(event)
    if "DURATION" in event:
        length: timedelta = event["DURATION"].dt
        return start + length
    return start if isinstance(start, datetime) else start + timedelta(days=1)


def _micros(moment: date, zone: tzinfo) -> Micros:
    """A date is its midnight, and a time without a zone a time of the house."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), zone)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return micros(moment.astimezone(UTC))
