r"""Reads stories: text files with the events of an AMI stream and the calls that must result.

    # Anna answers in the second ring.
    00.000000  Newchannel  Channel: PJSIP/trunk-01 | ChannelState: 4 | … | Uniqueid: 1.1
    06.200000  Newstate    ChannelState: 6 | Uniqueid: 1.2
    ----
    1.1 29555001 to 67000201 (201): answered by 201, direct, …

Each line is an event: seconds (`-` for no `Timestamp`), the event's name, headers separated by `|`.
A line that starts with `>` is sent as it is. `\xe9` is that byte, and `1.1` a Uniqueid. The
configuration is that of the test laboratory.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from callcheck.calls.model import Call
from callcheck.judging.verdict import Finding

BEGIN = 1_795_000_000  # any time will do
RULE = "----"


def split(text: str) -> tuple[str, str]:
    """The story and the calls that must result."""
    story, _, expected = text.partition(f"\n{RULE}\n")
    return story, expected


def stream(story: str) -> bytes:
    """The bytes that a PBX would send."""
    events = [line for line in story.splitlines() if line.strip() and not line.startswith("#")]
    return b"Asterisk Call Manager/11.0.0\r\n" + b"".join(map(_message, events))


def _message(line: str) -> bytes:
    if line.startswith(">"):
        return _bytes(line[1:].strip()) + b"\r\n"
    at, name, *rest = line.split(maxsplit=2)
    lines = [f"Event: {name}", "Privilege: call,all"]
    if at != "-":
        seconds, _, fraction = at.partition(".")
        lines.append(f"Timestamp: {BEGIN + int(seconds)}.{fraction:0<6}")
    lines += [header.strip() for header in "".join(rest).split("|")] if rest else []
    return b"\r\n".join(map(_bytes, lines)) + b"\r\n\r\n"


def _bytes(text: str) -> bytes:
    """The text as UTF-8, with `\\xe9` as that single byte."""
    raw = text.encode()
    return re.sub(rb"\\x([0-9a-f]{2})", lambda match: bytes([int(match[1], 16)]), raw)


def outcome(judged: Sequence[tuple[Call, Finding]]) -> str:
    """The calls with their findings, as the stories show them."""
    return "".join(f"{_call(call)}\n{_legs(call)}  {_finding(f)}\n" for call, f in judged)


def _call(call: Call) -> str:
    parts = [str(call.disposition)]
    if call.answered_by:
        parts[0] += f" by {call.answered_by}"
        parts.append(str(call.answered_via))
    if call.picked_up_for:
        parts.append(f"picked up for {call.picked_up_for}")
    if call.forwarded_from or call.forwarded_to:
        parts.append(f"forwarded from {call.forwarded_from} to {call.forwarded_to}")
    for name, value in (("rang", call.ring_ms), ("waited", call.wait_ms)):
        parts.append(f"{name} {'?' if value is None else f'{value / 1000:.3f} s'}")
    parts.append("complete" if call.complete else "incomplete")
    who = f"{call.caller or 'withheld'} to {call.dialed or '?'} ({call.extension or '?'})"
    return f"{call.call_id} {call.direction} {who}: {', '.join(parts)}"


def _legs(call: Call) -> str:
    return "".join(f"  {leg.extension or leg.number}: {leg.result}\n" for leg in call.legs)


def _finding(finding: Finding) -> str:
    readings = finding.readings
    held = [n for n in ("before", "within", "third") if readings and getattr(readings, n)]
    suffix = f" [{' '.join(held) or 'none'}]" if readings else ""
    return f"{finding.rule} {finding.result}: {finding.reason}{suffix}"
