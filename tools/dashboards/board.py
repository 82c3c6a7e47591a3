"""Rows of panels in, a dashboard out: numbered, placed on the 24 columns, refreshed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import dashboard as dashboard_b
from grafana_foundation_sdk.models import dashboard

from tools.dashboards.panels import Panel
from tools.dashboards.sources import PROMETHEUS
from tools.dashboards.words import Language, Say

COLUMNS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What a dashboard is made of. A row is (height, panels with their widths)."""

    name: str
    """Its file, and the middle of its address."""
    title: str
    about: str
    rows: Sequence[tuple[int, Sequence[tuple[int, Panel]]]]
    span: str = "now-7d"
    refresh: str = "1m"
    of_one_unit: bool = False
    tags: Sequence[str] = field(default=("callcheck",))


def built(board: Board, language: Language, say: Say) -> dashboard_b.Dashboard:
    """The dashboard. Raises ValueError for a row that is wider than the page."""
    made = dashboard_b.Dashboard(board.title).uid(f"callcheck-{board.name}-{language}")
    made.description(board.about).tags([*board.tags, language])
    made.time(board.span, "now").refresh(board.refresh).timezone("browser")
    made.editable().tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
    if board.of_one_unit:
        made.with_variable(_unit(say))
    _place(made, board.rows)
    return made


def _place(
    made: dashboard_b.Dashboard, rows: Sequence[tuple[int, Sequence[tuple[int, Panel]]]]
) -> None:
    number, y = 0, 0
    for height, panels in rows:
        x = 0
        for width, panel in panels:
            number += 1
            panel.id(number).grid_pos(dashboard.GridPos(h=height, w=width, x=x, y=y))
            made.with_panel(panel)
            x += width
        if x > COLUMNS:
            raise ValueError(f"a row of {x} columns, the page has {COLUMNS}")
        y += height


def _unit(say: Say) -> dashboard_b.QueryVariable:
    """The units that there are, from the label; calls of no unit are left out."""
    query = 'label_values(callcheck_findings_total{unit!=""}, unit)'
    return (
        dashboard_b.QueryVariable("unit").label(say("Struktūrvienība", "Unit"))
        .datasource(PROMETHEUS).query({"query": query, "refId": "unit"})
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard.VariableSort.ALPHABETICAL_ASC).multi(False).include_all(False)
    )  # fmt: skip
