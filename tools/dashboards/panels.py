"""Figures, pictures and lists in, panels of the SDK out: one look for all dashboards.

A panel does not know its place; `board` puts it there and numbers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import bargauge, stat, table, timeseries
from grafana_foundation_sdk.builders import common as common_b
from grafana_foundation_sdk.builders import dashboard as dashboard_b
from grafana_foundation_sdk.models import common, dashboard
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue as Set

from tools.dashboards.outcomes import Words
from tools.dashboards.sources import (
    API,
    POSTGRESQL,
    PROMETHEUS,
    REF_IDS,
    Ask,
    Flavour,
    api_target,
    sql_target,
)

Panel = stat.Panel | timeseries.Panel | table.Panel | bargauge.Panel
Steps = Sequence[tuple[float | None, str]]

GREEN, YELLOW, RED, BLUE, GREY = "green", "#EAB839", "red", "blue", "#808080"
GOOD_SHARE: Steps = ((None, RED), (0.7, YELLOW), (0.8, GREEN))
"""Colours of a compliance: the aim is 80 %."""
FULL_SHARE: Steps = ((None, RED), (0.95, YELLOW), (0.99, GREEN))
BAD_IF_ANY: Steps = ((None, GREEN), (1, RED))
PLAIN: Steps = ((None, BLUE),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a number is shown."""

    unit: str = "short"
    decimals: int | None = None
    steps: Steps = PLAIN
    low: float | None = None
    high: float | None = None
    words: Sequence[tuple[str, str, str]] = ()
    """(value, text, colour): what to say in the place of a number."""


SHARE = Look(unit="percentunit", decimals=1, steps=GOOD_SHARE, low=0, high=1)
COUNT = Look(unit="none", decimals=0)
"""Not `short`, which would say 2 K for 1,739."""


def figure(
    title: str, about: str, asks: Sequence[Ask], look: Look, nothing: str, *, big: bool = False,
    counts: Sequence[str] = (),
) -> stat.Panel:  # fmt: skip
    """One big number, or some beside each other; `counts` names those that are plain counts."""
    panel = stat.Panel().graph_mode(common.BigValueGraphMode.NONE)
    panel.color_mode(common.BigValueColorMode.BACKGROUND if big else common.BigValueColorMode.VALUE)
    panel.reduce_options(common_b.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    several = len(asks) > 1 or "{{" in asks[0].legend
    panel.text_mode(
        common.BigValueTextMode.VALUE_AND_NAME if several else common.BigValueTextMode.VALUE
    )
    _numbers(panel, look, nothing)
    for name in counts:
        fixed = {"mode": "fixed", "fixedColor": BLUE}
        panel.override_by_name(name, [Set("unit", "none"), Set("decimals", 0), Set("color", fixed)])
    _asked(panel, title, about, asks)
    return panel


def curve(
    title: str, about: str, asks: Sequence[Ask], look: Look, nothing: str, *, stacked: bool = False,
    named: Words | None = None,
) -> timeseries.Panel:  # fmt: skip
    """Numbers over time; a gap stays a gap. `named` says the words and colours of the series."""
    panel = timeseries.Panel().line_width(2).fill_opacity(80 if stacked else 0)
    panel.span_nulls(False).show_points(common.VisibilityMode.AUTO)
    if stacked:
        panel.draw_style(common.GraphDrawStyle.BARS)
        panel.stacking(common_b.StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
    panel.legend(
        common_b.VizLegendOptions().show_legend(True)
        .display_mode(common.LegendDisplayMode.LIST).placement(common.LegendPlacement.BOTTOM)
        .calcs([])
    )  # fmt: skip
    panel.tooltip(
        common_b.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI)
        .sort(common.SortOrder.DESCENDING)
    )  # fmt: skip
    _numbers(panel, look, nothing)
    if look.steps is PLAIN or len(asks) > 1 or "{{" in asks[0].legend:
        panel.color_scheme(
            dashboard_b.FieldColor().mode(dashboard.FieldColorModeId.PALETTE_CLASSIC)
        )
    else:
        panel.thresholds_style(
            common_b.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
        )
    for series, (text, colour) in (named or {}).items():
        fixed = {"mode": "fixed", "fixedColor": colour}
        panel.override_by_name(series, [Set("displayName", text), Set("color", fixed)])
    _asked(panel, title, about, asks)
    return panel


def bars(
    title: str, about: str, asks: Sequence[Ask], colours: Sequence[str | None], nothing: str
) -> bargauge.Panel:
    """One bar for each question, in its own colour; without one it is a line between the bars."""
    panel = bargauge.Panel().orientation(common.VizOrientation.HORIZONTAL)
    panel.display_mode(common.BarGaugeDisplayMode.BASIC).min(0)
    panel.value_mode(common.BarGaugeValueMode.TEXT)
    panel.reduce_options(common_b.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    _numbers(panel, COUNT, nothing)
    for ask, colour in zip(asks, colours, strict=True):
        fixed = Set("color", {"mode": "fixed", "fixedColor": colour or GREY})
        blank = {"type": "value", "options": {"0": {"text": " ", "index": 0}}}
        panel.override_by_name(ask.legend, [fixed] if colour else [fixed, Set("mappings", [blank])])
    _asked(panel, title, about, asks)
    return panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a list: the field of the API and of the view, and how it is shown."""

    name: str
    title: str
    kind: str = "string"
    look: Look | None = None
    width: int | None = None
    least: int = 80
    """It may not become narrower than this."""
    words: Words | None = None
    """What to say in the place of callcheck's words."""
    wrapped: bool = False
    """A long text goes on in a second line."""
    api_only: bool = False
    """The database does not know it: names and titles stand in the configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that both the API and PostgreSQL give, with the same fields."""

    path: str
    params: dict[str, str]
    sql: str
    """Empty: no database knows it, so it always comes from the API."""
    columns: Sequence[Column]


def rows(title: str, about: str, listing: Listing, flavour: Flavour, nothing: str) -> table.Panel:
    """A list. It comes from the API, or by SQL where callcheck's store is PostgreSQL."""
    panel = table.Panel().show_header(True).cell_height(common.TableCellHeight.SM)
    if not listing.sql:
        flavour = "api"
    columns = [c for c in listing.columns if flavour == "api" or not c.api_only]
    if flavour == "api":
        kinds = [(column.name, column.kind) for column in columns]
        panel.datasource(API).with_target(api_target(listing.path, listing.params, kinds))
    else:
        panel.datasource(POSTGRESQL).with_target(sql_target(listing.sql))
    for column in columns:
        panel.override_by_name(column.name, _column(column))
    panel.no_value(nothing)
    return panel.title(title).description(about)


def tiles(
    title: str, about: str, listing: Listing, value: str, look: Look, nothing: str
) -> stat.Panel:
    """A big tile for each row of a list of the API: `value` in it, over it what else is known."""
    panel = stat.Panel().graph_mode(common.BigValueGraphMode.NONE)
    panel.color_mode(common.BigValueColorMode.BACKGROUND)
    panel.text_mode(common.BigValueTextMode.VALUE_AND_NAME)
    panel.reduce_options(
        common_b.ReduceDataOptions().values(True).calcs([]).limit(24).fields(f"/^{value}$/")
    )
    _numbers(panel, look, nothing)
    kinds = [(column.name, column.kind) for column in listing.columns]
    panel.datasource(API).with_target(api_target(listing.path, listing.params, kinds))
    return panel.title(title).description(about)


_UNCOLOURED = {
    "type": "special",
    "options": {"match": "null+nan", "result": {"text": "–", "color": "transparent", "index": 0}},
}
"""Grafana gives a number that is not there the lowest step's colour, which here says bad."""


def _column(column: Column) -> list[Set]:
    settings = [Set("displayName", column.title), Set("noValue", "–")]
    if column.width:
        settings.append(Set("custom.width", column.width))
    else:
        settings.append(Set("custom.minWidth", column.least))
    if column.kind == "timestamp":
        settings.append(Set("unit", "time:YYYY-MM-DD HH:mm"))
    if column.wrapped:
        settings.append(Set("custom.wrapText", True))
    if column.words:
        settings += _said(column.words)
    look = column.look
    if look is not None:
        settings += [Set("unit", look.unit), Set("thresholds", _thresholds(look.steps))]
        if look.decimals is not None:
            settings.append(Set("decimals", look.decimals))
        if look.steps is not PLAIN:
            coloured = {"type": "color-background", "mode": "basic"}
            settings += [Set("custom.cellOptions", coloured), Set("mappings", [_UNCOLOURED])]
    return settings


def _said(words: Words) -> list[Set]:
    options = {
        word: {"text": text, "color": colour, "index": index}
        for index, (word, (text, colour)) in enumerate(words.items())
    }
    said = [Set("mappings", [{"type": "value", "options": options}])]
    if len({colour for _, colour in words.values()}) > 1:
        said.append(Set("custom.cellOptions", {"type": "color-text"}))
    return said


def _asked(panel: Any, title: str, about: str, asks: Sequence[Ask]) -> None:
    panel.title(title).description(about).datasource(PROMETHEUS)
    for ref_id, ask in zip(REF_IDS, asks, strict=False):
        panel.with_target(ask.target(ref_id))


def _numbers(panel: Any, look: Look, nothing: str) -> None:
    panel.unit(look.unit).no_value(nothing)
    if look.decimals is not None:
        panel.decimals(look.decimals)
    if look.low is not None:
        panel.min(look.low)
    if look.high is not None:
        panel.max(look.high)
    panel.thresholds(
        dashboard_b.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE)
        .steps([dashboard.Threshold(value, colour) for value, colour in look.steps])
    )  # fmt: skip
    panel.color_scheme(dashboard_b.FieldColor().mode(dashboard.FieldColorModeId.THRESHOLDS))
    unknown = dashboard.DashboardSpecialValueMapOptions(
        dashboard.SpecialValueMatch.NULL_AND_NAN,
        dashboard.ValueMappingResult(text=nothing, color=GREY, index=len(look.words)),
    )
    words = dashboard.ValueMap({
        value: dashboard.ValueMappingResult(text=text, color=colour, index=index)
        for index, (value, text, colour) in enumerate(look.words)
    })  # fmt: skip
    panel.mappings([*([words] if look.words else []), dashboard.SpecialValueMap(unknown)])


def _thresholds(steps: Steps) -> dict[str, object]:
    return {
        "mode": "absolute",
        "steps": [{"value": value, "color": colour} for value, colour in steps],
    }
