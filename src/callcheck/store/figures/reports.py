"""Lists over a span of time: who helped whom, who was missed again, who was sent around.

Each query uses a partial index of the few calls that it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from callcheck.calls.model import Micros
from callcheck.judging.figures import HelpGiven, MissedCaller
from callcheck.store import tables as t
from callcheck.store.driver import placeholders


@dataclass(frozen=True, slots=True)
class Span:
    """Calls that started from `since` to before `until`."""

    since: Micros
    until: Micros


def helps(connection: Connection, unit: str, span: Span, limit: int) -> list[HelpGiven]:
    """Who took calls for whom, most calls first."""
    return [HelpGiven(*row) for row in connection.execute(helps_query(unit, span, limit))]


def helps_query(unit: str, span: Span, limit: int) -> Select[Any]:
    """The query of `helps`."""
    c = t.calls.c
    whom = func.coalesce(c.picked_up_for, c.forwarded_from)
    calls = func.count()
    return (
        select(c.answered_by, whom, func.coalesce(c.answered_via, ""), calls)
        .where(t.HELPED, c.unit == unit, *_in(span))
        .group_by(c.answered_by, whom, c.answered_via)
        .order_by(calls.desc(), c.answered_by, whom, c.answered_via)
        .limit(limit)
    )


def missed_again(
    connection: Connection, unit: str | None, span: Span, limit: int
) -> list[MissedCaller]:  # fmt: skip
    """Callers who were missed more than once, most often first."""
    return [MissedCaller(*row) for row in connection.execute(missed_again_query(unit, span, limit))]


def missed_again_query(unit: str | None, span: Span, limit: int) -> Select[Any]:
    """The query of `missed_again`."""
    c = t.calls.c
    calls, last = func.count(), func.max(c.started_at)
    mine = (t.MISSED_ANYWHERE,) if unit is None else (t.MISSED, c.unit == unit)
    return (
        select(c.caller, calls, func.count(c.unit.distinct()), last)
        .where(*mine, c.caller.is_not(None), *_in(span))
        .group_by(c.caller)
        .having(calls > 1)
        .order_by(calls.desc(), last.desc(), c.caller)
        .limit(limit)
    )


def sent_around_query(
    kind: str, unit: str | None, span: Span, limit: int
) -> tuple[str, list[Any]]:  # fmt: skip
    """The query for the keys of calls with several transfers, newest first, and its values."""
    mine = "" if unit is None else " AND unit = ?"
    text = (
        f"SELECT pbx, call_id FROM calls WHERE {t.SENT_AROUND.text}{mine} AND started_at >= ?"
        f" AND started_at < ? ORDER BY started_at DESC, pbx DESC, call_id DESC LIMIT {limit}"
    ).replace("?", placeholders(kind, 1))
    return text, [*([] if unit is None else [unit]), span.since, span.until]


def _in(span: Span) -> tuple[Any, Any]:
    c = t.calls.c
    return c.started_at >= span.since, c.started_at < span.until
