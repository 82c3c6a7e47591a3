"""The demo PBX, with the real listener connected to it."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import pytest

from callcheck.ami.address import Pace
from callcheck.ami.client import State
from callcheck.demo.day import BASE, Day, load
from callcheck.demo.folder import prepare_folder, secret_in
from callcheck.demo.pbx import DemoPbx
from tests.ami.listening import Seen, listening, until

SECRET = "demo-secret"


def channel(name: str, at: float, number: int) -> tuple[int, bytes]:
    second, micros = divmod(int(at * 1e6), 1_000_000)
    text = (
        f"Event: {name}|Privilege: call,all|Timestamp: {BASE + second}.{micros:06d}"
        f"|Channel: PJSIP/201-0000000{number}|Uniqueid: {BASE + second}.{number}"
        f"|Linkedid: {BASE}.1"
    )
    return int(at * 1e6), text.replace("|", "\r\n").encode()


def day(*events: tuple[int, bytes]) -> Day:
    return Day(events, 9)


def ids(events: list[bytes]) -> list[str]:
    return [m[1] for e in events for m in re.finditer(r"Uniqueid: (\S+)", e.decode())]


def stamps(events: list[bytes]) -> list[float]:
    return [float(m[1]) for e in events for m in re.finditer(r"Timestamp: (\S+)", e.decode())]


async def test_a_whole_day_is_played_in_order_and_ends_at_the_true_time() -> None:
    sink, played, began = Seen(), load(), time.time()
    demo = DemoPbx(SECRET, played, speed=30_000)
    async with demo.serving() as pbx, listening(pbx.port, sink, secret=SECRET, snapshot=False):
        await until(lambda: pbx.days == 2, 20)
        first_day = sink.events[: len(played.events)]
    times = stamps(first_day)
    assert len(first_day) == len(played.events)
    assert times == sorted(times)
    quiet = played.seconds - played.events[-1][0] / 1e6  # after the last event
    assert began - 1 < times[-1] + quiet < time.time() + 1 + played.seconds / 30_000
    assert sum(e.startswith(b"Event: Newchannel") for e in first_day) > 300


async def test_every_day_has_new_ids_and_its_own_date() -> None:
    sink = Seen()
    events = day(channel("Newchannel", 0.1, 3), channel("Hangup", 0.2, 3))
    demo = DemoPbx(SECRET, events, speed=50)
    async with demo.serving() as pbx, listening(pbx.port, sink, secret=SECRET):
        await until(lambda: pbx.days == 3)
    first, again, second, *_ = ids(sink.events)
    assert first == again != second
    assert first.endswith(".3")
    assert second.endswith(".12")
    assert abs(float(first) - time.time()) < 60


def clocks(pbx: DemoPbx) -> tuple[float, float, float]:
    """The clock of the PBX, and ours just before and just after."""
    before = time.time()
    return pbx.now, before, time.time()


async def test_the_clock_runs_at_the_speed_of_the_day_and_a_pong_shows_it() -> None:
    events = day(channel("Newchannel", 1000, 1), channel("Hangup", 1000, 1))
    async with DemoPbx(SECRET, events, speed=100).serving() as pbx:
        before, now, after = time.time(), pbx.now, time.time()
        assert before <= now <= after
        async with listening(pbx.port, Seen(), secret=SECRET) as listener:
            await until(lambda: listener.state is State.CONNECTED and pbx.days)
            first, earliest, latest = clocks(pbx)
            await asyncio.sleep(0.2)
            second, after, last = clocks(pbx)
            at_least, at_most = 100 * (after - latest), 100 * (last - earliest)
            assert at_least - 0.01 < second - first < at_most + 0.01  # floats are rounded
            assert latest - first > 900, "the day began so long ago on its clock"


async def test_nothing_is_played_before_the_first_login() -> None:
    events = day(channel("Newchannel", 0.0, 1))
    async with DemoPbx(SECRET, events, speed=100).serving() as pbx:
        await asyncio.sleep(0.1)
        assert pbx.days == 0


async def test_a_late_client_gets_a_snapshot_and_the_rest_of_the_day() -> None:
    early, late = Seen(), Seen()
    events = day(
        channel("Newchannel", 0, 1),
        channel("Newchannel", 0.1, 2),
        channel("Hangup", 0.2, 2),
        channel("Hangup", 100, 1),
    )
    demo = DemoPbx(SECRET, events, speed=100)
    async with demo.serving() as pbx, listening(pbx.port, early, secret=SECRET):
        await until(lambda: len(early.events) == 3)
        async with listening(pbx.port, late, secret=SECRET):
            await until(lambda: late.events)
    items = [i for i in late.items if i.startswith(b"Event: CoreShowChannel\r\n")]
    assert len(items) == 1
    assert b"Channel: PJSIP/201-00000001" in items[0]
    assert late.events[0] == early.events[3]


@pytest.mark.parametrize("login", ["auto", "plain"])
async def test_a_wrong_secret_is_refused(login: str) -> None:
    pace = Pace(login=login)  # type: ignore[arg-type]
    async with DemoPbx(SECRET, day(channel("Newchannel", 0, 1))).serving() as pbx:
        async with listening(pbx.port, Seen(), pace, secret="no", action_seconds=5.0) as refused:
            await until(lambda: refused.state is State.REFUSED)
        async with listening(pbx.port, Seen(), pace, secret=SECRET) as accepted:
            await until(lambda: accepted.state is State.CONNECTED)


async def test_an_unknown_action_and_one_before_login_are_errors() -> None:
    async with DemoPbx(SECRET, day(channel("Newchannel", 0, 1))).serving() as pbx:
        reader, writer = await asyncio.open_connection("127.0.0.1", pbx.port)
        writer.write(b"Action: Ping\r\nActionID: a\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).endswith(
            b"Response: Error\r\nActionID: a\r\nMessage: Permission denied\r\n\r\n"
        )
        login = f"Action: Login\r\nUsername: callcheck\r\nSecret: {SECRET}\r\n\r\n"
        writer.write(login.encode() + b"action: Bogus\r\n\r\naction: Logoff\r\n\r\n")
        said = await reader.read(-1)
        assert b"Invalid/unknown command: Bogus." in said
        assert b"Response: Goodbye" in said
        writer.close()
        await writer.wait_closed()


def test_the_folder_gets_a_secret_that_stays(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    config = prepare_folder(folder, 5038)
    secret = secret_in(folder)
    assert len(secret) >= 24
    assert (folder / "ami.secret").stat().st_mode & 0o777 == 0o600
    assert secret not in config.read_text()
    assert "port = 5038" in config.read_text()
    prepare_folder(folder, 5039, "127.0.0.1:1234")
    assert secret_in(folder) == secret
    assert 'listen = "127.0.0.1:1234"' in config.read_text()


def test_a_speed_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="speed"):
        DemoPbx(SECRET, day(channel("Newchannel", 0, 1)), speed=0)
