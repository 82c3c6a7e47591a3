"""Fixtures for the tests of the API: two units, some calls, and a reader over a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from fastapi.testclient import TestClient

from callcheck.api.app import make_api
from callcheck.api.backend import ApiSettings, Backend, Readiness, Token
from callcheck.calls.directory import Kind, Party
from callcheck.calls.model import (
    Call,
    Did,
    Direction,
    Disposition,
    Leg,
    LegResult,
    Micros,
    RingSource,
    Step,
    TimeSource,
    Via,
)
from callcheck.judging.figures import (
    CallFilter,
    HelpGiven,
    JudgedCall,
    JudgedHour,
    MissedCaller,
    Tally,
)
from callcheck.judging.service_level import Waits
from callcheck.judging.verdict import Finding, Readings, Result

RIGA = ZoneInfo("Europe/Riga")
TEN = 1_795_334_400_000_000
"""2026-11-22T10:00:00+02:00."""
SECOND = 1_000_000
HOUR = 3600 * SECOND


class AwayError(Exception):
    """Raised by the fake reader when `away` is set."""


class ListReader:
    """A CallReader over a list in memory, written as plainly as possible."""

    def __init__(self, judged: Sequence[JudgedCall]) -> None:
        self.judged = sorted(judged, key=lambda j: j[0].started_at, reverse=True)
        self.away = False
        self.asked: list[object] = []

    def calls(
        self, wanted: CallFilter, limit: int, cursor: str | None, *, brief: bool = False
    ) -> tuple[Sequence[JudgedCall], str | None]:
        self._ask(wanted)
        start = int(cursor or 0)  # ValueError for what is no cursor of ours
        found = [one for one in self.judged if _wanted(one, wanted)]
        end = start + limit
        return found[start:end], str(end) if end < len(found) else None

    def call(self, pbx: str, call_id: str) -> JudgedCall | None:
        self._ask((pbx, call_id))
        return next((one for one in self.judged if one[0].call_id == call_id), None)

    def helps(self, unit: str, since: Micros, until: Micros, limit: int) -> Sequence[HelpGiven]:
        self._ask((unit, since, until))
        return [PICKED_UP] if unit == "registry" else []

    def missed_again(
        self, unit: str | None, since: Micros, until: Micros, limit: int
    ) -> Sequence[MissedCaller]:
        self._ask((unit, since, until))
        return [MISSED_TWICE]

    def sent_around(
        self, unit: str | None, since: Micros, until: Micros, limit: int
    ) -> Sequence[JudgedCall]:
        self._ask((unit, since, until))
        return [one for one in self.judged if unit in (None, one[0].unit)][:limit]

    def summary(self, units: Sequence[str], edges: Sequence[Micros]) -> Sequence[Tally]:
        self._ask(edges)
        mine = [one for one in self.judged if one[0].unit in units]
        return [
            _tally(a, b, [one for one in mine if a <= one[0].started_at < b])
            for a, b in pairwise(edges)
        ]

    def side_by_side(self, units: Sequence[str], since: Micros, until: Micros) -> Sequence[Tally]:
        return [self.summary([unit], [since, until])[0] for unit in units]

    def judged_by_hour(
        self, units: Sequence[str], since: Micros, until: Micros
    ) -> Sequence[JudgedHour]:
        tallies = self.summary(units, [*range(since, until, HOUR), until])
        found = [(t.start, t.results[Result.MET], t.results[Result.BREACHED]) for t in tallies]
        return [JudgedHour(start, met, met + late) for start, met, late in found if met + late]

    def _ask(self, what: object) -> None:
        self.asked.append(what)
        if self.away:
            raise AwayError("secret place of the store")


PICKED_UP = HelpGiven(helper="202", helped="201", via="pickup", calls=2)
MISSED_TWICE = MissedCaller(caller="+37167012345", calls=2, units=1, last_at=TEN)


def _tally(start: Micros, end: Micros, judged: Sequence[JudgedCall]) -> Tally:
    """A list of calls, counted; all waits in time."""
    results = [findings[0].result for _, findings in judged]
    kinds = [(call.direction, call.disposition) for call, _ in judged]
    met = results.count(Result.MET)
    return Tally(
        start, end,
        results={result: results.count(result) for result in Result},
        calls={kind: kinds.count(kind) for kind in kinds},
        before=met, within=met, third=met,
        waits=Waits(answered=len(judged), answered_in_time=len(judged)),
    )  # fmt: skip


def _wanted(judged: JudgedCall, query: CallFilter) -> bool:
    call, findings = judged
    return (
        query.unit in (None, call.unit)
        and (query.since is None or query.since <= call.started_at)
        and (query.until is None or call.started_at < query.until)
        and query.disposition in (None, call.disposition)
        and query.extension in (None, call.extension)
        and not (query.missed and call.disposition is Disposition.ANSWERED)
        and (query.result is None or findings[0].result is query.result)
    )


MET = Finding("answer_by_ring", Result.MET, "answered in ring 2 of 3", Readings(True, True, True))
BREACHED = Finding("answer_by_ring", Result.BREACHED, "nobody answered", None)


def a_call(call_id: str = "1.1", started_at: Micros = TEN, **changes: Any) -> Call:
    """An inbound call for Anna (201), picked up by Berta (202) after 6.201 s of ringing."""
    ring, answer, end = (started_at + ms * 1000 for ms in (211, 6412, 37_412))
    leg = Leg(
        extension="201",
        number=None,
        device="PJSIP/201",
        channel="PJSIP/201-0000000a",
        dialed_at=started_at + 100_000,
        ring_started_at=ring,
        ended_at=answer,
        ring_source=RingSource.RINGING,
        result=LegResult.PICKED_UP,
        ring_ms=6201,
    )
    call = Call(
        pbx="main",
        call_id=call_id,
        direction=Direction.INBOUND,
        caller="c-5f2a9c1b7e04",
        dialed="701",
        extension="201",
        unit="registry",
        public=True,
        started_at=started_at,
        ring_started_at=ring,
        answered_at=answer,
        ringing_ended_at=answer,
        ended_at=end,
        disposition=Disposition.ANSWERED,
        complete=True,
        time_source=TimeSource.EVENT,
        ring_source=RingSource.RINGING,
        answered_by="202",
        answered_via=Via.PICKUP,
        picked_up_for="201",
        final_party="202",
        legs=(leg,),
        timeline=(
            Step(started_at, Did.STARTED, "c-5f2a9c1b7e04", "701"),
            Step(ring, Did.RINGING, "201"),
            Step(answer, Did.PICKED_UP, "202", "201"),
            Step(end, Did.HUNG_UP, "caller"),
        ),
    )
    return replace(call, **changes)


def some_calls() -> list[JudgedCall]:
    """Five for the registry an hour apart (the third one lost), one for the lawyers."""
    registry: list[JudgedCall] = [
        (a_call(f"1.{n}", TEN + n * HOUR), (BREACHED if n == 2 else MET,)) for n in range(5)
    ]
    return [*registry, (a_call("2.1", TEN + 10 * HOUR, unit="law", extension="301"), (MET,))]


PARTIES = (
    Party("201", "registry", name="Anna", numbers=("67000201",), public=True, deputy="202"),
    Party("202", "registry", name="Berta"),
    Party("701", "registry", Kind.QUEUE, numbers=("67000701",), public=True),
    Party("301", "law", name="Dace", mobile="+37120000001"),
)
UNITS = {"registry": "Dokumentu reģistrs", "law": "Juristi"}
TOKENS = tuple(
    Token(role, sha256(word.encode()).hexdigest())
    for role, word in (("admin", "a-key"), ("unit:registry", "r-key"), ("metrics", "m-key"))
)
LIVE = [a_call("9.2", unit="law"), a_call("9.1", unit="registry")]
SETTINGS = ApiSettings(UNITS, PARTIES, ("answer_by_ring",), RIGA)


@contextmanager
def served(
    reader: ListReader | None = None,
    tokens: Sequence[Token] = (),
    readiness: Readiness | None = None,
    client: tuple[str, int] = ("127.0.0.1", 50000),
    base: str = "http://127.0.0.1:9876",
) -> Iterator[TestClient]:
    """A client of an API over a reader; without tokens it comes from loopback."""
    settings = replace(SETTINGS, tokens=tokens, version="1.2.3")
    backend = Backend(
        reader=reader or ListReader(some_calls()),
        open_calls=lambda: LIVE,
        readiness=lambda: readiness or Readiness(),
        metrics=lambda: b"callcheck_up 1.0\n",
        now=lambda: TEN + 24 * HOUR,
    )
    api = make_api(settings, backend, (AwayError,))
    with TestClient(api, base, client=client, raise_server_exceptions=True) as one:
        yield one


def bearer(word: str) -> dict[str, str]:
    """The header of a token."""
    return {"Authorization": f"Bearer {word}"}
