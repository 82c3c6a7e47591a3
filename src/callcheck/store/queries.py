"""What to look for in, stored calls out: one page, newest first, or one call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, false, select, tuple_

from callcheck.calls.model import Disposition, Micros
from callcheck.store import tables as t
from callcheck.store.cursor import Place, decoded, encoded
from callcheck.store.rows import READ_COLUMNS, Judged, whole
from callcheck.verdict import Result

MOST = 1000
"""The most calls of one page."""
READ = [t.calls.c[name] for name in (*READ_COLUMNS, "timeline")]
"""The columns that a call is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls; None is "any". `result` is that of `rule`, and `rule` alone filters nothing."""

    unit: str | None = None
    allowed_units: frozenset[str] | None = None
    """The units that the asker may see; None for all."""
    since: Micros | None = None
    until: Micros | None = None
    """Exclusive."""
    disposition: Disposition | None = None
    missed: bool = False
    """Only inbound calls that no human answered."""
    result: Result | None = None
    rule: str = t.HEADLINE
    extension: str | None = None
    pbx: str | None = None


def one(connection: Connection, pbx: str, call_id: str) -> Judged | None:
    """A call by its key."""
    if not _storable(pbx, call_id):
        return None
    query = select(*READ).where(t.calls.c.pbx == pbx, t.calls.c.call_id == call_id)
    found = whole(connection, connection.execute(query).all())
    return found[0] if found else None


def page(
    connection: Connection, wanted: CallFilter, limit: int, cursor: str | None, *,
    brief: bool = False,
) -> tuple[list[Judged], str | None]:  # fmt: skip
    """At most `limit` calls and the cursor of the next page, None on the last. Raises BadCursor.

    `brief` leaves out legs, timelines, and all but the headline rule.
    """
    limit = max(1, min(limit, MOST))
    if not _storable(wanted.unit, wanted.extension, wanted.pbx, wanted.rule):
        return [], None
    rows = _newest(connection, wanted, limit, cursor)
    more = len(rows) > limit
    rows = rows[:limit]
    last = rows[-1] if more else None
    next_cursor = encoded(_place(last)) if last else None
    return whole(connection, rows, brief=brief), next_cursor


def _newest(
    connection: Connection, wanted: CallFilter, limit: int, cursor: str | None
) -> list[Row[Any]]:
    """The rows of a page and one more. Of several units each is asked for its newest ones."""
    alone = [wanted]
    if wanted.unit is None and wanted.allowed_units is not None:
        alone = [replace(wanted, unit=unit) for unit in sorted(wanted.allowed_units)]
    rows = [
        row for one_unit in alone for row in connection.execute(page_query(one_unit, limit, cursor))
    ]
    return sorted(rows, key=_place, reverse=True)[: limit + 1]


def _place(row: Row[Any]) -> Place:
    return row.started_at, row.pbx, row.call_id


def _storable(*texts: str | None) -> bool:
    """Whether a database can hold such text at all; to ask for other text would be an error."""
    return all(text.isprintable() for text in texts if text)


def page_query(wanted: CallFilter, limit: int, cursor: str | None) -> Select[Any]:
    """The statement of a page, one row longer, to see whether there are more."""
    by_finding = wanted.result is not None and wanted.rule != t.HEADLINE
    # another rule's findings have their own index by time, so the list is walked from there
    keys = t.findings.c if by_finding else t.calls.c
    query = select(*READ)
    if by_finding:
        same = (t.findings.c.pbx == t.calls.c.pbx) & (t.findings.c.call_id == t.calls.c.call_id)
        query = query.join(t.findings, same)
    query = query.where(*_of_result(wanted, by_finding), *_of_call(wanted, keys))
    if not by_finding and not _has_own_index(wanted):
        query = query.where(_said(t.EVERY))
    if cursor is not None:
        started_at, pbx, call_id = decoded(cursor)
        query = query.where(
            keys.started_at <= started_at,  # what the index can use; the next line breaks ties
            tuple_(keys.started_at, keys.pbx, keys.call_id) < (started_at, pbx, call_id),
        )
    newest = (keys.started_at.desc(), keys.pbx.desc(), keys.call_id.desc())
    return query.order_by(*newest).limit(limit + 1)


def _has_own_index(wanted: CallFilter) -> bool:
    """Whether these calls can be found without walking through all of them by time."""
    unanswered = wanted.disposition not in (None, Disposition.ANSWERED)
    notable = wanted.result in (Result.BREACHED, Result.UNKNOWN)
    named = wanted.unit is not None or wanted.extension is not None
    return named or ((unanswered or notable) and not wanted.missed)


def _of_result(wanted: CallFilter, by_finding: bool) -> list[ColumnElement[bool]]:
    if wanted.result is None:
        return []
    result = wanted.result.value
    if by_finding:
        return [
            t.findings.c.rule == wanted.rule,
            t.findings.c.result == result,
            _said(t.OTHER_RULE),
        ]
    notable = wanted.result in (Result.BREACHED, Result.UNKNOWN)
    return [t.calls.c.verdict == result, *([_said(t.NOTABLE)] if notable else [])]


def _of_call(wanted: CallFilter, keys: Any) -> list[ColumnElement[bool]]:
    c = t.calls.c
    terms = _of_units(wanted, keys)
    if wanted.since is not None:
        terms.append(keys.started_at >= wanted.since)
    if wanted.until is not None:
        terms.append(keys.started_at < wanted.until)
    if wanted.extension is not None:
        terms.append(c.extension == wanted.extension)
    if wanted.pbx is not None:
        terms.append(keys.pbx == wanted.pbx)
    if wanted.missed:
        terms.append(_said(t.MISSED))
    if wanted.disposition is not None:
        terms.append(c.disposition == wanted.disposition.value)
        if wanted.disposition is not Disposition.ANSWERED:
            terms.append(_said(t.UNANSWERED))
    return terms


def _of_units(wanted: CallFilter, keys: Any) -> list[ColumnElement[bool]]:
    unit, allowed = wanted.unit, wanted.allowed_units
    if unit is None:
        return []
    return [keys.unit == unit] if allowed is None or unit in allowed else [false()]


def _said(condition: Any) -> ColumnElement[bool]:
    """An index's own condition, word for word: with a bound value SQLite would not see it."""
    said: ColumnElement[bool] = condition
    return said


def units_seen(connection: Connection) -> list[str]:
    """The units that calls were stored for, sorted, "" (no unit) among them."""
    return sorted(connection.execute(select(t.call_totals.c.unit).distinct()).scalars())
