"""Calendars in, their absences in the store, again and again. What one does not tell any more
ends; one that cannot be read changes nothing.

A calendar may be slow or away: each is read in its own time, and never holds up the others'
or the following of the phones for long.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Protocol

from callcheck.calls.model import Micros
from callcheck.clock import now
from callcheck.config import CalendarFeed, Config
from callcheck.sources.daemon_thread import aside
from callcheck.sources.exchange import Exchange
from callcheck.sources.fetch import Dav, FeedError, Ical, origin_of
from callcheck.sources.http import WebError
from callcheck.sources.ical import SOURCE, Told, read_calendar
from callcheck.sources.m365 import AutomaticReplies
from callcheck.sources.withdraw_removed import let_go
from callcheck.store import Absences, Store, StoreError
from callcheck.times import local

log = logging.getLogger(__name__)

_KINDS: Mapping[str, Callable[[CalendarFeed, Config], Source]] = {
    "m365": AutomaticReplies,
    "exchange": Exchange,
    "exchange_calendar": Exchange,
}
"""All others are calendars in iCal."""
AT_ONCE = 2
"""Calendars that are read at a time."""
AGAIN = 60.0
"""Seconds until a calendar that could not be read is tried again, at most."""


class Source(Protocol):
    """Whatever can tell all absences of one person."""

    source: str
    """`ical`, `m365` or `exchange`: what the absence says of where it is from."""
    origin: str
    """Names it among the sources, and tells nothing of its address."""

    def read(self, at: Micros) -> list[Told] | None:
        """All absences around a moment; None: the same as was taken. Raises FeedError."""

    def taken(self) -> None:
        """What was read last is stored."""


class Calendar:
    """A person's calendar, wherever it is kept: what all kinds have in common."""

    source = SOURCE

    def __init__(self, feed: CalendarFeed, config: Config) -> None:
        self.origin = origin_of(feed)
        self._feed, self._zone = feed, config.site.zone
        self._fetch = (Dav if feed.kind == "caldav" else Ical)(feed, config.absences.ca_file).fetch
        self._seen: tuple[Sequence[bytes], date] | None = None
        self._taken: tuple[Sequence[bytes], date] | None = None

    def taken(self) -> None:
        """As `Source` has it."""
        self._taken = self._seen

    def read(self, at: Micros) -> list[Told] | None:
        """As `Source` has it. Nothing is worked out twice on one day from the same calendar."""
        try:
            raws = self._fetch(at)
            self._seen = raws, local(at, self._zone).date()
            if self._seen == self._taken:
                return None
            told = [read_calendar(raw, self._feed.extension, self.origin, at, self._zone)
                    for raw in raws]  # fmt: skip
        except (WebError, ValueError) as error:
            raise FeedError(str(error)) from error
        except OSError as error:
            raise FeedError(error.strerror or type(error).__name__) from error
        return [one for each in told for one in each]


class Feeds:
    """All calendars of a house, each read on its own schedule."""

    def __init__(self, config: Config, store: Store, changed: Callable[[], object]) -> None:
        self._store, self._changed = store, changed
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._feeds: Sequence[tuple[CalendarFeed, Source]] = [
            (feed, _source(feed, config)) for feed in config.absences.calendars
        ]
        self._tried: set[str] = set()
        self._let_go = False
        self.troubles: dict[str, str] = {}
        """By origin: why a calendar could not be read last time."""

    @property
    def tried(self) -> bool:
        """Whether each calendar was asked since the start."""
        return self._tried >= self._origins

    @property
    def counts(self) -> tuple[int, int]:
        """How many could be read last time, and how many could not."""
        return len(self._tried - self.troubles.keys()), len(self.troubles)

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        await self._forget()
        await asyncio.gather(*(self._follow(feed, source) for feed, source in self._feeds))

    async def _follow(self, feed: CalendarFeed, source: Source) -> None:
        while True:
            async with self._turns:
                changed = await aside(partial(self.take, feed, source))
            self._tried.add(source.origin)
            if changed:
                self._changed()
            await self._forget()
            pause = feed.minutes * 60.0
            await asyncio.sleep(min(pause, AGAIN) if source.origin in self.troubles else pause)

    async def _forget(self) -> None:
        """What is configured no more, until all of it is gone."""
        if not self._let_go and await aside(self.forget):
            self._changed()

    def forget(self) -> bool:
        """Ends what calendars told that are configured no more; whether anything is different."""
        read = self._tried - self.troubles.keys()
        unread = {feed.extension for feed, source in self._feeds if source.origin not in read}
        try:
            self._let_go, changed = let_go(self._store, self._origins, unread)
        except StoreError:
            return False  # the writer tells of a store that is away
        return changed

    @property
    def _origins(self) -> set[str]:
        return {source.origin for _, source in self._feeds}

    def take(self, feed: CalendarFeed, source: Source) -> bool:
        """Reads a calendar once; whether any absence is different now."""
        try:
            changed = _take(source, self._store)
        except StoreError as error:
            self._complain(feed, source, str(error))
        except FeedError as error:
            self._complain(feed, source, f"cannot be read: {error}")
        except Exception as error:  # whatever is in there, the others go on
            self._complain(feed, source, f"cannot be read: {type(error).__name__}")
        else:
            if self.troubles.pop(source.origin, None) is not None:
                log.info("the calendar of %s is read again", feed.extension)
            return changed
        return False

    def _complain(self, feed: CalendarFeed, source: Source, trouble: str) -> None:
        if self.troubles.get(source.origin) != trouble:
            log.warning("the calendar of %s: %s", feed.extension, trouble)
        self.troubles[source.origin] = trouble


def _source(feed: CalendarFeed, config: Config) -> Source:
    return _KINDS.get(feed.kind, Calendar)(feed, config)


def _take(source: Source, store: Store) -> bool:
    at = now()
    told = source.read(at)
    if told is None:
        return False
    taken, gone = Absences(store).take_all(told, at, whole=(source.source, source.origin))
    source.taken()
    return bool(gone) or any(one.how != "same" for one in taken)
