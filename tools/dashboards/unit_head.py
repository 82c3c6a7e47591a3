"""The dashboard of a unit head: how we answer, what we missed, who helped whom."""

from __future__ import annotations

from tools.dashboards import lists, promql
from tools.dashboards.board import Board
from tools.dashboards.common import HOW, heard, nothing
from tools.dashboards.panels import (
    BAD_IF_ANY,
    COUNT,
    GOOD_SHARE,
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


def board(say: Say, flavour: Flavour) -> Board:
    """The dashboard, for the unit chosen at its top."""
    return Board(
        name="unit",
        title=say("Struktūrvienības vadītājs", "Unit head"),
        about=say("Kā mūsu struktūrvienība atbild uz zvaniem", "How our unit answers its calls"),
        of_one_unit=True,
        rows=(
            (5, [(6, panel) for panel in _now(say)]),
            (8, [(12, _trend(say)), (12, _rings(say))]),
            (10, [(24, _missed(say, flavour))]),
            (10, [(12, _hours(say, flavour)), (12, _helped(say, flavour))]),
            (6, [(24, _away(say))]),
            (6, [(24, _tomorrow(say))]),
            (5, [(6, panel) for panel in _absences(say)]),
        ),
    )


def _now(say: Say) -> list[Panel]:
    how, none = say(*HOW), nothing(say)
    return [
        figure(
            say("Pēdējās 24 stundas", "Last 24 hours"),
            how + say(" Pēdējās 24 stundas.", " The last 24 hours."),
            [Ask(of_unit("compliance:ratio1d"), say("laikus", "in time"), now=True),
             Ask(of_unit("judged:count1d"), "n", now=True)],
            SHARE, none, big=True, counts=["n"],
        ),
        figure(
            say("Šī nedēļa un iepriekšējā", "This week against last"),
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
            say("Vērtētie zvani, n", "Judged calls, n"),
            say("Cik zvanu vērtēti: laikus atbildētie + pārējie.",
                "How many calls were judged: in time + not in time."),
            [Ask(of_unit("judged:count7d"), say("7 dienās", "7 days"), now=True),
             Ask(of_unit("judged:count30d"), say("30 dienās", "30 days"), now=True)],
            COUNT, none,
        ),
    ]  # fmt: skip


def _trend(say: Say) -> Panel:
    return curve(
        say("Laikus atbildēto zvanu daļa", "Share answered in time"),
        say(*HOW) + say(" Katrs punkts: 24 stundas pirms tā.", " Each point: the 24 h before it."),
        [Ask(of_unit("compliance:ratio1d"), say("laikus", "in time"), interval="15m")],
        Look(unit="percentunit", steps=GOOD_SHARE, low=0, high=1),
        nothing(say),
    )


def _rings(say: Say) -> Panel:
    spans = ((None, 1, "1"), (1, 2, "2"), (2, 3, "3"), (3, 4, "4"), (4, 6, "5–6"),
             (6, None, "7+"))  # fmt: skip
    asks = [
        Ask(
            promql.rang_in("$__range", above, until),
            say(f"{ring}. zvans", f"ring {ring}"),
            now=True,
        )
        for above, until, ring in spans
    ]
    line = Ask("vector(0)", say("┈ robeža ┈", "┈ limit ┈"), now=True)
    return bars(
        say("Kurā zvanā beidzās gaidīšana", "In which ring the waiting ended"),
        say("Visi zvani no ārpuses, kas zvanīja: kurā zvanā atbildēja vai zvanīšana beidzās,"
            " izvēlētajā laikā. Zaļie ir līdz trešajam zvanam, ko atdala līnija. Cik garš ir zvans,"
            " nosaka valsts: Latvijā tās ir 5 s.",
            "All calls from outside that rang: in which ring they were answered or the ringing"
            " ended, in the time chosen. Green is up to the third ring, where the line is. How"
            " long a ring is depends on the country: in Latvia 5 s."),
        [*asks[:3], line, *asks[3:]], (GREEN, GREEN, GREEN, None, YELLOW, RED, RED), nothing(say),
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


def _away(say: Say) -> Panel:
    return rows(
        say("Prombūtnes un kas atbild viņu vietā", "Absences, and who answers meanwhile"),
        say("50 jaunākās, vispirms tās, kas vēl priekšā. Vai zvani nonāk pie kāda, kurš ir uz"
            " vietas. „Zvani” ir prombūtnes laikā saņemtie, „atbildēti” – tie, uz kuriem kāds"
            " atbildēja.",
            "The newest 50, those to come first. Whether the calls get to somebody who is there;"
            " “calls” came during the absence, “answered” somebody took."),
        lists.absences(say), "api", say("prombūtņu nav", "nobody is away"),
    )  # fmt: skip


def _tomorrow(say: Say) -> Panel:
    return rows(
        say("Nākamajā darba dienā prom, un neviens neatbildēs",
            "Away on the next working day, and nobody would answer"),
        say("Kas nākamajā darba dienā būs prom un kuru zvani, kā tagad iestatīts, ne pie viena"
            " nenonāks. Kamēr šeit kāds ir, var vēl paspēt pāradresēt; brīdinājums"
            " CallcheckAbsenceTomorrowNotCovered nāk iepriekšējās darba dienas 15:00, ja nav"
            " noteikts citādi.",
            "Who will be away on the next working day with calls that, as it stands, would get to"
            " nobody. While somebody is here there is time to forward; the alert"
            " CallcheckAbsenceTomorrowNotCovered comes at 15:00 of the working day before, unless"
            " set otherwise."),
        lists.tomorrow(say), "api", say("par visiem ir padomāts", "everybody is taken care of"),
    )  # fmt: skip


def _absences(say: Say) -> list[Panel]:
    none = nothing(say)
    bad = 'state=~"late|wrong_target|not_forwarded|left_on"'
    return [
        figure(
            say("Prombūtnes bez pāradresācijas", "Absences without a forward"),
            say("Prombūtnes, kurās zvani nav pāradresēti, pāradresēti par vēlu, uz nepareizu"
                " mērķi vai pāradresācija palikusi ieslēgta.",
                "Absences whose calls are not forwarded, were forwarded late or to a wrong target,"
                " or whose forward was left on."),
            [Ask(f"sum(callcheck_absences{{{ONE},{bad}}})", now=True)],
            Look(decimals=0, steps=BAD_IF_ANY), none,
        ),
        figure(
            say("Prombūtnes laikā atbildētie (30 d.)", "Answered during absence (30 days)"),
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
        heard(say, say("Vai redzējām visu (24 h)", "Did we see everything (24 h)"), "1d"),
    ]  # fmt: skip
