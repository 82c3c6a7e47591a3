"""The running part: a PBX that is asked, absences that follow, the gauge."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from callcheck.absences.model import Draft
from callcheck.ami.client import State
from callcheck.ami.link import LinkError
from callcheck.app.absence_watch import AbsenceWatch
from callcheck.calls.model import Leg, LegResult
from callcheck.clock import now
from callcheck.config import Config, Http, Pbx, Privacy, Site, StoreSettings, Unit
from callcheck.phones.watch import PhoneWatch
from callcheck.store import Absences, CallsDuringAbsence, Forwards, Store
from tests.absences.people import HOUR, PARTIES
from tests.api.house_of_cards import a_call
from tests.phones.test_pbx import Pbx as Answers

HINT = b"Event: DeviceStateChange\r\nDevice: Custom:CF201\r\nState: INUSE\r\n"
Gauge = dict[tuple[str, str], int]


@dataclass
class FakeListener:
    """A listener's asking side."""

    entries: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    state: State = State.CONNECTED
    connects: int = 1
    asked: list[str] = field(default_factory=list)

    async def ask(self, headers: Mapping[str, str]) -> list[Mapping[str, str]]:
        if self.state is not State.CONNECTED:
            raise LinkError("gone")
        self.asked.append(headers["Action"])
        if headers["Action"] != "DeviceStateList":
            return await Answers(self.entries)(headers)
        items = [{"Device": d, "State": s} for d, s in self.states.items()]
        return [{"Response": "Success"}, *items]


@dataclass
class Gauges:
    """What the metrics were told last."""

    absences: Gauge = field(default_factory=dict)
    next_day: Gauge = field(default_factory=dict)
    calendars: tuple[int, int] = (0, 0)

    def set_absences(self, counts: Mapping[tuple[str, str], int]) -> None:
        self.absences = dict(counts)

    def set_next_day(self, counts: Mapping[tuple[str, str], int]) -> None:
        self.next_day = dict(counts)

    def set_calendars(self, read: int, failing: int) -> None:
        self.calendars = read, failing


@dataclass
class Running:
    config: Config
    watch: AbsenceWatch
    phones: PhoneWatch
    listener: FakeListener
    gauges: Gauges
    store: Store

    async def looks(self) -> None:
        if await self.phones.step():
            self.watch._settle()

    def state(self) -> str:
        ((_, stand),) = self.watch.service.assessments()
        return stand.state.value


@pytest.fixture
def running(store: Store, tmp_path: Path) -> Running:
    config = Config(
        tmp_path, Site(), None, (Pbx("main"),), (Unit("registry", "R"),), PARTIES,
        StoreSettings(""), Http(), Privacy(tmp_path / "k"),
    )  # fmt: skip
    gauges = Gauges()
    watch = AbsenceWatch(config, store, gauges)
    listener = FakeListener()
    phones = PhoneWatch("main", listener, config, store, watch.service)
    watch._phones.append(phones)
    return Running(config, watch, phones, listener, gauges, store)


def draft() -> Draft:
    return Draft("201", now() - HOUR, now() + HOUR, "202")


async def test_the_state_follows_the_pbx(running: Running) -> None:
    running.watch.service.add(draft(), "api")
    assert running.gauges.absences == {("registry", "not_forwarded"): 1}
    await running.looks()
    running.listener.entries["/CF/201"] = "202"
    await running.looks()  # nothing told it, and it is not due
    assert running.state() == "not_forwarded"
    running.phones.heard(HINT)
    await running.looks()
    assert (running.state(), running.gauges.absences) == ("late", {("registry", "late"): 1})
    assert running.listener.asked == ["DBGetTree"] * 4 + ["DeviceStateList"] + ["DBGet"] * 4


async def test_an_absence_that_ends_at_once_keeps_its_last_state(running: Running) -> None:
    """Somebody is back before the state of this second was written down."""
    one = running.watch.service.add(draft(), "api")
    await running.looks()
    running.watch._settle()
    running.listener.entries["/CF/201"] = "202"
    running.phones.heard(HINT)
    await running.phones.step()  # known, but not yet settled
    running.watch.service.end(int(str(one["id"])), "api")
    del running.listener.entries["/CF/201"]
    running.phones.heard(HINT)
    await running.looks()
    assert running.state() == "late"


async def test_it_is_asked_again_after_a_change_and_a_new_connection(running: Running) -> None:
    await running.looks()
    running.watch.service.add(draft(), "api")
    await running.looks()
    running.listener.connects += 1
    await running.looks()
    await running.looks()
    assert running.listener.asked.count("DeviceStateList") == 3


async def test_a_phone_that_goes_away_and_comes_back(running: Running) -> None:
    running.listener.entries["/CF/201"] = "202"
    running.listener.states["PJSIP/202"] = "NOT_INUSE"
    running.watch.service.add(draft(), "api")
    await running.looks()
    assert running.state() == "forwarded"
    gone = b"Event: DeviceStateChange\r\nDevice: PJSIP/202\r\nState: UNAVAILABLE\r\n"
    running.phones.heard(gone)
    await running.looks()
    assert running.state() == "wrong_target"
    running.phones.heard(gone.replace(b"UNAVAILABLE", b"NOT_INUSE"))
    await running.looks()
    assert running.state() == "forwarded"


async def test_what_another_database_does_not_know_is_stored_again(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcheck.store.store.MISSING_FOR", 0)
    running.store.on_reopened = lambda _: running.watch.start_anew()
    running.listener.entries["/CF/201"] = "202"
    running.listener.states["PJSIP/202"] = "NOT_INUSE"
    await running.looks()
    known = Forwards(running.store)
    before = {f.to for f in known.all()}, {p.extension for p in known.phones()}
    assert before == ({"202"}, {"202"})
    Path(running.store.engine.url.database or "").unlink()
    running.store.look()
    assert not known.phones()
    await running.looks()
    assert ({f.to for f in known.all()}, {p.extension for p in known.phones()}) == before


async def test_a_lost_connection_asks_nothing_and_breaks_nothing(running: Running) -> None:
    running.listener.state = State.WAITING
    running.phones.heard(HINT)
    await running.looks()
    assert running.listener.asked == []


async def test_a_forward_that_is_set_in_the_phone(running: Running) -> None:
    running.watch.service.add(draft(), "api")
    await running.looks()
    call = a_call(started_at=now() - 1_000_000)
    sent_on = replace(
        call.legs[0], result=LegResult.FORWARDED, forwarded_to="202", ring_ms=None
    )  # fmt: skip
    running.phones.own.ended(replace(call, legs=(sent_on,)))
    await running.looks()
    assert running.state() == "late"
    rang: Leg = replace(call.legs[0], dialed_at=now() + 1, result=LegResult.NO_ANSWER)
    again = PhoneWatch(
        "main", running.listener, running.config, running.store, running.watch.service
    )
    again.own.ended(replace(call, legs=(rang,)))  # after callcheck was started anew
    await again.step()
    assert [f.until for f in Forwards(running.store).all()] == [rang.dialed_at]


async def test_a_phone_that_sends_calls_on_when_nobody_answers(running: Running) -> None:
    await running.looks()
    call = a_call(started_at=now() - 1_000_000)
    sent_on = replace(
        call.legs[0], result=LegResult.FORWARDED, forwarded_to="202", ring_ms=4100
    )  # fmt: skip
    answered = replace(call.legs[0], result=LegResult.ANSWERED, ring_ms=3000)
    for leg in (sent_on, answered):
        running.phones.own.ended(replace(call, legs=(leg,)))
    await running.looks()
    record = running.watch.service.rehearsal("201")
    assert (record["state"], record["eaten_seconds"]) == ("forwarded", 4.0)
    rang = replace(call.legs[0], dialed_at=now(), result=LegResult.NO_ANSWER, ring_ms=20_000)
    running.phones.own.ended(replace(call, legs=(rang,)))
    await running.looks()
    assert running.watch.service.rehearsal("201")["state"] == "not_forwarded"


async def test_a_phone_that_sends_two_calls_of_one_second_to_two_places(running: Running) -> None:
    call = a_call(started_at=now() - 1_000_000)
    legs = [
        replace(call.legs[0], result=LegResult.FORWARDED, forwarded_to=to, ring_ms=None,
                dialed_at=n)
        for n, to in enumerate(("202", "203", "203", "202"), 1)
    ]  # fmt: skip
    for leg in legs:
        running.phones.own.ended(replace(call, legs=(leg,)))
    await running.looks()
    ways = [(f.to, f.since, f.until) for f in Forwards(running.store).all()]
    assert ways == [("202", 1, 2), ("203", 2, 4), ("202", 4, None)]


async def test_follow_me_and_the_time_a_phone_rings(running: Running) -> None:
    running.listener.entries |= {"/CFU/203": "202", "/AMPUSER/203/ringtimer": "9"}
    running.listener.states["Custom:FOLLOWME201"] = "INUSE"
    await running.looks()
    record = running.watch.service.rehearsal("201")
    assert [step["does"] for step in record["steps"]] == ["follow_me"]  # type: ignore[attr-defined]
    assert record["state"] == "not_forwarded"
    assert running.watch.service.rehearsal("203")["eaten_seconds"] == 9
    off = b"Event: DeviceStateChange\r\nDevice: Custom:FOLLOWME201\r\nState: NOT_INUSE\r\n"
    running.phones.heard(off)
    await running.looks()
    steps = running.watch.service.rehearsal("201")["steps"]
    assert [step["does"] for step in steps] == ["rings"]  # type: ignore[attr-defined]


async def test_away_and_back_by_the_phone(running: Running) -> None:
    away = b"Event: UserEvent\r\nUserEvent: CallcheckAway\r\nExtension: 203\r\nUntil: %d\r\n"
    running.phones.heard(away % (now() // 1_000_000 + 3600))
    running.phones.heard((away % 5).replace(b"203", b"202"))
    running.phones.heard((away % (now() // 1_000_000 + 3600)).replace(b"203", b"999"))
    await running.looks()
    (one,) = Absences(running.store).all()
    assert (one.extension, one.source, one.active(now())) == ("203", "dialplan", True)
    running.phones.heard(b"Event: UserEvent\r\nUserEvent: CallcheckBack\r\nExtension: 203\r\n")
    await running.looks()
    (one,) = Absences(running.store).all()
    assert not one.active(now())


async def test_who_says_away_again_changes_what_was_said(running: Running) -> None:
    away = (
        b"Event: UserEvent\r\nUserEvent: CallcheckAway\r\nExtension: 201\r\nUntil: %d\r\nTo: %s\r\n"
    )
    seconds = now() // 1_000_000
    running.phones.heard(away % (seconds + 3600, b"202"))
    running.phones.heard(away % (seconds + 7200, b"+37129111222"))  # the own mobile: no stand-in
    await running.looks()
    (one,) = Absences(running.store).all()
    assert (one.end, one.deputy) == ((seconds + 7200) * 1_000_000, "202")


async def test_a_message_that_a_colleague_took(running: Running) -> None:
    message = b"Event: UserEvent\r\nUserEvent: CallcheckMessage\r\nExtension: %s\r\nBy: %s\r\n"
    before = now()
    running.phones.heard(message % (b"201", b"202"))
    running.phones.heard(message % (b"201", b"+37129111444"))  # from outside: not to be kept
    running.phones.heard(message % (b"999", b"202"))
    await running.looks()
    noted = CallsDuringAbsence(running.store).messages(["201", "999"], before, None)
    assert [(m.extension, m.by, m.pbx) for m in noted] == [
        ("201", "202", "main"), ("201", None, "main")
    ]  # fmt: skip
    assert all(before <= m.at <= now() for m in noted)
    assert "DBGet" not in running.listener.asked  # it says nothing of a forward


async def test_tomorrow_s_list_waits_for_what_it_is_made_of(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcheck.app.absence_watch.CHECK_EVERY", 0.01)
    waiting = asyncio.create_task(running.watch._first_reads())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await running.phones.step()
    await asyncio.wait_for(waiting, 1)
    running.phones.looked = False
    monkeypatch.setattr("callcheck.app.absence_watch.FIRST_READ_SECONDS", 0.05)
    await asyncio.wait_for(running.watch._first_reads(), 1)  # a PBX that is away
