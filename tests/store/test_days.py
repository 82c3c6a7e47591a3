"""Counts by local day: whole days in every timezone, and always equal to the calls."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text

from callcheck.calls.model import Micros
from callcheck.judging.verdict import Result
from callcheck.store import Store
from callcheck.store import tables as t
from callcheck.store.figures.local_days import HOUR, LocalDays
from tests.store.conftest import EDGES, counting_calls
from tests.store.samples import a_call, judged, said

RIGA = ZoneInfo("Europe/Riga")


def midnight(month: int, day: int, zone: ZoneInfo = RIGA) -> Micros:
    return int(datetime(2026, month, day, tzinfo=zone).timestamp()) * 1_000_000


def of_riga(url: str, zone: ZoneInfo = RIGA) -> Store:
    store = Store(url, EDGES, zone=zone)
    store.open()
    return store


@pytest.mark.parametrize(
    "name", ["UTC", "Europe/Riga", "Asia/Kolkata", "Africa/Cairo", "Pacific/Apia",
             "America/St_Johns", "Australia/Lord_Howe"],
)  # fmt: skip
def test_every_hour_belongs_to_one_day(name: str) -> None:
    days = LocalDays(ZoneInfo(name))
    first = int(datetime(2011, 10, 1, tzinfo=UTC).timestamp()) * 1_000_000 // HOUR * HOUR
    hours = [first + n * HOUR for n in range(24 * 800)]
    for before, hour in pairwise(hours):
        start = days.start(hour)
        if start != days.start(before):  # a day ends only where the next one begins
            assert start == hour == days.end(days.start(before))
        assert days.start(hour + HOUR - 1) == start <= hour < days.end(start)
        assert days.following(hour) == (hour if hour == start else days.end(start))


def test_days_of_23_and_25_hours() -> None:
    days = LocalDays(RIGA)
    for month, day, length in ((3, 29, 23), (6, 1, 24), (10, 25, 25)):
        start = midnight(month, day)
        assert days.start(start + 5 * HOUR + 1) == start
        assert days.end(start) == start + length * HOUR


def test_times_that_no_calendar_has() -> None:
    days = LocalDays(RIGA)
    for at in (-(2**62), 0, 10**18, 2**62):
        assert days.start(at) <= at < days.end(days.start(at))


def test_the_summary_is_the_same_from_days_and_from_calls(url: str) -> None:
    store, chance = of_riga(url), random.Random(3)
    begin = midnight(10, 20)
    units = ["registry", "legal", None]
    store.save([
        (a_call(n, at=begin + chance.randrange(12 * 24 * HOUR), unit=chance.choice(units)),
         said(chance.choice(list(Result))))
        for n in range(500)
    ])  # fmt: skip
    midnights = [midnight(10, day) for day in range(18, 32)]
    for _ in range(60):
        jitter = chance.choice([0, 0, HOUR, 25 * 60 * 1_000_000])
        cuts = chance.sample(midnights, chance.randrange(2, 9))
        edges = sorted({cut + chance.choice([0, jitter]) for cut in cuts})
        asked = chance.choice([None, ["registry"], ["legal", ""]])
        together = store.summary(asked, edges)
        known, span = ["legal", "registry"], (edges[0], edges[-1])
        apart = store.side_by_side(known, *span)
        with counting_calls(store):
            assert together == store.summary(asked, edges)
            assert apart == store.side_by_side(known, *span)
    store.close()


def test_whole_days_are_not_counted_from_the_hours(sqlite_url: str) -> None:
    """The test above would otherwise compare a count with itself."""
    store, noon = of_riga(sqlite_url), midnight(11, 21) + 12 * HOUR
    store.save([judged(1, at=noon), judged(2, at=noon)])
    with store.engine.begin() as connection:
        connection.execute(t.day_totals.update().values(met=40))
    start, end = midnight(11, 21), midnight(11, 22)
    found = [
        store.summary(None, edges)[0].results[Result.MET]
        for edges in ([start, end], [start - 9 * 24 * HOUR, end], [start + HOUR, end])
    ]
    assert found == [40, 40, 2]
    store.close()


def kept(store: Store) -> dict[Micros, int]:
    """Calls by day."""
    with store.engine.connect() as connection:
        rows: Any = connection.execute(select(t.day_totals.c.day, t.day_totals.c.calls))
        return {row.day: row.calls for row in rows}


def test_another_zone_has_other_days(url: str) -> None:
    store = of_riga(url)
    late = midnight(11, 21) + 23 * HOUR  # in New York the afternoon before
    store.save([judged(1, at=late), judged(2, at=late + 2 * HOUR)])
    assert kept(store) == {midnight(11, 21): 1, midnight(11, 22): 1}
    new_york = ZoneInfo("America/New_York")
    other = of_riga(url, new_york)
    assert kept(other) == {midnight(11, 21, new_york): 2}
    with pytest.raises(Exception, match="another ring cadence, limit, clock or timezone"):
        store.save([judged(3, at=late)])
    day = [late, late + timedelta(days=1) // timedelta(microseconds=1)]
    assert store.summary(None, day)[0].results[Result.MET] == 2  # it asks the calls
    store.close()
    other.close()


def test_an_older_database_has_its_days_counted(url: str) -> None:
    """Revision 0005 knew hours only."""
    store = of_riga(url)
    at = midnight(10, 25)
    store.save([judged(n, at=at + n * HOUR) for n in range(26)])
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE day_totals"))
        for column in ("missing", "sound", "ring_least_ms", "ring_most_ms", "blur_ms"):
            connection.execute(text(f"ALTER TABLE calls DROP COLUMN {column}"))
        connection.execute(text("UPDATE callcheck_version SET version_num = '0005'"))
        connection.execute(text("DELETE FROM meta WHERE key = 'days'"))
    store.close()
    store.open()
    assert kept(store) == {at: 25, at + 25 * HOUR: 1}
    store.close()
