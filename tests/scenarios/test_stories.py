"""Every story, three ways: whole, one byte at a time, and with its head cut off at every event.

A story's folder names the rule that judges it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from callcheck.app.judge import judge_of
from callcheck.calls.model import Call
from callcheck.journal.follow import follow_bytes
from callcheck.judging.verdict import Finding
from tests.calls.recordings import assert_empty, follower, house, messages_of
from tests.scenarios.stories import RULE, split, stream, told

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
def test_the_story_ends_as_told(path: Path, rewrite: bool) -> None:
    story, expected = split(path.read_text(encoding="utf-8"))
    data = stream(story)
    got = told(judged(calls_of(data, len(data)), path.parent.name))
    if rewrite:
        path.write_text(f"{story}\n{RULE}\n{got}", encoding="utf-8")
    else:
        assert got == expected


@each
def test_one_byte_at_a_time(path: Path) -> None:
    story, expected = split(path.read_text(encoding="utf-8"))
    assert told(judged(calls_of(stream(story), 1), path.parent.name)) == expected


@each
def test_the_head_cut_off(path: Path) -> None:
    story, _ = split(path.read_text(encoding="utf-8"))
    data = stream(story)
    whole = {call.call_id: told([(call, f)]) for call, f in judged(calls_of(data, 99), RULE_NAME)}
    messages = messages_of(data)
    for cut in range(1, len(messages)):
        left = b"".join(raw + b"\r\n\r\n" for raw in messages[cut:])
        for call, finding in judged(calls_of(left, 4096), RULE_NAME):
            if finding.result in ("met", "breached"):
                assert told([(call, finding)]) == whole[call.call_id]


RULE_NAME = "answer_by_ring"


def test_there_are_stories_for_every_rule_and_result() -> None:
    assert len(STORIES) >= 30
    results = {
        line.split()[1].rstrip(":")
        for path in STORIES.values()
        for line in split(path.read_text(encoding="utf-8"))[1].splitlines()
        if line.startswith(f"  {RULE_NAME} ")
    }
    assert results == {"met", "breached", "exempt", "unknown"}
