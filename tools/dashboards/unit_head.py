"""The dashboard of a unit head: how we answer, what we missed, who helped whom."""

from __future__ import annotations

from tools.dashboards import lists, promql
from tools.dashboards.board import Board
from tools.dashboards.panels import (
    BAD_IF_ANY,
    COUNT,
    FULL_SHARE,
    GREEN,
    RED,
    SHARE,
    YELLOW,
    Look,
    Panel,
    bars,
    curve,
    figure,
    rows,
)
from tools.dashboards.promql import ONE, of_unit
from tools.dashboards.sources import Ask, Flavour
from tools.dashboards.words import Say

HOW = (
    "Laikā atbildētie / vērtētie (laikā + ne laikā). Vērtē zvanus no ārpuses uz publisku numuru"
    " darba laikā; ja neviens nav vērtēts, ir „nav datu”, nevis 100 %.",
    "Answered in time / judged (in time + not in time). Judged are calls from outside to a public"
    " number in working hours; where none was judged it says “no data”, not 100 %.",
)


def board(say: Say, flavour: Flavour) -> Board:
    """The dashboard, for the unit chosen at its top."""
    return Board(
        name="unit",
        title=say("Struktūrvienības vadītājs", "Unit head"),
        about=say("Kā mūsu vienība atbild uz zvaniem", "How our unit answers its calls"),
        of_one_unit=True,
        rows=(
            (5, [(6, panel) for panel in _now(say)]),
            (8, [(12, _trend(say)), (12, _rings(say))]),
            (10, [(24, _missed(say, flavour))]),
            (10, [(12, _hours(say, flavour)), (12, _helped(say, flavour))]),
            (6, [(6, panel) for panel in _absences(say)]),
        ),
    )


def nothing(say: Say) -> str:
    """What a panel says that has nothing to show."""
    return say("nav datu", "no data")


def _now(say: Say) -> list[Panel]:
    how, none = say(*HOW), nothing(say)
    return [
        figure(
            say("Pēdējās 24 stundas", "Last 24 hours"),
            how + say(" Pēdējās 24 stundas.", " The last 24 hours."),
            [Ask(of_unit("compliance:ratio1d"), now=True)], SHARE, none, big=True,
        ),
        figure(
            say("7 dienas un 7 dienas pirms tām", "This week against last"),
            how + say(" Pēdējās 7 dienas un 7 dienas pirms tām.",
                      " The last 7 days, and the 7 days before them."),
            [Ask(of_unit("compliance:ratio7d"), say("šonedēļ", "this week"), now=True),
             Ask(promql.compliance_before("7d"), say("pirms tam", "before"), now=True)],
            SHARE, none,
        ),
        figure(
            say("Cik droši tas ir (7 dienas)", "How sure that is (7 days)"),
            say("Vilsona 95 % intervāls: starp šīm vērtībām ir patiesā daļa. Jo mazāk zvanu, jo"
                " plašāks. n ir vērtēto zvanu skaits.",
                "The Wilson 95 % interval: the true share lies between these. The fewer calls,"
                " the wider. n is how many calls were judged."),
            [Ask(promql.wilson("-", "7d"), say("no", "from"), now=True),
             Ask(promql.wilson("+", "7d"), say("līdz", "to"), now=True)],
            Look(unit="percentunit", decimals=1), none,
        ),
        figure(
            say("Vērtēti zvani, n (24 h un 7 dienas)", "Judged calls, n (24 h and 7 days)"),
            say("Cik zvanu vērtēti: laikā + ne laikā.",
                "How many calls were judged: in time + not in time."),
            [Ask(of_unit("judged:count1d"), "24 h", now=True),
             Ask(of_unit("judged:count7d"), say("7 dienas", "7 days"), now=True)],
            COUNT, none,
        ),
    ]  # fmt: skip


def _trend(say: Say) -> Panel:
    return curve(
        say("Laikā atbildēto daļa", "Share answered in time"),
        say(*HOW) + say(" Katrs punkts: 24 stundas pirms tā.", " Each point: the 24 h before it."),
        [Ask(of_unit("compliance:ratio1d"), say("laikā", "in time"), interval="15m")],
        SHARE,
        nothing(say),
    )


_MARKS = {"3": " ┃", "7": " +"}


def _rings(say: Say) -> Panel:
    """Latvia's cadence: a ring every 5 s."""
    spans = ((None, "5.0", "1"), ("5.0", "10.0", "2"), ("10.0", "15.0", "3"),
             ("15.0", "20.0", "4"), ("20.0", "30.0", "5.–6"), ("30.0", "+Inf", "7"))  # fmt: skip
    asks = [
        Ask(
            promql.rang_between("$__range", above, le),
            say(f"{ring}. zvans", f"ring {ring.replace('.', '')}") + _MARKS.get(ring, ""),
            now=True,
        )
        for above, le, ring in spans
    ]
    return bars(
        say("Kurā zvanā beidzās gaidīšana", "In which ring the waiting ended"),
        say("Visi zvani no ārpuses, kas zvanīja: kurā zvanā atbildēja vai zvanīšana beidzās."
            " Zaļie ir līdz trešajam zvanam (līnija ┃). Zvans ir 5 s. Izvēlētajā laikā.",
            "All calls from outside that rang: in which ring they were answered or the ringing"
            " ended. Green is up to the third ring (the line ┃). A ring is 5 s. In the time"
            " chosen."),
        asks, (GREEN, GREEN, GREEN, YELLOW, RED, RED), nothing(say),
    )  # fmt: skip


def _missed(say: Say, flavour: Flavour) -> Panel:
    return rows(
        say("Zvani, uz kuriem neviens neatbildēja", "Calls that nobody answered"),
        say("Jaunākie 100 izvēlētajā laikā. Zvans, ko paņēma kolēģis, te nav: tas ir atbildēts."
            " Zvanītājs ir pseidonīms, ja tā iestatīts.",
            "The newest 100 in the time chosen. A call that a colleague took is not here: it was"
            " answered. The caller is a pseudonym where so configured."),
        lists.missed(say), flavour, say("neatbildētu zvanu nav", "no missed calls"),
    )  # fmt: skip


def _hours(say: Say, flavour: Flavour) -> Panel:
    return rows(
        say("Pa stundām un nedēļas dienām", "By hour and day of the week"),
        say(*HOW) + say(" Pēc zvana sākuma vietējā laikā; tukšs: nav vērtētu zvanu.",
                        " By the call's start in local time; empty: no judged call."),
        lists.hours(say, one_unit=True), flavour, nothing(say),
    )  # fmt: skip


def _helped(say: Say, flavour: Flavour) -> Panel:
    return rows(
        say("Kas kuram palīdzēja", "Who helped whom"),
        say("Zvani, kurus kolēģis paņēma (pārtverot) vai kuri viņam bija pāradresēti. Paldies!",
            "Calls that a colleague picked up, or that were forwarded to one. Thank you!"),
        lists.helped(say), flavour, say("izvēlētajā laikā nav", "none in the time chosen"),
    )  # fmt: skip


def _absences(say: Say) -> list[Panel]:
    none = nothing(say)
    bad = 'state=~"late|wrong_target|not_forwarded|left_on"'
    return [
        figure(
            say("Prombūtnes bez derīgas pāradresācijas", "Absences without a valid forward"),
            say("Prombūtnes, kurās zvani nav pāradresēti, pāradresēti par vēlu, uz nepareizu"
                " mērķi vai pāradresācija palikusi ieslēgta.",
                "Absences whose calls are not forwarded, were forwarded late or to a wrong target,"
                " or whose forward was left on."),
            [Ask(f"sum(callcheck_absences{{{ONE},{bad}}})", now=True)],
            Look(decimals=0, steps=BAD_IF_ANY), none,
        ),
        figure(
            say("Prombūtnē atbildētie (30 dienas)", "Answered during absence (30 days)"),
            say("Zvani prombūtnē esošajiem, uz kuriem atbildēja kolēģis vai mobilais / visi šādi"
                " zvani.",
                "Calls to somebody absent that a colleague or the own mobile answered / all such"
                " calls."),
            [Ask(of_unit("absence_cover:ratio30d"), now=True)], SHARE, none,
        ),
        figure(
            say("Pārtvertie zvani (30 dienas)", "Picked up by a colleague (30 days)"),
            say("Atbildētie zvani no ārpuses, kurus kolēģis pārtvēra / visi atbildētie.",
                "Answered calls from outside that a colleague picked up / all answered ones."),
            [Ask(of_unit("pickup:ratio30d"), now=True)],
            Look(unit="percentunit", decimals=1, low=0, high=1), none,
        ),
        figure(
            say("Vai redzējām visu (24 h)", "Did we see everything (24 h)"),
            say("Daļa laika, kurā callcheck dzirdēja katru centrāli. Zem 99 % citi skaitļi te var"
                " būt nepilnīgi.",
                "The share of time in which callcheck heard every PBX. Below 99 % the other"
                " figures here may lack calls."),
            [Ask(promql.heard("1d"), now=True)],
            Look(unit="percentunit", decimals=2, steps=FULL_SHARE, low=0, high=1), none,
        ),
    ]  # fmt: skip
