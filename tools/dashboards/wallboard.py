"""The wallboard: what rings at this moment, big enough for the other end of the room."""

from __future__ import annotations

from tools.dashboards import lists
from tools.dashboards.board import Board
from tools.dashboards.panels import COUNT, SHARE, Look, Panel, figure, rows
from tools.dashboards.promql import of_all
from tools.dashboards.sources import Ask, Flavour
from tools.dashboards.unit_head import HOW, nothing
from tools.dashboards.words import Say


def board(say: Say, _flavour: Flavour) -> Board:
    """The dashboard."""
    return Board(
        name="wallboard",
        title=say("Ekrāns pie sienas", "Wallboard"),
        about=say("Kas zvana šobrīd", "What rings now"),
        span="now-1h",
        refresh="5s",
        rows=((6, [(6, panel) for panel in _now(say)]), (16, [(24, _ringing(say))])),
    )


def _now(say: Say) -> list[Panel]:
    none = nothing(say)
    deaf = (("0", say("NEDZIRD", "DEAF"), "red"), ("1", say("klausās", "listening"), "green"))
    return [
        figure(
            say("callcheck", "callcheck"),
            say("Vai callcheck ir pieslēgts katrai centrālei. „NEDZIRD” nozīmē: klusums te neko"
                " nesaka.",
                "Whether callcheck is logged in to every PBX. “DEAF” means that silence says"
                " nothing here."),
            [Ask("min(callcheck_ami_connected)", now=True)],
            Look(words=deaf, steps=((None, "red"), (1, "green"))), none, big=True,
        ),
        figure(
            say("Sarunas un zvani šobrīd", "Calls going on"),
            say("Visi zvani, kas sākušies un nav beigušies.", "All calls begun and not ended."),
            [Ask("sum(callcheck_open_calls)", now=True)], COUNT, none, big=True,
        ),
        figure(
            say("Laikā (24 h)", "In time (24 h)"),
            say(*HOW) + say(" Visas vienības, 24 stundas.", " All units, 24 hours."),
            [Ask(of_all("compliance:ratio1d"), now=True)], SHARE, none, big=True,
        ),
        figure(
            say("Neatbildēti (1 h)", "Missed (1 h)"),
            say("Zvani no ārpuses uz vienībām, uz kuriem pēdējā stundā neatbildēja.",
                "Calls from outside to the units that nobody answered in the last hour."),
            [Ask(f"{of_all('inbound:count1h')} - {of_all('answered:count1h')}", now=True)],
            Look(decimals=0, steps=((None, "green"), (1, "#EAB839"), (5, "red"))), none, big=True,
        ),
    ]  # fmt: skip


def _ringing(say: Say) -> Panel:
    panel = rows(
        say("Zvana šobrīd", "Ringing now"),
        say("Zvani no ārpuses, uz kuriem vēl nav atbildēts, ilgākais augšā. Zvana numurs no"
            " pirmā tālruņa pirmā zvana; no 4. ir par vēlu.",
            "Calls from outside not answered yet, the longest first. The ring number counts from"
            " the first ring of the first phone; from 4 on it is too late."),
        lists.ringing(say), "api", say("neviens nezvana", "nothing rings"),
    )  # fmt: skip
    return panel.cell_height("lg")  # type: ignore[arg-type]
