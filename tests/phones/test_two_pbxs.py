"""An extension that exists on two PBXs: what one of them says is not said of the other's person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from callcheck.absences.model import Draft, ForwardKind, Message
from callcheck.app.absence_watch import AbsenceWatch
from callcheck.app.judge import judge_of
from callcheck.calls.model import Disposition
from callcheck.clock import now
from callcheck.config import Config, Http, Pbx, Privacy, Site, StoreSettings, Unit
from callcheck.judging.verdict import Result
from callcheck.phones.watch import PhoneWatch
from callcheck.store import Absences, CallsDuringAbsence, Forwards, Store
from tests.absences.people import HOUR, PARTIES
from tests.api.house_of_cards import MET, a_call
from tests.phones.test_watch import FakeListener, Gauges

ALWAYS = ForwardKind.ALWAYS


@pytest.fixture
def watch(store: Store, tmp_path: Path) -> AbsenceWatch:
    """Anna is 201 on `main`; on `branch` 201 is somebody else, whom no unit names."""
    config = Config(
        tmp_path, Site(), None, (Pbx("main"), Pbx("branch")), (Unit("registry", "R"),),
        PARTIES, StoreSettings(""), Http(), Privacy(tmp_path / "k"), homes={"201": "main"},
    )  # fmt: skip
    return AbsenceWatch(config, store, Gauges())


def state(watch: AbsenceWatch) -> str:
    ((_, stand),) = watch.service.assessments()
    return stand.state.value


async def test_forwards_phones_and_codes(watch: AbsenceWatch, store: Store) -> None:
    watch.service.add(Draft("201", now() - HOUR, now() + HOUR, "202"), "api")
    Forwards(store).look("branch", {("201", ALWAYS): "202"}, now())
    Forwards(store).look("branch/302", {("201", ALWAYS): "202"}, now())
    assert state(watch) == "not_forwarded"
    Forwards(store).look("main", {("201", ALWAYS): "202"}, now())
    assert state(watch) in ("forwarded", "late")
    Forwards(store).reach("branch", {"201": False, "202": True}, now())
    assert watch.service.rehearsal("202")["state"] == "not_forwarded"
    branch = PhoneWatch("branch", FakeListener(), watch._config, store, watch.service)
    branch.heard(b"Event: UserEvent\r\nUserEvent: CallcheckBack\r\nExtension: 201\r\n")
    branch.heard(
        b"Event: UserEvent\r\nUserEvent: CallcheckMessage\r\nExtension: 201\r\nBy: 202\r\n"
    )
    await branch.step()
    (one,) = Absences(store).all()
    assert one.active(now())
    assert CallsDuringAbsence(store).messages(["201"], None, None) == []


def test_calls_messages_and_the_cover_matrix(watch: AbsenceWatch, store: Store) -> None:
    started = now() - HOUR
    store.save([
        (a_call("1", started, pbx="main"), (MET,)),
        (a_call("1", started, pbx="branch"), (MET,)),
    ])  # fmt: skip
    CallsDuringAbsence(store).note(Message("201", "202", started, "branch"))
    made = watch.service.add(Draft("201", started - HOUR, now() + HOUR), "api")
    assert made["calls"] == {"offered": 1, "answered": 1, "in_time": 1}
    whole = watch.service.record(int(str(made["id"])), whole=True)
    assert whole is not None
    assert [c["pbx"] for c in whole["came"]] == ["main"]  # type: ignore[attr-defined]
    assert whole["messages"] == []
    assert sum(int(str(c["calls"])) for c in watch.service.reports.cover(None, None, None)) == 1


def test_the_rule_knows_on_which_pbx_somebody_is_away(watch: AbsenceWatch) -> None:
    watch.service.add(Draft("201", now() - HOUR, now() + HOUR), "api")
    lost = a_call("1", now(), disposition=Disposition.NO_ANSWER, answered_at=None,
                  answered_by=None, answered_via=None)  # fmt: skip

    def says(pbx: str) -> list[Result]:
        judge = judge_of(watch._config, pbx, watch.absent_on(pbx))
        found = judge(replace(lost, pbx=pbx))
        return [f.result for f in found if f.rule == "forward_in_absence"]

    assert says("main") == [Result.BREACHED]
    assert says("branch") == []


def test_who_is_who_on_each_pbx(watch: AbsenceWatch) -> None:
    config = watch._config
    assert config.directory("main").unit_of("201") == "registry"
    assert config.directory("branch").unit_of("201") is None
    assert config.directory("branch").unit_of("202") == "registry"  # bound to none: on any
    assert config.directory().unit_of("201") == "registry"
