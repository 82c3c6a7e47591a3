"""A real Asterisk in, the state of an absence that follows its forwards out: read, never written.

callcheck's user has `write=reporting` only; the hand of the laboratory sets the forwards.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from callcheck.absences.model import Draft
from callcheck.app.desk import now
from callcheck.app.house import House
from callcheck.config import load
from tests.live.lab import chroot
from tests.live.lab.pbx import AMI_PORT, SECRET, Pbx
from tests.live.test_live import VERSIONS

pytestmark = pytest.mark.live
LEAST = f"\n[least]\nsecret = {SECRET}\nread = call,agent,user,cdr\nwrite = reporting\n"
HOUR = 3600 * 1_000_000
TOML = """
[[pbx]]
name = "main"
host = "{host}"
port = {port}
username = "least"
secret_env = "CALLCHECK_LAB_SECRET"
trunks = ["PJSIP/trunk*"]
[[unit]]
id = "registry"
[[unit.member]]
extension = "201"
mobile = "29111222"
[[unit.member]]
extension = "202"
[[unit.member]]
extension = "203"
[[unit.member]]
extension = "205"
[http]
listen = "127.0.0.1:{http}"
[absences]
poll_seconds = 3
"""


class LeastPbx(Pbx):
    """With a user that may look and nothing else."""

    def _write_config(self) -> None:
        super()._write_config()
        conf = self.root / self.home.lstrip("/") / "etc" / "manager.conf"
        conf.write_text(conf.read_text() + LEAST)


@asynccontextmanager
async def living(
    version: str, folder: Path, make: type[LeastPbx] = LeastPbx
) -> AsyncIterator[tuple[Pbx, House]]:
    pbx = make(version, 91, chroot.ensure(version))
    await pbx.start()
    path = folder / "callcheck.toml"
    path.write_text(TOML.format(host=pbx.host, port=AMI_PORT, http=9900 + int(version)))
    house = House(load(path, {"CALLCHECK_LAB_SECRET": SECRET}))
    stop = asyncio.Event()
    task = asyncio.create_task(house.live(stop))
    try:
        yield pbx, house
    finally:
        stop.set()
        await task
        await pbx.control.close()
        pbx.stop()


async def until(check: Callable[[], bool], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not check():
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("version", VERSIONS)
async def test_every_state_on_a_real_pbx(version: str, tmp_path: Path) -> None:
    if reason := chroot.why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    async with living(version, tmp_path) as (pbx, house):
        desk, control = house.absences.desk, pbx.control

        def state() -> str:
            ((_, stand),) = desk.stands()
            return stand.state.value

        await until(lambda: house.watched[0][0].connects > 0, 60)
        await asyncio.sleep(4)  # a first look at what is there
        record = desk.add(Draft("201", now(), now() + HOUR, "202"), "api")
        assert record["state"] == "not_forwarded"
        await control.put("CF", "201", "299")
        await until(lambda: state() == "wrong_target", 30)
        await control.put("CF", "201", "205")  # no phone is registered there
        await until(lambda: "unreachable" in str(desk.rehearsal("201")["reason"]), 30)
        assert state() == "wrong_target"
        await control.put("CF", "201", "202")
        change = "devstate change Custom:CF201 INUSE"
        await control.action("Command", Command=change)  # as FreePBX's feature code does
        await until(lambda: state() == "late", 5)
        assert b'callcheck_absences{state="late",unit="registry"} 1' in house.metrics.text()
        await control.put("CF", "202", "201")
        await until(lambda: state() == "wrong_target", 30)
        await control.action("DBDel", Family="CF", Key="202")
        await until(lambda: state() == "late", 30)
        desk.end(int(str(record["id"])), "api")
        assert state() == "left_on"
        await control.action("DBDel", Family="CF", Key="201")
        await until(lambda: state() == "late", 30)
        again = desk.add(Draft("203", now() + HOUR, now() + 2 * HOUR), "api")
        await control.put("CFU", "203", "202")
        await asyncio.sleep(5)
        found = desk.record(int(str(again["id"])))
        assert found is not None
        assert (found["state"], found["active"]) == ("forwarded", False)
