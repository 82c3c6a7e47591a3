"""The ring cadence of each country: which ring a moment falls in, and where a limit lies.

A PBX reports when a phone starts to ring, but not the single rings. The cadence is a national
standard, so the ring number can be computed: one period is a tone and a pause.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcheck.calls.model import Millis


class Reading(StrEnum):
    """Three readings of "by the third ring" (`docs/definitions.md`)."""

    BEFORE = "before"
    """Before the third ring begins."""
    WITHIN = "within"
    """By the end of the third ring's tone, including its last millisecond."""
    THIRD = "third"
    """Before the fourth ring begins, that is ring number <= 3. This is the default."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """A tone of `on_ms`, then a pause of `off_ms`. A double ring counts as one tone."""

    on_ms: Millis
    off_ms: Millis

    @property
    def period_ms(self) -> Millis:
        """From the start of one ring to the start of the next."""
        return self.on_ms + self.off_ms

    def ring_number(self, ms: Millis) -> int:
        """The number of the ring at `ms` after the ring start; the first is 1."""
        return ms // self.period_ms + 1

    def limit_ms(self, reading: Reading, ring: int) -> Millis:
        """The limit of "by ring `ring`" after the ring start. Only `WITHIN` includes it."""
        start = (ring - 1) * self.period_ms
        if reading is Reading.BEFORE:
            return start
        return start + (self.on_ms if reading is Reading.WITHIN else self.period_ms)

    def kept(self, reading: Reading, ring: int, ms: Millis) -> bool:
        """Whether `ms` after the ring start is in time, exact to the millisecond."""
        limit = self.limit_ms(reading, ring)
        return ms <= limit if reading is Reading.WITHIN else ms < limit


_DOUBLE = Cadence(1000, 2000)  # 400 on, 200 off, 400 on, 2000 off
_LONG = Cadence(1000, 4000)

CADENCES: dict[str, Cadence] = {
    "AT": Cadence(1000, 5000),
    "AU": _DOUBLE,
    "BE": Cadence(1000, 3000),
    "BG": _LONG,
    "BR": _LONG,
    "CH": _LONG,
    "CL": Cadence(1000, 3000),
    "CN": _LONG,
    "CZ": _LONG,
    "DE": _LONG,
    "DK": _LONG,
    "EE": _LONG,
    "ES": Cadence(1500, 3000),
    "FI": _LONG,
    "FR": Cadence(1500, 3500),
    "GB": _DOUBLE,  # [uk] in indications.conf
    "GR": _LONG,
    "HU": Cadence(1250, 3750),
    "ID": _LONG,
    "IL": Cadence(1000, 3000),
    "IN": _DOUBLE,
    "IT": _LONG,
    "JP": Cadence(1000, 2000),
    "LT": _LONG,
    "LV": _LONG,  # not in indications.conf; its neighbours' cadence
    "MX": Cadence(2000, 4000),
    "MY": Cadence(2000, 4000),
    "NL": _LONG,
    "NO": _LONG,
    "NZ": _DOUBLE,
    "PH": _LONG,
    "PL": _LONG,
    "PT": Cadence(1000, 5000),
    "RU": _LONG,
    "SE": Cadence(1000, 5000),
    "SG": _DOUBLE,
    "TH": _LONG,
    "TW": _LONG,
    "US": Cadence(2000, 4000),
    "VE": _LONG,
    "ZA": _DOUBLE,
}
"""By ISO 3166 country: `ringcadence` of Asterisk's indications.conf, the rhythm of the bell.

In MX, MY, TH and TW the caller hears another rhythm (`ring` there). We count by the bell, because
people answer a bell. `[site] cadence` sets a cadence by hand.
"""
