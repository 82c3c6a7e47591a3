"""A call with plain outside numbers in, the same call with none out; and the key for that.

A pseudonym is a keyed HMAC: who has the store but not the key can tell that two calls came from
one number, and not which.
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
"""What Asterisk adds to a device to name a channel."""
_SHORTEST_OUTSIDE = 5
_LONGEST_INSIDE = 6
_TOKENS_KEPT = 16384
_ENDS = frozenset(HungUpBy)
_STARTED, _HUNG_UP = Did.STARTED, Did.HUNG_UP


class KeyFileError(Exception):
    """The key of the pseudonyms cannot be used; the text says what to do."""


def obtain_key(path: Path, *, store_has_calls: bool) -> bytes:
    """The 32 bytes of the key file; made at the first run, mode 0600.

    Never made anew for a store that holds calls already: the same caller would be another one
    from then on. Raises KeyFileError.
    """
    if not path.exists():
        if store_has_calls:
            raise KeyFileError(
                f"{path} is missing, but the store holds calls whose callers were made "
                "pseudonyms with it: put the file back from a backup, or start a new store"
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
            f"{path} is damaged: it must be 64 hexadecimal digits; put it back from a backup "
            "(a new key makes every caller a new one)"
        )
    return bytes.fromhex(text)


def _make_key(path: Path) -> None:
    """Written aside and linked into place: whoever comes second finds a whole file."""
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
    """Makes of an outside number what may be kept of it.

    `pseudonym`: `c-` and 12 hexadecimal digits, always the same for one number however it was
    written; `masked`: the first half of the digits, the rest (at least four) as `*`; `plain`:
    the number itself. `country_code` is digits ("371").
    """

    key: bytes = field(repr=False)
    mode: Literal["pseudonym", "masked", "plain"] = "pseudonym"
    country_code: str = ""
    token: Callable[[str], str] = field(init=False, repr=False)
    """What is kept of an outside number."""
    _normal: Callable[[str], str] = field(init=False, repr=False)
    _mac: hmac.HMAC = field(init=False, repr=False)
    _house: tuple[Directory | None, int] = field(init=False, repr=False, default=(None, 0))

    def __post_init__(self) -> None:
        self._check()
        self._mac = hmac.new(self.key, digestmod="sha256")
        self._normal = Directory(country_code=self.country_code).normal
        # one caller stands in many places of a call
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
        mac = self._mac.copy()  # half of the work is the key's
        mac.update(normal.encode("utf-8", "surrogateescape"))
        return f"c-{mac.hexdigest()[:12]}"

    def conceal(self, call: Call, directory: Directory) -> Call:
        """The same call, with every outside number in it replaced; what is the house's own stays.

        Nothing is copied, for this is on every call's way: who needs the numbers looks before.
        """
        if self.mode != "plain":
            _Concealing(self.token, directory, self._short_on(directory), call).conceal()
        return call

    def _short_on(self, directory: Directory) -> int:
        """How long a number may be and still be an unlisted extension or a service number."""
        known, short = self._house
        if known is not directory:
            longest = max((len(p.extension) for p in directory.parties), default=0)
            short = min(max(longest, _SHORTEST_OUTSIDE - 1), _LONGEST_INSIDE)
            self._house = directory, short
        return short


class _Concealing:
    """One call being concealed."""

    def __init__(
        self, token: Callable[[str], str], directory: Directory, short: int, call: Call
    ) -> None:
        self._token = token
        self._directory = directory
        self._short = short
        self._call = call
        self._said: dict[str | None, str | None] = {None: None, call.extension: call.extension}
        self._said |= {leg.extension: leg.extension for leg in call.legs}
        if call.direction is Direction.INBOUND:
            # what comes in on a trunk was sent to a number of the house
            self._said[call.dialed] = call.dialed

    def conceal(self) -> None:
        """Replaces the outside numbers."""
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
        """An outside caller may show a number that looks like an extension: it is none."""
        if caller is None or self._call.direction is not Direction.INBOUND:
            return self._party(caller)
        return self._token(caller)

    def _party(self, who: str | None) -> str | None:
        said = self._said
        if who not in said:
            said[who] = who if who is None or self._inside(who) else self._token(who)
        return said[who]

    def _inside(self, who: str) -> bool:
        """An extension, a number of the house, or something too short for an outside number."""
        if who in self._said:
            return self._said[who] == who
        bare = who.lstrip("*#")
        if len(bare) <= self._short and (not bare or bare.isdecimal()):
            return True
        return self._directory.reached_by(who) is not None

    def _leg(self, leg: Leg) -> None:
        leg.forwarded_to = self._party(leg.forwarded_to)
        if leg.extension is None:  # else its device is the house's own
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
        """A device or channel: numbers in it go, its own suffix stays."""
        suffix = _SUFFIX.search(name)
        head = name[: suffix.start()] if suffix else name
        extension = self._directory.extension_of_device(head)
        if extension is not None and self._said.get(extension) == extension:
            return name
        hidden = _DIGITS.sub(lambda m: m[0] if self._inside(m[0]) else self._token(m[0]), head)
        return hidden + (suffix[0] if suffix else "")
