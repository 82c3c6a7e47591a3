"""The JSON record of a call, field by field."""

import json
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

from callcheck.calls.model import (
    Call,
    Direction,
    Disposition,
    HungUpBy,
    Leg,
    LegResult,
    RingSource,
    TimeSource,
    Via,
)
from callcheck.explain.record import to_record
from callcheck.judging.cadence import Cadence
from callcheck.judging.verdict import Finding, Readings, Result
from callcheck.times import iso

START = 1_795_334_400_012_900  # 2026-11-22T10:00:00.0129+02:00
LV = Cadence(1000, 4000)
RIGA = ZoneInfo("Europe/Riga")
CALL = Call(
    pbx="main",
    call_id="1795334400.12",
    direction=Direction.INBOUND,
    caller="+37120000001",
    dialed="67000201",
    extension="201",
    unit="registry",
    public=True,
    started_at=START,
    ring_started_at=START + 211_000,
    answered_at=START + 6_412_999,
    ringing_ended_at=START + 6_412_999,
    ended_at=START + 37_412_999,
    disposition=Disposition.ANSWERED,
    complete=True,
    time_source=TimeSource.EVENT,
    ring_source=RingSource.RINGING,
    answered_by="202",
    answered_via=Via.PICKUP,
    picked_up_for="201",
    final_party="202",
    hung_up_by=HungUpBy.CALLER,
    legs=(
        Leg(
            extension="201",
            number=None,
            device="PJSIP/201",
            channel="PJSIP/201-0000000a",
            dialed_at=START + 100_000,
            ring_started_at=START + 211_000,
            ended_at=START + 6_412_999,
            ring_source=RingSource.RINGING,
            result=LegResult.PICKED_UP,
            ring_ms=6_201,
        ),
    ),
)
FINDING = Finding(
    "answer_by_ring", Result.MET, "answered in ring 2 of 3", Readings(True, True, True)
)


def test_the_whole_record() -> None:
    assert json.loads(json.dumps(to_record(CALL, [FINDING], RIGA, LV))) == {
        "call_id": "1795334400.12",
        "pbx": "main",
        "direction": "inbound",
        "caller": "+37120000001",
        "dialed": "67000201",
        "extension": "201",
        "unit": "registry",
        "public": True,
        "started_at": "2026-11-22T10:00:00.012+02:00",
        "queue_joined_at": None,
        "ring_started_at": "2026-11-22T10:00:00.223+02:00",
        "answered_at": "2026-11-22T10:00:06.425+02:00",
        "ended_at": "2026-11-22T10:00:37.425+02:00",
        "disposition": "answered",
        "answered_by": "202",
        "answered_via": "pickup",
        "picked_up_for": "201",
        "forwarded_from": None,
        "forwarded_to": None,
        "transfers": 0,
        "final_party": "202",
        "wait_seconds": 6.412,
        "ring_seconds": 6.201,
        "rings": 2,
        "ring_source": "ringing",
        "time_source": "event",
        "talk_seconds": 31.0,
        "hung_up_by": "caller",
        "ring_bounds": None,
        "complete": True,
        "source": "ami",
        "conference": False,
        "answered_while_serving": False,
        "legs": [
            {
                "extension": "201",
                "number": None,
                "device": "PJSIP/201",
                "channel": "PJSIP/201-0000000a",
                "dialed_at": "2026-11-22T10:00:00.112+02:00",
                "ring_started_at": "2026-11-22T10:00:00.223+02:00",
                "ended_at": "2026-11-22T10:00:06.425+02:00",
                "ring_seconds": 6.201,
                "ring_source": "ringing",
                "result": "picked_up",
                "forwarded_to": None,
            }
        ],
        "findings": [
            {
                "rule": "answer_by_ring",
                "result": "met",
                "reason": "answered in ring 2 of 3",
                "evidence": "events",
                "readings": {"before": True, "within": True, "third": True},
            }
        ],
    }


def test_without_times_every_time_and_duration_is_null() -> None:
    record = to_record(replace(CALL, time_source=TimeSource.NONE), [], RIGA, LV)
    flat = record | json.loads(json.dumps(record))["legs"][0]
    timed = {name: v for name, v in flat.items() if name.endswith(("_at", "_seconds", "rings"))}
    assert len(timed) == 10
    assert set(timed.values()) == {None}
    assert record["time_source"] == "none"


def test_what_did_not_happen_is_null() -> None:
    call = replace(
        CALL,
        ring_started_at=None,
        answered_at=None,
        ringing_ended_at=None,
        ring_source=None,
        answered_by=None,
        answered_via=None,
        hung_up_by=None,
        disposition=Disposition.BUSY,
        legs=(),
    )
    record = to_record(call, [Finding("r", Result.BREACHED, "busy")], RIGA, LV)
    nothing = ("ring_seconds", "rings", "talk_seconds", "answered_via", "ring_source", "hung_up_by")
    assert [record[name] for name in nothing] == [None] * 6
    assert record["wait_seconds"] == 37.412
    assert record["findings"] == [
        {
            "rule": "r",
            "result": "breached",
            "reason": "busy",
            "evidence": "events",
            "readings": None,
        }
    ]


def test_times_have_the_offset_of_their_season_and_three_decimals() -> None:
    assert iso(1_782_900_000_000_000, RIGA) == "2026-07-01T13:00:00.000+03:00"
    assert iso(999_999, UTC) == "1970-01-01T00:00:00.999+00:00"
    assert iso(None, UTC) is None
