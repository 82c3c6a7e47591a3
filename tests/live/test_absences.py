"""Forwards, phones and calls of a real Asterisk in, the ledger of absences of a running callcheck
out, asked over its API. callcheck only reads; the hand of the laboratory sets the forwards.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from callcheck.absences.model import Draft
from tests.live.conftest import each_version
from tests.live.day import BEFORE, CALLS, LEDGER, PEOPLE, Day
from tests.live.living import POLL, SECOND, TOLD, living, until
from tests.live.seer import now
from tests.live.spy import documented

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("laboratory")]
HOUR = 3600 * SECOND
Tell = Callable[[str], None]


@each_version()
async def test_every_state_and_how_soon_it_is_known(
    version: str, tmp_path: Path, tell: Tell
) -> None:
    async with living(version, 91, tmp_path) as lab:
        service = lab.service

        def state() -> str:
            ((_, stand),) = service.assessments()
            return stand.state.value

        def said(extension: str) -> str:
            return str(service.rehearsal(extension)["reason"])

        async def becomes(wanted: str, within: float) -> float:
            return await until(lambda: state() == wanted, within, f"{wanted}, is {state()}")

        record = service.add(Draft("201", now(), now() + HOUR, "202"), "api")
        assert record["state"] == "not_forwarded"
        await lab.put("CF/201", "299")
        polled = [await becomes("wrong_target", POLL + 3)]
        await lab.put("CF/201", "205")  # no phone is registered there
        polled.append(await until(lambda: "unreachable" in said("201"), POLL + 3, "205"))
        await lab.put("CF/201", "202", tell=True)
        told = [await becomes("late", TOLD)]
        gauge = b'callcheck_absences{state="late",unit="registry"} 1'
        await until(lambda: gauge in lab.house.metrics.text(), 3, "the gauge")
        await lab.put("CF/202", "201", tell=True)
        told.append(await becomes("wrong_target", TOLD))  # a loop
        await lab.put("CF/202", None, tell=True)
        told.append(await becomes("late", TOLD))
        await lab.put("DND/202", "YES", tell=True)
        told.append(await becomes("wrong_target", TOLD))
        await lab.put("DND/202", None, tell=True)
        told.append(await becomes("late", TOLD))
        await lab.devstate("Custom:FOLLOWME203", "INUSE")
        told.append(await until(lambda: "FollowMe" in said("203"), TOLD, "FollowMe"))
        service.end(int(str(record["id"])), "api")
        assert state() == "left_on"
        await lab.put("CF/201", None)
        polled.append(await becomes("late", POLL + 3))
        again = service.add(Draft("203", now() + HOUR, now() + 2 * HOUR), "api")
        await lab.devstate("Custom:FOLLOWME203", "NOT_INUSE")
        await lab.put("CFU/203", "202", tell=True)
        await until(lambda: service.rehearsal("203")["state"] == "forwarded", TOLD, "CFU")
        found = await lab.api(f"absences/{again['id']}")
        assert (found["state"], found["active"]) == ("forwarded", False)
        assert lab.spy.actions - documented() == set()
    tell(
        f"Asterisk {version}: a change of forward is known after {max(told):.1f} s at most where "
        f"the PBX tells it, after {max(polled):.1f} s else (asked every {POLL:g} s)"
    )


@each_version()
async def test_the_ledger_of_a_day(version: str, tmp_path: Path) -> None:
    async with living(version, 92, tmp_path) as lab:
        day = Day(lab)
        for entry, value in BEFORE.items():
            await lab.put(entry, value)
        for extension, at in (("201", "202"), ("303", "302"), ("101", "103"), ("204", "202")):
            await day.leads(extension, at)
        async with asyncio.TaskGroup() as group:
            for person in PEOPLE:
                group.create_task(person(day))
        await asyncio.sleep(2 * POLL)  # the last call is stored, the last state settled
        for extension, (state, kind, calls, cover) in LEDGER.items():
            one = await lab.api(f"absences/{day.ids[extension]}")
            found = tuple(one["calls"][key] for key in ("offered", "answered", "in_time"))
            met = {(each["by"], each["via"]) for each in one["cover"]}
            assert (one["state"], found, met) == (state, calls, cover), one
            if kind is not None:
                assert one["forward"]["kind"] == kind, extension
        records = (await lab.api("calls?limit=100"))["items"]
        found_of = {one["caller"][-8:]: _findings(one) for one in records}
        assert {caller: found_of.get(caller) for caller in CALLS} == CALLS
        assert lab.spy.actions - documented() == set()


def _findings(record: dict[str, list[dict[str, str]]]) -> tuple[str | None, str]:
    results = {each["rule"]: each["result"] for each in record["findings"]}
    return results.get("forward_in_absence"), results["colleague_pickup"]
