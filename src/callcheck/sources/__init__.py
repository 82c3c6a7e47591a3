"""Where absences come from, one file a source: files, calendars and mailboxes.

`SOURCES` is the table of them. The configuration reads it, and app opens and reads what is
configured; nothing else knows which sources there are.
"""

from __future__ import annotations

from collections.abc import MutableMapping

from callcheck.sources.base import SourceTable
from callcheck.sources.caldav import CaldavTable
from callcheck.sources.csv import CsvTable
from callcheck.sources.exchange import ExchangeCalendarTable, ExchangeRepliesTable
from callcheck.sources.ical import IcalTable
from callcheck.sources.m365 import M365Table

SOURCES: MutableMapping[str, type[SourceTable]] = {
    "ical": IcalTable,
    "caldav": CaldavTable,
    "m365": M365Table,
    "exchange": ExchangeRepliesTable,
    "exchange_calendar": ExchangeCalendarTable,
    "csv": CsvTable,
}
"""The settings' table by `kind`; the first is the kind that need not be named."""
