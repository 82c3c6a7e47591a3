"""The wallboard: what rings at this moment, big enough for the other end of the room."""

from __future__ import annotations

from tools.dashboards import lists
from tools.dashboards.board import Board
from tools.dashboards.common import deaf, in_time, nothing
from tools.dashboards.lists import RINGING
from tools.dashboards.panels import COUNT, Look, Panel, figure, rows, tiles
from tools.dashboards.promql import of_all
from tools.dashboards.sources import Ask, Flavour
from tools.dashboards.words import Say


def board(say: Say, _flavour: Flavour) -> Board:
    """The dashboard."""
    return Board(
        name="wallboard",
        title=say("Sienas ekrāns", "Wallboard"),
        about=say("Kas zvana šobrīd", "What rings now"),
        span="now-1h",
        refresh="5s",
        rows=(
            (5, [(6, panel) for panel in _now(say)]),
            (9, [(24, _big(say))]),
            (8, [(24, _ringing(say))]),
        ),
    )


def _now(say: Say) -> list[Panel]:
    none = nothing(say)
    return [
        figure(
            say("callcheck", "callcheck"),
            say("Vai callcheck ir pieslēgts katrai centrālei. „NEDZIRD” nozīmē: klusums te neko"
                " nesaka.",
                "Whether callcheck is logged in to every PBX. “DEAF” means that silence says"
                " nothing here."),
            [Ask("min(callcheck_ami_connected)", now=True)],
            Look(words=deaf(say), steps=((None, "red"), (1, "green"))), none, big=True,
        ),
        figure(
            say("Sarunas un zvani šobrīd", "Calls going on"),
            say("Visi zvani, kas sākušies un nav beigušies.", "All calls begun and not ended."),
            [Ask("sum(callcheck_open_calls)", now=True)], COUNT, none, big=True,
        ),
        in_time(
            say, say("Laikus (24 h)", "In time (24 h)"),
            say(" Visas struktūrvienības, 24 stundas.", " All units, 24 hours."), "1d",
        ),
        figure(
            say("Neatbildēti (1 h)", "Missed (1 h)"),
            say("Zvani no ārpuses uz struktūrvienībām, uz kuriem pēdējā stundā neatbildēja.",
                "Calls from outside to the units that nobody answered in the last hour."),
            [Ask(f"{of_all('inbound:count1h')} - {of_all('answered:count1h')}", now=True)],
            Look(decimals=0, steps=((None, "green"), (1, "#EAB839"), (5, "red"))), none, big=True,
        ),
    ]  # fmt: skip


def _big(say: Say) -> Panel:
    return tiles(
        say("Zvana šobrīd", "Ringing now"),
        say("Katrs lauks ir zvans no ārpuses, uz kuru vēl nav atbildēts. Lielais skaitlis: kurš"
            " zvans pēc kārtas skan, skaitot no pirmā tālruņa pirmā zvana. Trešais ir pēdējais"
            " laikus; no ceturtā ir par vēlu.",
            "Each tile is a call from outside not answered yet. The big number: which ring it is,"
            " counted from the first ring of the first phone. The third is the last in time; from"
            " the fourth on it is too late."),
        lists.ring_numbers(say), "ring", Look(decimals=0, steps=RINGING),
        say("neviens nezvana", "nothing rings"),
    )  # fmt: skip


def _ringing(say: Say) -> Panel:
    panel = rows(
        say("Kam un cik ilgi zvana", "For whom, and how long"),
        say("Tie paši zvani, ilgākais augšā.", "The same calls, the longest first."),
        lists.ringing(say), "api", say("neviens nezvana", "nothing rings"),
    )  # fmt: skip
    return panel.cell_height("lg")  # type: ignore[arg-type]
