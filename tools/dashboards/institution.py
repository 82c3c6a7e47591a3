"""The dashboard of the institution: all units side by side, trends, repeat callers."""

from __future__ import annotations

from tools.dashboards import lists, promql
from tools.dashboards.board import Board
from tools.dashboards.common import HOW, heard, in_time, nothing
from tools.dashboards.outcomes import dispositions
from tools.dashboards.panels import (
    COUNT,
    Look,
    Panel,
    curve,
    figure,
    rows,
)
from tools.dashboards.promql import NAMED, by_unit, of_all
from tools.dashboards.sources import Ask, Flavour
from tools.dashboards.words import Say

SECONDS = Look(unit="s", decimals=1)


def board(say: Say, flavour: Flavour) -> Board:
    """The dashboard."""
    return Board(
        name="institution",
        title=say("Iestāde", "Institution"),
        about=say("Visas struktūrvienības līdzās", "All units side by side"),
        rows=(
            (4, [(6, panel) for panel in _now(say)]),
            (7, [(24, _units(say, flavour))]),
            (9, [(12, _trend(say)), (12, _calls(say))]),
            (9, [(12, _hours(say, flavour)), (12, _times(say))]),
            (9, [(12, _again(say, flavour)), (12, _sent_around(say, flavour))]),
        ),
    )


def _now(say: Say) -> list[Panel]:
    none = nothing(say)
    return [
        in_time(
            say, say("Laikus (7 dienas)", "In time (7 days)"),
            say(" Visas struktūrvienības, 7 dienas.", " All units, 7 days."), "7d",
        ),
        figure(
            say("Neatbildēti zvani (24 h)", "Missed calls (24 h)"),
            say("Zvani no ārpuses uz struktūrvienībām, uz kuriem neviens neatbildēja.",
                "Calls from outside to the units that nobody answered."),
            [Ask(f"{of_all('inbound:count1d')} - {of_all('answered:count1d')}", now=True)],
            COUNT, none,
        ),
        figure(
            say("Zvanītājs nesagaidīja (7 dienas)", "Callers who gave up (7 days)"),
            say("Zvani, kuros zvanītājs nolika klausuli pirms atbildes / visi zvani no ārpuses.",
                "Calls whose caller hung up before an answer / all calls from outside."),
            [Ask(of_all("abandon:ratio7d"), now=True)],
            Look(unit="percentunit", decimals=1, steps=((None, "green"), (0.05, "#EAB839"),
                                                        (0.1, "red"))), none,
        ),
        heard(say, say("Vai redzējām visu (7 dienas)", "Did we see everything (7 days)"), "7d"),
    ]  # fmt: skip


def _units(say: Say, flavour: Flavour) -> Panel:
    return rows(
        say("Struktūrvienības", "Units"),
        say(*HOW) + say(" Ar Vilsona 95 % intervālu un visiem trim lasījumiem: pirms trešā zvana,"
                        " līdz tā skaņas beigām, pirms ceturtā (Latvijā 10, 11 un 15 s).",
                        " With the Wilson 95 % interval and all three readings: before the third"
                        " ring, by the end of its tone, before the fourth (in Latvia 10, 11 and"
                        " 15 s)."),
        lists.units(say), flavour, nothing(say),
    )  # fmt: skip


def _trend(say: Say) -> Panel:
    return curve(
        say("Laikus atbildēto zvanu daļa", "Share answered in time"),
        say(*HOW) + say(" Katrs punkts: 7 dienas pirms tā.", " Each point: the 7 days before it."),
        [Ask(by_unit("compliance:ratio7d"), "{{unit}}", interval="1h")],
        Look(unit="percentunit", low=0, high=1),
        nothing(say),
    )


def _calls(say: Say) -> Panel:
    return curve(
        say("Zvani no ārpuses stundā", "Calls from outside in an hour"),
        say("Visi zvani no ārpuses uz struktūrvienībām, pēc tā, kā tie beidzās.",
            "All calls from outside to the units, by how they ended."),
        [Ask(promql.counted(f'callcheck_calls_total{{direction="inbound",{NAMED}}}', "[1h]",
                            by="disposition") + " > 0", "{{disposition}}", interval="1h")],
        COUNT, nothing(say), stacked=True, named=dispositions(say),
    )  # fmt: skip


def _hours(say: Say, flavour: Flavour) -> Panel:
    return rows(
        say("Grūtākās stundas", "The hardest hours"),
        say(*HOW) + say(" Visas struktūrvienības, pēc zvana sākuma vietējā laikā; tukšs: nav"
                        " vērtētu.",
                        " All units, by the call's start in local time; empty: none judged."),
        lists.hours(say, one_unit=False), flavour, nothing(say),
    )  # fmt: skip


def _times(say: Say) -> Panel:
    return curve(
        say("Pēc cik sekundēm atbild (9 no 10)", "Seconds to an answer (9 of 10)"),
        say("No pirmā zvana līdz atbildei, 24 stundas pirms katra punkta: tik sekundēs atbildētas"
            " deviņas desmitdaļas atbildēto zvanu. Aplēse no histogrammas.",
            "From the first ring to the answer, the 24 h before each point: nine tenths of the"
            " answered calls were answered within so many. Estimated from the histogram."),
        [Ask('unit:callcheck_answer_seconds:quantile1d{quantile="0.9"}', "{{unit}}",
             interval="15m")],
        SECONDS, nothing(say),
    )  # fmt: skip


def _again(say: Say, flavour: Flavour) -> Panel:
    return rows(
        say("Kam neatbildējām vairākkārt", "Whom we missed again"),
        say("Zvanītāji, kuriem izvēlētajā laikā neatbildēja vairāk nekā vienreiz. Pēc pseidonīma,"
            " ja tā iestatīts.",
            "Callers who were missed more than once in the time chosen. By pseudonym where so"
            " configured."),
        lists.again(say), flavour, say("tādu nav", "none"),
    )  # fmt: skip


def _sent_around(say: Say, flavour: Flavour) -> Panel:
    return rows(
        say("Sūtīti no viena pie cita", "Sent around"),
        say("Zvani, kurus savienoja tālāk divreiz vai vairāk.",
            "Calls that were transferred twice or more."),
        lists.sent_around(say), flavour, say("tādu nav", "none"),
    )  # fmt: skip
