"""The recorded day of the demo: complete calls of every kind, each with its own id."""

from __future__ import annotations

import gzip
import shutil
from collections import Counter
from pathlib import Path

import pytest

from callcheck.calls.model import Call, Direction, Disposition
from callcheck.config import load as load_config
from callcheck.demo.day import BASE, load, redated
from callcheck.demo.folder import prepare_folder
from callcheck.journal.follow import Follower, follow_bytes
from tools import compose_demo_day as compose

RECORDINGS = Path(__file__).parents[1] / "recordings" / "22"


def stream() -> bytes:
    return b"".join(raw + b"\r\n\r\n" for _, raw in load().events)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    config = load_config(prepare_folder(tmp_path_factory.mktemp("house"), 5038), {})
    follower = Follower("main", config.directory("main"), live=False)
    return list(follow_bytes(follower, iter([stream()])))


def test_every_call_is_complete_and_has_its_own_id(calls: list[Call]) -> None:
    assert 150 <= len(calls) <= 250
    assert all(call.complete for call in calls)
    assert len({call.call_id for call in calls}) == len(calls)


def test_a_ministry_has_calls_of_every_kind(calls: list[Call]) -> None:
    assert {call.direction for call in calls} == set(Direction)
    common = {Disposition.ANSWERED, Disposition.ABANDONED, Disposition.NO_ANSWER, Disposition.BUSY}
    assert common <= {call.disposition for call in calls}
    units = Counter(call.unit for call in calls if call.direction is Direction.INBOUND)
    assert set(units) == {"registry", "legal", "it"}
    assert min(units.values()) >= 15
    assert len({call.caller for call in calls}) > 100


def test_the_day_lasts_from_half_past_eight_to_five(calls: list[Call]) -> None:
    hours = [(call.started_at / 1e6 - BASE) / 3600 for call in calls]
    assert min(hours) >= 0
    assert 8 < max(hours) < 8.5
    assert load().seconds <= 8.5 * 3600


def test_the_first_verdicts_come_within_seconds_at_the_default_speed(calls: list[Call]) -> None:
    ends = sorted((call.ended_at / 1e6 - BASE) / 30 for call in calls)
    assert ends[0] < 1
    assert ends[2] < 5


def test_a_run_changes_times_and_ids_and_nothing_else() -> None:
    raw = (
        f"Event: Hangup\r\nTimestamp: {BASE + 7}.000450\r\nUniqueid: {BASE + 6}.12\r\n"
        f"Linkedid: {BASE}.3\r\nCallerIDNum: 1600000009\r\nAppData: 1.5"
    ).encode()
    assert redated(raw, 1_800_000_000, 100).decode() == (
        "Event: Hangup\r\nTimestamp: 1800000007.000450\r\nUniqueid: 1800000006.112\r\n"
        "Linkedid: 1800000000.103\r\nCallerIDNum: 1600000009\r\nAppData: 1.5"
    )


def test_composing_gives_the_same_day_every_time(tmp_path: Path) -> None:
    copy = tmp_path / "22"
    shutil.copytree(RECORDINGS, copy)  # the live laboratory may be writing new ones
    once = compose.compose(copy)
    assert once == compose.compose(copy)
    assert once.count(b"\r\nEvent: Newchannel\r\n") == once.count(b"\r\nEvent: Hangup\r\n")


def test_a_folder_without_recordings_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no whole recording"):
        compose.compose(tmp_path)


def test_a_recording_without_events_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "empty.ami.gz"
    path.write_bytes(gzip.compress(b"Asterisk Call Manager/11.0.0\r\n"))
    with pytest.raises(ValueError, match="no event"):
        load(path)
