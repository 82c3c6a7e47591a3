"""Tomorrow's list: which day it is of, who is on it, when it is told, and to whom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest

from callcheck.absences.model import Draft, ForwardKind
from callcheck.absences.service import AbsenceService
from callcheck.absences.state import WorkingTime
from callcheck.absences.terms import AbsenceTerms
from callcheck.absences.tomorrow import due_at, look_ahead, next_working_day
from callcheck.app.announce_tomorrow import ANNOUNCED, TomorrowAnnouncer
from callcheck.config import AbsenceSettings, Config, Http, Privacy, Site, StoreSettings, Tomorrow
from callcheck.judging.hours import OpeningHours, SpecialDay
from callcheck.store import Absences, CallsDuringAbsence, Forwards, KeyValues, Store
from tests.absences.people import (
    ALWAYS_OPEN,
    CLOCK,
    DIRECTORY,
    PARTIES,
    RIGA,
    at,
    away,
    fwd,
    phone,
    snapshot,
)
from tests.sources.web_server import WebServer

THREE = time(15)
CHRISTMAS = WorkingTime(
    OpeningHours(
        RIGA,
        dict.fromkeys(range(5), ((510, 1020),)),
        lambda day: (
            SpecialDay("public holiday") if (day.month, day.day) in {(12, 24), (12, 25)} else None
        ),
    ),
    RIGA,
)


@pytest.mark.parametrize(
    ("now", "day", "told"),
    [
        ("2026-11-23 10:00", "2026-11-24", "2026-11-23 15:00"),  # a Monday
        ("2026-11-23 08:29", "2026-11-23", "2026-11-20 15:00"),  # it has not begun
        ("2026-11-23 08:30", "2026-11-24", "2026-11-23 15:00"),
        ("2026-11-20 16:00", "2026-11-23", "2026-11-20 15:00"),  # over the weekend
        ("2026-11-21 12:00", "2026-11-23", "2026-11-20 15:00"),
        ("2026-12-23 16:00", "2026-12-28", "2026-12-23 15:00"),  # over Christmas and a weekend
    ],
)
def test_the_next_working_day_and_when_it_is_told(now: str, day: str, told: str) -> None:
    found = next_working_day(CHRISTMAS, at(now))
    assert found is not None
    assert found.date.isoformat() == day
    assert due_at(CHRISTMAS, found.date, THREE) == at(told)


def test_a_house_that_is_always_open_and_one_that_never_is() -> None:
    found = next_working_day(ALWAYS_OPEN, at("2026-11-21 12:00"))
    assert found is not None
    assert found.date.isoformat() == "2026-11-22"
    assert (
        next_working_day(WorkingTime(OpeningHours(RIGA, {}), RIGA), at("2026-11-21 12:00")) is None
    )


def test_a_stand_in_who_leaves_at_noon() -> None:
    day = next_working_day(CLOCK, at("2026-11-22 12:00"))
    assert day is not None
    berta = away("202", at("2026-11-23 13:00"), at("2026-11-24 00:00"), id=2)
    anna = snapshot(away(), berta, fwd("201", "202"), fwd("202", "203"))
    lines = {line.absence.extension: line for line in look_ahead(anna, day)}
    assert lines["201"].covered
    assert lines["202"].covered
    no_way_on = snapshot(away(), berta, fwd("201", "202"))
    said = {line.absence.extension: line for line in look_ahead(no_way_on, day)}
    assert (said["201"].state, said["201"].at) == ("wrong_target", at("2026-11-23 13:00"))
    assert "202 (Berta), who is absent too" in said["201"].reason
    assert said["202"].state == "not_forwarded"


def test_what_is_cancelled_over_or_outside_working_hours_is_not_on_it() -> None:
    day = next_working_day(CLOCK, at("2026-11-22 12:00"))
    assert day is not None
    evening = away("203", at("2026-11-23 17:00"), at("2026-11-24 08:30"))
    over = away("301", at("2026-11-20 00:00"), at("2026-11-23 00:00"))
    assert look_ahead(snapshot(away(cancelled=True), evening, over), day) == []


def test_what_fails_stands_first() -> None:
    day = next_working_day(CLOCK, at("2026-11-22 12:00"))
    assert day is not None
    found = look_ahead(snapshot(away(), away("203", id=2), fwd("201", "202"), phone("202")), day)
    assert [(one.absence.extension, one.covered) for one in found] == [
        ("203", False),
        ("201", True),
    ]


class House:
    """A service with a clock that the test sets, and whoever tells its list."""

    def __init__(self, store: Store, folder: Path, webhook: str | None, language: str) -> None:
        self.store, self.now = store, at("2026-11-23 12:00")
        terms = AbsenceTerms(DIRECTORY, CLOCK, language=language, titles={"registry": "Reģistrs"})
        self.service = AbsenceService(
            Absences(store), Forwards(store), CallsDuringAbsence(store), terms, lambda: self.now
        )
        self._config = Config(
            folder, Site("House", language=language), None, (), (), PARTIES,
            StoreSettings(""), Http(), Privacy(folder / "k"),
            absences=AbsenceSettings(tomorrow=Tomorrow(webhook=webhook)),
        )  # fmt: skip
        self.herald = self.start()

    def start(self) -> TomorrowAnnouncer:
        return TomorrowAnnouncer(self._config, self.store, self.service)

    def looks(self, moment: str) -> None:
        self.now = at(moment)
        self.herald.look()


@pytest.fixture
def hook() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


@pytest.fixture
def house(store: Store, tmp_path: Path, hook: WebServer) -> House:
    return House(store, tmp_path, hook.address("/hook?key=s3cret"), "en")


def anna_is_away(house: House) -> None:
    house.service.add(Draft("201", at("2026-11-24 00:00"), at("2026-11-27 00:00"), "202"), "api")


def test_the_list_is_told_once_at_its_hour(house: House, hook: WebServer) -> None:
    anna_is_away(house)
    house.service.add(Draft("203", at("2026-11-24 00:00"), at("2026-11-25 13:00")), "api")
    Forwards(house.store).look("main", {("203", ForwardKind.ALWAYS): "202"}, house.now)
    house.looks("2026-11-23 14:59")
    assert hook.posted == []
    house.looks("2026-11-23 15:00")
    house.looks("2026-11-23 15:01")
    house.herald = house.start()
    house.looks("2026-11-23 16:00")  # a new start does not tell it again
    ((headers, body),) = hook.posted
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    told = json.loads(body)
    assert (told["day"], told["site"], told["language"]) == ("2026-11-24", "House", "en")
    assert [(one["name"], one["unit"], one["state"]) for one in told["items"]] == [
        ("Anna", "registry", "not_forwarded")
    ]
    assert [one["name"] for one in told["covered"]] == ["Dace"]
    assert told["text"] == (
        "Tuesday, 24.11.2026: 2 absent, 1 of them with calls that nobody would get.\n"
        "Reģistrs:\n"
        "- Anna (201), back 27.11.2026: calls for 201 stay at the phone of 201 (Anna); "
        "forward them to 202 (Berta)\n"
        "- absent, and the calls are taken care of: Dace (203)"
    )
    house.looks("2026-11-24 15:00")  # and on the next day the next list
    assert json.loads(hook.posted[1][1])["day"] == "2026-11-25"


def test_a_day_on_which_everybody_is_covered_is_no_news(house: House, hook: WebServer) -> None:
    house.looks("2026-11-23 15:00")
    assert hook.posted == []


def test_what_is_entered_after_the_list_is_told_once(house: House, hook: WebServer) -> None:
    anna_is_away(house)
    house.looks("2026-11-23 15:00")
    house.service.add(Draft("301", at("2026-11-24 00:00"), at("2026-11-25 00:00")), "api")
    house.service.add(Draft("203", at("2026-11-24 00:00"), at("2026-11-25 00:00")), "api")
    Forwards(house.store).look("main", {("203", ForwardKind.ALWAYS): "202"}, house.now)
    house.service.add(Draft("202", at("2026-11-25 00:00"), at("2026-11-26 00:00")), "api")
    house.looks("2026-11-23 15:10")
    first, late = (json.loads(body) for _, body in hook.posted)
    assert (first["late"], late["late"], late["day"]) == (False, True, "2026-11-24")
    assert [one["name"] for one in late["items"]] == ["Edgars"]
    assert late["covered"] == []
    assert late["text"] == (
        "Tuesday, 24.11.2026, entered after the list: 1 more with calls that nobody would get.\n"
        "law:\n"
        "- Edgars (301), back 25.11.2026: calls for 301 stay at the phone of 301 (Edgars); "
        "forward them to a colleague who is there"
    )
    for moment in ("2026-11-23 15:20", "2026-11-24 08:00"):  # not again, nor after a new start
        house.herald = house.start()
        house.looks(moment)
    assert len(hook.posted) == 2
    house.looks("2026-11-24 15:00")
    assert json.loads(hook.posted[2][1])["late"] is False


def test_between_two_looks_for_more_is_a_minute(house: House, hook: WebServer) -> None:
    house.looks("2026-11-23 15:00")
    house.looks("2026-11-23 15:01")
    anna_is_away(house)
    house.looks("2026-11-23 15:01")
    assert hook.posted == []
    house.herald._next_look = 0.0
    hook.status = 503
    house.looks("2026-11-23 15:02")
    hook.status = 200
    house.herald._next_look = house.herald._next_try = 0.0
    house.looks("2026-11-23 15:03")
    house.herald._next_look = 0.0
    house.looks("2026-11-23 15:04")
    assert [json.loads(body)["late"] for _, body in hook.posted] == [True, True]


def test_a_list_that_an_older_callcheck_told_is_not_told_again(
    house: House, hook: WebServer
) -> None:
    """It left the day alone: what it told of is not known."""
    anna_is_away(house)
    KeyValues(house.store).set(ANNOUNCED, "2026-11-24")
    house.looks("2026-11-23 15:30")
    house.service.add(Draft("301", at("2026-11-24 00:00"), at("2026-11-25 00:00")), "api")
    house.herald = house.start()
    house.looks("2026-11-23 15:31")
    ((_, body),) = hook.posted
    assert [one["name"] for one in json.loads(body)["items"]] == ["Edgars"]


def test_a_webhook_that_is_away_is_tried_again(
    house: House, hook: WebServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna_is_away(house)
    hook.status = 503
    house.looks("2026-11-23 15:00")
    house.looks("2026-11-23 15:00")  # not at once
    assert len(hook.posted) == 1
    assert "posted again in a minute: the server answers 503" in caplog.text
    assert "s3cret" not in caplog.text
    hook.status = 200
    monkeypatch.setattr("callcheck.app.announce_tomorrow.RETRY_SECONDS", 0.0)
    house.herald._next_try = 0.0
    house.looks("2026-11-23 15:02")
    house.looks("2026-11-23 15:03")
    assert len(hook.posted) == 2


def test_the_list_in_latvian(store: Store, tmp_path: Path) -> None:
    house = House(store, tmp_path, None, "lv")
    anna_is_away(house)
    house.service.add(Draft("301", at("2026-11-24 13:00"), at("2026-11-24 17:00")), "api")
    Forwards(store).look("main", {("301", ForwardKind.ALWAYS): "999"}, house.now)
    assert house.service.reports.tomorrow_text() == (
        "Otrdien, 24.11.2026.: prombūtnē 2, no tiem bez derīgas pāradresācijas 2.\n"
        "Reģistrs:\n"
        "- Anna (201), atgriezīsies 27.11.2026.: tālrunis nav pāradresēts; "
        "aizvieto Berta (202)\n"
        "law:\n"
        "- Edgars (301), atgriezīsies 24.11.2026. 17:00: "
        "pāradresācija neved pie kolēģa, kurš ir darbā"
    )
    assert house.service.reports.tomorrow_text(unit="law").count("\n") == 2


def test_the_metric_counts_from_the_hour_on_until_the_day_begins(house: House) -> None:
    anna_is_away(house)
    house.service.add(Draft("203", at("2026-11-24 00:00"), at("2026-11-25 00:00")), "api")
    Forwards(house.store).look("main", {("203", ForwardKind.ALWAYS): "202"}, house.now)

    def counted(moment: str) -> dict[tuple[str, str], int]:
        house.now = at(moment)
        return dict(house.service.reports.next_day_counts())

    both = {("registry", "not_forwarded"): 1, ("registry", "forwarded"): 1}
    assert counted("2026-11-23 14:59") == {}
    assert counted("2026-11-23 15:00") == both
    Forwards(house.store).look(
        "main", {(e, ForwardKind.ALWAYS): "202" for e in ("201", "203")}, house.now
    )
    assert counted("2026-11-23 15:30") == {("registry", "forwarded"): 2}  # it was mended
    Forwards(house.store).look("main", {("203", ForwardKind.ALWAYS): "202"}, house.now)
    assert counted("2026-11-24 08:29") == both
    assert counted("2026-11-24 08:30") == {}
