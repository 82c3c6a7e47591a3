"""A month of the demo house, lived by callcheck itself: its store, and its metrics page by page.

The demo's recorded day comes back each day, followed and judged as ever; on each day another
part of the calls is left out, so that days differ. The last day ended some minutes ago.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from callcheck.absences.model import Draft, ForwardKind
from callcheck.app.absence_service import make_absence_service
from callcheck.app.configured_store import wait_limits
from callcheck.app.judge import judge_of, wait_limit_of
from callcheck.calls.census import EVENT_OF
from callcheck.calls.model import Disposition
from callcheck.config import Config, load
from callcheck.demo.day import Day, redated
from callcheck.demo.day import load as load_day
from callcheck.demo.folder import prepare_folder
from callcheck.journal.follow import Follower, follow_bytes
from callcheck.judging.figures import JudgedCall, SavedCall
from callcheck.metrics import Metrics, PbxNow, StoreNow, process_registry, ring_edges
from callcheck.privacy import Pseudonyms
from callcheck.rules import RULES
from callcheck.store import Store
from callcheck.store.absences.forwards import Forwards

DAY, MINUTE = 86_400, 60
DAYS = 31
ENDED = 20 * MINUTE
"""How long ago the last day ended."""
SPARSE, DENSE = 30 * MINUTE, 30
"""Seconds between two scrapes, and in the newest `NEWEST` seconds."""
NEWEST = 25 * MINUTE
US = 1_000_000


@dataclass
class Moment:
    """What callcheck says of itself at a scrape."""

    open_calls: int = 0

    def pbxs(self) -> list[PbxNow]:
        return [
            PbxNow(
                "main", True, last_event_age=2.0, open_calls=self.open_calls,
                events_missing=dict.fromkeys(EVENT_OF, False),
            )
        ]  # fmt: skip

    def store(self) -> StoreNow:
        return StoreNow()


@dataclass
class Month:
    """The house after that month."""

    config: Config
    store: Store
    now: int
    calls: list[JudgedCall] = field(default_factory=list)
    """All of them, by their ends."""

    def pages(self) -> Iterator[tuple[int, bytes]]:
        """(Unix seconds, the page of metrics) of every scrape."""
        moment = Moment()
        metrics = Metrics(
            process_registry(self.config.cadence.period_ms), moment, pbxs=["main"],
            units=[u.id for u in self.config.units], rules=list(RULES),
            ring_edges_ms=_edges(self.config), version="1",
        )  # fmt: skip
        service = make_absence_service(self.config, self.store)
        metrics.set_absences(service.counts(service.assessments()))
        delay, coming = metrics.delay_of("main"), iter([*self.calls, None])
        call, newest = next(coming), self.now - NEWEST
        sparse = range(self.now - (DAYS + 1) * DAY, newest, SPARSE)
        for at in (*sparse, *range(newest, self.now + 1, DENSE)):
            while call is not None and call[0].ended_at <= at * US:
                metrics.saved([SavedCall(*call)])
                for _ in range(20):
                    delay.observe(1500)
                call = next(coming)
            moment.open_calls = 3 if at > newest else 0
            yield at, metrics.text()


def lived(folder: Path, now: int, url: str) -> Month:
    """The house in `folder`, its store at `url`, a month behind it and two people away."""
    config = load(prepare_folder(folder, 5038), {})
    store = Store(url, _edges(config), limits=wait_limits(config))
    store.open()
    month = Month(config, store, now)
    _away(month)
    day, conceal = load_day(), Pseudonyms(b"a key of the pictures", "pseudonym", "371")
    for back in reversed(range(DAYS)):
        calls = list(_of_day(month, day, conceal, back))
        for at in range(0, len(calls), 100):
            store.save(calls[at : at + 100])
        month.calls += calls
    month.calls.sort(key=lambda one: one[0].ended_at)
    return month


def _of_day(month: Month, day: Day, conceal: Pseudonyms, back: int) -> Iterator[JudgedCall]:
    chance = random.Random(back)
    directory = month.config.directory("main")
    start = month.now - ENDED - back * DAY - day.seconds
    raw = b"".join(redated(e, start, (DAYS - back) * 10**6) + b"\r\n\r\n" for _, e in day.events)
    judge = judge_of(month.config, absent=lambda extension, _: extension == "205")
    busy, attentive = chance.uniform(0.5, 1.0), chance.uniform(0.3, 1.0)
    for call in follow_bytes(Follower("main", directory, live=False), iter([raw])):
        missed = call.disposition is not Disposition.ANSWERED
        if chance.random() < busy * (1.0 - attentive * missed):
            kept = conceal.conceal(call, directory)
            yield kept, judge(call)


def _away(month: Month) -> None:
    """Emils is away and forwarded to Berta; Dace will be tomorrow (whatever the hour is now), and
    nobody has thought of it."""
    us = month.now * US
    forwards = Forwards(month.store)
    forwards.look("main", {}, us - 9 * DAY * US)
    set_at = us - 8 * DAY * US
    key = ("205", ForwardKind.ALWAYS)
    forwards.look("main", {key: "202"}, set_at, told={key: set_at})
    forwards.reach("main", {p.extension: True for p in month.config.parties}, us - 9 * DAY * US)
    service = make_absence_service(month.config, month.store)
    half = DAY * US // 2
    for extension, start, end in (("205", -14, 10), ("204", 1, 16)):
        service.add(Draft(extension, us + start * half, us + end * half), "api")


def _edges(config: Config) -> tuple[int, ...]:
    return ring_edges(config.cadence, wait_limit_of(config).ring)
