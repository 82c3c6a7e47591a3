"""Forwards by the phone (302), by FollowMe, to two phones at once, in chains and loops."""

from __future__ import annotations

import asyncio

from ..cases import answered, enter, forwarded, leg, lost
from ..stage import BOOK, Stage
from .forwards import ANNA, BERTA, BY_BERTA, MOBILE, OPTIMISED, PLAIN, TO_BERTA, entry

enter(
    # by the phone itself
    entry(
        "moved_302",
        ANNA,
        forwarded("202", leg("201", "forwarded", forwarded_to="202"), leg("202", "answered")),
        {"201": "302:202@0.1"} | BERTA,
        "202",
    ),
    entry(
        "moved_302_after_ring",
        ANNA,
        forwarded("202", leg("201", "forwarded", forwarded_to="202"), leg("202", "answered")),
        {"201": "180@0.1 302:202@4"} | BERTA,
        "202",
        seconds=11,
    ),
    entry(
        "moved_302_no_rtp",
        ANNA,
        forwarded("202", leg("201", "forwarded", forwarded_to="202"), leg("202", "answered")),
        {"201": "180@0.1 302:202@2"} | BERTA,
        "202",
        rtp=False,
    ),
    entry(
        "moved_302_mobile",
        ANNA,
        forwarded("29111222", leg("201", "forwarded"), leg("29111222", "answered")),
        {"201": "302:29111222@0.1"} | MOBILE,
        "29111222",
    ),
    entry(
        "moved_302_plain",
        PLAIN,
        forwarded("202", leg("201", "forwarded"), leg("202", "answered")),
        {"201": "180@0.1 302:202@2"} | BERTA,
        "202",
    ),
    entry(
        "moved_302_abandoned",
        ANNA,
        lost("abandoned", leg("201", "forwarded"), leg("202", "cancelled"), verdict="exempt"),
        {"201": "180@0.1 302:202@2", "202": "180@0.1"},
        cancel=6,
    ),
    # one person, two phones
    entry(
        "together_phone_answers",
        ANNA,
        answered(
            "201",
            leg("201", "answered"),
            leg("29111222", "answered_elsewhere"),
            forwarded_from=...,
            forwarded_to=...,
        ),
        {"201": "180@0.1 200@3", "29111222": "180@0.8"},
        "201",
        database={"MOB/201": "29111222"},
    ),
    entry(
        "together_mobile_answers",
        ANNA,
        forwarded("29111222", leg("201", "answered_elsewhere"), leg("29111222", "answered")),
        {"201": "180@0.1", "29111222": "180@0.8 200@4"},
        "29111222",
        database={"MOB/201": "29111222"},
    ),
    # chains
    entry(
        "chain_cf_cf",
        ANNA,
        forwarded("203", leg("203", "answered")),
        {"203": "180@0.1 200@3"},
        "203",
        database={"CF/201": "202", "CF/202": "203"},
    ),
    entry(
        "chain_cf_cfu_mobile",
        ANNA,
        forwarded("29111333", leg("202", "no_answer"), leg("29111333", "answered")),
        {"202": "180@0.1", "29111333": "180@0.5 200@3"},
        "29111333",
        database={"CF/201": "202", "CFU/202": "29111333", "RT/202": "5"},
        seconds=12,
    ),
    entry(
        "chain_goto",
        PLAIN,
        forwarded("203", leg("203", "answered")),
        {"203": "180@0.1 200@3"},
        "203",
        database={"CF/201": "202", "CF/202": "203"},
    ),
    entry(
        "chain_302_302",
        ANNA,
        forwarded("203", leg("201", "forwarded"), leg("202", "forwarded"), leg("203", "answered")),
        {"201": "180@0.1 302:202@1", "202": "180@0.1 302:203@1", "203": "180@0.1 200@2"},
        "203",
    ),
    entry(
        "chain_cf_302",
        ANNA,
        forwarded("203", leg("202", "forwarded"), leg("203", "answered")),
        {"202": "180@0.1 302:203@1", "203": "180@0.1 200@2"},
        "203",
        database=TO_BERTA,
    ),
    entry(
        "chain_optimised",
        OPTIMISED,
        forwarded("203", leg("203", "answered")),
        {"203": "180@0.1 200@3"},
        "203",
        database={"CF/201": "202", "CF/202": "203"},
    ),
    # loops: whatever they are called, nobody may be credited and nothing may break
    entry(
        "loop_302",
        ANNA,
        lost(..., verdict=..., extension="201", legs=...),
        {"201": "302:202@0.01", "202": "302:201@0.01"},
    ),
    entry(
        "loop_cf",
        ANNA,
        lost(..., verdict=..., extension="201", legs=...),
        database={"CF/201": "202", "CF/202": "201"},
    ),
)


async def follow_me_on(stage: Stage) -> None:
    """As FreePBX has it: its own list, and a device state that tells."""
    await stage.set("FM/201", "1")
    await stage.state("Custom:FOLLOWME201", "INUSE")
    await stage.foresee(ANNA)


@BOOK.tell(14)
async def follow_me_mobile(stage: Stage) -> None:
    """FollowMe() asks the mobile to press 1; she does."""
    await follow_me_on(stage)
    stage.plan("29111222", "180@0.5 200@3 press:1@6")
    call = stage.outside(ANNA)
    await stage.taken("29111222")
    await stage.hang_up_after(call, 7)
    fields = forwarded("29111222", dialed=ANNA, answered_at=..., rings=...)
    stage.expect(call, "29111222", **fields)


@BOOK.tell(9)
async def follow_me_abandoned(stage: Stage) -> None:
    await follow_me_on(stage)
    stage.plan("29111222", "180@0.5")
    call = stage.outside(ANNA)
    await asyncio.sleep(5)
    call.hang_up()
    await stage.over(call)
    stage.expect(call, **lost("abandoned", verdict="exempt", dialed=ANNA, hung_up_by="caller"))


@BOOK.tell(8)
async def forwarded_call_overlaps_direct(stage: Stage) -> None:
    """Berta's phone rings for Anna's caller while Berta's own caller waits on Centis' phone."""
    await stage.set("CF/201", "202")
    stage.plan("202", "180@0.1 200@3")
    stage.plan("203", "180@0.2 200@2")
    await stage.foresee(ANNA, caller="29555001")
    first = stage.outside(ANNA, "29555001")
    await asyncio.sleep(0.5)
    second = stage.outside("67000203", "29555002")
    await asyncio.gather(stage.talk(first, 1.5), stage.talk(second, 3))
    stage.expect(first, "202", **{"dialed": ANNA} | BY_BERTA)
    stage.expect(second, "203", dialed="67000203", **answered("203", leg("203", "answered")))
