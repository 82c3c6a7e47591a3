"""The automatic replies of a Microsoft 365 mailbox.

They are read from Microsoft Graph with the application permission MailboxSettings.Read. The answer
holds the texts of the replies too; they are not looked at.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode, urlsplit

from pydantic import Field

from callcheck.calls.model import Micros
from callcheck.settings import Text, WebAddress
from callcheck.sources.auto_replies import Mailbox
from callcheck.sources.base import (
    KnownSource,
    LoginTable,
    MailAddress,
    PersonTable,
    Report,
    Source,
    SourceError,
    SourceReading,
    SourceSettings,
    Surroundings,
    origin_of,
)
from callcheck.sources.http import WebError, ask

SOURCE = "m365"
_GRAPH, _LOGIN = "https://graph.microsoft.com", "https://login.microsoftonline.com"
_EARLY = 60.0
"""A token is not used in the last seconds before its end."""
_NO_ANSWER = "the answer is not what Microsoft Graph gives"


class M365Table(PersonTable, LoginTable):
    """`kind = "m365"`; `user` is the id of the app that may read the mailbox."""

    kind: Literal["m365"]
    mailbox: MailAddress
    tenant: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")]
    user: Text
    url: WebAddress = _GRAPH
    login_url: WebAddress = _LOGIN

    def open(self, settings: SourceSettings, around: Surroundings) -> Source:
        """See `SourceTable.open`."""
        return M365Replies(self, settings.password, around)


class M365Replies(KnownSource):
    """A mailbox as a source of absences."""

    def __init__(self, table: M365Table, password: str, around: Surroundings) -> None:
        self._address = (
            f"{table.url}/v1.0/users/{table.mailbox}/mailboxSettings/automaticRepliesSetting"
        )
        origin, whose = origin_of(table.extension, self._address), table.extension
        super().__init__(SOURCE, origin, f"the calendar of {whose}", whose)
        self._mailbox = Mailbox(whose, SOURCE, origin, around.zone)
        self._table, self._password, self._ca_file = table, password, around.ca_file
        self._token, self._until = "", 0.0

    def read(self, at: Micros) -> SourceReading | None:
        """See `Source.read`. Replies that are on with no end count for today and tomorrow."""
        try:
            found = self._reports(self._ask(), at)
        except (WebError, ValueError) as error:
            raise SourceError(str(error)) from error
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise SourceError(_NO_ANSWER) from error
        return SourceReading(found) if self.is_new(found) else None

    def _reports(self, setting: Mapping[str, Any], at: Micros) -> Sequence[Report]:
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
            return _json(ask(self._address, headers=headers, ca_file=self._ca_file).body)
        except WebError:
            self._until = 0.0  # the token may have been revoked
            raise

    def _sign_in(self) -> None:
        table = self._table
        scheme, host, *_ = urlsplit(self._address)
        form = {
            "grant_type": "client_credentials",
            "client_id": table.user,
            "client_secret": self._password,
            "scope": f"{scheme}://{host}/.default",
        }
        address = f"{table.login_url}/{table.tenant}/oauth2/v2.0/token"
        try:
            answer = ask(address, data=urlencode(form).encode(), ca_file=self._ca_file)
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


def _moment(stated: Mapping[str, str]) -> datetime:
    """`{"dateTime": "2026-12-21T06:00:00.0000000", "timeZone": "UTC"}`"""
    if stated["timeZone"] != "UTC":
        raise KeyError(stated["timeZone"])
    return datetime.fromisoformat(stated["dateTime"]).replace(tzinfo=UTC)
