"""Anna (201) is away: every way her calls can be sent on, and what became of them."""

from __future__ import annotations

import asyncio
from typing import Any

from ..cases import Case, answered, enter, forwarded, leg, lost
from ..stage import BOOK, Stage

ANNA, PLAIN, OPTIMISED = "67000201", "68000201", "69000201"
BERTA = {"202": "180@0.1 200@3.1"}
MOBILE = {"29111222": "180@0.7 200@4"}
TO_BERTA = {"CF/201": "202"}
TO_MOBILE = {"CF/201": "29111222"}
BY_BERTA = forwarded("202", leg("202", "answered"))
BY_MOBILE = forwarded("29111222", leg("29111222", "answered"))


def _case(name: str, number: str, expect: dict[str, Any], *rest: Any, **more: Any) -> Case:
    return Case(name, number, expect, *rest, **more)


enter(
    # by the dialplan, always
    _case("cf_local_n", ANNA, BY_BERTA, BERTA, "202", database=TO_BERTA),
    _case("cf_local_n_no_rtp", ANNA, BY_BERTA, BERTA, "202", database=TO_BERTA, rtp=False),
    _case("cf_goto", PLAIN, BY_BERTA, BERTA, "202", database=TO_BERTA),
    _case("cf_local_optimised", OPTIMISED, BY_BERTA, BERTA, "202", database=TO_BERTA),
    _case("cf_local_not_optimised", OPTIMISED, BY_BERTA, BERTA, "202", database=TO_BERTA, rtp=False),
    _case("cf_local_mobile", ANNA, BY_MOBILE, MOBILE, "29111222", database=TO_MOBILE),
    _case("cf_goto_mobile", PLAIN, BY_MOBILE, MOBILE, "29111222", database=TO_MOBILE),
    _case("cf_optimised_mobile", OPTIMISED, BY_MOBILE, MOBILE, "29111222", database=TO_MOBILE),
    _case(
        "cf_local_mobile_183",
        ANNA,
        BY_MOBILE | {"ring_source": "progress"},
        {"29111222": "183@0.7 200@5"},
        "29111222",
        database=TO_MOBILE,
    ),
    _case(
        "cf_local_late",
        ANNA,
        BY_BERTA | {"verdict": "breached"},
        {"202": "180@0.1 200@16.1"},
        "202",
        database=TO_BERTA,
        seconds=19,
    ),
    _case(
        "cf_callee_hangs_up",
        ANNA,
        BY_BERTA | {"hung_up_by": "answerer"},
        {"202": "180@0.1 200@2 bye@3.5"},
        "202",
        database=TO_BERTA,
        talk=9,
    ),
    _case(
        "cf_other_unit",
        ANNA,
        forwarded("301", leg("301", "answered"), unit="registry"),
        {"301": "180@0.1 200@3"},
        "301",
        database={"CF/201": "301"},
    ),
    _case(
        "cf_abandoned",
        ANNA,
        lost(
            "abandoned",
            leg("202", "cancelled"),
            verdict="exempt",
            forwarded_from="201",
            forwarded_to="202",
            hung_up_by="caller",
        ),
        {"202": "180@0.1"},
        database=TO_BERTA,
        cancel=4,
    ),
    _case(
        "cf_no_answer",
        ANNA,
        lost("no_answer", leg("202", "no_answer"), forwarded_from="201", forwarded_to="202"),
        {"202": "180@0.1"},
        database=TO_BERTA | {"RT/202": "8"},
        seconds=11,
    ),
    _case(
        "cf_busy",
        ANNA,
        lost("busy", leg("202", "busy"), forwarded_from="201", forwarded_to="202"),
        {"202": "486@0.2"},
        database=TO_BERTA,
    ),
    _case(
        "vm_after_cf",
        ANNA,
        lost(
            "voicemail",
            leg("202", "no_answer"),
            forwarded_from="201",
            forwarded_to="202",
            hung_up_by="caller",
        ),
        {"202": "180@0.1"},
        database=TO_BERTA | {"RT/202": "5", "VM/202": "play"},
        talk=2,
        seconds=11,
    ),
    # when busy, when nobody answers
    _case(
        "cfb_local",
        ANNA,
        forwarded("202", leg("201", "busy"), leg("202", "answered")),
        {"201": "486@0.2"} | BERTA,
        "202",
        database={"CFB/201": "202"},
    ),
    _case("cfb_do_not_disturb", ANNA, BY_BERTA, BERTA, "202", database={"CFB/201": "202", "DND/201": "1"}),
    _case(
        "cfu_local",
        ANNA,
        forwarded("202", leg("201", "no_answer"), leg("202", "answered")),
        {"201": "180@0.1"} | BERTA,
        "202",
        database={"CFU/201": "202", "RT/201": "6"},
        seconds=13,
    ),
    _case(
        "cfu_local_late",
        ANNA,
        forwarded("202", leg("201", "no_answer"), leg("202", "answered"), verdict="breached"),
        {"201": "180@0.1", "202": "180@0.1 200@5"},
        "202",
        database={"CFU/201": "202", "RT/201": "12"},
        seconds=20,
    ),
    _case(
        "cfu_local_mobile",
        ANNA,
        forwarded("29111222", leg("201", "no_answer"), leg("29111222", "answered")),
        {"201": "180@0.1"} | MOBILE,
        "29111222",
        database={"CFU/201": "29111222", "RT/201": "6"},
        seconds=13,
    ),
    _case(
        "cfu_unregistered",
        "67000205",
        forwarded("202", leg("202", "answered"), frm="205"),
        BERTA,
        "202",
        database={"CFU/205": "202"},
    ),
    _case(
        "cfu_optimised",
        OPTIMISED,
        forwarded("202", leg("201", "no_answer"), leg("202", "answered")),
        {"201": "180@0.1"} | BERTA,
        "202",
        database={"CFU/201": "202"},
        seconds=13,
    ),
    _case(
        "cfu_rejected_603",
        ANNA,
        forwarded("202", leg("201", "rejected"), leg("202", "answered")),
        {"201": "180@0.1 603@2"} | BERTA,
        "202",
        database={"CFU/201": "202"},
    ),
    # by the phone itself
    _case(
        "moved_302",
        ANNA,
        forwarded("202", leg("201", "forwarded", forwarded_to="202"), leg("202", "answered")),
        {"201": "302:202@0.1"} | BERTA,
        "202",
    ),
    _case(
        "moved_302_after_ring",
        ANNA,
        forwarded("202", leg("201", "forwarded", forwarded_to="202"), leg("202", "answered")),
        {"201": "180@0.1 302:202@4"} | BERTA,
        "202",
        seconds=11,
    ),
    _case(
        "moved_302_no_rtp",
        ANNA,
        forwarded("202", leg("201", "forwarded", forwarded_to="202"), leg("202", "answered")),
        {"201": "180@0.1 302:202@2"} | BERTA,
        "202",
        rtp=False,
    ),
    _case(
        "moved_302_mobile",
        ANNA,
        forwarded("29111222", leg("201", "forwarded"), leg("29111222", "answered")),
        {"201": "302:29111222@0.1"} | MOBILE,
        "29111222",
    ),
    _case(
        "moved_302_plain",
        PLAIN,
        forwarded("202", leg("201", "forwarded"), leg("202", "answered")),
        {"201": "180@0.1 302:202@2"} | BERTA,
        "202",
    ),
    _case(
        "moved_302_abandoned",
        ANNA,
        lost("abandoned", leg("201", "forwarded"), leg("202", "cancelled"), verdict="exempt"),
        {"201": "180@0.1 302:202@2", "202": "180@0.1"},
        cancel=6,
    ),
    # one person, two phones
    _case(
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
    _case(
        "together_mobile_answers",
        ANNA,
        forwarded("29111222", leg("201", "answered_elsewhere"), leg("29111222", "answered")),
        {"201": "180@0.1", "29111222": "180@0.8 200@4"},
        "29111222",
        database={"MOB/201": "29111222"},
    ),
    # chains
    _case(
        "chain_cf_cf",
        ANNA,
        forwarded("203", leg("203", "answered")),
        {"203": "180@0.1 200@3"},
        "203",
        database={"CF/201": "202", "CF/202": "203"},
    ),
    _case(
        "chain_cf_cfu_mobile",
        ANNA,
        forwarded("29111333", leg("202", "no_answer"), leg("29111333", "answered")),
        {"202": "180@0.1", "29111333": "180@0.5 200@3"},
        "29111333",
        database={"CF/201": "202", "CFU/202": "29111333", "RT/202": "5"},
        seconds=12,
    ),
    _case(
        "chain_goto",
        PLAIN,
        forwarded("203", leg("203", "answered")),
        {"203": "180@0.1 200@3"},
        "203",
        database={"CF/201": "202", "CF/202": "203"},
    ),
    _case(
        "chain_302_302",
        ANNA,
        forwarded(
            "203", leg("201", "forwarded"), leg("202", "forwarded"), leg("203", "answered")
        ),
        {"201": "180@0.1 302:202@1", "202": "180@0.1 302:203@1", "203": "180@0.1 200@2"},
        "203",
    ),
    _case(
        "chain_cf_302",
        ANNA,
        forwarded("203", leg("202", "forwarded"), leg("203", "answered")),
        {"202": "180@0.1 302:203@1", "203": "180@0.1 200@2"},
        "203",
        database=TO_BERTA,
    ),
    _case(
        "chain_optimised",
        OPTIMISED,
        forwarded("203", leg("203", "answered")),
        {"203": "180@0.1 200@3"},
        "203",
        database={"CF/201": "202", "CF/202": "203"},
    ),
    # loops: whatever they are called, nobody may be credited and nothing may break
    _case(
        "loop_302",
        ANNA,
        lost(..., verdict=..., extension="201", legs=...),
        {"201": "302:202@0.01", "202": "302:201@0.01"},
    ),
    _case(
        "loop_cf",
        ANNA,
        lost(..., verdict=..., extension="201", legs=...),
        database={"CF/201": "202", "CF/202": "201"},
    ),
)


@BOOK.tell(14)
async def follow_me_mobile(stage: Stage) -> None:
    """FollowMe() asks the mobile to press 1; she does."""
    await stage.set("FM", "201", "1")
    stage.plan("29111222", "180@0.5 200@3 press:1@6")
    call = stage.outside(ANNA)
    await stage.taken("29111222")
    await stage.hang_up_after(call, 7)
    fields = forwarded("29111222", dialed=ANNA, answered_at=..., rings=...)
    stage.expect(call, "29111222", **fields)


@BOOK.tell(9)
async def follow_me_abandoned(stage: Stage) -> None:
    await stage.set("FM", "201", "1")
    stage.plan("29111222", "180@0.5")
    call = stage.outside(ANNA)
    await asyncio.sleep(5)
    call.hang_up()
    await stage.over(call)
    stage.expect(call, **lost("abandoned", verdict="exempt", dialed=ANNA, hung_up_by="caller"))


@BOOK.tell(8)
async def forwarded_call_overlaps_direct(stage: Stage) -> None:
    """Berta's phone rings for Anna's caller while Berta's own caller waits on Centis' phone."""
    await stage.set("CF", "201", "202")
    stage.plan("202", "180@0.1 200@3")
    stage.plan("203", "180@0.2 200@2")
    first = stage.outside(ANNA, "29555001")
    await asyncio.sleep(0.5)
    second = stage.outside("67000203", "29555002")
    await asyncio.gather(stage.talk(first, 1.5), stage.talk(second, 3))
    stage.expect(first, "202", **{"dialed": ANNA} | BY_BERTA)
    stage.expect(second, "203", dialed="67000203", **answered("203", leg("203", "answered")))
