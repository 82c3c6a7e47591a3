"""`dialplan/` on a real Asterisk: codes dialled by real phones, their effect on callcheck, and none
on calls that do not use them."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tests.live.conftest import each_version
from tests.live.lab import chroot, sample
from tests.live.lab.ami import Ami
from tests.live.lab.dialog import Dialog
from tests.live.lab.pbx import AMI_PORT, SECRET, Pbx
from tests.live.lab.runner import warm_up
from tests.live.lab.stage import BOOK, Stage
from tests.live.lab.tap import Tap
from tests.live.living import Living, living, until
from tests.live.seer import now
from tests.live.spy import documented

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("laboratory")]
INCLUDED = """
[from-internal](+)
include => callcheck-features
[from-did](+)
exten => 203,1,Gosub(callcheck-third-ring,s,1(PJSIP/203,PJSIP/202&PJSIP/206,20))
 same => n,Hangup()
"""


class OurPbx(Pbx):
    """With the dialplan of `dialplan/` as an administrator includes it."""

    def _write_config(self) -> None:
        super()._write_config()
        with (self.root / self.home.lstrip("/") / "etc" / "extensions.conf").open("a") as file:
            file.write(sample.dialplan() + INCLUDED)


@each_version()
async def test_the_codes_on_a_real_phone(version: str, tmp_path: Path) -> None:
    async with living(version, 93, tmp_path, OurPbx) as lab:
        await _away(lab)
        await _message(lab)
        await _back(lab)
        await _pickup(lab)
        await _third_ring(lab)
        assert _complaints(lab.pbx) == []
        assert lab.spy.actions - documented() == set()


def _complaints(pbx: Pbx) -> list[str]:
    """What Asterisk itself says against the dialplan, at its loading and in calls ([C-...])."""
    log = (pbx.root / pbx.home.lstrip("/") / "log" / "messages").read_text()
    said = re.findall(r"^.*(?:WARNING|ERROR).*$", log, re.MULTILINE)
    return [line for line in said if "[C-" in line or "pbx" in line.partition(": ")[0]]


async def _dials(lab: Living, extension: str, code: str) -> Dialog:
    call = lab.stage.inside(extension, code)
    await lab.stage.over(call)
    return call


def _tones(call: Dialog) -> int:
    """How many bursts of sound the phone heard."""
    return sum(sound for sound, _ in groupby(call.media.heard))


async def _away(lab: Living) -> None:
    service = lab.service
    for wrong in ("*61*202*9999", "*61*201*3112", "*61*202"):
        assert _tones(await _dials(lab, "201", wrong)) == 3
    assert service.assessments() == []
    assert await _forward_of(lab, "201") is None
    assert _tones(await _dials(lab, "201", "*61*202*3112")) == 1
    await until(lambda: len(service.assessments()) == 1, 5, "the absence")
    ((one, _),) = service.assessments()
    assert (one.extension, one.source, one.active(now())) == ("201", "dialplan", True)
    good = ("forwarded", "late")
    await until(lambda: service.assessments()[0][1].state.value in good, 5, "the forward")
    assert await _forward_of(lab, "201") == "202"


async def _back(lab: Living) -> None:
    service = lab.service
    assert _tones(await _dials(lab, "201", "*62")) == 1
    await until(lambda: not service.assessments()[0][0].active(now()), 5, "the return")
    assert await _forward_of(lab, "201") is None


async def _forward_of(lab: Living, extension: str) -> str | None:
    answer = await lab.pbx.control.action("DBGet", Family="CF", Key=extension)
    return answer[1]["Val"] if answer[0]["Response"] == "Success" else None


async def _message(lab: Living) -> None:
    """A message that was taken: what the PBX says of it, and that callcheck keeps it."""
    tap = await Tap.open(lab.pbx.host, AMI_PORT, sample.USER, SECRET)
    assert _tones(await _dials(lab, "202", "*63201")) == 1
    said = (await tap.close()).decode()
    (event,) = re.findall(r"UserEvent: CallcheckMessage\r\n(?:.+\r\n)+", said)
    assert "Extension: 201\r\n" in event
    assert "By: 202\r\n" in event
    number = lab.service.assessments()[0][0].id
    noted: list[dict[str, str]] = []
    for _ in range(50):
        noted = (await lab.api(f"absences/{number}"))["messages"]
        if noted:
            break
        await asyncio.sleep(0.1)
    assert [one["by"] for one in noted] == ["202"]


async def _pickup(lab: Living) -> None:
    """A colleague of the unit takes the call; whoever is of another unit gets it not."""
    stage = lab.stage
    stage.plan("201", "180@0.1")
    call = stage.outside("67000201", "29551001")
    await stage.rung("201")
    await asyncio.sleep(1)
    assert _tones(await _dials(lab, "301", "*64")) == 3
    pick = stage.inside("202", "*64")
    async with asyncio.timeout(5):
        await pick.up.wait()
    await stage.hang_up_after(call, 1)
    record = await _record(lab, "29551001")
    assert (record["answered_by"], record["answered_via"]) == ("202", "pickup")
    assert record["picked_up_for"] == "201"
    await stage.clear()


async def _third_ring(lab: Living) -> None:
    """203 rings at once and the unit from the second ring on; a colleague keeps the third."""
    stage = lab.stage
    for phone in ("202", "203"):
        stage.plan(phone, "180@0.1 200@2" if phone == "202" else "180@0.1")
    call = stage.outside("67000203", "29551002")
    await stage.rung("203")
    began = asyncio.get_running_loop().time()
    await stage.rung("202")
    assert 4 < asyncio.get_running_loop().time() - began < 6
    await stage.talk(call, 1)
    record = await _record(lab, "29551002")
    assert (record["extension"], record["answered_by"], record["rings"]) == ("203", "202", 2)
    results = {finding["rule"]: finding["result"] for finding in record["findings"]}
    assert (results["answer_by_ring"], results["colleague_pickup"]) == ("met", "met")


async def _record(lab: Living, caller: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    for _ in range(50):
        items = (await lab.api("calls"))["items"]
        found = [one for one in items if (one["caller"] or "").endswith(caller)]
        if found:
            return found[0]
        await asyncio.sleep(0.1)
    raise AssertionError(f"no call of {caller}")


UNTOUCHED = ("cf_local_n", "cfu_local", "pickup_star8", "group_ringall", "internal_call")


@each_version()
async def test_calls_that_do_not_use_it_are_the_same(version: str) -> None:
    """With everything included a PBX says of other calls what it says without, word for word but
    for ids, times and the order of what happens at once."""
    without, included = await asyncio.gather(
        _events(Pbx, version, 94), _events(OurPbx, version, 95)
    )
    assert sum(without.values()) > 300
    assert included - without == Counter()
    assert without - included == Counter()


async def _events(make: type[Pbx], version: str, number: int) -> Counter[str]:
    pbx = make(version, number, chroot.ensure(version))
    await pbx.start()
    stage = Stage(pbx)
    try:
        await warm_up(stage)
        tap = await Tap.open(pbx.host, AMI_PORT, "wide", SECRET)
        for name in UNTOUCHED:
            await BOOK.scenarios[name].story(stage)
            await pbx.idle()
            await stage.clear()
        await asyncio.sleep(0.3)
        return _without_ids((await tap.close()).decode("utf-8", "replace"), number)
    finally:
        stage.close()
        await pbx.control.close()
        pbx.stop()


TELLING = (
    "Newchannel", "Newexten", "Newstate", "DialBegin", "DialState", "DialEnd", "Hangup", "Pickup",
    "BridgeEnter", "BridgeLeave", "VarSet", "NewCallerid", "DeviceStateChange",
)  # fmt: skip
HEADERS = (
    "Event", "ChannelStateDesc", "Context", "Exten", "Priority", "Application", "AppData",
    "DialStatus", "Variable", "Device", "State", "Cause", "CallerIDNum", "DestExten",
)  # fmt: skip
CHANGING = {"RTPAUDIOQOS", "SIPCALLID", "BRIDGEPEER", "BRIDGEPVTCALLID", "DIALEDTIME"}


def _without_ids(stream: str, number: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for message in stream.split("\r\n\r\n"):
        headers = dict(re.findall(r"^(\w+): (.*?)\r?$", message, re.MULTILINE))
        changing = any(headers.get("Variable", "").startswith(each) for each in CHANGING)
        if headers.get("Event") in TELLING and not changing:
            words = " ".join(headers.get(name, "") for name in HEADERS)
            words = re.sub(rf"127\.\d+\.{number}\.", "127.", words)
            found[re.sub(r"-[0-9a-f]{8}\b", "-N", words)] += 1
    return found


@each_version()
async def test_our_user_may_look_and_not_change(version: str) -> None:
    """The sample's user as it is; and what a user with more may do is refused to it."""
    pbx = Pbx(version, 96, chroot.ensure(version))
    await pbx.start()
    try:
        user = await Ami.login(pbx.host, AMI_PORT, sample.USER, SECRET)
        assert (await user.action("DBGetTree", Family="CF"))[0]["Response"] == "Success"
        assert (await user.action("DeviceStateList"))[0]["Response"] == "Success"
        for name, headers in (
            ("DBPut", {"Family": "CF", "Key": "201", "Val": "1"}),
            ("DBDel", {"Family": "CF", "Key": "201"}),
            ("Command", {"Command": "core show version"}),
            ("Originate", {"Channel": "Local/201@plain", "Application": "Wait", "Data": "1"}),
            ("Redirect", {"Channel": "x", "Exten": "201", "Context": "plain", "Priority": "1"}),
            ("Hangup", {"Channel": "x"}),
            ("UserEvent", {"UserEvent": "CallcheckAway"}),
        ):
            answer = (await user.action(name, **headers))[0]
            assert answer["Message"] == "Permission denied", name
        await user.close()
    finally:
        await pbx.control.close()
        pbx.stop()
