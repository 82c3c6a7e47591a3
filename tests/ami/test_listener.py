"""The listener against a real TCP server: login, listings, failures."""

from __future__ import annotations

import asyncio
import logging

import pytest

from callcheck.ami.address import Pace
from callcheck.ami.client import Listener, State
from tests.ami.fake_pbx import SECRET, FakePbx, denied, event, lines, running
from tests.ami.listening import Address, Seen, listening, until


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.3"])
async def test_a_pbx_that_speaks_ami_1_is_refused_with_a_sentence_and_no_storm(
    version: str, caplog: pytest.LogCaptureFixture
) -> None:
    sink = Seen()
    pbx = FakePbx(greeting=f"Asterisk Call Manager/{version}\r\n".encode())
    async with running(pbx), listening(pbx, sink) as listener:
        await until(lambda: listener.state is State.TOO_OLD)
        await asyncio.sleep(0.3)
        assert pbx.connections == 1
    assert listener.connects == 0
    assert sink.told == []
    assert pbx.names("Login") == []
    assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == [
        f'pbx main: the PBX greets with "Asterisk Call Manager/{version}", which is Asterisk 11 or '
        "older: callcheck needs Asterisk 12 or newer"
    ]


async def test_a_pbx_that_was_too_old_is_followed_after_its_upgrade() -> None:
    pbx = FakePbx(greeting=b"Asterisk Call Manager/1.3\r\n")
    async with running(pbx), listening(pbx, Seen(), refused_seconds=0.1) as listener:
        await until(lambda: listener.state is State.TOO_OLD)
        pbx.greeting = b"Asterisk Call Manager/2.0.0\r\n"
        await until(lambda: listener.state is State.CONNECTED)


async def test_events_arrive_in_order_after_connected() -> None:
    sink = Seen()
    async with running(FakePbx(after_login=event("Newchannel", 1))) as pbx, listening(pbx, sink):
        await until(lambda: sink.events)
        pbx.send(b"".join(event("Hangup", n) for n in range(2, 50)))
        await until(lambda: len(sink.events) == 49)
        await until(lambda: b"pong" in sink.told)
    assert b"\r\nTimestamp: 1795359273.573827" in sink.pongs[0]
    assert sink.told[0] == b"+"
    assert sink.told[-1] == b"-"
    assert sink.told.count(b"+") == sink.told.count(b"-") == 1
    assert [e + b"\r\n\r\n" for e in sink.events] == [
        event("Newchannel", 1),
        *(event("Hangup", n) for n in range(2, 50)),
    ]


@pytest.mark.parametrize(("login", "proof"), [("auto", "Key"), ("plain", "Secret")])
async def test_login_by_challenge_and_plain(login: str, proof: str) -> None:
    pace = Pace(login=login)  # type: ignore[arg-type]
    async with running(FakePbx()) as pbx, listening(pbx, Seen(), pace) as listener:
        await until(lambda: listener.state is State.CONNECTED)
    sent = pbx.names("Login")[0]
    assert {"Key", "Secret"} & set(sent) == {proof}


async def test_a_pbx_without_challenge_gets_the_plain_login() -> None:
    async with running(FakePbx({"Challenge": denied})) as pbx, listening(pbx, Seen()) as listener:
        await until(lambda: listener.state is State.CONNECTED)
    assert pbx.names("Login")[0]["Secret"] == SECRET


async def test_the_snapshot_reaches_the_sink_once_though_it_is_looked_at_again() -> None:
    sink = Seen()
    async with running(FakePbx(channels=["1.1", "1.2"])) as pbx, listening(pbx, sink):
        await until(lambda: len(pbx.names("BridgeList")) >= 3)
    names = [e.partition(b"\r\n")[0] for e in sink.items]
    assert names.count(b"Event: CoreShowChannel") == 2
    assert names.count(b"Event: Status") == 2


async def test_a_snapshot_that_is_not_wanted_is_not_taken() -> None:
    sink = Seen()
    pbx = FakePbx(channels=["1.1"])
    async with running(pbx), listening(pbx, sink, Pace(), snapshot=False):
        await until(lambda: b"pong" in sink.told)
    assert sink.items == []
    assert pbx.names("CoreShowChannels") == []


async def test_live_events_between_the_items_of_a_snapshot_are_kept() -> None:
    def mixed(_: dict[str, str]) -> str:
        item = "Event: CoreShowChannel|@|Uniqueid: 1.1"
        live = "Event: Hangup|Privilege: call,all|Uniqueid: 7.7"
        done = "Event: CoreShowChannelsComplete|@|EventList: Complete"
        return f"Response: Success|@|EventList: start||{item}||{live}||{done}"

    sink = Seen()
    pbx = FakePbx({"CoreShowChannels": mixed})
    async with running(pbx), listening(pbx, sink) as listener:
        await until(lambda: b"pong" in sink.told)
        assert listener.rights.refused == set()
    seen = [e.split(b"\r\n")[0] for e in sink.told if e.startswith(b"Event: ")]
    assert seen[:3] == [
        b"Event: CoreShowChannel",
        b"Event: Hangup",
        b"Event: CoreShowChannelsComplete",
    ]


async def test_shutdown_is_passed_on_and_ends_the_connection() -> None:
    sink = Seen()
    async with running(FakePbx()) as pbx, listening(pbx, sink) as listener:
        await until(lambda: listener.state is State.CONNECTED)
        pbx.send(lines("Event: Shutdown|Privilege: system,all|Shutdown: Cleanly") + event("Hangup"))
        await until(lambda: b"-" in sink.told)
        assert sink.told[sink.told.index(b"-") - 1].startswith(b"Event: Shutdown")
        await until(lambda: listener.connects == 2)


async def test_an_overlong_message_is_counted_and_followed_by_a_resync() -> None:
    sink = Seen()
    async with running(FakePbx(channels=["1.1"])) as pbx, listening(pbx, sink) as listener:
        await until(lambda: b"pong" in sink.told)
        pbx.send(b"Event: Long\r\nA: " + b"x" * (2 << 20) + b"\r\n\r\n" + event("Hangup"))
        await until(lambda: any(b"Hangup" in e for e in sink.events))
        assert listener.oversized == 1
        await until(lambda: sum(b"CoreShowChannel\r\n" in e for e in sink.items) == 2)
    hangup = next(i for i, t in enumerate(sink.told) if t.startswith(b"Event: Hangup"))
    assert sink.told[hangup - 2 : hangup] == [b"-", b"+"]
    assert sink.told[hangup + 1 : hangup + 3] == [b"-", b"+"]


async def test_a_login_that_is_dropped_at_once_again_and_again_is_no_storm() -> None:
    pbx = FakePbx(after_login=lines("Event: Shutdown|Privilege: system,all"))
    async with running(pbx), listening(pbx, Seen(), Pace(retry_first=0.1, retry_cap=5)):
        await asyncio.sleep(0.8)
    assert pbx.connections <= 6


async def test_gap_seconds_and_event_age_run_on() -> None:
    sink = Seen()
    async with running(FakePbx(drop_at_once=True)) as pbx, listening(pbx, sink) as listener:
        before = listener.last_event_age
        assert before is None
        await asyncio.sleep(0.2)
        waited = listener.gap_seconds
        assert waited >= 0.15
        pbx.drop_at_once = False
        await until(lambda: listener.state is State.CONNECTED)
        gap = listener.gap_seconds
        assert gap >= waited
        pbx.send(event("Hangup"))
        await until(lambda: sink.events)
        await asyncio.sleep(0.1)
        assert listener.gap_seconds == gap
        earlier, later = listener.last_event_age, listener.last_event_age
        assert earlier is not None
        assert later is not None
        assert 0.05 < earlier <= later


async def test_several_pbxs_in_one_process() -> None:
    one, two = Seen(), Seen()
    async with (
        running(FakePbx()) as a,
        running(FakePbx()) as b,
        listening(a, one, name="a") as x,
        listening(b, two, name="b") as y,
    ):
        await until(lambda: x.connects == y.connects == 1)
        a.hang_up()
        b.send(event("Hangup"))
        await until(lambda: two.events)
        await until(lambda: x.connects == 2)
        assert y.connects == 1


def test_a_secret_with_a_line_break_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ValueError, match="one line"):
        Listener(Address(1, secret="a\r\nAction: Command"), Seen())


async def test_nothing_secret_or_personal_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sink = Seen()
    async with running(FakePbx({"Status": denied})) as pbx, listening(pbx, sink):
        await until(lambda: b"pong" in sink.told)
        pbx.send(lines("Event: Newchannel|CallerIDNum: 67012345"))
        await until(lambda: sink.events)
        pbx.hang_up()
        await until(lambda: b"-" in sink.told)
    assert "67012345" not in caplog.text
    assert SECRET not in caplog.text


async def test_a_fault_of_the_listener_itself_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("67012345")

    async with running(FakePbx(channels=["1.1"])) as pbx:
        with monkeypatch.context() as patch:
            patch.setattr("callcheck.ami.rights.Rights.listed", broken)
            async with listening(pbx, Seen()) as listener:
                await until(lambda: listener.connects >= 2)
                await until(lambda: listener.state is State.WAITING)
                assert "KeyError" in str(listener.trouble)
                patch.undo()
                sink = listener.sink
                assert isinstance(sink, Seen)
                await until(lambda: sink.pongs)
    assert "67012345" not in caplog.text


async def test_cancelling_it_closes_the_connection() -> None:
    sink = Seen()
    async with running(FakePbx()) as pbx:
        listener = Listener(Address(pbx.port), sink)
        task = asyncio.create_task(listener.run())
        await until(lambda: b"pong" in sink.told)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert listener.state is State.CLOSED
        assert sink.told[-1] == b"-"
        await until(lambda: not pbx._writers)
