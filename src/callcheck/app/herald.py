"""Tomorrow's list, told once at its hour: who will be absent with calls that nobody would get.

The metric is what Alertmanager goes by (`Metrics.set_next_day`); this is the other way, a list
with names for those who keep it, posted to an address of the house. No caller is in it.
"""

from __future__ import annotations

import json
import logging
import time

from callcheck.absences.desk import Desk
from callcheck.absences.reports import Record
from callcheck.app.web import WebError, ask
from callcheck.config import Config
from callcheck.store import Facts, Store

log = logging.getLogger(__name__)

TOLD = "tomorrow_told"
"""What the store remembers: the last day (ISO) whose list was told."""
AGAIN = 60.0
"""Seconds until a webhook that did not take the list is tried again."""


class Herald:
    """Tells tomorrow's list when it is due; again after a failure, and never twice."""

    def __init__(self, config: Config, store: Store, desk: Desk) -> None:
        self._config, self._facts, self._desk = config, Facts(store), desk
        self._told: str | None = None
        self._next_try = 0.0

    def look(self) -> None:
        """Tells the list if it is due. Blocks while it is sent. Raises StoreError."""
        day = self._desk.reports.due()
        if day is None or day == self._told or time.monotonic() < self._next_try:
            return
        if self._facts.get(TOLD) != day and not self._tell(day):
            self._next_try = time.monotonic() + AGAIN
            return
        self._told = day
        self._facts.set(TOLD, day)

    def _tell(self, day: str) -> bool:
        found: Record = self._desk.reports.tomorrow()
        lacking = len(found["items"])  # type: ignore[arg-type]
        log.info("absences on %s: %d without cover", day, lacking)
        webhook = self._config.absences.tomorrow.webhook
        if webhook is None or not lacking:
            return True
        body = {
            "text": self._desk.reports.tomorrow_text(),
            "language": self._config.site.language,
            "site": self._config.site.name,
            **found,
        }
        headers = {"Content-Type": "application/json; charset=utf-8"}
        data = json.dumps(body, ensure_ascii=False).encode()
        try:
            ask(webhook, headers=headers, data=data, ca_file=self._config.absences.ca_file)
        except WebError as error:
            log.warning("tomorrow's list was not taken by the webhook: %s", error)
            return False
        return True
