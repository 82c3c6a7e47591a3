"""`dialplan/` on a real Asterisk: codes dialled by real phones, their effect on callcheck."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from callcheck.app.desk import now
from tests.live.lab import chroot
from tests.live.lab.ami import Ami
from tests.live.lab.pbx import AMI_PORT
from tests.live.lab.stage import Stage
from tests.live.test_absences import LeastPbx, living, until
from tests.live.test_live import VERSIONS

pytestmark = pytest.mark.live
DIALPLAN = Path(__file__).parents[2] / "dialplan"
THIRD_RING = """
[from-internal](+)
include => callcheck-features
exten => 901,1,Gosub(callcheck-third-ring,s,1(PJSIP/201,PJSIP/202&PJSIP/203,20))
 same => n,Hangup()
"""


class OurPbx(LeastPbx):
    """With the files of `dialplan/` as an administrator includes them."""

    def _write_config(self) -> None:
        super()._write_config()
        etc = self.root / self.home.lstrip("/") / "etc"
        for name, into in (("extensions", THIRD_RING), ("manager", "")):
            with (etc / f"{name}.conf").open("a") as file:
                file.write((DIALPLAN / f"{name}_callcheck.conf").read_text() + into)


@pytest.mark.parametrize("version", VERSIONS)
async def test_the_codes_on_a_real_phone(version: str, tmp_path: Path) -> None:
    if reason := chroot.why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    async with living(version, tmp_path, OurPbx) as (pbx, house):
        desk, stage = house.absences.desk, Stage(pbx)
        try:
            await until(lambda: house.watched[0][0].connects > 0, 60)
            await asyncio.sleep(4)
            bad = stage.inside("201", "*61*202*9999")
            await stage.over(bad)
            assert desk.stands() == []
            await stage.over(stage.inside("201", "*61*202*3112"))
            await until(lambda: len(desk.stands()) == 1, 5)
            ((one, _),) = desk.stands()
            assert (one.extension, one.source, one.active(now())) == ("201", "dialplan", True)
            await until(lambda: desk.stands()[0][1].state.value in ("forwarded", "late"), 5)
            (value, *_) = (await pbx.control.action("DBGet", Family="CF", Key="201"))[1:]
            assert value["Val"] == "202"
            await stage.over(stage.inside("201", "*62"))
            await until(lambda: not desk.stands()[0][0].active(now()), 5)
            assert (await pbx.control.action("DBGet", Family="CF", Key="201"))[0][
                "Response"
            ] == "Error"
            await stage.over(stage.inside("202", "*63201"))
            await _third_ring(stage)
        finally:
            stage.close()


async def _third_ring(stage: Stage) -> None:
    """201 rings at once; 202 and 203 from the second ring on."""
    call = stage.inside("204", "901")
    for phone in ("201", "202", "203"):
        stage.plan(phone, "ring")
    await stage.rung("201")
    began = asyncio.get_running_loop().time()
    await stage.rung("202")
    await stage.rung("203")
    assert 4 < asyncio.get_running_loop().time() - began < 9
    call.hang_up()
    await stage.over(call)


@pytest.mark.parametrize("version", VERSIONS)
async def test_our_user_may_look_and_not_change(version: str) -> None:
    if reason := chroot.why_not():
        pytest.skip(reason)
    pbx = OurPbx(version, 92, chroot.ensure(version))
    await pbx.start()
    try:
        user = await Ami.login(pbx.host, AMI_PORT, "callcheck", "change-me")
        assert (await user.action("DBGetTree", Family="CF"))[0]["Response"] == "Success"
        assert (await user.action("DeviceStateList"))[0]["Response"] == "Success"
        for name, headers in (
            ("DBPut", {"Family": "CF", "Key": "201", "Val": "1"}),
            ("DBDel", {"Family": "CF", "Key": "201"}),
            ("Command", {"Command": "core show version"}),
            ("Originate", {"Channel": "Local/201@plain", "Application": "Wait", "Data": "1"}),
            ("Redirect", {"Channel": "x", "Exten": "201", "Context": "plain", "Priority": "1"}),
            ("Hangup", {"Channel": "x"}),
        ):
            answer = (await user.action(name, **headers))[0]
            assert answer["Message"] == "Permission denied", name
        await user.close()
    finally:
        await pbx.control.close()
        pbx.stop()
