"""Withdraws the absences of sources that are no longer configured."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from collections.abc import Set as AbstractSet

from callcheck.clock import now
from callcheck.sources.base import Source
from callcheck.store import Absences, Store

log = logging.getLogger(__name__)

_SOURCE_ORIGIN = re.compile(r"[0-9a-f]{16}")
"""As `origin_of` makes them. The command line imports under other names, and those stay."""


def withdraw_removed(
    store: Store, configured: Collection[str], unread: Collection[Source]
) -> tuple[bool, bool]:
    """Ends the absences of every source whose origin is not `configured`, as if it reported
    nothing any more: those that have not begun are cancelled, those that run end now; those that
    are over, or that somebody else reports, stay.

    Persons of whom a source is `unread` wait: it may be the same source at another address, and
    report the same. Gives whether all is done, and whether any absence changed. Raises StoreError.
    """
    absences, at = Absences(store), now()
    waiting, origins = False, 0
    ended = cancelled = 0
    for (name, origin), persons in absences.origins().items():
        if origin in configured or not _SOURCE_ORIGIN.fullmatch(origin):
            continue
        if any(_may_report(source, persons) for source in unread):
            waiting = True
            continue
        _, gone = absences.take_all([], at, whole=(name, origin))
        origins += 1
        cancelled += sum(one.cancelled for one in gone)
        ended += sum(not one.cancelled for one in gone)
    if origins:
        log.info(
            "absences of sources that are no longer configured (%d): %d cancelled, %d ended",
            origins, cancelled, ended,
        )  # fmt: skip
    return not waiting, origins > 0


def _may_report(source: Source, persons: AbstractSet[str]) -> bool:
    return source.persons is None or not persons.isdisjoint(source.persons)
