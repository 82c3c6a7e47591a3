"""Replaces outside numbers in a call by pseudonyms, and keeps the key that makes them.

A pseudonym is a keyed HMAC: the store without the key shows that two calls came from the same
number, but not from which number.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from callcheck.calls.directory import Directory
from callcheck.calls.model import Call, Did, Direction, HungUpBy, Leg, Step

_KEY = re.compile(r"[0-9a-fA-F]{64}")
_DIGITS = re.compile(r"\+?\d+")
_SUFFIX = re.compile(r"-[0-9a-fA-F]{8,}(;[12])?$")
"""What Asterisk appends to a device name to make a channel name."""
_SHORTEST_OUTSIDE = 5
_LONGEST_INSIDE = 6
_TOKENS_KEPT = 16384
_ENDS = frozenset(HungUpBy)
_STARTED, _HUNG_UP = Did.STARTED, Did.HUNG_UP


class KeyFileError(Exception):
    """The key file cannot be used. The message says what to do."""


def obtain_key(path: Path, *, store_has_calls: bool) -> bytes:
    """The 32 bytes of the key file, which is made at the first run with mode 0600.

    A missing file is not replaced if the store already holds calls, because every caller would
    get a new pseudonym. Raises KeyFileError.
    """
    if not path.exists():
        if store_has_calls:
            raise KeyFileError(
                f"{path} is missing, but the store holds calls whose callers' pseudonyms were "
                "made with it: restore the file from a backup, or start with a new store"
            )
        _make_key(path)
    return read_key(path)


def read_key(path: Path) -> bytes:
    """The 32 bytes of an existing key file. Raises KeyFileError."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_bytes().decode("ascii", "replace").strip()
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}") from None
    if mode & 0o077:
        raise KeyFileError(f"{path} can be read by others (mode {mode:04o}): chmod 600 {path}")
    if not _KEY.fullmatch(text):
        raise KeyFileError(
            f"{path} is damaged: it must hold 64 hexadecimal digits; restore it from a backup "
            "(a new key gives every caller a new pseudonym)"
        )
    return bytes.fromhex(text)


def _make_key(path: Path) -> None:
    """Writes a temporary file and links it into place, so that two starts share one key."""
    aside = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, (secrets.token_hex(32) + "\n").encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        with suppress(FileExistsError):
            os.link(aside, path)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be made: {error.strerror}") from None
    finally:
        aside.unlink(missing_ok=True)


@dataclass(slots=True)
class Pseudonyms:
    """Replaces outside numbers by what may be stored of them.

    `pseudonym`: `c-` and 12 hexadecimal digits, the same for every spelling of a number.
    `masked`: the first half of the digits and `*` for the rest (at least four).
    `plain`: the number itself. `country_code` is digits ("371").
    """

    key: bytes = field(repr=False)
    mode: Literal["pseudonym", "masked", "plain"] = "pseudonym"
    country_code: str = ""
    token: Callable[[str], str] = field(init=False, repr=False)
    """What is stored of an outside number."""
    _normal: Callable[[str], str] = field(init=False, repr=False)
    _mac: hmac.HMAC = field(init=False, repr=False)
    _short_of: tuple[Directory | None, int] = field(init=False, repr=False, default=(None, 0))

    def __post_init__(self) -> None:
        self._check()
        self._mac = hmac.new(self.key, digestmod="sha256")
        self._normal = Directory(country_code=self.country_code).normal
        # a call repeats its caller in many places
        self.token = lru_cache(_TOKENS_KEPT)(self._token)

    def _check(self) -> None:
        if self.mode == "pseudonym" and len(self.key) < 16:
            raise ValueError("a key of at least 16 bytes is needed")

    def _token(self, number: str) -> str:
        if self.mode == "plain":
            return number
        normal = self._normal(number)
        if normal.startswith("00"):
            normal = "+" + normal[2:]
        if self.mode == "masked":
            shown = max(0, len(normal) - max(4, (len(normal) + 1) // 2))
            return normal[:shown] + "*" * (len(normal) - shown)
        mac = self._mac.copy()  # hashing the key is half of the work
        mac.update(normal.encode("utf-8", "surrogateescape"))
        return f"c-{mac.hexdigest()[:12]}"

    def conceal(self, call: Call, directory: Directory) -> Call:
        """Replaces every outside number in the call, in place, and returns the same call.

        Copying would cost as much as following the call. Whatever needs the plain numbers
        (the rules, for instance) must run first.
        """
        if self.mode != "plain":
            _Concealing(self.token, directory, self._short_on(directory), call).conceal()
        return call

    def _short_on(self, directory: Directory) -> int:
        """The longest number that may be an unlisted extension or a service number, in digits."""
        known, short = self._short_of
        if known is not directory:
            longest = max((len(p.extension) for p in directory.parties), default=0)
            short = min(max(longest, _SHORTEST_OUTSIDE - 1), _LONGEST_INSIDE)
            self._short_of = directory, short
        return short


class _Concealing:
    """Replaces the outside numbers of one call."""

    def __init__(
        self, token: Callable[[str], str], directory: Directory, short: int, call: Call
    ) -> None:
        self._token = token
        self._directory = directory
        self._short = short
        self._call = call
        self._replaced: dict[str | None, str | None] = {None: None, call.extension: call.extension}
        self._replaced |= {leg.extension: leg.extension for leg in call.legs}
        if call.direction is Direction.INBOUND:
            # an inbound call was sent to a number of this institution
            self._replaced[call.dialed] = call.dialed

    def conceal(self) -> None:
        """Replaces the outside numbers of the call."""
        call, party = self._call, self._party
        call.caller = self._caller(call.caller)
        call.dialed = party(call.dialed)
        call.answered_by = party(call.answered_by)
        call.picked_up_for = party(call.picked_up_for)
        call.forwarded_from = party(call.forwarded_from)
        call.forwarded_to = party(call.forwarded_to)
        call.final_party = party(call.final_party)
        for leg in call.legs:
            self._leg(leg)
        for step in call.timeline:
            self._step(step)

    def _caller(self, caller: str | None) -> str | None:
        """The caller. An outside caller may show a number that only looks like an extension."""
        if caller is None or self._call.direction is not Direction.INBOUND:
            return self._party(caller)
        return self._token(caller)

    def _party(self, who: str | None) -> str | None:
        replaced = self._replaced
        if who not in replaced:
            replaced[who] = who if who is None or self._inside(who) else self._token(who)
        return replaced[who]

    def _inside(self, who: str) -> bool:
        """Whether this is an extension, an own number, or too short for an outside number."""
        if who in self._replaced:
            return self._replaced[who] == who
        bare = who.lstrip("*#")
        if len(bare) <= self._short and (not bare or bare.isdecimal()):
            return True
        return self._directory.reached_by(who) is not None

    def _leg(self, leg: Leg) -> None:
        leg.forwarded_to = self._party(leg.forwarded_to)
        if leg.extension is None:  # otherwise the device is an own phone
            leg.number = None if leg.number is None else self._token(leg.number)
            leg.device, leg.channel = self._name(leg.device), self._name(leg.channel)

    def _step(self, step: Step) -> None:
        did = step.did
        if did is _STARTED:
            step.who = self._caller(step.who)
        elif did is not _HUNG_UP or step.who not in _ENDS:
            step.who = self._party(step.who)
        step.to = self._party(step.to)

    def _name(self, name: str) -> str:
        """A device or channel name with the numbers in it replaced; its suffix stays."""
        suffix = _SUFFIX.search(name)
        head = name[: suffix.start()] if suffix else name
        extension = self._directory.extension_of_device(head)
        if extension is not None and self._replaced.get(extension) == extension:
            return name
        hidden = _DIGITS.sub(lambda m: m[0] if self._inside(m[0]) else self._token(m[0]), head)
        return hidden + (suffix[0] if suffix else "")
