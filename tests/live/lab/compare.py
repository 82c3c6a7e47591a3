"""What must be and what callcheck says in, every difference in words out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

Record = dict[str, Any]
NEAR = 0.05
"""Ring and answer are right within so many seconds of the wire."""
ROUGHLY = 0.25
"""The first INVITE and the last BYE: a busy PBX takes its time with a new call."""
TOLERANCE = {
    "started_at": ROUGHLY,
    "ring_started_at": NEAR,
    "answered_at": NEAR,
    "ended_at": ROUGHLY,
}
TIMES = tuple(TOLERANCE)
SPANS = {"wait_seconds": ROUGHLY, "ring_seconds": 2 * NEAR, "talk_seconds": ROUGHLY}
NUMBERS = ("caller", "dialed")


def seconds(value: str) -> float:
    return datetime.fromisoformat(value).timestamp()


def differences(expected: list[Record], records: list[Record]) -> list[str]:
    """Empty when every asserted field of every call is right and there is no other call."""
    found: list[str] = []
    left = list(records)
    for number, call in enumerate(expected):
        record = _closest(call, left)
        if record is None:
            found.append(f"call {number} ({call.get('caller')}) is missing")
            continue
        left.remove(record)
        found += [f"call {number}: {each}" for each in _fields(call, record)]
    found += [f"unexpected call {_brief(record)}" for record in left]
    return found


def _closest(call: Record, records: list[Record]) -> Record | None:
    """The record of the same caller that began nearest (any, where the beginning was not seen)."""
    began = call.get("started_at")
    if began is None:
        return records[0] if records else None
    near = [
        (abs(seconds(record["started_at"]) - seconds(began)), index)
        for index, record in enumerate(records)
        if record.get("started_at") and _same_number(call.get("caller"), record.get("caller"))
    ]
    distance, index = min(near, default=(1.0, -1))
    return records[index] if distance < 0.5 else None


def _fields(call: Record, record: Record) -> Iterator[str]:
    for key, want in call.items():
        if key == "verdict":
            got: Any = _verdict(record)
        else:
            got = record.get(key, "(no such field)")
        if key == "legs":
            yield from _legs(want, got)
        elif not _right(key, want, got):
            yield f"{key} is {got!r}, must be {want!r}{_away(key, want, got)}"


def _right(key: str, want: Any, got: Any) -> bool:
    if key in TIMES and want is not None and got is not None:
        return abs(seconds(want) - seconds(got)) <= TOLERANCE[key]
    if key in SPANS and want is not None and got is not None:
        return bool(abs(want - got) <= SPANS[key])
    if key in NUMBERS:
        return _same_number(want, got)
    return bool(want == got)


def _away(key: str, want: Any, got: Any) -> str:
    if key in TIMES and want is not None and got is not None:
        return f" ({seconds(got) - seconds(want):+.3f} s)"
    return ""


def _same_number(want: Any, got: Any) -> bool:
    if want is None or got is None:
        return want is got or want is None
    return re.sub(r"\D", "", want)[-8:] == re.sub(r"\D", "", got)[-8:]


def _verdict(record: Record) -> Any:
    for finding in record.get("findings", []):
        if finding["rule"] == "answer_by_ring":
            return finding["result"]
    return "(no finding)"


def _legs(want: list[Record], got: list[Record]) -> Iterator[str]:
    """The same legs in any order, as far as the asserted keys go."""
    left = list(got)
    for leg in want:
        same = [
            one
            for one in left
            if all(_right(key, value, one.get(key)) for key, value in leg.items())
        ]
        if same:
            left.remove(same[0])
        else:
            yield f"no leg {leg} among {[_leg(one) for one in got]}"
    if len(got) != len(want):
        yield f"{len(got)} legs, must be {len(want)}: {[_leg(one) for one in got]}"


def _leg(leg: Record) -> str:
    who = leg.get("extension") or leg.get("number")
    return f"{who} {leg.get('result')} {leg.get('ring_started_at')}"


def _brief(record: Record) -> str:
    keys = ("caller", "dialed", "direction", "disposition", "started_at")
    return " ".join(f"{key}={record.get(key)}" for key in keys)


def unexplained(expected: list[Record], stream: bytes) -> list[str]:
    """Times of the wire near which the PBX said nothing at all: then the laboratory is wrong."""
    stamps = [float(each) for each in re.findall(rb"^Timestamp: ([\d.]+)", stream, re.M)]
    found = []
    for number, call in enumerate(expected):
        for key in TIMES:
            if call.get(key):
                at = seconds(call[key])
                if not any(abs(stamp - at) <= TOLERANCE[key] for stamp in stamps):
                    found.append(f"call {number}: nothing near {key} {call[key]}")
    return found
