"""Where a calendar is kept in, its iCal texts out: a file or an address, or a CalDAV server."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from callcheck.calls.model import Micros
from callcheck.config import CalendarFeed
from callcheck.sources.http import LARGEST, Answer, ask
from callcheck.sources.ical import AHEAD, BACK
from callcheck.times import local

_DAV, _CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"


class FeedError(Exception):
    """A calendar cannot be read; the text says why, without its address (it may be a secret)."""


def origin_of(feed: CalendarFeed) -> str:
    """Names a calendar; one may be told of several persons."""
    name = f"{feed.extension} {feed.place}"
    if feed.mailbox:
        name += f" {feed.mailbox} {feed.kind}"
    return hashlib.sha256(name.encode()).hexdigest()[:16]


class Ical:
    """A file, or an address that gives one."""

    def __init__(self, feed: CalendarFeed, ca_file: Path | None) -> None:
        self._feed, self._ca_file = feed, ca_file
        self._marks: Mapping[str, str] = {}
        self._raw = b""

    def fetch(self, _at: Micros) -> Sequence[bytes]:
        """The one text. Raises WebError, OSError, ValueError."""
        place = self._feed.place
        if not place.startswith(("http://", "https://")):
            return [_read_file(Path(place))]
        headers = {"Accept": "text/calendar", **self._marks}
        answer = ask(place, headers=headers, sign_in=_user(self._feed), ca_file=self._ca_file)
        if not answer.unchanged:
            self._raw, self._marks = answer.body, answer.marks
        return [self._raw]


class Dav:
    """A calendar of a CalDAV server (RFC 4791), by its own address."""

    def __init__(self, feed: CalendarFeed, ca_file: Path | None) -> None:
        self._feed, self._ca_file = feed, ca_file

    def fetch(self, at: Micros) -> Sequence[bytes]:
        """A text for each event of the time that is looked at, sorted.

        A collection that is no calendar has no events, and would end every absence; so it is
        asked first what it is. Raises WebError, ValueError.
        """
        kind = self._ask("PROPFIND", "0", _WHAT_IT_IS)
        if kind.find(f".//{_DAV}resourcetype/{_CALDAV}calendar") is None:
            raise ValueError("this is no calendar of a CalDAV server; give the calendar's own url")
        moment = local(at, UTC)
        start, end = (f"{m:%Y%m%dT%H%M%SZ}" for m in (moment - BACK, moment + AHEAD))
        answer = self._ask("REPORT", "1", _EVENTS.format(start=start, end=end))
        return sorted(_text(response) for response in answer.iter(f"{_DAV}response"))

    def _ask(self, method: str, depth: str, question: str) -> Element:
        answer: Answer = ask(
            self._feed.place,
            headers={"Depth": depth, "Content-Type": "application/xml; charset=utf-8"},
            data=question.encode(),
            method=method,
            sign_in=_user(self._feed),
            ca_file=self._ca_file,
        )
        try:
            root = ElementTree.fromstring(answer.body)  # noqa: S314 - expat bounds entities itself
        except ElementTree.ParseError:
            root = Element("")
        if root.tag != f"{_DAV}multistatus":
            raise ValueError("the server does not speak CalDAV at this address")
        return root


def _text(response: Element) -> bytes:
    """An event's iCal text; without it the answer is not whole."""
    text = response.findtext(f"{_DAV}propstat/{_DAV}prop/{_CALDAV}calendar-data")
    if not text:
        status = response.findtext(f"{_DAV}status") or "no calendar-data"
        raise ValueError(f"the server did not give every event ({status})")
    return text.encode()


def _user(feed: CalendarFeed) -> tuple[str, str] | None:
    return (feed.user, feed.password) if feed.user else None


def _read_file(path: Path) -> bytes:
    """A plain file's bytes. Raises OSError, ValueError."""
    if path.stat().st_size > LARGEST:
        raise ValueError(f"it has more than {LARGEST >> 20} MiB")
    if not path.is_file():
        raise ValueError("it is no plain file")
    return path.read_bytes()


_WHAT_IT_IS = """<?xml version="1.0"?>
<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>"""

_EVENTS = """<?xml version="1.0"?>
<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
  <d:prop><c:calendar-data/></d:prop>
  <c:filter>
    <c:comp-filter name="VCALENDAR">
      <c:comp-filter name="VEVENT"><c:time-range start="{start}" end="{end}"/></c:comp-filter>
    </c:comp-filter>
  </c:filter>
</c:calendar-query>"""
