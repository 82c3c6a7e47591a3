"""Asks an Exchange Server for the automatic replies and the calendar entries of a mailbox.

This is the only module that uses exchangelib, which is an extra (`exchange`), and it is imported
only if the configuration names such a mailbox. Subjects and texts are not asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import UnsupportedOperation
from pathlib import Path
from typing import Any

import requests
from exchangelib import (
    DELEGATE,
    IMPERSONATION,
    Account,
    Configuration,
    Credentials,
    EWSDateTime,
    FailFast,
)
from exchangelib.errors import EWSError, RedirectError, ResponseMessageError, UnauthorizedError
from exchangelib.protocol import BaseProtocol
from requests.adapters import HTTPAdapter

from callcheck.sources.base import Surroundings
from callcheck.sources.exchange import ExchangeTable
from callcheck.sources.http import PATIENCE, WebError, why
from callcheck.tls import trust

logging.getLogger("exchangelib").setLevel(logging.CRITICAL)  # it logs whole answers
BaseProtocol.TIMEOUT = PATIENCE
BaseProtocol.USERAGENT = "callcheck"
BaseProtocol.RETRY_WAIT = 0

_AT_A_TIME = timedelta(days=60)
"""How much of a calendar one question covers: a server gives at most 1,000 entries an answer."""
_WHAT = ("is_all_day", "legacy_free_busy_status", "is_cancelled")
_WHEN = ("uid", "start", "end", "_start_timezone", "_end_timezone", *_WHAT)
"""The zones are needed because a whole day is one in the zone of its author."""
_NO_ANSWER = "the answer is not what an Exchange Server gives"
_NO_SUCH_MAILBOX = "the server knows no such mailbox"
_NEEDS_THE_ROLE = (
    "the user may not act for this mailbox; it needs the role ApplicationImpersonation"
)
_BUSY = "the server is too busy to answer"
_IN_WORDS = {
    "ErrorNonExistentMailbox": _NO_SUCH_MAILBOX,
    "ErrorInvalidSmtpAddress": _NO_SUCH_MAILBOX,
    "ErrorImpersonateUserDenied": _NEEDS_THE_ROLE,
    "ErrorImpersonationDenied": _NEEDS_THE_ROLE,
    "ErrorAccessDenied": "the user may not read this mailbox",
    "ErrorServerBusy": _BUSY,
    "ErrorInternalServerTransientError": _BUSY,
}
_NOT_OF_THE_NETWORK = (requests.RequestException, UnsupportedOperation)


class AccountRefused(WebError):
    """The server rejects the user or the password."""


@dataclass(frozen=True, slots=True)
class Replies:
    """Automatic replies: `Disabled`, `Enabled`, or `Scheduled` from `start` to `end`."""

    state: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a calendar; a series gives one for each instance. Whole days are dates, and the
    last one is included."""

    uid: str
    start: date
    end: date
    shown_as: str
    """`Free`, `Tentative`, `Busy`, `OOF`, `WorkingElsewhere` or `NoData`."""


class Ews:
    """One mailbox. All methods raise WebError."""

    def __init__(self, table: ExchangeTable, password: str, around: Surroundings) -> None:
        self._table, self._password, self._around = table, password, around
        self._account: Any = None

    def replies(self) -> Replies:
        """The setting of the automatic replies."""
        with _in_our_words():
            found = self._open().oof_settings
            return Replies(found.state, found.start, found.end)

    def entries(self, start: datetime, end: datetime) -> list[Entry]:
        """The entries between two moments that are out of office or last whole days."""
        with _in_our_words():
            account = self._open()
            found: dict[Entry, None] = {}
            while start < end:
                until = min(start + _AT_A_TIME, end)
                found.update(dict.fromkeys(_entries(account, start, until)))
                start = until
            return list(found)

    def _open(self) -> Any:
        if self._account is None:
            table = self._table
            BaseProtocol.HTTP_ADAPTER_CLS = partial(_Trusting, self._around.ca_file)
            own = table.user.casefold() == table.mailbox.casefold()
            self._account = Account(
                table.mailbox,
                access_type=DELEGATE if own else IMPERSONATION,
                config=Configuration(
                    service_endpoint=table.url,
                    credentials=Credentials(table.user, self._password),
                    retry_policy=FailFast(),
                ),
                locale="en_US",
                default_timezone=self._around.zone,
            )
        return self._account


class _Trusting(HTTPAdapter):
    """Trusts `ca_file` or this machine's authorities, as the rest of callcheck does; requests would
    trust a list of its own."""

    def __init__(self, ca_file: Path | None, **more: Any) -> None:
        self._trust = trust(ca_file)
        super().__init__(**more)

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._trust, **more)

    def cert_verify(self, conn: Any, url: str, verify: object, cert: object) -> None:
        """Does nothing: the pool has its TLS context already."""


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Rewords errors: those of exchangelib hold addresses, and whole answers."""
    try:
        yield
    except UnauthorizedError as error:
        raise AccountRefused("the server refuses the login: user or password") from error
    except Exception as error:
        raise WebError(_in_words(error)) from error


def _in_words(error: Exception) -> str:
    name = type(error).__name__
    if isinstance(error, RedirectError):
        return "the server sends us elsewhere; give the address of its Exchange.asmx"
    if isinstance(error, ResponseMessageError) and name in _IN_WORDS:
        return _IN_WORDS[name]
    below = _below(error)
    if below is not None:
        return why(below)
    if isinstance(error, EWSError):
        return f"{_NO_ANSWER} ({name})"
    return _NO_ANSWER


def _below(error: BaseException) -> Exception | None:
    """The error of the socket or of TLS that caused an error, if there is one."""
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, OSError) and not isinstance(chain, _NOT_OF_THE_NETWORK):
            return chain
        reason = getattr(chain, "reason", None)
        chain = reason if isinstance(reason, Exception) else chain.__cause__ or chain.__context__
    return None


def _entries(account: Any, start: datetime, end: datetime) -> Iterator[Entry]:
    """Asks twice: which entries there are, mostly meetings; then the times of the others."""
    first, last = (EWSDateTime.from_datetime(moment.astimezone(UTC)) for moment in (start, end))
    found = account.calendar.view(start=first, end=last).only(*_WHAT)
    away = [one for one in map(_whole, found) if not one.is_cancelled and _may_be_away(one)]
    for one in map(_whole, account.fetch(away, only_fields=_WHEN)) if away else ():
        yield Entry(one.uid or "", one.start, one.end, one.legacy_free_busy_status)


def _whole(found: Any) -> Any:
    """The item, or raises the error that the library put in its place."""
    if isinstance(found, Exception):
        raise found
    return found


def _may_be_away(item: Any) -> bool:
    return bool(item.is_all_day or item.legacy_free_busy_status == "OOF")
