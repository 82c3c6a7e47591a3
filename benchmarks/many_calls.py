"""A store in, two years of a ministry's calls in it out: one week is saved, then copied back.

The week goes through the store itself; its copies are made by the database, from the store's own
tables, with the times moved, the hours' counts too. The counters are multiplied, and the days
counted anew.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table
from sqlalchemy.schema import CreateIndex

from callcheck.calls.model import (
    Call,
    Did,
    Direction,
    Disposition,
    HungUpBy,
    Leg,
    LegResult,
    Micros,
    RingSource,
    Step,
    TimeSource,
    Via,
)
from callcheck.judging.verdict import Judge
from callcheck.store import Store, tables

WEEKS = 104
UNITS, MEMBERS = 24, 84
CALLERS = 200_000
SECOND: Micros = 1_000_000
DAY = 86_400 * SECOND
END: Micros = 1_795_190_400 * SECOND
"""2026-11-20 18:00 in Riga, a Friday: the last day of the newest week is a working day."""
ENDINGS = {
    Disposition.ANSWERED: 82, Disposition.ABANDONED: 8, Disposition.NO_ANSWER: 5,
    Disposition.BUSY: 2, Disposition.VOICEMAIL: 2, Disposition.UNREACHABLE: 1,
}  # fmt: skip
VIAS = {
    Via.DIRECT: 72, Via.GROUP: 8, Via.QUEUE: 8, Via.FORWARD: 5, Via.PICKUP: 5, Via.TRANSFER: 2,
}  # fmt: skip
_UNANSWERED_LEG = {
    Disposition.ABANDONED: LegResult.CANCELLED, Disposition.NO_ANSWER: LegResult.NO_ANSWER,
    Disposition.BUSY: LegResult.BUSY, Disposition.VOICEMAIL: LegResult.NO_ANSWER,
    Disposition.UNREACHABLE: LegResult.UNREACHABLE,
}  # fmt: skip


def unit_ids() -> list[str]:
    return [f"unit-{n:02}" for n in range(UNITS)]


def extensions(unit: int) -> list[str]:
    return [str(1000 + unit * 100 + n) for n in range(MEMBERS)]


def fill(store: Store, judge: Judge, wanted: int) -> None:
    """Puts about `wanted` calls into an empty store and closes it; to open it counts the days."""
    weeks = min(WEEKS, max(2, wanted // 1000))
    chance = random.Random(5)
    moments = sorted(_moment(chance) for _ in range(wanted // weeks))
    batch = []
    for n, at in enumerate(moments):
        call = _call(chance, n, at)
        batch.append((call, judge(call)))
        if len(batch) == 500 or n == len(moments) - 1:
            store.save(batch)
            batch = []
    _copy_back(store, weeks)
    store.close()


def _moment(chance: random.Random) -> Micros:
    """Mostly in working hours, which lie in the ten hours before 18:00; some at the weekend."""
    day = chance.choices(range(7), (2, 1, 20, 20, 19, 19, 19))[0]
    back = chance.triangular(0, 10, 7) if chance.random() < 0.95 else chance.uniform(0, 24)
    return END - (6 - day) * DAY - int(back * 3600 * SECOND)


def _call(chance: random.Random, n: int, at: Micros) -> Call:
    unit = int(chance.triangular(0, UNITS, 3))
    asked, other = chance.choices(extensions(unit), k=2)
    direction = chance.choices(list(Direction), (70, 20, 10))[0]
    ending = chance.choices(list(ENDINGS), list(ENDINGS.values()))[0]
    via = chance.choices(list(VIAS), list(VIAS.values()))[0]
    answered = ending is Disposition.ANSWERED
    rang = min(60.0, chance.expovariate(1 / 9) + 1) if answered else chance.uniform(2, 45)
    ring, until = at + SECOND // 5, at + SECOND // 5 + int(rang * SECOND)
    end = until + int(chance.expovariate(1 / 90) * SECOND) if answered else until
    helper = other if answered and via in (Via.PICKUP, Via.FORWARD) else asked
    caller = f"c-{chance.randrange(CALLERS):012x}"
    return Call(
        pbx="main", call_id=f"{at // SECOND}.{n}", direction=direction, caller=caller,
        dialed=f"67{asked}", extension=asked, unit=f"unit-{unit:02}", public=True, started_at=at,
        ring_started_at=ring, answered_at=until if answered else None, ringing_ended_at=until,
        ended_at=end, disposition=ending, complete=True, time_source=TimeSource.EVENT,
        ring_source=RingSource.RINGING, answered_by=helper if answered else None,
        answered_via=via if answered else None,
        picked_up_for=asked if answered and via is Via.PICKUP else None,
        forwarded_from=asked if answered and via is Via.FORWARD else None,
        forwarded_to=other if answered and via is Via.FORWARD else None,
        transfers=chance.choices((0, 1, 2, 3), (90, 8, 1.5, 0.5))[0] if answered else 0,
        final_party=helper if answered else None,
        hung_up_by=chance.choice(list(HungUpBy)),
        legs=tuple(_legs(chance, n, asked, (ring, until), ending)),
        timeline=(
            Step(at, Did.STARTED, caller, f"67{asked}"), Step(at, Did.DIALED, None, asked),
            Step(ring, Did.RINGING, asked),
            *([Step(until, Did.ANSWERED, helper)] if answered else []),
            Step(end, Did.HUNG_UP, HungUpBy.CALLER.value),
        ),
    )  # fmt: skip


def _legs(
    chance: random.Random, n: int, asked: str, rang: tuple[Micros, Micros], ending: Disposition
) -> Iterator[Leg]:
    result = _UNANSWERED_LEG.get(ending, LegResult.ANSWERED)
    for more in range(1 + (chance.random() < 0.2)):
        device = f"PJSIP/{asked}"
        yield Leg(asked, None, device, f"{device}-{n + more:08x}", rang[0], rang[0], rang[1],
                  RingSource.RINGING, result, None, (rang[1] - rang[0]) // 1000)  # fmt: skip


def _copy_back(store: Store, weeks: int) -> None:
    copied = (tables.calls, tables.legs, tables.findings, tables.hour_totals)
    indexes = [index for table in copied for index in table.indexes]
    for index in indexes:  # made at the end: sorted once, not searched for every row
        index.drop(store.engine)
    raw = store.engine.raw_connection()
    run: Any = raw.driver_connection.execute  # type: ignore[union-attr]
    for setting in _HASTY[store.engine.dialect.name]:
        run(setting)
    for table in copied:
        run(f"CREATE TEMP TABLE week_of_{table.name} AS SELECT * FROM {table.name}")
    for table in reversed(copied):
        run(f"DELETE FROM {table.name}")
    raw.commit()
    for back in reversed(range(weeks)):
        for table in copied:
            run(_moved(table, back * 7 * DAY))
        raw.commit()
    for table in (tables.call_totals, tables.finding_totals, tables.ring_totals):
        sums = ", ".join(f"{n} = {n} * {weeks}" for n in ("n", "sum_ms") if n in table.c)
        run(f"UPDATE {table.name} SET {sums}")
    run("DELETE FROM meta WHERE key = 'days'")
    for index in indexes:
        run(str(CreateIndex(index).compile(store.engine)))
    raw.commit()
    raw.detach()
    raw.close()


_HASTY = {
    # the copies are as whole as the week: no need to look up every row's call
    "sqlite": ["PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "BEGIN IMMEDIATE"],
    "postgresql": [
        "SET session_replication_role = replica", "SET synchronous_commit = off",
        "SET maintenance_work_mem = '1GB'",
    ],
}  # fmt: skip


def _moved(table: Table, back: Micros) -> str:
    """A statement that adds the week's rows again, so much earlier."""
    values = []
    for name in table.c.keys():  # noqa: SIM118 - a collection of columns is no dict
        if name == "call_id":
            seconds = f"CAST(substr(call_id, 1, 10) AS BIGINT) - {back // SECOND}"
            values.append(f"CAST({seconds} AS TEXT) || substr(call_id, 11)")
        else:
            is_time = name == "hour" or name.endswith("_at")
            values.append(f'"{name}" - {back}' if is_time else f'"{name}"')
    names = ", ".join(f'"{name}"' for name in table.c.keys())  # noqa: SIM118
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {', '.join(values)} FROM week_of_{table.name}"
    )
