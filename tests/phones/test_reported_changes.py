"""What the PBX told with a time keeps that time, whatever else is looked at in the same second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from callcheck.absences.model import ForwardKind, Phone
from callcheck.ami.link import LinkError
from callcheck.app.absence_service import make_absence_service
from callcheck.calls.model import Micros
from callcheck.config import Config, Http, Pbx, Privacy, Site, StoreSettings, Unit
from callcheck.phones import watch
from callcheck.phones.watch import PhoneWatch
from callcheck.store import Forwards, Store
from tests.absences.people import PARTIES
from tests.phones.test_watch import FakeListener

NOON = 1_795_600_000 * 1_000_000
SECOND = 1_000_000
ALWAYS, DND = ForwardKind.ALWAYS, ForwardKind.DND


def state(device: str, state: str, at: Micros | None = None) -> bytes:
    """A DeviceStateChange."""
    told = f"Timestamp: {at // SECOND}.{at % SECOND:06}\r\n" if at else ""
    return f"Event: DeviceStateChange\r\n{told}Device: {device}\r\nState: {state}\r\n".encode()


@dataclass
class CallsDuringAbsence(FakeListener):
    """A PBX of which something is heard while it answers the action `during`."""

    during: str = ""
    heard: list[bytes] = field(default_factory=list)
    fails: bool = False
    phones: PhoneWatch | None = None

    async def ask(self, headers: Mapping[str, str]) -> list[Mapping[str, str]]:
        answer = await super().ask(headers)
        if headers["Action"] == self.during:
            for raw in self.heard:
                assert self.phones is not None
                self.phones.heard(raw)
            self.heard = []
        if self.fails:
            raise LinkError("not answered")
        return answer


@dataclass
class Side:
    phones: PhoneWatch
    listener: CallsDuringAbsence
    store: Store
    clock: list[Micros]

    def forwards(self) -> list[tuple[str, ForwardKind, Micros | None, Micros | None]]:
        return [(f.extension, f.kind, f.since, f.until) for f in Forwards(self.store).all()]


@pytest.fixture
def side(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Side:
    config = Config(
        tmp_path, Site(), None, (Pbx("main"),), (Unit("registry", "R"),), PARTIES,
        StoreSettings(""), Http(), Privacy(tmp_path / "k"),
    )  # fmt: skip
    clock = [NOON]
    monkeypatch.setattr(watch, "now", lambda: clock[0])
    listener = CallsDuringAbsence()
    phones = PhoneWatch("main", listener, config, store, make_absence_service(config, store))
    listener.phones = phones
    return Side(phones, listener, store, clock)


async def test_a_forward_told_before_the_first_look(side: Side) -> None:
    side.listener.entries["/CF/201"] = "202"
    side.phones.heard(state("Custom:CF201", "BUSY", NOON - 300_000))
    await side.phones.step()
    assert side.forwards() == [("201", ALWAYS, NOON - 300_000, None)]


async def test_an_older_forward_of_another_kind_has_no_beginning(side: Side) -> None:
    side.listener.entries |= {"/CF/201": "202", "/DND/201": "YES"}
    side.phones.heard(state("Custom:DND201", "BUSY", NOON))
    await side.phones.step()
    assert sorted(side.forwards()) == [("201", ALWAYS, None, None), ("201", DND, NOON, None)]


@pytest.mark.parametrize("event", [
    state("Custom:CF201", "BUSY", NOON + 60 * SECOND - 1),
    b"Event: UserEvent\r\nTimestamp: 1795600059.999999\r\nUserEvent: CallcheckForward\r\n"
    b"Extension: 201\r\n",
])  # fmt: skip
async def test_a_forward_told_when_a_look_is_due(side: Side, event: bytes) -> None:
    await side.phones.step()
    side.clock[0] += 60 * SECOND
    side.listener.entries["/CF/201"] = "202"
    side.phones.heard(event)
    side.phones.nudge()
    await side.phones.step()
    assert side.forwards() == [("201", ALWAYS, NOON + 60 * SECOND - 1, None)]
    await side.phones.step()
    assert side.listener.asked.count("DBGet") == 0  # nothing is asked twice


@pytest.mark.parametrize("during", ["DBGetTree", "DeviceStateList"])
async def test_a_forward_told_while_all_are_looked_at(side: Side, during: str) -> None:
    side.listener.entries["/CF/201"] = "202"
    side.listener.during = during
    side.listener.heard = [state("Custom:CF201", "BUSY", NOON - 5)]
    await side.phones.step()
    assert side.forwards() == [("201", ALWAYS, NOON - 5, None)]
    await side.phones.step()  # it may have come too late for that look
    assert side.listener.asked.count("DBGet") > 0
    assert side.forwards() == [("201", ALWAYS, NOON - 5, None)]


async def test_a_forward_that_went_when_a_look_is_due(side: Side) -> None:
    side.listener.entries["/CF/201"] = "202"
    await side.phones.step()
    side.clock[0] += 60 * SECOND
    side.listener.entries.clear()
    side.phones.heard(state("Custom:CF201", "NOT_INUSE", NOON + 59 * SECOND))
    side.phones.nudge()
    await side.phones.step()
    assert side.forwards() == [("201", ALWAYS, None, NOON + 59 * SECOND)]


@pytest.mark.parametrize("due", [True, False])
async def test_what_was_told_is_kept_while_the_pbx_does_not_answer(side: Side, due: bool) -> None:
    await side.phones.step()
    side.listener.entries["/CF/201"] = "202"
    side.phones.heard(state("Custom:CF201", "BUSY", NOON))
    side.listener.fails = True
    if due:
        side.phones.nudge()
    await side.phones.step()
    side.listener.fails = False
    side.clock[0] += 30 * SECOND
    await side.phones.step()
    assert side.forwards() == [("201", ALWAYS, NOON, None)]


@pytest.mark.parametrize("at", [None, NOON + 1, NOON - 3600 * SECOND])
async def test_a_time_of_another_clock_is_not_taken(side: Side, at: Micros | None) -> None:
    side.listener.entries["/CF/201"] = "202"
    side.phones.heard(state("Custom:CF201", "BUSY", at))
    side.clock[0] += 10 * SECOND
    await side.phones.step()
    assert side.forwards() == [("201", ALWAYS, NOON, None)]


async def test_a_phone_that_went_while_all_are_listed_is_gone(side: Side) -> None:
    side.listener.states["PJSIP/202"] = "NOT_INUSE"
    side.listener.during = "DeviceStateList"
    side.listener.heard = [state("PJSIP/202", "UNAVAILABLE", NOON)]
    await side.phones.step()
    assert Forwards(side.store).phones() == [Phone("202", False, NOON, "main")]
