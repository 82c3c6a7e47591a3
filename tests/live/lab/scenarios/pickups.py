"""A phone rings and somebody else takes it: every way a phone or a dialplan can do that."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from ..cases import answered, leg
from ..dialog import Dialog
from ..stage import BOOK, Scenario, Stage

ANNA = "67000201"
ELSEWHERE = "answered_elsewhere"


def picked(by: str, owner: str, *legs: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The record of a call for `owner`'s ringing phone that `by` picked up."""
    more = {"answered_via": "pickup", "picked_up_for": owner} | more
    return answered(by, *(legs or (leg(owner, "picked_up"),)), **more)


async def taken(stage: Stage, call: Dialog, pick: Dialog) -> None:
    """The picker has the caller; they talk, and the caller hangs up."""
    async with asyncio.timeout(10):
        await pick.up.wait()
    await stage.hang_up_after(call, 1.5)


@dataclass
class Pickup:
    """`rings` ring; `after` so long the picker dials `code`."""

    name: str
    picker: str
    code: str
    expect: dict[str, Any]
    number: str = ANNA
    after: float = 3.0
    rings: tuple[str, ...] = ("201",)
    rtp: bool = True
    database: dict[str, str] = field(default_factory=dict)

    async def story(self, stage: Stage) -> None:
        for phone in stage.phones.values():
            phone.sends_media = self.rtp
        for key, value in self.database.items():
            await stage.set(key, value)
        for who in self.rings:
            stage.plan(who, "180@0.1")
        if self.database:
            await stage.foresee(self.number)
        call = stage.outside(self.number)
        await asyncio.sleep(self.after)
        pick = stage.inside(self.picker, self.code)
        await taken(stage, call, pick)
        stage.expect(call, pick, **{"dialed": self.number} | self.expect)


FORWARDED = {"forwarded_from": "201", "forwarded_to": "202"}
TABLE = (
    Pickup("pickup_star8", "202", "*8", picked("202", "201", extension="201", unit="registry")),
    Pickup("pickup_star8_no_rtp", "202", "*8", picked("202", "201"), rtp=False),
    Pickup("pickup_star8_14s", "202", "*8", picked("202", "201"), after=14.2),
    Pickup("pickup_star8_16s", "202", "*8", picked("202", "201", verdict="breached"), after=16.2),
    Pickup("pickup_by_mark", "202", "*81201", picked("202", "201")),
    Pickup("pickup_by_mark_other_unit", "301", "*81201", picked("301", "201", unit="registry")),
    Pickup("pickup_chan", "203", "*82201", picked("203", "201")),
    Pickup("pickup_exten_context", "203", "*83201", picked("203", "201"), "68000201"),
    Pickup("pickup_app_group", "203", "*84", picked("203", "201")),
    Pickup(
        "pickup_in_group",
        "204",
        "*82202",
        picked("204", "202", leg("201", ELSEWHERE), leg("202", "picked_up"), leg("203", ELSEWHERE)),
        "67000600",
        rings=("201", "202", "203"),
    ),
    Pickup(
        "pickup_in_group_local",
        "204",
        "*82203",
        picked("204", "203", leg("201", ELSEWHERE), leg("202", ELSEWHERE), leg("203", "picked_up")),
        "67000602",
        rings=("201", "202", "203"),
    ),
    Pickup(
        "pickup_in_hunt",
        "204",
        "*82202",
        picked("204", "202", leg("201", "no_answer"), leg("202", "picked_up")),
        "67000601",
        after=9,
        rings=("201", "202", "203"),
    ),
    Pickup(
        "pickup_in_queue",
        "204",
        "*82201",
        picked("204", "201", leg("201", "picked_up"), leg("202", ELSEWHERE)),
        "67000704",
        rings=("201", "202"),
    ),
    Pickup(
        "pickup_in_queue_answered_first",
        "103",
        "*82101",
        picked("103", "101", leg("101", "picked_up"), leg("102", ELSEWHERE), legs=...),
        "67000705",
        rings=("101", "102"),
    ),
    Pickup(
        "pickup_in_queue_local",
        "303",
        "*82301",
        picked("303", "301", leg("301", "picked_up"), leg("302", ELSEWHERE)),
        "67000703",
        rings=("301", "302"),
    ),
    Pickup(
        "pickup_of_forwarded",
        "203",
        "*82202",
        picked("203", "202", **FORWARDED, extension="201"),
        rings=("202",),
        database={"CF/201": "202"},
    ),
    Pickup(
        "pickup_of_forwarded_optimised",
        "203",
        "*82202",
        picked("203", "202", **FORWARDED, extension="201"),
        "69000201",
        rings=("202",),
        database={"CF/201": "202"},
    ),
    Pickup(
        "pickup_of_forwarded_no_answer",
        "203",
        "*82202",
        picked("203", "202", leg("201", "no_answer"), leg("202", "picked_up"), **FORWARDED),
        after=8,
        rings=("201", "202"),
        database={"CFU/201": "202", "RT/201": "5"},
    ),
    Pickup(
        "pickup_of_mobile_by_mark",
        "202",
        "*81201",
        picked("202", "201", leg("29111222", "picked_up"), forwarded_from=..., forwarded_to=...),
        rings=("29111222",),
        database={"CF/201": "29111222"},
    ),
    Pickup(
        "pickup_after_menu",
        "102",
        "*82101",
        picked("102", "101"),
        "67000900",
        after=4.5,
        rings=("101",),
    ),
)
for _each in TABLE:
    BOOK.add(Scenario(_each.name, _each.story, _each.after + 4))
