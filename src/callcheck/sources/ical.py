"""An iCal calendar of one person, and which of its events are absences.

An event is an absence if it is marked out of office (Outlook), or if it lasts whole days and is
not marked as free. Recurrences, exceptions and time zones are the work of icalendar and
recurring-ical-events. The end of an event is exclusive (RFC 5545).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Literal

from callcheck.absences.merging import Claim
from callcheck.absences.model import Draft
from callcheck.calls.model import Micros
from callcheck.sources.base import (
    AHEAD,
    BACK,
    DocumentTable,
    KnownSource,
    PersonTable,
    Report,
    Source,
    SourceError,
    SourceReading,
    SourceSettings,
    Surroundings,
    origin_of,
)
from callcheck.sources.fetch import Document
from callcheck.times import local, micros

Event = Any
"""A component of the library; its properties are of whatever type the file gave them."""
SOURCE = "ical"
_EVENT = re.compile(rb"^BEGIN:VEVENT\s.*?^END:VEVENT\s*", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_TIMED = re.compile(rb"^DTSTART[^:\r\n]*:\d{8}T\d", re.MULTILINE | re.IGNORECASE)
_HINT = re.compile(rb"^RECURRENCE-ID|BUSYSTATUS:\s*OOF", re.MULTILINE | re.IGNORECASE)
"""One instance of a series, which may differ from the others; or an event out of office."""
_UNUSED_LINES = re.compile(
    rb"^(?!(?:BEGIN|END|UID|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|EXRULE|RECURRENCE-ID|SEQUENCE"
    rb"|STATUS|TRANSP|X-MICROSOFT-CDO-BUSYSTATUS)[;:]).*(?:\n[ \t].*)*(?:\n|\Z)",
    re.MULTILINE | re.IGNORECASE,
)
"""Properties that are not read, each with its continuation lines."""
_REPEATS = {"RRULE", "RDATE", "RECURRENCE-ID"}
_WITHIN_A_DAY = {"SECONDLY", "MINUTELY", "HOURLY"}


class IcalTable(PersonTable, DocumentTable):
    """`kind = "ical"`: a file, or an address that gives one."""

    kind: Literal["ical"] = "ical"

    def open(self, settings: SourceSettings, around: Surroundings) -> Source:
        """See `SourceTable.open`."""
        place = self.place(settings.folder)
        login = self.login(settings.password)
        document = Document(place, "text/calendar", login, around.ca_file)
        origin = origin_of(self.extension, place)
        return PersonCalendar(self.extension, origin, around.zone, lambda _: [document.fetch()])


class PersonCalendar(KnownSource):
    """The calendar of one person; `fetch` gives its iCal texts."""

    def __init__(
        self, extension: str, origin: str, zone: tzinfo, fetch: Callable[[Micros], Sequence[bytes]]
    ) -> None:
        super().__init__(SOURCE, origin, f"the calendar of {extension}", extension)
        self._extension, self._zone, self._fetch = extension, zone, fetch

    def read(self, at: Micros) -> SourceReading | None:
        """See `Source.read`. An unchanged calendar is worked out once a day, because repeated
        events come into reach."""
        raws = self._fetch(at)
        if not self.is_new((raws, local(at, self._zone).date())):
            return None
        try:
            found = [read_calendar(raw, self._extension, self.origin, at, self._zone)
                     for raw in raws]  # fmt: skip
        except ValueError as error:
            raise SourceError(str(error)) from error
        return SourceReading([report for each in found for report in each])


def read_calendar(
    raw: bytes, extension: str, origin: str, now: Micros, zone: tzinfo
) -> list[Report]:
    """The absences from `BACK` before now to `AHEAD` after it. Raises ValueError if this is no
    calendar."""
    # here, because every command reads the configuration and few read a calendar
    from icalendar import Calendar
    from recurring_ical_events import of

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
        reports = [_report(event, extension, origin, zone, often) for event in away]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(
            f"this is no calendar that can be read ({type(error).__name__})"
        ) from error
    first, last = _micros(begin, zone), _micros(end, zone)
    return [
        (draft, claim)
        for draft, claim in reports
        if draft.start < draft.end and first < draft.end and draft.start < last
    ]


def _unless_a_meeting(found: re.Match[bytes]) -> bytes:
    """Leaves out an event that is no absence and changes none: most are meetings, and parsing them
    would take most of the time. Of the others, subjects and texts are left out."""
    meeting = _TIMED.search(found[0]) and not _HINT.search(found[0])
    return b"" if meeting else _UNUSED_LINES.sub(b"", found[0])


def _may_be_away(calendar: Event) -> list[tuple[Event, bool]]:
    """The events of which an instance may be an absence, and whether they repeat.

    An event that changes one instance of a series is kept with its series. Raises ValueError for
    an event that repeats within a day: no absence does, and there could be millions of instances.
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


def _report(
    event: Event, extension: str, origin: str, zone: tzinfo, often: Mapping[str, int]
) -> Report:
    """The key is the UID, so that an event that is moved stays the same absence; for a series, the
    UID and the instance's place in it."""
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
    """A date means its midnight; a time without a zone is in the zone of the house."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), zone)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return micros(moment.astimezone(UTC))
