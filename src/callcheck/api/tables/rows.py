"""Calls and counts as flat rows, for tables in Grafana and for spreadsheets.

Rows of one kind have the same keys, and only text and numbers as values; None means unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from callcheck.api.backend import ApiSettings
from callcheck.api.summary import counts
from callcheck.calls.model import Call, Direction, Micros
from callcheck.explain.record import to_row
from callcheck.judging.figures import JudgedCall, JudgedHour, Tally
from callcheck.judging.verdict import Finding, headline
from callcheck.times import iso, local

Row = dict[str, object]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COUNTS = (
    "calls", "inbound", "missed", "met", "breached", "exempt", "unknown", "n", "compliance",
    "low", "high", "before", "within", "third",
)  # fmt: skip
CALL = (
    "started_at", "pbx", "call_id", "direction", "unit", "extension", "name", "caller", "dialed",
    "disposition", "answered_by", "answered_via", "picked_up_for", "forwarded_from",
    "forwarded_to", "transfers", "final_party", "wait_seconds", "ring_seconds", "rings",
    "talk_seconds", "hung_up_by", "complete", "result", "reason",
)  # fmt: skip
HOURS = ("hour", *WEEKDAYS, "n")


def of_calls(found: Iterable[JudgedCall], settings: ApiSettings) -> list[Row]:
    """One row per call (`CALL`), with the headline rule's finding and the callee's name."""
    return [of_call(call, findings, settings) for call, findings in found]


def of_call(call: Call, findings: Sequence[Finding], settings: ApiSettings) -> Row:
    """The row of one call."""
    row = to_row(call, settings.zone, settings.cadence)
    row["name"] = settings.names.get(call.extension or "", "")
    row["result"] = row["reason"] = None
    finding = headline(findings)
    if finding is not None:
        row["result"], row["reason"] = finding.result.value, finding.reason
    return row


def of_tallies(tallies: Sequence[Tally]) -> Row:
    """The sum of some tallies as one row (`COUNTS`)."""
    body: Mapping[str, Any] = counts(tallies)
    inbound, results, share = body["inbound"], body["results"], body["compliance"]
    everyone = sum(inbound.values())
    row: Row = {
        "calls": body["calls"],
        "inbound": everyone,
        "missed": everyone - inbound["answered"],
        **results,
        "n": share["n"],
        "compliance": share["value"],
        "low": share["low"],
        "high": share["high"],
        **{reading: one["value"] for reading, one in body["readings"].items()},
    }
    return {name: row[name] for name in COUNTS}


def by_hour_of_the_week(judged: Iterable[JudgedHour], settings: ApiSettings) -> list[Row]:
    """One row per hour of the day with judged calls, with the compliance of each weekday.

    Hours and weekdays are local time.
    """
    met: Counter[tuple[int, int]] = Counter()
    n: Counter[tuple[int, int]] = Counter()
    for one in judged:
        moment = local(one.hour, settings.zone)
        cell = moment.hour, moment.weekday()
        met[cell] += one.met
        n[cell] += one.judged
    shares = {cell: round(met[cell] / n[cell], 6) for cell in n}
    return [
        {
            "hour": f"{hour:02}:00",
            **{name: shares.get((hour, day)) for day, name in enumerate(WEEKDAYS)},
            "n": sum(n[hour, day] for day in range(7)),
        }
        for hour in sorted({hour for hour, _ in shares})
    ]


def ringing(open_calls: Iterable[Call], settings: ApiSettings, now: Micros) -> list[Row]:
    """Inbound calls that ring and are not answered yet, the longest first.

    The ring number is that of `now`. If our clock is behind the PBX's, 0 seconds are shown.
    """
    waiting = [
        (call.ring_started_at, call)
        for call in open_calls
        if call.direction is Direction.INBOUND
        and call.answered_at is None
        and call.ring_started_at is not None
        and call.timed
    ]
    waiting.sort(key=lambda pair: pair[0])
    return [_ringing(call, began, settings, now) for began, call in waiting]


def _ringing(call: Call, began: Micros, settings: ApiSettings, now: Micros) -> Row:
    ms = max(0, now - began) // 1000
    return {
        "pbx": call.pbx,
        "call_id": call.call_id,
        "unit": call.unit,
        "extension": call.extension,
        "name": settings.names.get(call.extension or "", ""),
        "ring": settings.cadence.ring_number(ms),
        "ringing_seconds": ms // 100 / 10,
        "ring_started_at": iso(began, settings.zone),
    }
