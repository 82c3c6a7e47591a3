"""What is asked of Prometheus: windows and units in, expressions out; one place for each figure.

The figures for fixed windows (1h, 1d, 7d, 30d) are the recording rules of
dashboards/prometheus/rules.yml, which the alerts share. A share without a call has no value, so
that the panel says "no data", never 100 %. Counts are the last value minus the lowest one, as
there: whole numbers, equal to the store's.
"""

from __future__ import annotations

ONE = 'unit="$unit"'
"""The unit chosen on the dashboard."""
NAMED = 'unit!=""'
"""All configured units; calls of no unit are the empty label."""
Z2 = 1.959963984540054**2


def of_unit(figure: str) -> str:
    """A recorded figure of the unit chosen: `compliance:ratio7d`."""
    return f"unit:callcheck_{figure}{{{ONE}}}"


def of_all(figure: str) -> str:
    """A recorded figure of all units together."""
    return f"site:callcheck_{figure}"


def by_unit(figure: str) -> str:
    """A recorded figure of each unit."""
    return f"unit:callcheck_{figure}"


def compliance_before(window: str) -> str:
    """The compliance of the unit chosen in the window before this one; that is not recorded."""
    met, judged = (
        counted(f"unit_instance:callcheck_{what}:total{{{ONE}}}", f"[{window}] offset {window}")
        for what in ("met", "judged")
    )
    return f"{met} / ({judged} > 0)"


def wilson(sign: str, window: str) -> str:
    """An end of the Wilson 95 % interval of the unit's compliance; `sign` is - or +."""
    n = f"({of_unit(f'judged:count{window}')} > 0)"
    p = of_unit(f"compliance:ratio{window}")
    spread = f"sqrt({Z2:.6f} * ({p} * (1 - {p}) / {n} + {Z2 / 4:.6f} / {n} ^ 2))"
    return f"({p} + {Z2 / 2:.6f} / {n} {sign} {spread}) / (1 + {Z2:.6f} / {n})"


def counted(series: str, window: str, by: str = "") -> str:
    """How much a stored counter grew; the window with its brackets."""
    grouping = f" by ({by}) " if by else ""
    return f"sum{grouping}(last_over_time({series}{window}) - min_over_time({series}{window}))"


def rang_in(window: str, above: int | None, until: int | None) -> str:
    """Inbound calls of the unit whose ringing ended after ring `above` and by the end of `until`.

    How long a ring is, callcheck says itself: it depends on the country.
    """
    whole = _rang(window, until)
    return whole if above is None else f"{whole} - {_rang(window, above)}"


def _rang(window: str, until: int | None) -> str:
    if until is None:
        inf = f'callcheck_ring_seconds_bucket{{{ONE},le="+Inf"}}'
        return counted(inf, f"[{window}]")
    edge = f'count_values("le", {until} * max(callcheck_ring_period_seconds))'
    # a bucket is called 15.0 where a number is written 15
    edge = f'label_replace({edge}, "le", "$1.0", "le", "([0-9]+)")'
    buckets = counted(f"callcheck_ring_seconds_bucket{{{ONE}}}", f"[{window}]", by="le")
    return f"sum({buckets} and on (le) {edge})"


def heard(window: str) -> str:
    """The share of a window in which every PBX was heard; the worst PBX counts."""
    return f"min(pbx:callcheck_coverage:ratio{window})"
