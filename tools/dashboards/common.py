"""What more than one dashboard shows: the same figure in the same words."""

from __future__ import annotations

from tools.dashboards import promql
from tools.dashboards.panels import FULL_SHARE, SHARE, Look, Panel, figure
from tools.dashboards.promql import of_all
from tools.dashboards.sources import Ask
from tools.dashboards.words import Say

HOW = (
    "Laikus atbildētie / vērtētie zvani (laikus + ne laikus). Vērtē zvanus no ārpuses uz publisku"
    " numuru darba laikā; ja neviens nav vērtēts, ir „nav datu”, nevis 100 %.",
    "Answered in time / judged (in time + not in time). Judged are calls from outside to a public"
    " number in working hours; where none was judged it says “no data”, not 100 %.",
)


def nothing(say: Say) -> str:
    """What a panel says that has nothing to show."""
    return say("nav datu", "no data")


def deaf(say: Say) -> tuple[tuple[str, str, str], ...]:
    """The words of callcheck_ami_connected."""
    return (("0", say("NEDZIRD", "DEAF"), "red"), ("1", say("klausās", "listening"), "green"))


def in_time(say: Say, title: str, about: str, window: str) -> Panel:
    """The compliance of all units with its n."""
    asks = [
        Ask(of_all(f"compliance:ratio{window}"), say("laikus", "in time"), now=True),
        Ask(of_all(f"judged:count{window}"), "n", now=True),
    ]
    return figure(title, say(*HOW) + about, asks, SHARE, nothing(say), big=True, counts=["n"])


def heard(say: Say, title: str, window: str, about: tuple[str, str] | None = None) -> Panel:
    """The share of a window in which every PBX was heard."""
    about = about or (
        "Daļa laika, kurā callcheck dzirdēja katru centrāli. Zem 99 % citi skaitļi te var būt"
        " nepilnīgi.",
        "The share of time in which callcheck heard every PBX. Below 99 % the other figures here"
        " may lack calls.",
    )
    look = Look(unit="percentunit", decimals=2, steps=FULL_SHARE, low=0, high=1)
    return figure(title, say(*about), [Ask(promql.heard(window), now=True)], look, nothing(say))
