"""A mailbox of an Exchange Server in, when its person is away out: the time of its automatic
replies, or the entries of its calendar that are out of office or whole days.

What speaks to the server is installed only where it is asked for (`ews.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from callcheck.calls.model import Micros
from callcheck.config import CalendarFeed, Config
from callcheck.sources.auto_replies import Mailbox
from callcheck.sources.fetch import FeedError, origin_of
from callcheck.sources.http import WebError
from callcheck.sources.ical import AHEAD, BACK, Told
from callcheck.times import local

if TYPE_CHECKING:
    from callcheck.sources.ews import Entry, Ews

SOURCE = "exchange"
NOT_INSTALLED = (
    "what reads Exchange is not installed; "
    "pip install --require-hashes -r requirements-exchange.txt"
)
REST = 900.0
"""Seconds in which a login that was refused is not tried: a domain locks a user who fails often."""
_FREE = ("Free", "Tentative", "WorkingElsewhere")
_refused: dict[tuple[str, str, str], float] = {}
"""By server, user and password, which mailboxes share: until when to leave it alone."""


class Exchange:
    """A mailbox as a source of absences (`feeds.Source`)."""

    source = SOURCE

    def __init__(self, feed: CalendarFeed, config: Config) -> None:
        self.origin = origin_of(feed)
        self._login = feed.place, feed.user, feed.password
        self._mailbox = Mailbox(feed.extension, SOURCE, self.origin, config.site.zone)
        replies = feed.kind == "exchange"
        self._told: Callable[[Ews, Micros], list[Told]] = self._away if replies else self._busy
        self._ews = _speaker(feed, config)
        self._seen: list[Told] | None = None
        self._taken: list[Told] | None = None

    def taken(self) -> None:
        """What was read last is stored."""
        self._taken = self._seen

    def read(self, at: Micros) -> list[Told] | None:
        """As `Source` has it."""
        if self._ews is None:
            raise FeedError(NOT_INSTALLED)
        from callcheck.sources.ews import LoginRefused

        if time.monotonic() < _refused.get(self._login, 0.0):
            raise FeedError(f"its login was refused; it is tried every {REST / 60:.0f} minutes")
        try:
            self._seen = self._told(self._ews, at)
        except LoginRefused as error:
            _refused[self._login] = time.monotonic() + REST
            raise FeedError(str(error)) from error
        except WebError as error:
            raise FeedError(str(error)) from error
        return None if self._seen == self._taken else self._seen

    def _away(self, ews: Ews, at: Micros) -> list[Told]:
        """By its automatic replies."""
        found = ews.replies()
        if found.state == "Scheduled" and found.start and found.end:
            return self._mailbox.scheduled(found.start, found.end)
        return self._mailbox.always(at) if found.state == "Enabled" else []

    def _busy(self, ews: Ews, at: Micros) -> list[Told]:
        """By its calendar."""
        moment = local(at, UTC)
        return self._absences(ews.entries(moment - BACK, moment + AHEAD))

    def _absences(self, entries: Sequence[Entry]) -> list[Told]:
        told = [
            self._mailbox.between(
                self._moment(one.start), self._moment(one.end, after=True), f"{one.uid} {one.start}"
            )
            for one in entries
            if _is_away(one)
        ]
        return [(draft, claim) for draft, claim in told if draft.start < draft.end]

    def _moment(self, said: date, *, after: bool = False) -> datetime:
        """The first moment of a day, or the first after it; or the moment itself."""
        if isinstance(said, datetime):
            return said
        return self._mailbox.midnight(said + timedelta(days=1) if after else said)


def _is_away(entry: Entry) -> bool:
    whole_day = not isinstance(entry.start, datetime)
    return entry.shown_as == "OOF" or (whole_day and entry.shown_as not in _FREE)


def _speaker(feed: CalendarFeed, config: Config) -> Ews | None:
    try:
        from callcheck.sources.ews import Ews
    except ImportError:
        return None
    return Ews(feed, config.absences.ca_file, config.site.zone)
