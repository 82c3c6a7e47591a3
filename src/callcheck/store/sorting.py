"""A batch of calls in; which of them are new, which better than what is stored, out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from callcheck.store import queries, tables
from callcheck.store.rows import Judged, Key


def once_each(batch: Sequence[Judged]) -> dict[Key, Judged]:
    """Each call of a batch, the complete record of it if there is one."""
    wanted: dict[Key, Judged] = {}
    for call, findings in batch:
        key = call.pbx, call.call_id
        if key not in wanted or (call.complete and not wanted[key][0].complete):
            wanted[key] = call, findings
    return wanted


def stored(connection: Connection, keys: Sequence[Key]) -> dict[Key, bool]:
    """Which of these calls are stored, and whether completely."""
    c = tables.calls.c
    found: dict[Key, bool] = {}
    for pbx in {key[0] for key in keys}:
        ids = [call_id for its_pbx, call_id in keys if its_pbx == pbx]
        query = select(c.call_id, c.complete).where(c.pbx == pbx, c.call_id.in_(ids))
        found.update(((pbx, call_id), done) for call_id, done in connection.execute(query))
    return found


def take_out(connection: Connection, keys: Sequence[Key]) -> dict[Key, Judged]:
    """Deletes calls and gives them back."""
    taken: dict[Key, Judged] = {}
    for pbx, call_id in keys:  # rare: calls that were found already running
        judged = queries.one(connection, pbx, call_id)
        if judged is not None:
            taken[pbx, call_id] = judged
            c = tables.calls.c
            connection.execute(delete(tables.calls).where(c.pbx == pbx, c.call_id == call_id))
    return taken
