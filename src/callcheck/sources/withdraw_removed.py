"""Calendars that are configured no more in, what they told withdrawn."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection

from callcheck.clock import now
from callcheck.store import Absences, Store

log = logging.getLogger(__name__)

_OF_A_FEED = re.compile(r"[0-9a-f]{16}")
"""As `origin_of` makes them; what the command line imported has other names, and stays."""


def let_go(store: Store, configured: Collection[str], unread: Collection[str]) -> tuple[bool, bool]:
    """Ends what calendars told whose origin is not `configured`, as if they told nothing any more:
    what has not begun is cancelled, what runs ends now, what is over and what others told stays.

    Persons of whom a calendar is `unread` wait: it may be the same one at another address, and
    tell the same. Gives whether all is done, and whether any absence is different. Raises
    StoreError.
    """
    absences, at = Absences(store), now()
    waiting, origins = False, 0
    ended = cancelled = 0
    for (source, origin), extension in absences.origins().items():
        if origin in configured or not _OF_A_FEED.fullmatch(origin):
            continue
        if extension in unread:
            waiting = True
            continue
        _, gone = absences.take_all([], at, whole=(source, origin))
        origins += 1
        cancelled += sum(one.cancelled for one in gone)
        ended += sum(not one.cancelled for one in gone)
    if origins:
        log.info(
            "absences of calendars that are configured no more (%d): %d cancelled, %d ended",
            origins, cancelled, ended,
        )  # fmt: skip
    return not waiting, origins > 0
