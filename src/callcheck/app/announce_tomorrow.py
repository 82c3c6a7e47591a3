"""Announces tomorrow's list: who will be absent with calls that nobody would get.

The list is posted to a webhook once, at the configured hour; absences entered later are posted
once as well, without the rest of the list. It holds names but no callers. Alertmanager uses the
metric instead (`Metrics.set_next_day`).
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from callcheck.absences.service import AbsenceService
from callcheck.config import Config
from callcheck.sources.http import WebError, ask
from callcheck.store import KeyValues, Store

log = logging.getLogger(__name__)

ANNOUNCED = "tomorrow_told"
"""The key of what the store remembers: the day whose list was posted last and the absences known
then or posted since, as in `2026-11-24 12,17`. Older versions stored the day alone."""
RETRY_SECONDS = 60.0
"""Seconds until a failed post is retried, and between two checks for later absences."""


class TomorrowAnnouncer:
    """Posts tomorrow's list when it is due; retries after a failure, and never posts twice."""

    def __init__(self, config: Config, store: Store, service: AbsenceService) -> None:
        self._config, self._facts, self._service = config, KeyValues(store), service
        self._announced: str | None = None
        self._next_try = self._next_look = 0.0

    def look(self) -> None:
        """Posts what is due. Blocks while posting. Raises StoreError."""
        day = self._service.reports.due()
        if day is None or time.monotonic() < self._next_try:
            return
        if self._announced is None:
            self._announced = self._facts.get(ANNOUNCED) or ""
        of, listed, known = self._announced.partition(" ")
        if of != day:
            self._announce_list(day)
        elif time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + RETRY_SECONDS
            self._announce_late(day, {int(n) for n in known.split(",") if n} if listed else None)

    def _announce_list(self, day: str) -> None:
        found: dict[str, Any] = dict(self._service.reports.tomorrow())
        log.info("absences on %s: %d without cover", day, len(found["items"]))
        text = self._service.reports.tomorrow_text()
        if not found["items"] or self._post({"text": text, "late": False, **found}):
            self._remember(day, _absences(found["items"] + found["covered"]))

    def _announce_late(self, day: str, known: set[int] | None) -> None:
        """Posts uncovered absences entered after the list. If the store does not say which were
        known then, those of now count as known."""
        found: dict[str, Any] = dict(self._service.reports.tomorrow())
        if known is None:
            self._remember(day, _absences(found["items"] + found["covered"]))
            return
        late = [one for one in found["items"] if one["absence"] not in known]
        if not late:
            return
        log.info("absences on %s: %d more without cover", day, len(late))
        text = self._service.reports.tomorrow_text(late=_absences(late))
        if self._post({"text": text, "late": True, **found, "items": late, "covered": []}):
            self._remember(day, known | _absences(late))

    def _remember(self, day: str, known: set[int]) -> None:
        self._announced = f"{day} {','.join(map(str, sorted(known)))}"
        self._facts.set(ANNOUNCED, self._announced)

    def _post(self, body: dict[str, Any]) -> bool:
        """Whether the webhook accepted it; true without a webhook."""
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
            log.warning(
                "the webhook did not accept tomorrow's list; it is posted again in a minute: %s",
                error,
            )
            self._next_try = time.monotonic() + RETRY_SECONDS
            return False
        return True


def _absences(lines: list[dict[str, Any]]) -> set[int]:
    return {one["absence"] for one in lines}
