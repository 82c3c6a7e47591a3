"""Sixty callers at once, each with a story drawn by lot; each is judged by itself."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from ..cases import answered, forwarded, leg, lost
from ..dialog import Dialog
from ..stage import BOOK, BY_WIRE, Scenario, Stage, Story

CALLS, SPREAD = 60, 45.0
PHONES = ("101", "102", "103", "201", "202")


class Lot:
    """One caller's lot: who calls, and what is drawn."""

    def __init__(self, stage: Stage, number: int, seed: int, desk: asyncio.Lock) -> None:
        self.stage, self.caller = stage, f"295{number:05}"
        self.draw = random.Random(f"{seed} {number}")
        self.pickup_desk = desk
        self.phone = self.draw.choice(PHONES)
        self.ring = round(self.draw.uniform(0.1, 1.5), 2)
        after = self.draw.choice([self.draw.uniform(0.5, 14.5), self.draw.uniform(15.4, 20)])
        self.after = round(self.ring + after, 2)
        self.talk = round(self.draw.uniform(0.5, 6), 2)

    def plan(self, who: str, plan: str) -> None:
        device = self.stage.phones.get(who, self.stage.world)
        device.plan(plan, number=f"<{self.caller}")

    def dial(self, number: str) -> Dialog:
        return self.stage.outside(number, self.caller)

    async def finish(self, call: Dialog, who: str) -> Dialog:
        took = await self.stage.taken(who, 40, self.caller)
        await self.stage.hang_up_after(call, self.talk)
        return took


async def direct(lot: Lot) -> None:
    lot.plan(lot.phone, f"180@{lot.ring} 200@{lot.after}")
    call = lot.dial(f"67000{lot.phone}")
    took = await lot.finish(call, lot.phone)
    record = answered(lot.phone, leg(lot.phone, "answered"), verdict=BY_WIRE)
    lot.stage.expect(call, took, dialed=f"67000{lot.phone}", **record)


async def hangs_up(lot: Lot) -> None:
    lot.plan(lot.phone, f"180@{lot.ring} 200@{lot.after} bye@{lot.after + lot.talk}")
    call = lot.dial(f"68000{lot.phone}")
    took = await lot.stage.taken(lot.phone, 40, lot.caller)
    await lot.stage.over(call)
    record = answered(lot.phone, verdict=BY_WIRE, hung_up_by="answerer")
    lot.stage.expect(call, took, **record)


async def gives_up(lot: Lot) -> None:
    lot.plan(lot.phone, f"180@{lot.ring}")
    call = lot.dial(f"67000{lot.phone}")
    await asyncio.sleep(lot.after)
    call.hang_up()
    await lot.stage.over(call)
    lot.stage.expect(call, **lost("abandoned", leg(lot.phone, "cancelled"), verdict=BY_WIRE))


async def busy(lot: Lot) -> None:
    lot.plan(lot.phone, f"180@{lot.ring} 486@{lot.ring + 2}")
    call = lot.dial(f"67000{lot.phone}")
    await lot.stage.over(call)
    lot.stage.expect(call, **lost("busy", leg(lot.phone, "busy")))


async def rejected(lot: Lot) -> None:
    lot.plan(lot.phone, f"180@{lot.ring} 603@{lot.ring + 2}")
    call = lot.dial(f"67000{lot.phone}")
    await lot.stage.over(call)
    lot.stage.expect(call, **lost("rejected", leg(lot.phone, "rejected")))


async def no_answer(lot: Lot) -> None:
    lot.plan(lot.phone, f"180@{lot.ring}")
    call = lot.dial(f"67000{lot.phone}")
    await lot.stage.over(call)
    lot.stage.expect(call, **lost("no_answer", leg(lot.phone, "no_answer")))


async def unreachable(lot: Lot) -> None:
    call = lot.dial("67000205")
    await lot.stage.over(call)
    lot.stage.expect(call, **lost("unreachable", verdict="exempt"))


async def moved(lot: Lot) -> None:
    lot.plan("101", f"180@{lot.ring} 302:202@{lot.ring + 2}")
    lot.plan("202", f"180@0.2 200@{lot.after}")
    call = lot.dial("67000101")
    took = await lot.finish(call, "202")
    legs = leg("101", "forwarded"), leg("202", "answered")
    lot.stage.expect(call, took, **forwarded("202", *legs, frm="101", verdict=BY_WIRE))


async def always(lot: Lot) -> None:
    """203 is forwarded to 201 by the PBX, in one of three ways."""
    lot.plan("201", f"180@{lot.ring} 200@{lot.after}")
    call = lot.dial(lot.draw.choice(["67000203", "68000203", "69000203"]))
    took = await lot.finish(call, "201")
    record = forwarded("201", leg("201", "answered"), frm="203", verdict=BY_WIRE)
    lot.stage.expect(call, took, **record)


async def unanswered(lot: Lot) -> None:
    """301 rings 6 seconds, then 302."""
    lot.plan("301", f"180@{lot.ring}")
    lot.plan("302", "180@0.1 200@3")
    call = lot.dial("67000301")
    took = await lot.finish(call, "302")
    legs = leg("301", "no_answer"), leg("302", "answered")
    lot.stage.expect(call, took, **forwarded("302", *legs, frm="301", verdict=BY_WIRE))


async def mobile(lot: Lot) -> None:
    """303 is forwarded to a mobile."""
    lot.plan("29111444", f"180@{lot.ring} 200@{lot.after}")
    call = lot.dial("67000303")
    took = await lot.finish(call, "29111444")
    record = forwarded("29111444", leg("29111444", "answered"), frm="303", verdict=BY_WIRE)
    lot.stage.expect(call, took, **record)


async def group(lot: Lot) -> None:
    lot.plan("201", f"180@{lot.ring}")
    lot.plan("202", f"180@{lot.ring + 0.2} 200@{lot.after + 0.2}")
    lot.plan("203", "180@0.1")
    call = lot.dial("67000600")
    took = await lot.finish(call, "202")
    record = answered("202", answered_via="group", verdict=BY_WIRE)
    lot.stage.expect(call, took, **record)


async def queue(lot: Lot) -> None:
    lot.plan("301", f"180@{lot.ring}")
    lot.plan("302", f"180@0.1 200@{min(lot.after, 9)}")
    call = lot.dial("67000703")
    took = await lot.finish(call, "302")
    record = answered("302", answered_via="queue", verdict=BY_WIRE)
    lot.stage.expect(call, took, **record)


async def menu(lot: Lot) -> None:
    lot.plan("101", f"180@{lot.ring} 200@{lot.after}")
    call = lot.dial("67000900")
    took = await lot.finish(call, "101")
    lot.stage.expect(call, took, **answered("101", leg("101", "answered"), verdict=BY_WIRE))


async def pickup(lot: Lot) -> None:
    """One at a time, so that there is no doubt which call 202 takes from 206's neighbour."""
    async with lot.pickup_desk:
        lot.plan("204", f"180@{lot.ring}")
        lot.plan("204b", "180@0.3")
        call = lot.dial("67000204")
        await asyncio.sleep(min(lot.after, 5))
        pick = lot.stage.inside("202", "*82204")
        async with asyncio.timeout(5):
            await pick.up.wait()
        await lot.stage.hang_up_after(call, lot.talk)
    record = answered("202", answered_via="pickup", picked_up_for="204", verdict=BY_WIRE)
    lot.stage.expect(call, pick, **record)


async def transfer(lot: Lot) -> None:
    lot.plan(lot.phone, f"180@{lot.ring} 200@{lot.ring + 2}")
    lot.plan("302", "180@0.1 200@1")
    call = lot.dial(f"67000{lot.phone}")
    took = await lot.stage.taken(lot.phone, 20, lot.caller)
    await asyncio.sleep(0.5)
    took.refer("302")
    await lot.finish(call, "302")
    record = answered(lot.phone, verdict=BY_WIRE, transfers=1, final_party="302")
    lot.stage.expect(call, took, **record)


Kind = Callable[[Lot], Awaitable[None]]
KINDS: list[Kind] = [*[direct] * 4, *[gives_up] * 2, *[pickup, always] * 2]
KINDS += [hangs_up, busy, rejected, no_answer, unreachable, moved, unanswered, mobile, group]
KINDS += [queue, menu, transfer]
SETTINGS = {"CF/203": "201", "CFU/301": "302", "RT/301": "6", "CF/303": "29111444"}


def soak(seed: int) -> Story:
    """All lots, each beginning when it pleases within the spread."""

    async def story(stage: Stage) -> None:
        for key, value in SETTINGS.items():
            await stage.set(key, value)
        desk = asyncio.Lock()
        draw = random.Random(seed)

        async def one(number: int, after: float) -> None:
            await asyncio.sleep(after)
            await draw_kind[number](Lot(stage, number, seed, desk))

        draw_kind = [draw.choice(KINDS) for _ in range(CALLS)]
        starts = [draw.uniform(0, SPREAD) for _ in range(CALLS)]
        await asyncio.gather(*(one(number, after) for number, after in enumerate(starts)))

    return story


for _seed in range(1, 6):
    BOOK.add(Scenario(f"soak_{_seed}", soak(_seed), 90))
