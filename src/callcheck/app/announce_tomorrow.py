"""Tomorrow's list, told once at its hour: who will be absent with calls that nobody would get.
What is entered after that is told too, once, and without the rest of the list.

The metric is what Alertmanager goes by (`Metrics.set_next_day`); this is the other way, a list
with names for those who keep it, posted to an address of the house. No caller is in it.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from callcheck.absences.service import Desk
from callcheck.config import Config
from callcheck.sources.http import WebError, ask
from callcheck.store import Facts, Store

log = logging.getLogger(__name__)

TOLD = "tomorrow_told"
"""What the store remembers: the day (ISO) whose list was told last, and the absences that were
known then or told since: `2026-11-24 12,17`. Of an older callcheck it is the day alone."""
AGAIN = 60.0
"""Seconds until a webhook that did not take the list is tried again, and between two looks
whether there is anything to add to it."""


class Herald:
    """Tells tomorrow's list when it is due; again after a failure, and never twice."""

    def __init__(self, config: Config, store: Store, desk: Desk) -> None:
        self._config, self._facts, self._desk = config, Facts(store), desk
        self._told: str | None = None
        self._next_try = self._next_look = 0.0

    def look(self) -> None:
        """Tells what is due. Blocks while it is sent. Raises StoreError."""
        day = self._desk.reports.due()
        if day is None or time.monotonic() < self._next_try:
            return
        if self._told is None:
            self._told = self._facts.get(TOLD) or ""
        of, listed, known = self._told.partition(" ")
        if of != day:
            self._tell_list(day)
        elif time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + AGAIN
            self._tell_late(day, {int(n) for n in known.split(",") if n} if listed else None)

    def _tell_list(self, day: str) -> None:
        found: dict[str, Any] = dict(self._desk.reports.tomorrow())
        log.info("absences on %s: %d without cover", day, len(found["items"]))
        text = self._desk.reports.tomorrow_text()
        if not found["items"] or self._post({"text": text, "late": False, **found}):
            self._remember(day, _absences(found["items"] + found["covered"]))

    def _tell_late(self, day: str, known: set[int] | None) -> None:
        """What was entered after the list and is not covered. Where nobody knows what was there
        then, it is what is there now."""
        found: dict[str, Any] = dict(self._desk.reports.tomorrow())
        if known is None:
            self._remember(day, _absences(found["items"] + found["covered"]))
            return
        late = [one for one in found["items"] if one["absence"] not in known]
        if not late:
            return
        log.info("absences on %s: %d more without cover", day, len(late))
        text = self._desk.reports.tomorrow_text(late=_absences(late))
        if self._post({"text": text, "late": True, **found, "items": late, "covered": []}):
            self._remember(day, known | _absences(late))

    def _remember(self, day: str, known: set[int]) -> None:
        self._told = f"{day} {','.join(map(str, sorted(known)))}"
        self._facts.set(TOLD, self._told)

    def _post(self, body: dict[str, Any]) -> bool:
        """Whether the webhook took it, if there is one."""
        webhook = self._config.absences.tomorrow.webhook
        if webhook is None:
            return True
        site = self._config.site
        data = json.dumps(
            {"language": site.language, "site": site.name, **body}, ensure_ascii=False
        ).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        try:
            ask(webhook, headers=headers, data=data, ca_file=self._config.absences.ca_file)
        except WebError as error:
            log.warning("tomorrow's list was not taken by the webhook: %s", error)
            self._next_try = time.monotonic() + AGAIN
            return False
        return True


def _absences(lines: list[dict[str, Any]]) -> set[int]:
    return {one["absence"] for one in lines}
