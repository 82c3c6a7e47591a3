"""The house with FreePBX: pickups, transfers, parking, conferences, calls that the PBX begins."""

from __future__ import annotations

import asyncio
from typing import Any

from ..cases import answered, leg, lost
from ..dialog import Dialog
from ..stage import Stage
from .fpbx import ANNA, MOBILE, OTHER, RING, follow_me, tell
from .fpbx_lines import GROUP, QUEUE
from .transfers import ends_with

SECOND = f"{RING} 200@1.5"
ROOM = "490"


async def _talking(stage: Stage) -> tuple[Dialog, Dialog]:
    """The caller and Anna's side of their call, a second into the talk."""
    stage.plan("201", f"{RING} 200@2")
    call = stage.outside(ANNA)
    anna = await stage.taken("201")
    await asyncio.sleep(1)
    return call, anna


def _record(final: Any, transfers: Any, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"dialed": ANNA, "final_party": final, "transfers": transfers}
    return answered("201", **fields | more)


async def _picked(stage: Stage, number: str, rings: str, picker: str, code: str) -> None:
    """`rings`' phone rings, and `picker` takes the call with this code."""
    stage.plan(rings, RING)
    call = stage.outside(number)
    await asyncio.sleep(3)
    pick = stage.inside(picker, code)
    async with asyncio.timeout(10):
        await pick.up.wait()
    await stage.hang_up_after(call, 1.5)
    fields = answered(picker, answered_via="pickup", picked_up_for=rings)
    stage.expect(call, pick, dialed=number, **fields)


@tell(9)
async def fpbx_pickup_of_group(stage: Stage) -> None:
    await _picked(stage, ANNA, "201", "202", "*8")


@tell(9)
async def fpbx_pickup_directed(stage: Stage) -> None:
    await _picked(stage, ANNA, "201", "301", "**201")


@tell(9)
async def fpbx_pickup_of_forwarded(stage: Stage) -> None:
    """Anna's calls go to Berta, whose phone rings; Laura picks up "201" by its mark."""
    await stage.set("CF/201", "202")
    stage.plan("202", RING)
    call = stage.outside(ANNA)
    await asyncio.sleep(3)
    pick = stage.inside("301", "**202")
    async with asyncio.timeout(10):
        await pick.up.wait()
    await stage.hang_up_after(call, 1.5)
    fields = answered("301", answered_via="pickup", picked_up_for="202", forwarded_from="201")
    stage.expect(call, pick, dialed=ANNA, **fields | {"forwarded_to": "202"})


@tell(9)
async def fpbx_pickup_before_it_rings(stage: Stage) -> None:
    """Berta is quick: Anna's phone has not said yet that it rings."""
    stage.plan("201", "180@6")
    call = stage.outside(ANNA)
    await stage.rung("201")
    await asyncio.sleep(0.5)
    pick = stage.inside("202", "*8")
    async with asyncio.timeout(10):
        await pick.up.wait()
    await stage.hang_up_after(call, 1.5)
    fields = answered("202", answered_via="pickup", picked_up_for="201", verdict=...)
    stage.expect(call, pick, dialed=ANNA, rings=..., ring_started_at=..., **fields)


@tell(10)
async def fpbx_pickup_from_queue(stage: Stage) -> None:
    stage.plan("201", RING)
    stage.plan("202", RING)
    call = stage.outside(QUEUE)
    await asyncio.sleep(3)
    pick = stage.inside("301", "**202")
    async with asyncio.timeout(10):
        await pick.up.wait()
    await stage.hang_up_after(call, 1.5)
    fields = answered("301", answered_via="pickup", picked_up_for="202")
    stage.expect(call, pick, dialed=QUEUE, **fields)


@tell(9)
async def fpbx_transfer_blind(stage: Stage) -> None:
    stage.plan("202", SECOND)
    call, anna = await _talking(stage)
    anna.refer("202")
    await ends_with(stage, call, await stage.taken("202"))
    stage.expect(call, anna, **_record("202", 1))


@tell(10)
async def fpbx_transfer_blind_by_code(stage: Stage) -> None:
    stage.plan("202", SECOND)
    call, anna = await _talking(stage)
    anna.press("##202")
    await ends_with(stage, call, await stage.taken("202"))
    stage.expect(call, anna, **_record("202", 1))


@tell(12)
async def fpbx_transfer_attended_by_code(stage: Stage) -> None:
    stage.plan("202", SECOND)
    call, anna = await _talking(stage)
    anna.press("*2202")
    berta = await stage.taken("202")
    await asyncio.sleep(1)
    anna.bye()
    await ends_with(stage, call, berta)
    stage.expect(call, anna, **_record("202", 1))


@tell(14)
async def fpbx_transfer_three_way(stage: Stage) -> None:
    """Anna asks Berta, and all three talk (*3); then Anna leaves."""
    stage.plan("202", SECOND)
    call, anna = await _talking(stage)
    anna.press("*2202")
    berta = await stage.taken("202")
    await asyncio.sleep(1)
    anna.press("*3")
    await asyncio.sleep(2)
    anna.bye()
    await ends_with(stage, call, berta, 2)
    stage.expect(call, anna, **_record("202", 1))


async def _consult(stage: Stage, anna: Dialog, number: str, after: float) -> None:
    """Anna calls this number on her second line, and joins the two calls."""
    anna.hold()
    consult = stage.inside("201", number)
    await asyncio.sleep(after)
    anna.refer(number, replaces=consult)
    await asyncio.sleep(0.5)
    anna.hang_up()
    consult.hang_up()
    fields = {"direction": "internal", "dialed": number, "verdict": "exempt"}
    unasserted: dict[str, Any] = dict.fromkeys(("ended_at", "answered_at", "ring_started_at"), ...)
    stage.expect(consult, rings=..., hung_up_by=..., **fields, **unasserted)


@tell(12)
async def fpbx_transfer_attended(stage: Stage) -> None:
    stage.plan("202", SECOND)
    call, anna = await _talking(stage)
    await _consult(stage, anna, "202", 3)
    await ends_with(stage, call, await stage.taken("202"))
    stage.expect(call, anna, **_record("202", 1))


@tell(14)
async def fpbx_transfer_into_waiting_queue(stage: Stage) -> None:
    """Anna's second line waits in queue 452 when she hands the caller over."""
    stage.plan("202", f"{RING} 200@4")
    call, anna = await _talking(stage)
    await _consult(stage, anna, "452", 2)
    await ends_with(stage, call, await stage.taken("202"))
    stage.expect(call, anna, **_record("202", 1))


@tell(14)
async def fpbx_two_calls_joined(stage: Stage) -> None:
    """Berta calls Anna on her second line, who joins her with the caller and leaves."""
    call, anna = await _talking(stage)
    anna.hold()
    stage.plan("201", SECOND)
    berta = stage.inside("202", "201")
    second = await stage.phones["201"].incoming(2)
    async with asyncio.timeout(10):
        await second.up.wait()
    await asyncio.sleep(1)
    anna.refer("202", replaces=second)
    await asyncio.sleep(0.5)
    anna.hang_up()
    second.hang_up()
    await ends_with(stage, call, berta)
    stage.expect(call, anna, **_record("202", 1))
    inside = {"direction": "internal", "dialed": "201", "verdict": "exempt", "answered_by": "201"}
    stage.expect(berta, second, ended_at=..., hung_up_by=..., **inside)


@tell(14)
async def fpbx_transfer_target_silent(stage: Stage) -> None:
    """Nobody takes the caller whom Anna sends on: Berta's phone rings out."""
    await stage.set("AMPUSER/202/ringtimer", "5")
    stage.plan("202", RING)
    call, anna = await _talking(stage)
    anna.refer("202")
    await stage.over(call)
    legs = [leg("201", "answered"), leg("202", "no_answer")]
    stage.expect(call, anna, legs=legs, **_record("201", 0, hung_up_by="pbx"))


@tell(10)
async def fpbx_transfer_target_given_up(stage: Stage) -> None:
    stage.plan("202", RING)
    call, anna = await _talking(stage)
    anna.refer("202")
    await stage.rung("202")
    await asyncio.sleep(3)
    call.hang_up()
    legs = [leg("201", "answered"), leg("202", "cancelled")]
    stage.expect(call, anna, legs=legs, **_record("201", 0))


@tell(16)
async def fpbx_transfer_to_follow_me(stage: Stage) -> None:
    """To Berta's ring group, then to Anna's follow-me, whose mobile answers."""
    for key, value in follow_me(f"201-{MOBILE}#").items():
        await stage.set(key.replace("201", "203"), value.replace("201", "203"))
    stage.plan("203", RING)
    stage.plan(MOBILE, "180@0.5 200@2")
    call, anna = await _talking(stage)
    anna.refer("203")
    await ends_with(stage, call, await stage.taken(MOBILE))
    stage.expect(call, anna, **_record(MOBILE, 1))


@tell(12)
async def fpbx_transfer_to_group(stage: Stage) -> None:
    stage.plan("202", SECOND)
    stage.plan("203", RING)
    call, anna = await _talking(stage)
    anna.refer("460")
    await ends_with(stage, call, await stage.taken("202"))
    stage.expect(call, anna, **_record("202", 1))


@tell(10)
async def fpbx_transfer_to_conference(stage: Stage) -> None:
    """What becomes of a call after its answer changes nothing: Anna sends it to a room."""
    call, anna = await _talking(stage)
    anna.refer(ROOM)
    await asyncio.sleep(3)
    call.hang_up()
    stage.expect(call, anna, **_record(..., ...))


@tell(12)
async def fpbx_conference_button(stage: Stage) -> None:
    """A panel's button (AMI Redirect with ExtraChannel) puts caller and Anna into a room."""
    call, anna = await _talking(stage)
    channels = await stage.pbx.control.channels()
    caller = next(name for name in channels if "trunk" in name)
    other = next(name for name in channels if "/201-" in name)
    where = {"Exten": ROOM, "Context": "from-internal", "Priority": "1"}
    extra = {f"Extra{key}": value for key, value in where.items()}
    await stage.pbx.control.action("Redirect", Channel=caller, ExtraChannel=other, **where, **extra)
    await asyncio.sleep(1.5)
    third = stage.inside("203", ROOM)
    async with asyncio.timeout(5):
        await third.up.wait()
    await asyncio.sleep(2)
    call.hang_up()
    anna.hang_up()
    third.hang_up()
    stage.expect(call, anna, **_record(..., ...))


@tell(9)
async def fpbx_conference(stage: Stage) -> None:
    call = stage.outside("66000490")
    await asyncio.sleep(2)
    inside = stage.inside("201", ROOM)
    await stage.talk(call, 3)
    inside.hang_up()
    stage.expect(call, direction="inbound", dialed="66000490", extension=ROOM, verdict="exempt")


@tell(10)
async def fpbx_parked_and_fetched(stage: Stage) -> None:
    call, anna = await _talking(stage)
    anna.refer("70")
    await asyncio.sleep(2)
    back = stage.inside("202", "71")
    async with asyncio.timeout(5):
        await back.up.wait()
    await ends_with(stage, call, back)
    stage.expect(call, anna, **_record("202", 0))


@tell(16)
async def fpbx_parked_and_forgotten(stage: Stage) -> None:
    """Nobody fetches the caller: Anna's phone rings again, and she answers again."""
    call, anna = await _talking(stage)
    stage.plan("201", f"{RING} 200@2")
    anna.refer("70")
    again = await stage.rung("201", 2)
    async with asyncio.timeout(15):
        await again.up.wait()
    await ends_with(stage, call, again)
    stage.expect(call, anna, **_record("201", 0))


@tell(10)
async def fpbx_clerk_transfers_whom_she_called(stage: Stage) -> None:
    """Anna calls a citizen, and sends him on to Berta."""
    stage.plan(MOBILE, "180@0.5 200@2")
    stage.plan("202", SECOND)
    call = stage.inside("201", MOBILE)
    citizen = await stage.taken(MOBILE)
    await asyncio.sleep(1)
    call.refer("202")
    berta = await stage.taken("202")
    await asyncio.sleep(1.5)
    citizen.bye()
    await stage.over(berta, 3)
    fields: dict[str, Any] = {"direction": "outbound", "dialed": MOBILE, "disposition": "answered"}
    fields |= {"answered_by": MOBILE, "final_party": ..., "verdict": "exempt", "hung_up_by": ...}
    stage.expect(call, citizen, ended_at=..., transfers=1, **fields)


async def _originate(stage: Stage, channel: str, number: str, caller: str) -> None:
    await stage.pbx.control.action(
        "Originate",
        Channel=channel,
        Context="from-internal",
        Exten=number,
        Priority="1",
        CallerID=caller,
        Timeout="30000",
        Async="true",
    )


@tell(12)
async def fpbx_click_to_call_outside(stage: Stage) -> None:
    """A web page's "call me back": the citizen's phone rings first, and then Anna's."""
    stage.plan(MOBILE, "180@0.5 200@2")
    stage.plan("201", f"{RING} 200@2")
    await _originate(stage, f"Local/{MOBILE}@from-internal/n", "201", f"Web <{MOBILE}>")
    citizen = await _outside_rung(stage, MOBILE)
    anna = await stage.taken("201")
    await asyncio.sleep(1.5)
    citizen.bye()
    await stage.over(anna, 3)
    fields = {"dialed": "201", "disposition": "answered", "answered_by": "201", "legs": ...}
    fields |= {"direction": "outbound", "verdict": "exempt"}
    times: dict[str, Any] = dict.fromkeys(("started_at", "ring_started_at", "hung_up_by"), ...)
    stage.expect(citizen, anna, caller=MOBILE, **times, **fields)


async def _outside_rung(stage: Stage, number: str) -> Dialog:
    await stage.taken(number)
    return next(d for d in stage.world.dialogs.values() if number in d.invite.target)


@tell(12)
async def fpbx_click_to_dial(stage: Stage) -> None:
    """The user portal: Anna's own phone rings first (through a Local channel), then the citizen."""
    stage.plan("201", f"{RING} 200@1.5")
    stage.plan(OTHER, "180@0.5 200@3")
    await _originate(stage, "Local/201@from-internal/n", OTHER, "Anna <201>")
    anna = await stage.rung("201")
    await stage.taken(OTHER)
    await stage.hang_up_after(anna, 1.5)
    fields: dict[str, Any] = {"direction": "outbound", "dialed": OTHER, "disposition": "answered"}
    fields |= {"answered_by": OTHER, "verdict": "exempt", "legs": [leg(OTHER, "answered")]}
    stage.expect(anna, OTHER, caller="201", ring_started_at=..., started_at=..., **fields)


@tell(9)
async def fpbx_intercom(stage: Stage) -> None:
    """Anna speaks to Berta's loudspeaker, which answers by itself."""
    stage.plan("202", "200@0.2")
    call = stage.inside("201", "*80202")
    await stage.taken("202")
    await stage.hang_up_after(call, 2)
    fields = {"direction": "internal", "verdict": "exempt", "answered_by": "202"}
    stage.expect(call, "202", rings=..., ring_started_at=..., **fields)


@tell(9)
async def fpbx_page(stage: Stage) -> None:
    """Anna speaks to a page group: nobody is asked to answer."""
    stage.plan("202", "200@0.2")
    stage.plan("203", "200@0.2")
    call = stage.inside("201", "49100")
    await stage.taken("202")
    await stage.hang_up_after(call, 2)
    times: dict[str, Any] = dict.fromkeys(("ring_started_at", "answered_at", "ended_at"), ...)
    stage.expect(call, direction="internal", verdict="exempt", rings=..., hung_up_by=..., **times)


@tell(9)
async def fpbx_answer_crosses_hang_up(stage: Stage) -> None:
    """Anna lifts in the very moment in which the caller gives up."""
    stage.plan("201", RING)
    call = stage.outside(ANNA)
    anna = await stage.rung("201")
    await asyncio.sleep(4)
    call.cancel()
    anna.say(200)
    await stage.over(call)
    await asyncio.sleep(0.5)
    anna.hang_up()
    gone = lost("abandoned", leg("201", "cancelled"), verdict="exempt", hung_up_by="caller")
    stage.expect(call, dialed=ANNA, rings=..., **gone)


@tell(12)
async def fpbx_call_waiting(stage: Stage) -> None:
    """A second call rings at Anna's phone while she talks; she takes it after the first."""
    stage.plan("201", f"{RING} 200@1", f"{RING} 200@5")
    first = stage.outside(ANNA, caller="29555009")
    anna = await stage.taken("201")
    await asyncio.sleep(0.5)
    call = stage.outside(ANNA)
    await asyncio.sleep(2)
    first.hang_up()
    await stage.over(anna)
    second = await stage.phones["201"].incoming(2)
    async with asyncio.timeout(10):
        await second.up.wait()
    await stage.hang_up_after(call, 1.5)
    stage.expect(first, anna, dialed=ANNA, **answered("201", leg("201", "answered")))
    stage.expect(call, second, dialed=ANNA, **answered("201", leg("201", "answered")))


@tell(10)
async def fpbx_call_waiting_off(stage: Stage) -> None:
    """Anna talks and has call waiting off: the dialplan says busy without ringing anybody."""
    await stage.pbx.control.action("DBDel", Family="CW", Key="201")
    try:
        first, anna = await _talking_as(stage, "29555009")
        call = stage.outside(ANNA)
        await stage.over(call)
        await stage.hang_up_after(first, 0.5)
    finally:
        await stage.pbx.control.put("CW", "201", "ENABLED")
    stage.expect(first, anna, dialed=ANNA, **answered("201", leg("201", "answered")))
    stage.expect(call, dialed=ANNA, **lost("busy", verdict=..., hung_up_by=..., legs=[]))


async def _talking_as(stage: Stage, caller: str) -> tuple[Dialog, Dialog]:
    stage.plan("201", f"{RING} 200@1")
    first = stage.outside(ANNA, caller=caller)
    anna = await stage.taken("201")
    await asyncio.sleep(0.5)
    return first, anna


@tell(9)
async def fpbx_group_is_left_in_the_same_moment(stage: Stage) -> None:
    """The caller of a ring group gives up; each phone stops at once."""
    for who in ("201", "202", "203"):
        stage.plan(who, RING)
    call = stage.outside(GROUP)
    await asyncio.sleep(4)
    call.hang_up()
    legs = [leg(who, "cancelled") for who in ("201", "202", "203")]
    stage.expect(call, dialed=GROUP, **lost("abandoned", *legs, verdict="exempt"))
