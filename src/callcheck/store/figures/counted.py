"""What the service levels and the summary count of a call; also columns of its row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, case, func, update

from callcheck.calls.model import Call, Micros, Millis
from callcheck.judging.verdict import Finding, Readings, Result, headline
from callcheck.judging.wait import STARTS, Clock, wait_start
from callcheck.store import tables as t


class Counted(NamedTuple):
    """The columns of `calls` that the hours are counted from."""

    unit: str
    started_at: Micros
    direction: str
    disposition: str
    verdict: str
    readings: int | None
    counted_wait_ms: Millis | None


def counted(call: Call, findings: Sequence[Finding], clock: Clock) -> Counted:
    """What is counted of a call, its wait from the moment where the rule's clock starts."""
    finding = headline(findings)
    return Counted(
        call.unit or "", call.started_at, call.direction.value, call.disposition.value,
        finding.result.value if finding else "", bits(finding.readings) if finding else None,
        counted_wait(call, finding, clock),
    )  # fmt: skip


def counted_wait(call: Call, finding: Finding | None, clock: Clock) -> Millis | None:
    """The wait by which the five service levels count a call; None: they leave it out.

    `finding` is the headline rule's. The service levels count every judged call, and those that
    are exempt because the caller gave up early. The wait ends with the answer, or else with the
    call, even where the ringing stopped before.
    """
    if finding is None or not (_judged(finding) or finding.gave_up_early):
        return None
    until = call.ended_at if call.answered_at is None else call.answered_at
    start = wait_start(call, clock)
    return 0 if start is None else max(0, (until - start) // 1000)


def _judged(finding: Finding) -> bool:
    return finding.result in (Result.MET, Result.BREACHED)


def bits(readings: Readings | None) -> int | None:
    """The three readings as a number: 1 before, 2 within, 4 third."""
    if readings is None:
        return None
    return readings.before + 2 * readings.within + 4 * readings.third


def recount_waits(connection: Connection, clock: Clock) -> None:
    """Recomputes the waits of all counted calls, after the clock was changed. Some seconds for each
    million calls. Which calls count does not depend on the clock, nor do findings change."""
    c = t.calls.c
    until = func.coalesce(c.answered_at, c.ended_at)
    # without a start the wait is 0, as in `counted_wait`
    start = func.coalesce(*(c[name] for name in STARTS[clock]), until)
    wait = case((until > start, (until - start) // 1000), else_=0)
    is_counted = c.counted_wait_ms.is_not(None)
    connection.execute(update(t.calls).where(is_counted).values(counted_wait_ms=wait))
