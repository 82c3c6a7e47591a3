"""Tests every known defect of panoramisk 1.4 against a real TCP server.

The tests number the defects. Number 17 is in test_panoramisk_head.py; 18 is in panoramisk's FastAGI
server, which callcheck does not use.
"""

from __future__ import annotations

import asyncio
import socket

import pytest

from callcheck.ami import advice
from callcheck.ami.address import Pace
from callcheck.ami.client import State
from tests.ami.fake_pbx import FakePbx, event, lines, mute, running
from tests.ami.listening import Seen, listening, until


async def test_1_a_sink_that_raises_keeps_the_connection_and_what_follows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sink = Seen(broken=b"Uniqueid: 4")
    async with running(FakePbx()) as pbx, listening(pbx, sink) as listener:
        await until(lambda: listener.state is State.CONNECTED)
        pbx.send(b"".join(event("Hangup", n) for n in range(10)))
        await until(lambda: len(sink.events) == 9)
        assert pbx.connections == 1
        assert listener.sink_failures == 1
        # open calls may have missed an event, so the sink starts again
        assert sink.told[sink.told.index(b"-") + 1] == b"+"
        await until(lambda: len(pbx.names("Status")) >= 2)
    assert "67012345" not in caplog.text
    assert "ValueError" in caplog.text


async def test_2_a_letter_split_over_two_packets_is_whole() -> None:
    sink = Seen()
    janis = lines("Event: Newchannel|CallerIDName: Jānis")
    latin = b"Event: Newchannel\r\nCallerIDName: M\xfcller\r\n\r\n"
    async with running(FakePbx()) as pbx, listening(pbx, sink, ping_seconds=30):
        await until(lambda: b"pong" in sink.told)  # so that no answer comes between the halves
        cut = janis.index("ā".encode()) + 1
        pbx.send(janis[:cut])
        await asyncio.sleep(0.05)
        pbx.send(janis[cut:] + latin)
        await until(lambda: len(sink.events) == 2)
    assert sink.events == [janis[:-4], latin[:-4]]


async def test_3_a_refused_login_is_a_state_of_its_own_and_no_storm(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sink = Seen()
    async with running(FakePbx()) as pbx, listening(pbx, sink, secret="wr0ng") as listener:
        await until(lambda: listener.state is State.REFUSED)
        await asyncio.sleep(0.4)
        assert pbx.connections == 1
        assert listener.trouble is not None
        assert f"Authentication failed; {advice.LOGIN_REFUSED}" in listener.trouble
    assert sink.told == []
    assert "wr0ng" not in caplog.text


async def test_3_a_login_is_tried_again_after_its_long_wait() -> None:
    pbx = FakePbx({"Login": lambda _: "Response: Error|@|Message: Authentication failed"})
    async with running(pbx), listening(pbx, Seen(), refused_seconds=0.1) as listener:
        await until(lambda: listener.state is State.REFUSED)
        del pbx.answers["Login"]
        await until(lambda: listener.state is State.CONNECTED)


async def test_4_close_while_waiting_to_reconnect_stops_for_good() -> None:
    pbx = FakePbx(drop_at_once=True)
    async with running(pbx):
        async with listening(pbx, Seen(), Pace(retry_first=0.3, retry_cap=0.3)) as listener:
            await until(lambda: listener.state is State.WAITING)
        connections = pbx.connections
        await asyncio.sleep(0.5)
        assert pbx.connections == connections
    assert listener.state is State.CLOSED


async def test_4_close_stops_also_while_connecting_and_while_logging_in() -> None:
    async with running(FakePbx({"Challenge": mute})) as pbx:
        async with listening(pbx, Seen(), action_seconds=60):
            await until(lambda: pbx.names("Challenge"))
        assert pbx.connections == 1


async def test_5_a_peer_that_answers_no_ping_is_dead() -> None:
    sink = Seen()
    pbx = FakePbx()
    async with running(pbx), listening(pbx, sink, action_seconds=0.2) as listener:
        await until(lambda: b"pong" in sink.told)
        pbx.answers["Ping"] = mute
        await until(lambda: b"-" in sink.told)
        assert "Ping was not answered" in str(listener.trouble)
        del pbx.answers["Ping"]
        await until(lambda: sink.told.count(b"+") == 2)
        assert listener._link is not None
        assert len(listener._link.protocol.responses) <= 1


async def test_6_a_link_that_drops_before_the_login_reply_hangs_nobody() -> None:
    pbx = FakePbx({"Login": mute})
    async with running(pbx), listening(pbx, Seen(), action_seconds=60) as listener:
        await until(lambda: pbx.names("Login"))
        del pbx.answers["Login"]
        pbx.hang_up()
        await until(lambda: listener.state is State.CONNECTED)


async def test_7_every_action_has_a_time_out_and_leaves_nothing_behind() -> None:
    pbx = FakePbx({"CoreShowChannels": mute, "Status": mute, "BridgeList": mute})
    sink = Seen()
    async with running(pbx), listening(pbx, sink, action_seconds=0.05) as listener:
        await until(lambda: b"pong" in sink.told)
        assert listener._link is not None
        assert len(listener._link.protocol.responses) <= 1
        assert pbx.connections == 1


async def test_8_an_answer_that_panoramisk_chokes_on_keeps_the_connection() -> None:
    # the KeyError of github.com/gawel/panoramisk/issues/90: "successfully queued" to an action
    # without `Async`
    pbx = FakePbx(
        {"Status": lambda _: "Response: Success|@|Message: Originate successfully queued"}
    )
    sink = Seen()
    async with running(pbx), listening(pbx, sink, action_seconds=0.1) as listener:
        await until(lambda: b"pong" in sink.told)
        assert pbx.connections == 1
        assert listener._link is not None
        assert listener._link.protocol.unreadable >= 1


async def test_9_no_action_is_sent_again_after_a_reconnect() -> None:
    pbx = FakePbx({"Status": mute}, after_login=lines("Event: FullyBooted|Privilege: system,all"))
    async with running(pbx), listening(pbx, Seen(), action_seconds=60) as listener:
        await until(lambda: pbx.names("Status"))
        pbx.hang_up()
        await until(lambda: listener.connects == 2 and len(pbx.names("Status")) >= 2)
        await asyncio.sleep(0.1)
        assert [len(pbx.names(n)) for n in ("Login", "CoreShowChannels", "Status")] == [2, 2, 2]


async def test_10_events_are_passed_on_before_the_reading_returns() -> None:
    sink = Seen()
    async with running(FakePbx()) as pbx, listening(pbx, sink) as listener:
        await until(lambda: listener.state is State.CONNECTED)
        assert listener._link is not None
        tasks = len(asyncio.all_tasks())
        listener._link.protocol.data_received(b"".join(event("Hangup", n) for n in range(500)))
        assert len(sink.events) == 500
        assert len(asyncio.all_tasks()) == tasks


async def test_11_headers_reach_the_sink_untouched() -> None:
    raw = lines("Event: X|A: 1|a: 2|A: 3|Manager: m|Items: i|Key:nospace|Result: %20|Last: ")
    sink = Seen()
    async with running(FakePbx()) as pbx, listening(pbx, sink) as listener:
        await until(lambda: listener.state is State.CONNECTED)
        pbx.send(raw)
        await until(lambda: sink.events)
    assert sink.events == [raw[:-4]]


async def test_12_an_event_with_an_action_id_reaches_the_sink_too() -> None:
    foreign = lines("Event: OriginateResponse|ActionID: click-1|Response: Failure")
    sink = Seen()
    async with running(FakePbx({"Status": mute}, channels=["1.1"])) as pbx, listening(pbx, sink):
        await until(lambda: pbx.names("Status"))
        pbx.send(foreign)
        await until(lambda: foreign[:-4] in sink.events)
    assert any(b"CoreShowChannel\r\n" in e for e in sink.items)


async def test_13_a_pbx_that_is_not_there_is_waited_for_with_one_connection() -> None:
    async with running(FakePbx()) as pbx:
        pass
    async with listening(pbx.port, Seen()) as listener:
        await until(lambda: listener.state is State.WAITING)
        assert "127.0.0.1" in str(listener.trouble)
        async with running(pbx):
            await until(lambda: listener.state is State.CONNECTED)
            await asyncio.sleep(0.2)
            assert pbx.connections == 1


async def test_13_connecting_has_a_time_out() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for other in (first, second):  # they fill its queue; then the kernel accepts no more
            other.setblocking(False)
            other.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        async with listening(port, Seen(), connect_seconds=0.2, action_seconds=60) as listener:
            await until(lambda: listener.trouble)
            assert f"within 0.2 s; {advice.NO_CONNECTION}" in str(listener.trouble)


async def test_13_a_server_that_says_nothing_has_a_time_out() -> None:
    mutes = FakePbx({"Challenge": mute})
    async with running(mutes), listening(mutes, Seen(), action_seconds=0.1) as listener:
        await until(lambda: "Challenge was not answered" in str(listener.trouble))


async def test_14_waits_grow_with_jitter_up_to_the_cap() -> None:
    pbx = FakePbx(drop_at_once=True)
    async with running(pbx), listening(pbx, Seen(), Pace(retry_first=0.1, retry_cap=5)):
        await asyncio.sleep(0.8)
    assert 2 <= pbx.connections <= 6


async def test_15_and_16_nothing_of_panoramisks_configuration_is_used() -> None:
    async with running(FakePbx()) as pbx, listening(pbx, Seen()) as listener:
        await until(lambda: listener.state is State.CONNECTED)
        assert listener._link is not None
        assert listener._link.config["save_stream"] is None
        assert "secret" not in listener._link.config


async def test_19_no_pattern_is_matched_per_event(monkeypatch: pytest.MonkeyPatch) -> None:
    sink = Seen()
    async with running(FakePbx()) as pbx, listening(pbx, sink) as listener:
        await until(lambda: listener.state is State.CONNECTED)
        assert listener._link is not None
        dispatched: list[object] = []
        monkeypatch.setattr(listener._link, "dispatch", dispatched.append)
        pbx.send(event("FullyBooted") + event("Hangup"))
        await until(lambda: len(sink.events) == 2)
        assert dispatched == []
