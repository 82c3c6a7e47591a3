"""A calendar's file or URL in, its absences in the store. What it does not tell any more ends."""

from __future__ import annotations

import hashlib
from http.client import HTTPException
from pathlib import Path
from urllib.request import Request, urlopen

from callcheck.absences.calendar import SOURCE, read_calendar
from callcheck.app.phones import now
from callcheck.config import CalendarFeed, Config
from callcheck.store import Absences, Store

LARGEST = 8 << 20
"""Bytes of a calendar; a longer one is refused."""
PATIENCE = 20.0


class FeedError(Exception):
    """A calendar cannot be read; the text says why, without its address (it may be a secret)."""


def take_feed(feed: CalendarFeed, config: Config, store: Store) -> tuple[int, int]:
    """Reads a calendar once: how many absences it changed, how many it ended.

    Raises FeedError, StoreError.
    """
    origin = hashlib.sha256(feed.place.encode()).hexdigest()[:16]
    at = now()
    try:
        told = read_calendar(_fetch(feed.place), feed.extension, origin, at, config.site.zone)
    except (OSError, HTTPException, ValueError) as error:
        name = type(error).__name__
        text = str(error) if type(error) is ValueError else name
        raise FeedError(f"the calendar of {feed.extension} cannot be read: {text}") from error
    taken, gone = Absences(store).take_all(told, at, whole=(SOURCE, origin))
    return sum(one.how != "same" for one in taken), len(gone)


def _fetch(place: str) -> bytes:
    if not place.startswith(("http://", "https://")):
        raw = Path(place).read_bytes()
    else:
        request = Request(place, headers={"Accept": "text/calendar", "User-Agent": "callcheck"})
        with urlopen(request, timeout=PATIENCE) as answer:
            raw = answer.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise ValueError(f"it has more than {LARGEST >> 20} MiB")
    return raw
