"""How a listener detects its own rights, which AMI never reports."""

from __future__ import annotations

import asyncio

from callcheck.ami.address import Pace
from callcheck.ami.rights import Rights
from callcheck.config import Pbx
from tests.ami.fake_pbx import FakePbx, denied, event, lines, running
from tests.ami.listening import Seen, listening, until


async def test_a_user_who_may_only_read_listens_without_a_snapshot() -> None:
    sink = Seen()
    pbx = FakePbx({"CoreShowChannels": denied, "Status": denied})
    async with running(pbx), listening(pbx, sink) as listener:
        await until(lambda: b"pong" in sink.told)
        pbx.send(event("Hangup"))
        await until(lambda: sink.events)
        assert listener.rights.refused == {"CoreShowChannels", "Status"}
        (complaint,) = listener.rights.complaints()
        assert "write=reporting" in complaint


async def test_bridges_that_begin_without_an_event_prove_that_read_call_is_missing() -> None:
    sink = Seen()
    pbx = FakePbx({"CoreShowChannels": denied, "Status": denied}, bridges=["old"])
    async with running(pbx), listening(pbx, sink) as listener:
        await until(lambda: len(pbx.names("BridgeList")) >= 3)
        assert listener.rights.missing_read == set()
        pbx.bridges.append("new")
        await until(lambda: listener.rights.missing_read)
        assert "class call: add it to read=" in listener.rights.complaints()[0]
        pbx.send(event("BridgeCreate"))  # it was only late
        await until(lambda: not listener.rights.missing_read)


def test_a_queued_channel_without_an_event_of_its_class_proves_read_agent_is_missing() -> None:
    rights = Rights()
    rights.note(event("Newchannel")[:-4])
    rights.listed("Status", [{"Uniqueid": "1.1", "Application": "Queue"}])
    assert rights.missing_read == set()  # it may have begun before we listened
    rights.listed("Status", [{"Uniqueid": "1.2", "Application": "Queue"}])
    assert rights.missing_read == {"agent"}
    rights.note(lines("Event: QueueCallerJoin|Privilege: agent,all|Timestamp: 1.1|Queue: 701")[:-4])
    assert rights.missing_read == set()
    assert not rights.unproved


PHONE = lines("Event: DeviceStateChange|Privilege: call,all|Timestamp: 1.1|Device: PJSIP/201")
CODE = lines("Event: UserEvent|Privilege: user,all|Timestamp: 1.1|Uniqueid: 1.1|UserEvent: X")


async def test_calls_that_are_listed_and_never_told_are_a_complaint() -> None:
    """Class `call` is granted, which the states of phones show, and filters hide the calls."""
    pbx = FakePbx(channels=["1.1"])
    async with running(pbx), listening(pbx, Seen()) as listener:
        await until(lambda: len(pbx.names("CoreShowChannels")) >= 2)
        pbx.send(PHONE + CODE)
        await until(lambda: {"call", "user"} <= listener.rights.seen)
        assert not listener.rights.silent  # it may be a long talk
        pbx.channels.append("1.2")
        await until(lambda: listener.rights.silent)
        assert listener.rights.missing_read == set()
        [complaint] = listener.rights.complaints()
        assert "remove the eventfilter lines of this user" in complaint
        pbx.send(event("Hangup"))  # an item of a list can overtake an event
        await until(lambda: not listener.rights.silent)
        assert listener.rights.complaints() == []


async def test_a_pbx_that_tells_of_its_calls_is_not_asked_so_often() -> None:
    pace = Pace(look_soon=0.05, look_again=60.0)
    pbx = FakePbx(channels=["1.1"], after_login=PHONE)
    async with running(pbx), listening(pbx, Seen(), pace) as listener:
        await until(lambda: len(pbx.names("CoreShowChannels")) >= 3)
        pbx.send(event("Newchannel"))
        await until(lambda: listener.rights.named)
        asked = len(pbx.names("CoreShowChannels"))
        await asyncio.sleep(0.3)
        assert len(pbx.names("CoreShowChannels")) <= asked + 1


def test_a_warning_comes_within_a_minute() -> None:
    pace, pbx = Pace(), Pbx("main")
    assert 2 * pace.look_soon + pbx.ping_seconds <= 60


def test_a_class_is_seen_in_the_privilege_of_an_event() -> None:
    rights = Rights()
    for name in ("call", "agent", "user", "cdr"):
        assert not rights.complete
        rights.note_all([f"Event: X\r\nPrivilege: {name},all".encode()])
    assert not rights.complete  # a state of a phone is of class call too
    rights.note_all([event("Newchannel")])
    assert rights.complete


async def test_events_without_a_time_are_noticed() -> None:
    sink = Seen()
    pbx = FakePbx(channels=["1.1"], after_login=lines("Event: FullyBooted|Privilege: system,all"))
    async with running(pbx), listening(pbx, sink) as listener:
        await until(lambda: b"pong" in sink.told)
        assert listener.rights.timestamps is None  # FullyBooted and a snapshot never have one
        pbx.send(lines("Event: Newchannel|Privilege: call,all|Uniqueid: 1.1"))
        await until(lambda: listener.rights.timestamps is False)
        assert any("timestampevents=yes" in c for c in listener.rights.complaints())


async def test_events_with_a_time_are_no_complaint() -> None:
    sink = Seen()
    async with (
        running(FakePbx(after_login=event("Newchannel"))) as pbx,
        listening(pbx, sink) as listener,
    ):
        await until(lambda: b"pong" in sink.told)
        assert listener.rights.timestamps is True
        assert listener.rights.complaints() == []
