"""The automatic replies of a Microsoft 365 mailbox in, when its person is away out.

Asked of Microsoft Graph with the application permission MailboxSettings.Read. The texts of the
replies are in the answer too; they are not looked at.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from callcheck.calls.model import Micros
from callcheck.config import CalendarFeed, Config
from callcheck.sources.auto_replies import Mailbox
from callcheck.sources.fetch import FeedError, origin_of
from callcheck.sources.http import WebError, ask
from callcheck.sources.ical import Told

SOURCE = "m365"
_EARLY = 60.0
"""Seconds before its end from which a token is not used any more."""
_NO_ANSWER = "the answer is not what Microsoft Graph gives"


class AutomaticReplies:
    """A mailbox as a source of absences (`feeds.Source`)."""

    source = SOURCE

    def __init__(self, feed: CalendarFeed, config: Config) -> None:
        self.origin = origin_of(feed)
        self._feed, self._ca_file = feed, config.absences.ca_file
        self._mailbox = Mailbox(feed.extension, SOURCE, self.origin, config.site.zone)
        self._token, self._until = "", 0.0
        self._seen: list[Told] | None = None
        self._taken: list[Told] | None = None

    def taken(self) -> None:
        """What was read last is stored."""
        self._taken = self._seen

    def read(self, at: Micros) -> list[Told] | None:
        """The time for which replies are scheduled. Replies that are on with no end count for
        today and tomorrow, whole days, each time anew."""
        try:
            self._seen = self._told(self._ask(), at)
        except (WebError, ValueError) as error:
            raise FeedError(str(error)) from error
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise FeedError(_NO_ANSWER) from error
        return None if self._seen == self._taken else self._seen

    def _told(self, setting: Mapping[str, Any], at: Micros) -> list[Told]:
        status = setting["status"]
        if status == "scheduled":
            start, end = (
                _moment(setting[f"scheduled{which}DateTime"]) for which in ("Start", "End")
            )
            return self._mailbox.scheduled(start, end)
        if status == "alwaysEnabled":
            return self._mailbox.always(at)
        if status == "disabled":
            return []
        raise KeyError(status)

    def _ask(self) -> Mapping[str, Any]:
        if time.monotonic() >= self._until:
            self._sign_in()
        headers = {"Authorization": f"Bearer {self._token}", "Prefer": 'outlook.timezone="UTC"'}
        try:
            return _json(ask(self._feed.place, headers=headers, ca_file=self._ca_file).body)
        except WebError:
            self._until = 0.0  # the token may have been taken back
            raise

    def _sign_in(self) -> None:
        feed = self._feed
        scheme, host, *_ = urlsplit(feed.place)
        form = {
            "grant_type": "client_credentials",
            "client_id": feed.user,
            "client_secret": feed.password,
            "scope": f"{scheme}://{host}/.default",
        }
        try:
            answer = ask(feed.sign_in_at, data=urlencode(form).encode(), ca_file=self._ca_file)
        except WebError as error:
            raise WebError(f"signing in to Microsoft 365: {error}") from error
        granted = _json(answer.body)
        self._token = granted["access_token"]
        self._until = time.monotonic() + float(granted["expires_in"]) - _EARLY


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = json.loads(body)
    except ValueError:
        raise ValueError(_NO_ANSWER) from None
    return found


def _moment(said: Mapping[str, str]) -> datetime:
    """`{"dateTime": "2026-12-21T06:00:00.0000000", "timeZone": "UTC"}`"""
    if said["timeZone"] != "UTC":
        raise KeyError(said["timeZone"])
    return datetime.fromisoformat(said["dateTime"]).replace(tzinfo=UTC)
