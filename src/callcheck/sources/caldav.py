"""The calendar of one person on a CalDAV server (RFC 4791)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Annotated, Literal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pydantic import Field

from callcheck.calls.model import Micros
from callcheck.settings import WebAddress
from callcheck.sources.base import (
    AHEAD,
    BACK,
    LoginTable,
    PersonTable,
    Source,
    SourceError,
    SourceSettings,
    Surroundings,
    origin_of,
)
from callcheck.sources.http import WebError, ask
from callcheck.sources.ical import PersonCalendar
from callcheck.times import local

_DAV, _CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"


class CaldavTable(PersonTable, LoginTable):
    """`kind = "caldav"`; the address is that of the calendar itself."""

    kind: Literal["caldav"]
    url: Annotated[WebAddress, Field(repr=False)]

    def open(self, settings: SourceSettings, around: Surroundings) -> Source:
        """See `SourceTable.open`."""
        server = _Server(self.url, self.login(settings.password), around.ca_file)
        origin = origin_of(self.extension, self.url)
        return PersonCalendar(self.extension, origin, around.zone, server.fetch)


class _Server:
    def __init__(self, address: str, login: tuple[str, str] | None, ca_file: Path | None) -> None:
        self._address, self._login, self._ca_file = address, login, ca_file

    def fetch(self, at: Micros) -> Sequence[bytes]:
        """The iCal text of each event around a moment, sorted. Raises SourceError.

        A collection that is no calendar answers with no events, which would end every absence;
        so it is asked first what it is.
        """
        try:
            return self._events(at)
        except (WebError, ValueError) as error:
            raise SourceError(str(error)) from error

    def _events(self, at: Micros) -> Sequence[bytes]:
        kind = self._ask("PROPFIND", "0", _WHAT_IT_IS)
        if kind.find(f".//{_DAV}resourcetype/{_CALDAV}calendar") is None:
            raise ValueError("this is no calendar of a CalDAV server; give the calendar's own url")
        moment = local(at, UTC)
        start, end = (f"{m:%Y%m%dT%H%M%SZ}" for m in (moment - BACK, moment + AHEAD))
        answer = self._ask("REPORT", "1", _EVENTS.format(start=start, end=end))
        return sorted(_text(response) for response in answer.iter(f"{_DAV}response"))

    def _ask(self, method: str, depth: str, question: str) -> Element:
        answer = ask(
            self._address,
            headers={"Depth": depth, "Content-Type": "application/xml; charset=utf-8"},
            data=question.encode(),
            method=method,
            sign_in=self._login,
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
