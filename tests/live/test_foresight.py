"""The judge of rehearsals itself: what agrees with a call, and what does not. Needs no PBX."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.foresight import differences

Record = dict[str, Any]


def step(
    at: str, does: str, to: str | None = None, kind: str | None = None, after: float = 0
) -> Record:
    return {"at": at, "does": does, "to": to, "kind": kind, "after_seconds": after}


def said(
    *steps: Record, otherwise: tuple[Record, ...] = (), assumes: tuple[str, ...] = ()
) -> Record:
    return {"steps": list(steps), "otherwise": list(otherwise), "assumes": list(assumes)}


def met(*offers: tuple[str, float, int | None], over_early: bool = True) -> Record:
    each = [{"who": who, "at": at, "status": status, "until": at + 3} for who, at, status in offers]
    return {"offers": each, "over_early": over_early}


TO_BERTA = (step("201", "forwards", "202", "always"), step("202", "rings"))
LATER = (step("201", "rings"), step("201", "forwards", "202", "no_answer", 6),
         step("202", "rings", after=6))  # fmt: skip
BUSY = (step("202", "forwards", "203", "busy"),)
MOBILE = (step("201", "forwards", "+37129111222", "always"), step("+37129111222", "mobile"))
GROUP = (step("201", "forwards", "600", "always"), step("600", "line"))
LOOP = (step("201", "forwards", "201", "always"), step("201", "loop"))

AGREE: list[tuple[Record, Record]] = [
    (said(*TO_BERTA), met(("202", 0, 200))),
    (said(*LATER), met(("201", 0, 487), ("202", 6.2, 200))),
    (said(*LATER), met(("201", 0, 603), ("202", 2, 200))),
    (said(*LATER), met(("201", 0, 200))),
    (said(*TO_BERTA, otherwise=BUSY), met(("202", 0, 486), ("203", 0.1, 200))),
    (said(*MOBILE), met(("29111222", 0, 200))),
    (said(*GROUP), met(("202", 0, 200), ("203", 0, 487))),
    (said(*TO_BERTA), met(("201", 0, 302), ("202", 0.1, 200))),
    (said(*LOOP), met(over_early=False)),
    (said(*TO_BERTA), met(("202", 0, 200), ("203", 5, 200))),
]
DIFFER: list[tuple[Record, Record]] = [
    (said(*TO_BERTA), met(("203", 0, 200))),
    (said(*TO_BERTA), met(("202", 0, 487), ("203", 6, 200))),
    (said(*TO_BERTA), met(over_early=False)),
    (said(*LATER), met(("201", 0, 487), ("202", 12, 200))),
    (said(*LATER), met(("201", 0, 487), over_early=False)),
    (said(*TO_BERTA, otherwise=BUSY), met(("202", 0, 487), ("203", 6, 200))),
    (said(step("201", "rings")), met(("201", 0, 302), ("202", 0.1, 200))),
    (said(*LOOP), met(("201", 0, 487))),
]


@pytest.mark.parametrize(("record", "call"), AGREE)
def test_a_call_that_went_as_was_said(record: Record, call: Record) -> None:
    assert differences(record, call) == []


@pytest.mark.parametrize(("record", "call"), DIFFER)
def test_a_call_that_went_another_way(record: Record, call: Record) -> None:
    assert differences(record, call)


def test_a_time_that_was_guessed_is_no_promise() -> None:
    late = met(("201", 0, 487), ("202", 25, 200))
    assert differences(said(*LATER, assumes=("... (absences.no_answer_seconds)",)), late) == []
