"""Plays every story whole, byte by byte, and with its beginning cut off at each event.

The folder of a story names the rule that judges it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from callcheck.app.judge import judge_of
from callcheck.calls.model import Call
from callcheck.journal.follow import follow_bytes
from callcheck.judging.verdict import HEADLINE, Finding
from tests.calls.recordings import assert_empty, follower, house, messages_of
from tests.scenarios.stories import RULE, outcome, split, stream

HERE = Path(__file__).parent
STORIES = {f"{p.parent.name}/{p.stem}": p for p in sorted(HERE.glob("*/*.txt"))}
each = pytest.mark.parametrize("path", STORIES.values(), ids=STORIES)


def calls_of(data: bytes, size: int) -> list[Call]:
    following = follower()
    pieces = (data[i : i + size] for i in range(0, len(data), size))
    calls = list(follow_bytes(following, pieces))
    assert_empty(following.tracker)
    return calls


def judged(calls: list[Call], rule: str) -> list[tuple[Call, Finding]]:
    judge = judge_of(house())
    return [(call, f) for call in calls for f in judge(call) if f.rule == rule]


@each
def test_a_story_ends_as_it_says(path: Path, rewrite: bool) -> None:
    story, expected = split(path.read_text(encoding="utf-8"))
    data = stream(story)
    got = outcome(judged(calls_of(data, len(data)), path.parent.name))
    if rewrite:
        path.write_text(f"{story}\n{RULE}\n{got}", encoding="utf-8")
    else:
        assert got == expected


@each
def test_byte_by_byte(path: Path) -> None:
    story, expected = split(path.read_text(encoding="utf-8"))
    assert outcome(judged(calls_of(stream(story), 1), path.parent.name)) == expected


@each
def test_without_its_beginning(path: Path) -> None:
    story, _ = split(path.read_text(encoding="utf-8"))
    data = stream(story)
    whole = {call.call_id: outcome([(call, f)]) for call, f in judged(calls_of(data, 99), HEADLINE)}
    messages = messages_of(data)
    for cut in range(1, len(messages)):
        left = b"".join(raw + b"\r\n\r\n" for raw in messages[cut:])
        for call, finding in judged(calls_of(left, 4096), HEADLINE):
            if finding.result in ("met", "breached"):
                assert outcome([(call, finding)]) == whole[call.call_id]


def test_there_are_stories_for_every_rule_and_result() -> None:
    assert len(STORIES) >= 30
    results = {
        line.split()[1].rstrip(":")
        for path in STORIES.values()
        for line in split(path.read_text(encoding="utf-8"))[1].splitlines()
        if line.startswith(f"  {HEADLINE} ")
    }
    assert results == {"met", "breached", "exempt", "unknown"}
