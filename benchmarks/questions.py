"""What the API, a dashboard and Prometheus are asked of the stored calls of `many_calls`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

from benchmarks.many_calls import DAY, END, SECOND, extensions, unit_ids
from tests.dashboards.reading import panels, substituted

Ask = Callable[[int], str]
"""A path with its query, another one for every number."""


def questions(ids: list[str]) -> list[tuple[str, str, Ask]]:
    """(what, target, how it is asked)."""
    units, phones = unit_ids(), [e for n in range(len(unit_ids())) for e in extensions(n)]

    def unit(n: int) -> str:
        return units[n % len(units)]

    def days(back: int, n: int = 0) -> dict[str, str]:
        # not at whole hours: a dashboard's time range seldom is
        end = END - n * 7 * DAY - 17 * 60 * SECOND
        return {"from": iso(end - back * DAY), "to": iso(end)}

    def whole_days(back: int, n: int) -> dict[str, str]:
        # from midnight, as the dashboards ask
        return {**days(back, n), "from": days(back, n)["from"][:10]}

    def of(path: str, **query: str) -> str:
        return f"/api/v1/{path}?{urlencode(query)}"

    return [
        ("units side by side, 24 h", "<= 20", lambda n: of("tables/units", **days(1, n))),
        ("one unit, 24 h", "<= 20", lambda n: of(f"units/{unit(n)}/summary", **days(1, n))),
        ("one unit, 30 days by day", "<= 40",
         lambda n: of(f"units/{unit(n)}/summary", step="1d", **whole_days(30, n))),
        ("all units, 30 days by day", "<= 40",
         lambda n: of("tables/series", step="1d", **whole_days(30, n))),
        ("all units, 30 days by day, odd minutes", "",
         lambda n: of("tables/series", step="1d", **days(30, n))),
        ("last 100 missed calls", "<= 5",
         lambda n: of("tables/missed", limit="100", **days(30, n))),
        ("last 100 missed calls of a unit", "<= 5",
         lambda n: of("tables/missed", limit="100", unit=unit(n), **days(30, n))),
        ("last 50 calls of an extension", "<= 5",
         lambda n: of("calls", limit="50", extension=phones[n * 37 % len(phones)])),
        ("one call", "<= 5", lambda n: f"/api/v1/calls/main/{ids[n % len(ids)]}"),
        ("newest 100 calls", "", lambda n: of("calls", **days(400, n))),
        ("newest 100 of a unit", "", lambda n: of("calls", unit=unit(n))),
        ("newest 100 breached", "", lambda _: of("calls", result="breached")),
        ("newest 100 of another rule", "",
         lambda _: of("calls", rule="colleague_pickup", result="breached")),
        ("newest 100 to voicemail", "", lambda _: of("calls", disposition="voicemail")),
        *_lists(),
        ("hour by weekday, all units, 92 days", "", lambda n: of("tables/hours", **days(92, n))),
        ("units side by side, 92 days", "", lambda n: of("tables/units", **days(92, n))),
        ("one unit, 2 years", "", lambda n: of(f"units/{unit(n)}/summary")),
        ("absences", "", lambda _: of("absences")),
        ("extensions", "", lambda _: of("extensions")),
        ("/metrics", "<= 50", lambda _: "/metrics"),
    ]  # fmt: skip


def _lists() -> Iterator[tuple[str, str, Ask]]:
    """What the dashboards ask the API for, over seven days."""
    for board, panel in panels("en"):
        for target in panel["targets"]:
            if "url" not in target:
                continue
            params = {one["key"]: one["value"] for one in target["url_options"]["params"]}

            def path(n: int, url: str = target["url"], params: dict[str, str] = params) -> str:
                held = values(n)
                query = {key: substituted(value, held) for key, value in params.items()}
                return f"{url}?{urlencode(query)}"

            yield f"dashboard {board}: {panel['title']}", "", path


def values(n: int) -> dict[str, str]:
    """Grafana's variables for seven days, and for the n-th unit."""
    units = unit_ids()
    start, end = END - 7 * DAY - 17 * 60 * SECOND, END - 17 * 60 * SECOND
    return {
        "${__from:date:iso}": iso(start), "${__to:date:iso}": iso(end),
        "${__from:date:YYYY-MM-DD}": iso(start)[:10], "${unit}": units[n % len(units)],
        "${unit:sqlstring}": f"'{units[n % len(units)]}'",
        "$__unixEpochFrom()": str(start // SECOND), "$__unixEpochTo()": str(end // SECOND),
    }  # fmt: skip


def iso(at: int) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
