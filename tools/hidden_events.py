"""Measures what is lost when a PBX hides events from callcheck.

    python -m tools.hidden_events                  # every kind that callcheck reads, classes, pairs
    python -m tools.hidden_events --write          # the same, into docs/events.md
    python -m tools.hidden_events BridgeEnter+BridgeLeave class:agent

Replays all recordings of `tests/recordings` with some messages left out, and compares the verdicts
of `answer_by_ring` with those of the whole recordings. Kinds joined by `+` are hidden together.
Prints a table: how many calls stay the same, keep the verdict but differ in another field, become
`unknown`, become wrong (`met` for `breached` or the reverse), change to or from `exempt`, vanish,
or appear.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from callcheck.ami.events import EVENTS, RECORDS
from tests.calls.recordings import Record, Recording, calls_of, header, recordings, records_of

Hidden = Callable[[bytes], bool]
Calls = dict[str, Record]
"""Records of inbound calls by call id."""

PAGE = Path(__file__).parents[1] / "docs" / "events.md"
BLOCK = re.compile(r"(<!-- measured -->\n).*?(<!-- /measured -->)", re.DOTALL)
JUDGED = ("met", "breached")
CLASSES = ("call", "agent", "user", "cdr", "dialplan", "system")
TOGETHER = (
    "BridgeEnter+BridgeLeave",
    "BridgeEnter+BridgeLeave+Pickup",
    "HangupRequest+SoftHangupRequest",
    "DialState+Newstate",
    "DialState+Pickup",
    "QueueCallerJoin+QueueCallerLeave",
)
"""Kinds that stand in for each other: hiding one alone may harm less than hiding both."""
COLUMNS = ("same", "other", "unknown", "wrong", "exempt", "gone", "new")


def calls_in(messages: Iterable[bytes]) -> Calls:
    """The inbound calls of a stream."""
    records = records_of(calls_of(messages))
    return {str(one["call_id"]): one for one in records if one["direction"] == "inbound"}


def hiding(name: str) -> Hidden:
    """Whether a message is hidden by `BridgeEnter`, `Pickup+DialState` or `class:agent`."""
    what, colon, group = name.partition(":")
    if colon and what == "class":
        return lambda raw: classes(raw) == {group.encode()}
    kinds = tuple(f"Event: {kind}\r\n".encode() for kind in name.split("+"))
    return lambda raw: raw.startswith(kinds)


def classes(raw: bytes) -> set[bytes]:
    """The `read=` classes that an event comes with."""
    return set((header(raw, b"Privilege") or b"").split(b",")) - {b"all"}


def changes(whole: Calls, hidden: Calls) -> Counter[str]:
    """How many calls have what become of them."""
    found = Counter({"new": len(hidden.keys() - whole.keys())})
    for call_id, before in whole.items():
        found[_change(before, hidden.get(call_id))] += 1
    return found


def _change(before: Record, after: Record | None) -> str:
    if after is None:
        return "gone"
    was, now = (one["findings"][0]["result"] for one in (before, after))
    if now == was:
        return "same" if after == before else "other"
    if now == "unknown":
        return "unknown"
    return "wrong" if was in JUDGED and now in JUDGED else "exempt"


def everything() -> list[str]:
    """What is hidden by default."""
    kinds = [first_line.removeprefix(b"Event: ").decode() for first_line in (*EVENTS, *RECORDS)]
    return [*kinds, *TOGETHER, *(f"class:{name}" for name in CLASSES)]


def measure(names: Sequence[str], of: Iterable[Recording]) -> dict[str, Counter[str]]:
    """By what is hidden: how many calls change how."""
    found: dict[str, Counter[str]] = {name: Counter() for name in names}
    for recording in of:
        messages = recording.messages
        whole = calls_in(messages)
        for name, counts in found.items():
            hidden = hiding(name)
            rest = [raw for raw in messages if not hidden(raw)]
            counts.update(changes(whole, calls_in(rest) if len(rest) < len(messages) else whole))
    return found


def table(found: dict[str, Counter[str]]) -> str:
    """The figures in Markdown; zeros are left empty."""
    rows = [
        f"| {name.replace('+', ', ')} | {' | '.join(str(counts[c] or '') for c in COLUMNS)} |"
        for name, counts in found.items()
    ]
    head = f"| hidden | {' | '.join(COLUMNS)} |"
    return "\n".join([head, "|---|" + "--:|" * len(COLUMNS), *rows, ""])


def write(figures: str) -> None:
    """Puts the table into docs/events.md."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BLOCK.sub(lambda found: found[1] + figures + found[2], page), encoding="utf-8")


def unknown(names: Iterable[str]) -> list[str]:
    """Which of these hide nothing: neither a kind that callcheck reads nor a class."""
    right = {*everything()}
    parts = [part for name in names for part in ([name] if ":" in name else name.split("+"))]
    return [part for part in parts if part not in right]


def main(arguments: Sequence[str]) -> None:
    """Prints the table, or writes it."""
    names = [one for one in arguments if one != "--write"]
    if wrong := unknown(names):
        known = ", ".join(name for name in everything() if "+" not in name)
        sys.exit(f"no such kind or class: {', '.join(wrong)}; there are {known}")
    figures = table(measure(names or everything(), recordings()))
    if names == arguments:
        print(figures)
    else:
        write(figures)


if __name__ == "__main__":
    main(sys.argv[1:])
