"""Saves a batch of judged calls, each once, together with everything that is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, select, tuple_

from callcheck.calls.model import Micros, Millis
from callcheck.judging.figures import JudgedCall, SavedCall, Totals
from callcheck.store import tables
from callcheck.store.calls import queries, rows
from callcheck.store.calls.repeated import apart
from callcheck.store.calls.rows import CallKey
from callcheck.store.driver import DriverCursor, driver_cursor, insert_sql
from callcheck.store.figures import hourly as hours
from callcheck.store.figures import totals
from callcheck.store.figures.counted import Counted, counted
from callcheck.store.figures.settings import CountSettings

SLICE = 500
"""Calls that a purge deletes in one transaction: the writer waits about 10 ms for it."""


def put(connection: Connection, batch: Sequence[JudgedCall], by: CountSettings) -> list[SavedCall]:
    """Stores the calls that are new, or complete where an incomplete one is stored. Returns what
    changed, in the order of the batch."""
    with driver_cursor(connection) as cursor:
        named, stored = apart(cursor, batch)
        wanted = once_each(named)
        better = [key for key, judged in wanted.items() if judged[0].complete
                  and key in stored and not stored[key].complete]  # fmt: skip
        of_hours = hours.CountsChange(by.limits)
        of_hours.count(hours.of_calls(connection, better) if better else (), -1)
        replaced = _take_out(connection, better)
        saved = [
            SavedCall(call, findings, replaced.get(key))
            for key, (call, findings) in wanted.items()
            if key not in stored or key in replaced
        ]
        counts = [counted(s.call, s.findings, by.clock) for s in saved]
        of_hours.count(counts)
        with cursor.pipelined():
            _insert(cursor, saved, counts)
            hours.save(cursor, of_hours, by.days)
            totals.add(cursor, _change(saved, by.edges))
    return saved


def once_each(batch: Sequence[JudgedCall]) -> Mapping[CallKey, JudgedCall]:
    """One record of each call in a batch, a complete one if there is any."""
    wanted: dict[CallKey, JudgedCall] = {}
    for call, findings in batch:
        key = call.pbx, call.call_id
        if key not in wanted or (call.complete and not wanted[key][0].complete):
            wanted[key] = call, findings
    return wanted


def _take_out(connection: Connection, keys: Sequence[CallKey]) -> dict[CallKey, JudgedCall]:
    """Deletes calls and returns them."""
    taken: dict[CallKey, JudgedCall] = {}
    for pbx, call_id in keys:  # rare: calls that were already in progress when callcheck connected
        judged = queries.one(connection, pbx, call_id)
        if judged is not None:
            taken[pbx, call_id] = judged
            c = tables.calls.c
            connection.execute(delete(tables.calls).where(c.pbx == pbx, c.call_id == call_id))
    return taken


def _insert(cursor: DriverCursor, saved: Sequence[SavedCall], counts: Sequence[Counted]) -> None:
    calls = [rows.call_values(s.call, count) for s, count in zip(saved, counts, strict=True)]
    legs = [row for s in saved for row in rows.leg_values(s.call)]
    findings = [row for s in saved for row in rows.finding_values(s.call, s.findings)]
    for table, columns, new in (
        (tables.calls, rows.CALL_COLUMNS, calls),
        (tables.legs, rows.LEG_COLUMNS, legs),
        (tables.findings, rows.FINDING_COLUMNS, findings),
    ):
        cursor.many(insert_sql(cursor.kind, table, columns), new)


def _change(saved: Sequence[SavedCall], edges: tuple[Millis, ...]) -> Totals:
    change = Totals(edges)
    for one in saved:
        change.count((one.call, one.findings))
        if one.replaced:
            change.count(one.replaced, -1)
    return change


def delete_slice(connection: Connection, before: Micros, by: CountSettings) -> int:
    """Deletes the oldest calls that began before a time, at most `SLICE`; returns how many."""
    c = tables.calls.c
    oldest = (
        select(c.pbx, c.call_id)
        .where(c.started_at < before, tables.EVERY)
        .order_by(c.started_at)
        .limit(SLICE)
    )
    gone = delete(tables.calls).where(tuple_(c.pbx, c.call_id).in_(oldest))
    deleted = connection.execute(gone.returning(*hours.COUNTED)).all()
    change = hours.CountsChange(by.limits)
    change.count(deleted, -1)
    with driver_cursor(connection) as cursor:
        hours.save(cursor, change, by.days)
    return len(deleted)
