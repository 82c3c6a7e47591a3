"""Finds stored calls: one page of a list, newest first, or a single call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from callcheck.calls.model import Disposition
from callcheck.judging.figures import CallFilter, JudgedCall
from callcheck.judging.verdict import HEADLINE, Result
from callcheck.store import tables as t
from callcheck.store.calls.cache import CallCache
from callcheck.store.calls.cursor import Place, decoded, encoded
from callcheck.store.calls.reading import judged_calls
from callcheck.store.driver import DriverCursor, driver_cursor, placeholders

MOST = 1000
"""The most calls of one page."""
Term = tuple[Any, ...]
"""A condition, followed by the values of its question marks."""


def one(connection: Connection, pbx: str, call_id: str) -> JudgedCall | None:
    """A call by its key, with its timeline."""
    if not _storable(pbx, call_id):
        return None
    with driver_cursor(connection) as cursor:
        found = judged_calls(cursor, [(pbx, call_id)], timelines=True)
    return found[0] if found else None


def page(
    connection: Connection, wanted: CallFilter, limit: int, cursor: str | None, *,
    cached: CallCache | None = None,
) -> tuple[list[JudgedCall], str | None]:  # fmt: skip
    """At most `limit` calls and the cursor of the next page, None on the last. Raises BadCursor.

    `cached` provides them without timelines; without it they are complete.
    """
    limit = max(1, min(limit, MOST))
    if not _storable(wanted.unit, wanted.extension, wanted.rule):
        return [], None
    place = None if cursor is None else decoded(cursor)
    with driver_cursor(connection) as reading:
        places = _newest(reading, wanted, limit, place)
        next_cursor = encoded(places[limit - 1]) if len(places) > limit else None
        keys = [(pbx, call_id) for _, pbx, call_id in places[:limit]]
        if cached is not None:
            return cached.calls(reading, keys), next_cursor
        return judged_calls(reading, keys, timelines=True), next_cursor


def _newest(
    cursor: DriverCursor, wanted: CallFilter, limit: int, after: Place | None
) -> list[Place]:  # fmt: skip
    """The positions of a page of calls, and of one more call if there is one."""
    places: list[Place] = cursor.all(*page_query(cursor.kind, wanted, limit, after))
    return places


def _storable(*texts: str | None) -> bool:
    """Whether a database can hold such text at all; a query for other text would fail."""
    return all(text.isprintable() for text in texts if text)


def page_query(
    kind: str, wanted: CallFilter, limit: int, after: Place | None
) -> tuple[str, list[Any]]:  # fmt: skip
    """The query for a page and its values. It asks for one call more, to see if a page follows.

    The condition of a partial index must be in the SQL literally: SQLite ignores bound values.
    """
    by_finding = wanted.result is not None and wanted.rule != HEADLINE
    # other rules have an index of findings by time: start from there
    keys = "findings" if by_finding else "calls"
    terms, values = [], []
    for term, *of_term in [*_of_result(wanted, by_finding), *_of_call(wanted, keys)]:
        terms.append(term)
        values += of_term
    if not by_finding and not _has_own_index(wanted):
        terms.append(t.EVERY.text)
    key = f"{keys}.started_at, {keys}.pbx, {keys}.call_id"
    if after is not None:
        # the index serves the first condition; the second breaks ties
        terms += [f"{keys}.started_at <= ?", f"({key}) < (?, ?, ?)"]
        values += [after[0], *after]
    table = "findings JOIN calls USING (pbx, call_id)" if by_finding else "calls"
    text = (
        f"SELECT {key} FROM {table} WHERE {' AND '.join(terms)}"
        f" ORDER BY {key.replace(',', ' DESC,')} DESC LIMIT {limit + 1}"
    )
    return text.replace("?", placeholders(kind, 1)), values


def _has_own_index(wanted: CallFilter) -> bool:
    """Whether an index leads to these calls, without walking through all calls by time."""
    unanswered = wanted.disposition not in (None, Disposition.ANSWERED)
    notable = wanted.result in (Result.BREACHED, Result.UNKNOWN)
    named = wanted.unit is not None or wanted.extension is not None
    return named or ((unanswered or notable) and not wanted.missed)


def _of_result(wanted: CallFilter, by_finding: bool) -> Iterator[Term]:
    if wanted.result is None:
        return
    if by_finding:
        yield "findings.rule = ?", wanted.rule
        yield "findings.result = ?", wanted.result.value
        yield (t.OTHER_RULE.text,)
    else:
        yield "verdict = ?", wanted.result.value
        if wanted.result in (Result.BREACHED, Result.UNKNOWN):
            yield (t.NOTABLE.text,)


def _of_call(wanted: CallFilter, keys: str) -> Iterator[Term]:
    for term, value in (
        (f"{keys}.unit = ?", wanted.unit),
        (f"{keys}.started_at >= ?", wanted.since),
        (f"{keys}.started_at < ?", wanted.until),
        ("extension = ?", wanted.extension),
        ("disposition = ?", wanted.disposition and wanted.disposition.value),
    ):
        if value is not None:
            yield term, value
    if wanted.missed:
        yield (t.MISSED.text,)
    if wanted.disposition not in (None, Disposition.ANSWERED):
        yield (t.UNANSWERED.text,)


def units_seen(connection: Connection) -> list[str]:
    """The units with stored calls, sorted; "" stands for no unit."""
    return sorted(connection.execute(select(t.call_totals.c.unit).distinct()).scalars())
