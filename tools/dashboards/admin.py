"""The administrator's dashboard: does callcheck hear, keep up and keep what it hears."""

from __future__ import annotations

from tools.dashboards import promql
from tools.dashboards.board import Board
from tools.dashboards.common import deaf, heard, nothing
from tools.dashboards.panels import (
    BAD_IF_ANY,
    COUNT,
    GREEN,
    RED,
    YELLOW,
    Look,
    Panel,
    curve,
    figure,
)
from tools.dashboards.sources import Ask, Flavour
from tools.dashboards.words import Say

PBX = "{{pbx}}"
DURATION = Look(unit="s", decimals=1)


def board(say: Say, _flavour: Flavour) -> Board:
    """The dashboard."""
    return Board(
        name="admin",
        title=say("Administrators", "Admin"),
        about=say("Vai callcheck dzird un tiek līdzi", "Does callcheck hear, and keep up"),
        span="now-24h",
        refresh="30s",
        rows=(
            (5, [(6, panel) for panel in _hearing(say)]),
            (8, [(12, panel) for panel in _events(say)]),
            (5, [(6, panel) for panel in _store(say)]),
            (8, [(8, panel) for panel in _process(say)]),
        ),
    )


def _hearing(say: Say) -> list[Panel]:
    none = nothing(say)
    return [
        figure(
            say("Nedzird vai ir kluss?", "Deaf, or quiet?"),
            say("callcheck_ami_connected: 1, kamēr pieslēgts centrālei. Bez savienojuma zvanu"
                " trūkums neko nenozīmē.",
                "callcheck_ami_connected: 1 while logged in to the PBX. Without the connection a"
                " lack of calls means nothing."),
            [Ask("callcheck_ami_connected", PBX, now=True)],
            Look(words=deaf(say), steps=((None, RED), (1, GREEN))), none, big=True,
        ),
        figure(
            say("Pēdējais notikums pirms", "Last event ago"),
            say("callcheck_ami_last_event_age_seconds. Liels skaitlis darba laikā: filtrs vai"
                " tiesības centrālē.",
                "callcheck_ami_last_event_age_seconds. A large one in working hours: a filter or"
                " rights on the PBX."),
            [Ask("callcheck_ami_last_event_age_seconds", PBX, now=True)],
            Look(unit="s", decimals=0, steps=((None, GREEN), (300, YELLOW), (3600, RED))), none,
        ),
        heard(
            say, say("Vai redzējām visu (24 h)", "Did we see everything (24 h)"), "1d",
            ("Daļa laika, kurā centrāle bija dzirdama; sliktākā centrāle.",
             "The share of time in which the PBX was heard; the worst PBX."),
        ),
        figure(
            say("Pieslēgšanās atteikta", "Login refused"),
            say("callcheck_ami_login_refused: centrāle nepieņem lietotāju vai paroli.",
                "callcheck_ami_login_refused: the PBX refuses our user or password."),
            [Ask("sum(callcheck_ami_login_refused)", now=True)],
            Look(decimals=0, steps=BAD_IF_ANY), none,
        ),
    ]  # fmt: skip


def _events(say: Say) -> list[Panel]:
    none = nothing(say)
    rate = "sum by (pbx) (rate(callcheck_event_delay_seconds_count[$__rate_interval]))"
    late = (
        "histogram_quantile(0.99,"
        " sum by (pbx, le) (rate(callcheck_event_delay_seconds_bucket[$__rate_interval])))"
    )
    return [
        curve(
            say("Notikumi sekundē", "Events a second"),
            say("Centrāles notikumi ar laiku, ko callcheck apstrādāja.",
                "Events of the PBX with a time that callcheck handled."),
            [Ask(rate, PBX)], Look(unit="short"), none,
        ),
        curve(
            say("Aizkave", "Delay"),
            say("99 % notikumu apstrādāti ātrāk nekā šajā laikā no to rašanās centrālē. Aug arī,"
                " ja pulksteņi atšķiras.",
                "99 % of the events were handled within this time of their birth on the PBX. It"
                " grows also where the clocks differ."),
            [Ask(late, PBX)], DURATION, none,
        ),
    ]  # fmt: skip


def _store(say: Say) -> list[Panel]:
    none = nothing(say)
    lost = (
        "sum(increase(callcheck_store_dropped_calls_total[1d]))"
        " + sum(increase(callcheck_store_refused_calls_total[1d]))"
    )
    unread = (
        "sum(increase(callcheck_ami_broken_messages_total[1d]))"
        " + sum(increase(callcheck_ami_dropped_messages_total[1d]))"
    )
    return [
        figure(
            say("Gaida saglabāšanu", "Waiting to be stored"),
            say("callcheck_store_pending: beigušies zvani, kas vēl nav datubāzē.",
                "callcheck_store_pending: ended calls not yet in the database."),
            [Ask("sum(callcheck_store_pending)", now=True)],
            Look(decimals=0, steps=((None, GREEN), (100, YELLOW), (1000, RED))), none,
        ),
        figure(
            say("Zaudēti zvani (24 h)", "Calls lost (24 h)"),
            say("Zvani, kuriem rindā nebija vietas vai kurus datubāze nepieņēma.",
                "Calls for which the queue had no room, or that the database refused."),
            [Ask(f"round({lost})", now=True)], Look(decimals=0, steps=BAD_IF_ANY), none,
        ),
        figure(
            say("Nenolasīti ziņojumi (24 h)", "Messages not read (24 h)"),
            say("Centrāles ziņojumi, kurus nevarēja nolasīt vai kuriem nebija vietas.",
                "Messages of the PBX that could not be read, or had no room."),
            [Ask(f"round({unread})", now=True)], Look(decimals=0, steps=BAD_IF_ANY), none,
        ),
        figure(
            say("Nezināmi numuri (7 dienas)", "Unknown numbers (7 days)"),
            say("Zvani no ārpuses uz numuru, kas nepieder nevienai struktūrvienībai:"
                " papildiniet konfigurāciju.",
                "Calls from outside to a number of no unit: add it to the configuration."),
            [Ask(promql.counted("callcheck_unknown_numbers_total", "[7d]", by="pbx"), PBX,
                 now=True)],
            Look(decimals=0, steps=((None, GREEN), (1, YELLOW))), none,
        ),
    ]  # fmt: skip


def _process(say: Say) -> list[Panel]:
    none = nothing(say)
    ours = '{job="callcheck"}'
    return [
        curve(
            say("Sarunas un zvani", "Calls going on"),
            say("callcheck_open_calls katrai centrālei.", "callcheck_open_calls of each PBX."),
            [Ask("sum by (pbx) (callcheck_open_calls)", PBX)], COUNT, none,
        ),
        curve(
            say("Atmiņa", "Memory"),
            say("callcheck procesa atmiņa.", "Memory of callcheck's process."),
            [Ask(f"process_resident_memory_bytes{ours}", "{{instance}}")],
            Look(unit="bytes"), none,
        ),
        curve(
            say("Procesors", "Processor"),
            say("Kodola daļa, ko lieto callcheck; 1 ir viss kodols.",
                "The share of a core that callcheck uses; 1 is a whole core."),
            [Ask(f"rate(process_cpu_seconds_total{ours}[$__rate_interval])", "{{instance}}")],
            Look(unit="percentunit", decimals=1, low=0), none,
        ),
    ]  # fmt: skip
