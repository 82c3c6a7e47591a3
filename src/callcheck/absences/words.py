"""Dates, counts and tomorrow's list in words, in the languages of `site.language`.

Latvian names are not declined: a name stands alone or after a colon.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Protocol

WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "lv": ("Pirmdien", "Otrdien", "Trešdien", "Ceturtdien", "Piektdien", "Sestdien", "Svētdien"),
}


class ListedPerson(Protocol):
    """Somebody on tomorrow's list."""

    @property
    def person(self) -> str:
        """`Anna (201)`"""

    @property
    def deputy(self) -> str | None:
        """The deputy, written in the same way."""

    @property
    def back(self) -> datetime: ...
    @property
    def reason(self) -> str:
        """In English: what would become of the calls, and what to do."""

    @property
    def goes_astray(self) -> bool:
        """Whether there is a forward, but to nobody who is there."""


def day_text(day: date, language: str) -> str:
    """`27.11.2026`, in Latvian with the full stop that an ordinal has."""
    return f"{day:%d.%m.%Y}" + ("." if language == "lv" else "")


def moment_text(moment: datetime, language: str) -> str:
    """The day, and the time unless it is midnight."""
    day = day_text(moment.date(), language)
    return day if moment.time() == time() else f"{day} {moment:%H:%M}"


def counted(n: int, one: str, many: str, language: str) -> str:
    """`1 call`, `14 calls`; in Latvian 21 is singular too."""
    single = n == 1 if language == "en" else n % 10 == 1 and n % 100 != 11
    return f"{n} {one if single else many}"


Listed = tuple[str, Sequence[ListedPerson], Sequence[ListedPerson]]


def tomorrow(day: date, units: Sequence[Listed], language: str, *, late: bool = False) -> str:
    """The list for a day, by unit (its name, who is uncovered, who is covered); or, `late`, who is
    to be added to the list that was announced."""
    uncovered, covered = (sum(len(unit[n]) for unit in units) for n in (1, 2))
    lines = [(_LATE if late else _HEADS)[language].format(
        day=f"{WEEKDAYS[language][day.weekday()]}, {day_text(day, language)}",
        absent=uncovered + covered, uncovered=uncovered,
    )]  # fmt: skip
    for title, lacking, fine in units:
        if not lacking and not fine:
            continue
        lines.append(f"{title}:")
        lines += [f"- {_line(who, language)}" for who in lacking]
        if fine:
            lines.append(f"- {_FINE[language]}: {', '.join(who.person for who in fine)}")
    return "\n".join(lines)


_HEADS = {
    "en": "{day}: {absent} absent, {uncovered} of them with calls that nobody would get.",
    "lv": "{day}: prombūtnē {absent}, no tiem bez derīgas pāradresācijas {uncovered}.",
}
_LATE = {
    "en": "{day}, entered after the list: {uncovered} more with calls that nobody would get.",
    "lv": "{day}, pieteikti pēc saraksta: bez derīgas pāradresācijas vēl {uncovered}.",
}
_FINE = {"en": "absent, and the calls are taken care of",
         "lv": "prombūtnē, zvani ir pāradresēti"}  # fmt: skip


def _line(who: ListedPerson, language: str) -> str:
    back = moment_text(who.back, language)
    if language == "en":
        return f"{who.person}, back {back}: {who.reason}"
    what = "pāradresācija neved pie kolēģa, kurš ir darbā" if who.goes_astray else (
        "tālrunis nav pāradresēts")  # fmt: skip
    deputy = f"; aizvieto {who.deputy}" if who.deputy else ""
    return f"{who.person}, atgriezīsies {back}: {what}{deputy}"
