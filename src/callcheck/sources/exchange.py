"""A mailbox of an Exchange Server: the time of its automatic replies, or the entries of its
calendar that are out of office or last whole days.

`ews.py` speaks to the server. It needs exchangelib, which is installed only if it is wanted.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from callcheck.calls.model import Micros
from callcheck.settings import Text, WebAddress
from callcheck.sources.auto_replies import Mailbox
from callcheck.sources.base import (
    AHEAD,
    BACK,
    KnownSource,
    LoginTable,
    MailAddress,
    PersonTable,
    Report,
    Source,
    SourceError,
    SourceReading,
    SourceSettings,
    Surroundings,
    origin_of,
)
from callcheck.sources.http import WebError
from callcheck.times import local

if TYPE_CHECKING:
    from callcheck.sources.ews import Entry, Ews

SOURCE = "exchange"
NOT_INSTALLED = (
    "what reads Exchange is not installed; "
    "pip install --require-hashes -r requirements-exchange.txt"
)
REST = 900.0
"""Seconds that a refused login is not tried again, so that the domain does not lock the account."""
_FREE = ("Free", "Tentative", "WorkingElsewhere")
_refused: dict[tuple[str, str, str], float] = {}
"""By server, user and password, which mailboxes share: until when the login is not tried."""


class ExchangeTable(PersonTable, LoginTable):
    """What the settings of both kinds have in common."""

    kind: str
    url: Annotated[WebAddress, Field(repr=False)]
    mailbox: MailAddress
    user: Text


class ExchangeRepliesTable(ExchangeTable):
    """`kind = "exchange"`: the automatic replies."""

    kind: Literal["exchange"]

    def open(self, settings: SourceSettings, around: Surroundings) -> Source:
        """See `SourceTable.open`."""
        return ExchangeReplies(self, settings.password, around)


class ExchangeCalendarTable(ExchangeTable):
    """`kind = "exchange_calendar"`: the calendar."""

    kind: Literal["exchange_calendar"]

    def open(self, settings: SourceSettings, around: Surroundings) -> Source:
        """See `SourceTable.open`."""
        return MailboxCalendar(self, settings.password, around)


class _ExchangeMailbox(KnownSource, ABC):
    def __init__(self, table: ExchangeTable, password: str, around: Surroundings) -> None:
        whose = table.extension
        origin = origin_of(whose, table.url, table.mailbox, table.kind)
        super().__init__(SOURCE, origin, f"the calendar of {whose}", whose)
        self.mailbox = Mailbox(whose, SOURCE, origin, around.zone)
        self._login = table.url, table.user, password
        self._client = _client(table, password, around)

    def read(self, at: Micros) -> SourceReading | None:
        """See `Source.read`."""
        if self._client is None:
            raise SourceError(NOT_INSTALLED)
        found = self._ask(self._client, at)
        return SourceReading(found) if self.is_new(found) else None

    def _ask(self, client: Ews, at: Micros) -> Sequence[Report]:
        from callcheck.sources.ews import AccountRefused

        if time.monotonic() < _refused.get(self._login, 0.0):
            raise SourceError(f"its login was refused; it is tried every {REST / 60:.0f} minutes")
        try:
            return self.reports(client, at)
        except AccountRefused as error:
            _refused[self._login] = time.monotonic() + REST
            raise SourceError(str(error)) from error
        except WebError as error:
            raise SourceError(str(error)) from error

    @abstractmethod
    def reports(self, client: Ews, at: Micros) -> Sequence[Report]:
        """The absences around a moment."""


class ExchangeReplies(_ExchangeMailbox):
    """A mailbox whose automatic replies say when its person is away."""

    def reports(self, client: Ews, at: Micros) -> Sequence[Report]:
        """See `_ExchangeMailbox`."""
        found = client.replies()
        if found.state == "Scheduled" and found.start and found.end:
            return self.mailbox.scheduled(found.start, found.end)
        return self.mailbox.always(at) if found.state == "Enabled" else []


class MailboxCalendar(_ExchangeMailbox):
    """A mailbox whose calendar says when its person is away."""

    def reports(self, client: Ews, at: Micros) -> Sequence[Report]:
        """See `_ExchangeMailbox`."""
        moment = local(at, UTC)
        entries = filter(_is_away, client.entries(moment - BACK, moment + AHEAD))
        reports = map(self._report, entries)
        return [(draft, claim) for draft, claim in reports if draft.start < draft.end]

    def _report(self, entry: Entry) -> Report:
        start, end = self._moment(entry.start), self._moment(entry.end, after=True)
        return self.mailbox.between(start, end, f"{entry.uid} {entry.start}")

    def _moment(self, stated: date, *, after: bool = False) -> datetime:
        """The moment itself; of a whole day its start, or the start of the day after it."""
        if isinstance(stated, datetime):
            return stated
        return self.mailbox.midnight(stated + timedelta(days=1) if after else stated)


def _is_away(entry: Entry) -> bool:
    whole_day = not isinstance(entry.start, datetime)
    return entry.shown_as == "OOF" or (whole_day and entry.shown_as not in _FREE)


def _client(table: ExchangeTable, password: str, around: Surroundings) -> Ews | None:
    try:
        from callcheck.sources.ews import Ews
    except ImportError:
        return None
    return Ews(table, password, around)
