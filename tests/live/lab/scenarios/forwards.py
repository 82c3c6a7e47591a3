"""Anna (201) is away: every way her calls can be sent on, and what became of them."""

from __future__ import annotations

from typing import Any

from ..cases import Case, enter, forwarded, leg, lost

ANNA, PLAIN, OPTIMISED = "67000201", "68000201", "69000201"
BERTA = {"202": "180@0.1 200@3.1"}
MOBILE = {"29111222": "180@0.7 200@4"}
TO_BERTA = {"CF/201": "202"}
TO_MOBILE = {"CF/201": "29111222"}
BY_BERTA = forwarded("202", leg("202", "answered"))
BY_MOBILE = forwarded("29111222", leg("29111222", "answered"))


def entry(name: str, number: str, expect: dict[str, Any], *rest: Any, **more: Any) -> Case:
    return Case(name, number, expect, *rest, **more)


enter(
    # by the dialplan, always
    entry("cf_local_n", ANNA, BY_BERTA, BERTA, "202", database=TO_BERTA),
    entry("cf_local_n_no_rtp", ANNA, BY_BERTA, BERTA, "202", database=TO_BERTA, rtp=False),
    entry("cf_goto", PLAIN, BY_BERTA, BERTA, "202", database=TO_BERTA),
    entry("cf_local_optimised", OPTIMISED, BY_BERTA, BERTA, "202", database=TO_BERTA),
    entry(
        "cf_local_not_optimised", OPTIMISED, BY_BERTA, BERTA, "202", database=TO_BERTA, rtp=False
    ),
    entry("cf_local_mobile", ANNA, BY_MOBILE, MOBILE, "29111222", database=TO_MOBILE),
    entry("cf_goto_mobile", PLAIN, BY_MOBILE, MOBILE, "29111222", database=TO_MOBILE),
    entry("cf_optimised_mobile", OPTIMISED, BY_MOBILE, MOBILE, "29111222", database=TO_MOBILE),
    entry(
        "cf_local_mobile_183",
        ANNA,
        BY_MOBILE | {"ring_source": "progress"},
        {"29111222": "183@0.7 200@5"},
        "29111222",
        database=TO_MOBILE,
    ),
    entry(
        "cf_local_late",
        ANNA,
        BY_BERTA | {"verdict": "breached"},
        {"202": "180@0.1 200@16.1"},
        "202",
        database=TO_BERTA,
        seconds=19,
    ),
    entry(
        "cf_callee_hangs_up",
        ANNA,
        BY_BERTA | {"hung_up_by": "answerer"},
        {"202": "180@0.1 200@2 bye@3.5"},
        "202",
        database=TO_BERTA,
        talk=9,
    ),
    entry(
        "cf_other_unit",
        ANNA,
        forwarded("301", leg("301", "answered"), unit="registry"),
        {"301": "180@0.1 200@3"},
        "301",
        database={"CF/201": "301"},
    ),
    entry(
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
    entry(
        "cf_no_answer",
        ANNA,
        lost("no_answer", leg("202", "no_answer"), forwarded_from="201", forwarded_to="202"),
        {"202": "180@0.1"},
        database=TO_BERTA | {"RT/202": "8"},
        seconds=11,
    ),
    entry(
        "cf_busy",
        ANNA,
        lost("busy", leg("202", "busy"), forwarded_from="201", forwarded_to="202"),
        {"202": "486@0.2"},
        database=TO_BERTA,
    ),
    entry(
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
    entry(
        "cfb_local",
        ANNA,
        forwarded("202", leg("201", "busy"), leg("202", "answered")),
        {"201": "486@0.2"} | BERTA,
        "202",
        database={"CFB/201": "202"},
    ),
    entry(
        "cfb_do_not_disturb",
        ANNA,
        BY_BERTA,
        BERTA,
        "202",
        database={"CFB/201": "202", "DND/201": "1"},
    ),
    entry(
        "cfu_local",
        ANNA,
        forwarded("202", leg("201", "no_answer"), leg("202", "answered")),
        {"201": "180@0.1"} | BERTA,
        "202",
        database={"CFU/201": "202", "RT/201": "6"},
        seconds=13,
    ),
    entry(
        "cfu_local_late",
        ANNA,
        forwarded("202", leg("201", "no_answer"), leg("202", "answered"), verdict="breached"),
        {"201": "180@0.1", "202": "180@0.1 200@5"},
        "202",
        database={"CFU/201": "202", "RT/201": "12"},
        seconds=20,
    ),
    entry(
        "cfu_local_mobile",
        ANNA,
        forwarded("29111222", leg("201", "no_answer"), leg("29111222", "answered")),
        {"201": "180@0.1"} | MOBILE,
        "29111222",
        database={"CFU/201": "29111222", "RT/201": "6"},
        seconds=13,
    ),
    entry(
        "cfu_unregistered",
        "67000205",
        forwarded("202", leg("202", "answered"), frm="205"),
        BERTA,
        "202",
        database={"CFU/205": "202"},
    ),
    entry(
        "cfu_optimised",
        OPTIMISED,
        forwarded("202", leg("201", "no_answer"), leg("202", "answered")),
        {"201": "180@0.1"} | BERTA,
        "202",
        database={"CFU/201": "202"},
        seconds=13,
    ),
    entry(
        "cfu_rejected_603",
        ANNA,
        forwarded("202", leg("201", "rejected"), leg("202", "answered")),
        {"201": "180@0.1 603@2"} | BERTA,
        "202",
        database={"CFU/201": "202"},
    ),
)
