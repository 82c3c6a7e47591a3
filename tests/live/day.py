"""A working day in twenty-five seconds: who is away, who calls, and what the ledger must say."""

from __future__ import annotations

import asyncio

from callcheck.absences.model import Draft
from tests.live.lab.dialog import Dialog
from tests.live.living import POLL, SECOND, TOLD, Living, until
from tests.live.seer import now


class Day:
    """One working day on a PBX: calls from outside by their callers, absences by their people."""

    def __init__(self, lab: Living) -> None:
        self.lab, self.stage = lab, lab.stage
        self.ids: dict[str, int] = {}

    def away(self, extension: str, starts: float = 0.0, ends: float = 3600.0) -> None:
        begin = now()
        draft = Draft(extension, begin + int(starts * SECOND), begin + int(ends * SECOND))
        self.ids[extension] = int(str(self.lab.service.add(draft, "api")["id"]))

    async def goes(self, extension: str, back_after: float = 3600.0) -> None:
        """An absence that is known before it begins, as it should be."""
        self.away(extension, 0.3, back_after)
        await asyncio.sleep(0.5)

    async def call(
        self, caller: str, number: str, plans: dict[str, str], talk: float = 0.5,
        patience: float | None = None,
    ) -> Dialog:  # fmt: skip
        """A call that somebody takes, nobody takes, or (`patience`) its caller gives up."""
        for phone, plan in plans.items():
            self.stage.phones[phone].plan(plan, number=f"<{caller}")
        call = self.stage.outside(number, caller)
        if patience is not None:
            await self.stage.hang_up_after(call, patience)
        else:
            await self.stage.talk(call, talk, 30)
        await self.stage.over(call)
        return call

    async def leads(self, extension: str, at: str) -> None:
        """Until a rehearsal for this phone ends there."""

        def last() -> str:
            return str(self.lab.service.rehearsal(extension)["steps"][-1]["at"])  # type: ignore[index]

        await until(lambda: last() == at, 2 * POLL, f"{extension} to {at}, is {last()}")


TAKES, RINGS = "180@0.1 200@1", "180@0.1"


async def anna(day: Day) -> None:
    """Forwarded for the whole of it: to a colleague, to a group, to a queue. It begins and ends
    while a call runs; the first of these calls is not hers to be covered yet."""
    lab, began = day.lab, asyncio.get_running_loop().time()
    day.away("201", 2, 26)
    await day.call("29551001", "67000201", {"202": "180@0.1 200@3"})
    await day.call("29551002", "67000201", {"202": TAKES})
    await lab.put("CF/201", "600", tell=True)
    await day.leads("201", "600")
    await day.call("29551003", "67000201", {"201": RINGS, "202": TAKES, "203": RINGS})
    await lab.put("CF/201", "706", tell=True)
    await day.leads("201", "706")
    await day.call("29551004", "67000201", {"202": TAKES}, talk=3)  # a queue answers at once
    await lab.put("CF/201", "202", tell=True)
    await day.leads("201", "202")
    await asyncio.sleep(max(0.0, began + 25 - asyncio.get_running_loop().time()))
    await day.call("29551005", "67000201", {"202": TAKES}, talk=3)
    await lab.put("CF/201", None, tell=True)


async def centis(day: Day) -> None:
    """Never forwarded: taken by a colleague, by another unit, by nobody."""
    day.away("203")
    await day.lab.put("RT/203", "4")
    for caller, helper in (("29553001", "202"), ("29553002", "302")):
        ringing = asyncio.create_task(day.call(caller, "67000203", {"203": RINGS}))
        await asyncio.sleep(1.5)
        pick = day.stage.inside(helper, "*82203")
        await ringing
        await day.stage.over(pick)
    await day.call("29553003", "67000203", {"203": RINGS})
    await day.call("29553004", "67000302", {"302": TAKES})  # a direct call of a colleague


async def laura(day: Day) -> None:
    """Late: the first call is lost, the second covered."""
    day.away("301")
    await day.lab.put("RT/301", "3")
    await day.call("29554001", "67000301", {"301": RINGS})
    await day.lab.put("CF/301", "302", tell=True)
    await day.leads("301", "302")
    await day.call("29554002", "67000301", {"302": TAKES})


async def lauris(day: Day) -> None:
    """Left on after the return."""
    await day.goes("303", 8)
    await day.call("29555001", "67000303", {"302": TAKES})


async def ivars(day: Day) -> None:
    """Forwarded by the phone itself: known once a call has met it, gone once one has not."""
    day.away("102")
    await day.call("29556001", "67000102", {"102": "302:103@0.1", "103": TAKES})
    await day.leads("102", "103")
    await day.call("29556002", "67000102", {"102": "302:103@0.1", "103": TAKES})
    await day.call("29556003", "67000102", {"102": RINGS}, patience=4)
    await day.leads("102", "102")


async def ilze(day: Day) -> None:
    """Takes no calls, and sends them on as if busy."""
    await day.goes("101")
    await day.call("29557001", "67000101", {"103": TAKES})


async def dace(day: Day) -> None:
    """Sent on when nobody answers: four of the fifteen seconds are gone by then."""
    await day.goes("204")
    await day.call("29558001", "67000204", {"204": RINGS, "204b": RINGS, "202": TAKES})


async def fricis(day: Day) -> None:
    """Forwards that fail: nobody registered, a loop, somebody absent too, a busy phone."""
    lab = day.lab
    await day.goes("206")
    await day.call("29559001", "67000206", {})
    await lab.put("CF/206", "206", tell=True)
    await until(lambda: "loop" in str(lab.service.rehearsal("206")["reason"]), TOLD, "the loop")
    await day.call("29559002", "67000206", {})
    await lab.put("CF/206", "203", tell=True)
    await until(lambda: "absent too" in str(lab.service.rehearsal("206")["reason"]), TOLD, "203")
    await lab.put("CF/206", "202", tell=True)
    await day.leads("206", "202")
    await day.call("29559003", "67000206", {"202": "486@0.2"})


PEOPLE = (anna, centis, laura, lauris, ivars, ilze, dace, fricis)
BEFORE = {"CF/201": "202", "CF/303": "302", "DND/101": "YES", "CFB/101": "103", "CFU/204": "202",
          "RT/204": "4", "CF/206": "205"}  # fmt: skip
LEDGER: dict[str, tuple[str, str | None, tuple[int, int, int], set[tuple[str | None, str | None]]]]
LEDGER = {
    "201": ("forwarded", None, (4, 4, 4), {("202", "forward"), ("202", "group"), ("202", "queue")}),
    "203": ("not_forwarded", None, (3, 2, 2), {("202", "pickup"), ("302", "pickup"), (None, None)}),
    "301": ("late", "always", (2, 1, 1), {("302", "forward"), (None, None)}),
    "303": ("left_on", "always", (1, 1, 1), {("302", "forward")}),
    "102": ("not_forwarded", None, (3, 2, 2), {("103", "forward"), (None, None)}),
    "101": ("forwarded", "busy", (1, 1, 1), {("103", "forward")}),
    "204": ("forwarded", "no_answer", (1, 1, 1), {("202", "forward")}),
    "206": ("late", "always", (3, 0, 0), {(None, None)}),
}
"""By person: state, kind of forward, calls (offered, answered, in time), who covered and how."""
CALLS: dict[str, tuple[str | None, str]] = {
    "29551001": (None, "met"), "29551002": ("met", "met"), "29551003": ("met", "met"),
    "29551004": ("met", "met"), "29551005": ("met", "met"),
    "29553001": ("met", "met"), "29553002": ("met", "met"), "29553003": ("breached", "breached"),
    "29553004": (None, "exempt"),
    "29554001": ("breached", "breached"), "29554002": ("met", "met"),
    "29555001": ("met", "met"),
    "29556001": ("met", "met"), "29556002": ("met", "met"), "29556003": ("exempt", "exempt"),
    "29557001": ("met", "met"), "29558001": ("met", "met"),
    "29559001": ("breached", "exempt"), "29559002": ("breached", "exempt"),
    "29559003": ("breached", "exempt"),
}  # fmt: skip
"""By caller: `forward_in_absence` (None: not asked for somebody absent) and `colleague_pickup`."""
