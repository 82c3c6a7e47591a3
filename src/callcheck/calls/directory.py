"""Looks up which member or line a device or number belongs to.

The directory is built once from the configuration. Without one, `PJSIP/<digits>` and
`SIP/<digits>` are extensions and every other device is a trunk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache


class Kind(StrEnum):
    """What an extension is: one person's phone, or a line of several people."""

    MEMBER = "member"
    QUEUE = "queue"
    GROUP = "group"
    IVR = "ivr"
    CONFERENCE = "conference"


@dataclass(frozen=True, slots=True)
class Party:
    """A member or a line of a unit."""

    extension: str
    unit: str
    kind: Kind = Kind.MEMBER
    name: str = ""
    numbers: tuple[str, ...] = ()
    """Outside numbers that lead here; globs allowed."""
    public: bool = False
    devices: tuple[str, ...] = ()
    """Device names without the `-0000000a` of a channel; globs allowed."""
    mobile: str | None = None
    deputy: str | None = None


FEWEST_OUTSIDE_DIGITS = 6


def looks_outside(number: str) -> bool:
    """Whether a number that the directory does not know can only be an outside number.

    No text that a person reads may hold an outside number, so anything with six digits or more
    counts as one, whatever stands between the digits.
    """
    return sum(map(str.isdigit, number)) >= FEWEST_OUTSIDE_DIGITS


def device_of(channel: str) -> str:
    """`PJSIP/201-0000000a` to `PJSIP/201`; a Local channel keeps its context and half."""
    head, dash, _ = channel.rpartition("-")
    return head if dash else channel


_DIGITS_DEVICE = re.compile(r"(?:PJSIP|SIP)/(\d+)")


@dataclass(slots=True)
class Directory:
    """Who is who on one PBX.

    With `country_code` (digits, "371" for Latvia), `+37167000201`, `0037167000201` and
    `67000201` are the same number.
    """

    parties: tuple[Party, ...] = ()
    trunks: tuple[str, ...] = ()
    country_code: str = ""
    _by_extension: dict[str, Party] = field(init=False, repr=False)
    _by_number: dict[str, Party] = field(init=False, repr=False)
    _number_globs: list[tuple[str, Party]] = field(init=False, repr=False)
    _by_device: dict[str, Party] = field(init=False, repr=False)
    _device_globs: list[tuple[str, Party]] = field(init=False, repr=False)
    _by_mobile: dict[str, Party] = field(init=False, repr=False)
    _device_cache: Callable[[str], str | None] = field(init=False, repr=False, compare=False)
    _number_cache: Callable[[str], Party | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_extension = {p.extension: p for p in self.parties}
        self._by_number, self._number_globs = _index(
            (self.normal(n), p) for p in self.parties for n in p.numbers
        )
        self._by_device, self._device_globs = _index(
            (d, p)
            for p in self.parties
            if p.kind is Kind.MEMBER
            for d in p.devices or (f"PJSIP/{p.extension}", f"SIP/{p.extension}")
        )
        self._by_mobile = {self.normal(p.mobile): p for p in self.parties if p.mobile}
        # the same few devices and numbers are looked up for every call
        self._device_cache = lru_cache(4096)(self._extension_of_device)
        self._number_cache = lru_cache(4096)(self._reached_by)

    @property
    def known(self) -> bool:
        """Whether a configuration named any party at all."""
        return bool(self.parties)

    def extension_of_device(self, device: str) -> str | None:
        """The extension whose phone this device is; None for a trunk or something unknown."""
        return self._device_cache(device)

    def _extension_of_device(self, device: str) -> str | None:
        party = self._by_device.get(device)
        if party:
            return party.extension
        for glob, owner in self._device_globs:
            if fnmatchcase(device, glob):
                return owner.extension
        if any(fnmatchcase(device, glob) for glob in self.trunks):
            return None
        match = _DIGITS_DEVICE.fullmatch(device)
        return match[1] if match else None

    def is_trunk(self, device: str) -> bool:
        """Whether this device is an outside line. Where the configuration names none, any device
        that is nobody's phone is one."""
        if self.trunks:
            return any(fnmatchcase(device, glob) for glob in self.trunks)
        return self.extension_of_device(device) is None

    def reached_by(self, number: str) -> Party | None:
        """The member or line that a dialled number (an extension or an outside number) reaches."""
        return self._number_cache(number)

    def _reached_by(self, number: str) -> Party | None:
        party = self._by_extension.get(number)
        if party:
            return party
        normal = self.normal(number)
        party = self._by_number.get(normal)
        if party:
            return party
        for glob, owner in self._number_globs:
            if fnmatchcase(normal, glob):
                return owner
        return None

    def extension(self, extension: str | None) -> Party | None:
        """The member or line with this extension."""
        return self._by_extension.get(extension) if extension else None

    def named(self, extension: str, *, number_first: bool = False) -> str:
        """`Anna (201)`, or `201 (Anna)`; the extension alone if it has no name."""
        party = self.extension(extension)
        if party is None or not party.name:
            return extension
        return f"{extension} ({party.name})" if number_first else f"{party.name} ({extension})"

    def unit_of(self, extension: str | None) -> str | None:
        """The unit of an extension, or None."""
        party = self.extension(extension)
        return party.unit if party else None

    def owner_of_mobile(self, number: str) -> Party | None:
        """The member whose own mobile has this number."""
        return self._by_mobile.get(self.normal(number))

    def normal(self, number: str) -> str:
        """A number without country code and punctuation, for comparison."""
        bare = re.sub(r"[\s()./-]", "", number)
        if not self.country_code:
            return bare.removeprefix("+")
        for prefix in ("+", "00"):
            if bare.startswith(prefix + self.country_code):
                return bare[len(prefix) + len(self.country_code) :]
        # without a plus, these digits are a country code only if a whole national number follows
        if bare.startswith(self.country_code) and len(bare) - len(self.country_code) >= 8:
            return bare[len(self.country_code) :]
        return bare


def _index(pairs: Iterable[tuple[str, Party]]) -> tuple[dict[str, Party], list[tuple[str, Party]]]:
    plain: dict[str, Party] = {}
    globs: list[tuple[str, Party]] = []
    for name, party in pairs:
        if any(c in name for c in "*?["):
            globs.append((name, party))
        else:
            plain[name] = party
    return plain, globs
