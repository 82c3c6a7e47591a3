"""A batch of judged calls in, kept once each with all that is counted of them; the new ones out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete

from callcheck.calls.model import Millis
from callcheck.judging.figures import JudgedCall, SavedCall, Totals
from callcheck.judging.wait import Clock
from callcheck.store import tables
from callcheck.store.calls import queries, rows
from callcheck.store.calls.rows import Key
from callcheck.store.driver import Straight, insert_text, marks, straight
from callcheck.store.figures import hourly as hours
from callcheck.store.figures import totals
from callcheck.store.figures.counted import Counted, counted
from callcheck.store.figures.local_days import Days


@dataclass(frozen=True, slots=True)
class Counting:
    """How a house counts: the histogram's edges, the rule's clock, the hours' limits, its days."""

    edges: tuple[Millis, ...]
    clock: Clock
    limits: hours.Limits
    days: Days


def put(connection: Connection, batch: Sequence[JudgedCall], by: Counting) -> list[SavedCall]:
    """Stores what is new or better; gives that back, in the order of the batch."""
    wanted = once_each(batch)
    with straight(connection) as cursor:
        stored = _stored(cursor, list(wanted))
        better = [key for key, judged in wanted.items() if judged[0].complete
                  and stored.get(key) is False]  # fmt: skip
        of_hours = hours.Change(by.limits)
        of_hours.count(hours.of_calls(connection, better) if better else (), -1)
        replaced = _take_out(connection, better)
        saved = [
            SavedCall(call, findings, replaced.get(key))
            for key, (call, findings) in wanted.items()
            if key not in stored or key in replaced
        ]
        counts = [counted(s.call, s.findings, by.clock) for s in saved]
        of_hours.count(counts)
        with cursor.together():
            _insert(cursor, saved, counts)
            hours.save(cursor, of_hours, by.days)
            totals.add(cursor, _change(saved, by.edges))
    return saved


def once_each(batch: Sequence[JudgedCall]) -> Mapping[Key, JudgedCall]:
    """Each call of a batch, the complete record of it if there is one."""
    wanted: dict[Key, JudgedCall] = {}
    for call, findings in batch:
        key = call.pbx, call.call_id
        if key not in wanted or (call.complete and not wanted[key][0].complete):
            wanted[key] = call, findings
    return wanted


def _stored(cursor: Straight, keys: Sequence[Key]) -> dict[Key, bool]:
    """Which of these calls are stored, and whether completely."""
    found: dict[Key, bool] = {}
    for pbx in {key[0] for key in keys}:
        ids = [call_id for its_pbx, call_id in keys if its_pbx == pbx]
        query = (
            f"SELECT call_id, complete FROM calls WHERE pbx = {marks(cursor.kind, 1)} "
            f"AND call_id IN ({marks(cursor.kind, len(ids))})"
        )
        found.update(
            ((pbx, call_id), bool(done)) for call_id, done in cursor.all(query, [pbx, *ids])
        )
    return found


def _take_out(connection: Connection, keys: Sequence[Key]) -> dict[Key, JudgedCall]:
    """Deletes calls and gives them back."""
    taken: dict[Key, JudgedCall] = {}
    for pbx, call_id in keys:  # rare: calls that were found already running
        judged = queries.one(connection, pbx, call_id)
        if judged is not None:
            taken[pbx, call_id] = judged
            c = tables.calls.c
            connection.execute(delete(tables.calls).where(c.pbx == pbx, c.call_id == call_id))
    return taken


def _insert(cursor: Straight, saved: Sequence[SavedCall], counts: Sequence[Counted]) -> None:
    calls = [rows.call_values(s.call, count) for s, count in zip(saved, counts, strict=True)]
    legs = [row for s in saved for row in rows.leg_values(s.call)]
    findings = [row for s in saved for row in rows.finding_values(s.call, s.findings)]
    for table, columns, new in (
        (tables.calls, rows.CALL_COLUMNS, calls),
        (tables.legs, rows.LEG_COLUMNS, legs),
        (tables.findings, rows.FINDING_COLUMNS, findings),
    ):
        cursor.many(insert_text(cursor.kind, table, columns), new)


def _change(saved: Sequence[SavedCall], edges: tuple[Millis, ...]) -> Totals:
    change = Totals(edges)
    for one in saved:
        change.count((one.call, one.findings))
        if one.replaced:
            change.count(one.replaced, -1)
    return change
