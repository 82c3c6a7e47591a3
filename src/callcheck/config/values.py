"""Checks of single values of `callcheck.toml`. ValueError says what to write instead."""

from __future__ import annotations

import re
from datetime import time
from difflib import get_close_matches
from ipaddress import ip_address
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from callcheck.config.opening import parse_spans
from callcheck.judging.cadence import CADENCES
from callcheck.judging.hours import Spans

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_NUMBER = re.compile(r"[+0-9*#?\[\]!\s()./-]{2,60}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_STORES = ("sqlite:///", "postgresql+psycopg://", "postgresql://")


def name(text: str) -> str:
    """A name that can be a metric label and a part of a URL."""
    if not _NAME.fullmatch(text):
        raise ValueError(f'"{text}" must be letters, digits, "_", "." or "-", at most 40 of them')
    return text


def number(text: str) -> str:
    """An outside number, or a glob of them."""
    if not _NUMBER.fullmatch(text):
        raise ValueError('is not a number; write it as "67000201", "+37167000201" or "670002*"')
    return text


def device(text: str) -> str:
    """A device as Asterisk names it, or a glob."""
    if "/" not in text:
        raise ValueError(f'"{text}" is not a device; write it as "PJSIP/201"')
    return text


def timezone(text: str) -> str:
    """An IANA time zone."""
    try:
        ZoneInfo(text)
    except Exception:  # zoneinfo raises five kinds of error for an unknown name
        hint = _mean(text, sorted(available_timezones())) or '; an example is "Europe/Riga"'
        raise ValueError(f'"{text}" is not a time zone{hint}') from None
    return text


def country(text: str) -> str:
    """A country as in ISO 3166."""
    if text == "UK":
        raise ValueError('"UK" is "GB" in ISO 3166; did you mean "GB"?')
    if not phonenumbers.country_code_for_region(text):
        raise ValueError(
            f'"{text}" is not a country; write its two letters of ISO 3166, such as "LV"'
        )
    return text


def cadence(value: object) -> tuple[int, int] | None:
    """`[1000, 4000]`: milliseconds of tone and pause."""
    if value is None:
        return None
    match value:
        case [int(on), int(off)] if 100 <= on <= 20000 and 100 <= off <= 20000:
            return on, off
    raise ValueError("must be two whole numbers of milliseconds, tone and pause: [1000, 4000]")


def known_cadences() -> str:
    """The countries whose cadence callcheck knows."""
    return ", ".join(sorted(CADENCES))


def spans(value: object) -> Spans:
    """A weekday's opening times."""
    if not isinstance(value, str):
        raise ValueError('must be text: "08:30-12:30,13:00-17:00"')
    return parse_spans(value)


def time_of_day(value: object) -> time:
    """`"15:00"`."""
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return time.fromisoformat(value)
    raise ValueError('must be a time of day, such as "15:00"')


def store_url(text: str) -> str:
    """A database that the store supports."""
    if not text.startswith(_STORES) or text == "sqlite:///":
        raise ValueError(
            'must be like "sqlite:///callcheck.db" or "postgresql+psycopg://user@host/callcheck"'
        )
    return text


def role(text: str) -> str:
    """The role of a token; `checks.py` checks that the unit exists."""
    if text not in ("admin", "metrics") and not re.fullmatch(r"unit:.+", text):
        raise ValueError(f'"{text}" is not a role; use "admin", "metrics" or "unit:<id of a unit>"')
    return text


def sha256(text: str) -> str:
    """A token's digest in hex."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError(
            "must be 64 hexadecimal digits; make them with: printf %s TOKEN | sha256sum"
        )
    return text.lower()


def listen(text: str) -> str:
    """`host:port`, an IPv6 address in brackets."""
    split_listen(text)
    return text


def split_listen(text: str) -> tuple[str, int]:
    """`[::1]:9876` to `::1` and 9876."""
    host, colon, port = text.rpartition(":")
    bracketed = re.fullmatch(r"\[(.+)\]", host)
    bare = bracketed[1] if bracketed else host
    wrong = (
        f'"{text}" is not an address; write it as "127.0.0.1:9876", "0.0.0.0:9876" or "[::1]:9876"'
    )
    if not colon or not re.fullmatch(r"\d{1,5}", port) or int(port) > 65535:
        raise ValueError(wrong)
    if not (_is_address(bare) if bracketed else _is_host(bare)):
        raise ValueError(wrong)
    return bare, int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host."""
    return ip_address(host).is_loopback if _is_address(host) else host == "localhost"


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_host(text: str) -> bool:
    # an incomplete IP address must not pass as a host name
    if re.fullmatch(r"[\d.]+", text):
        return _is_address(text)
    return bool(_HOST.fullmatch(text))


def _mean(text: str, known: list[str]) -> str:
    close = get_close_matches(text, known, 1)
    return f'; did you mean "{close[0]}"?' if close else ""
