"""What a rehearsal said of a call and whom the PBX did send it to in, where they differ out.

A rehearsal says what happens if nobody on the way who is away answers, and what else a phone does
if it is busy or does not answer (`otherwise`). A call takes one of these ways.
"""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]
NEAR = 1.5
"""A stop gets the call within so many seconds of what was said."""
REFUSED = (480, 486, 603)
MOVED = (301, 302)
ANSWERED = 200


def differences(said: Record, met: Record) -> list[str]:
    """Empty where the call went as was said. `met`: `offers` and `over_early` of a `Stage`."""
    return _Walk(said).of(met)


class _Walk:
    def __init__(self, said: Record) -> None:
        steps = said["steps"]
        self.stops = [s for s in steps if s["does"] in ("rings", "absent", "mobile", "outside")]
        self.open = next((s for s in steps if s["does"] in ("line", "follow_me")), None)
        """From here on whoever rings is nobody's secret: many, or unknown."""
        self.sent_on = {s["at"] for s in steps if s["does"] == "forwards"}
        self.otherwise = {(s["at"], s["kind"]): s for s in said["otherwise"]}
        self.guessed = any("no_answer_seconds" in one for one in said["assumes"])

    def of(self, met: Record) -> list[str]:
        found: list[str] = []
        reached, before = 0, None
        answers = (o["until"] for o in met["offers"] if o["status"] == ANSWERED)
        answered = min(answers, default=None)
        for offer in met["offers"]:
            if answered is not None and offer["at"] > answered:
                break  # where an answered call is transferred to is nobody's forward
            if reached < len(self.stops) and _same(self.stops[reached]["at"], offer["who"]):
                found += self._late(self.stops[0], self.stops[reached], offer, before)
                reached += 1
            elif before is not None and (way := self._otherwise(before, offer)) is not None:
                found += self._late(self.stops[0], way, offer, before)
            elif not self._foreseen(offer):
                found.append(f"{offer['who']} got the call, and was not foreseen")
            before = offer
        if reached < len(self.stops) and not met["over_early"]:
            found.append(f"{self.stops[reached]['at']} did not get the call")
        return found

    def _foreseen(self, offer: Record) -> bool:
        moved = offer["status"] in MOVED and offer["who"] in self.sent_on
        return moved or self.open is not None

    def _otherwise(self, before: Record, offer: Record) -> Record | None:
        kind = "busy" if before["status"] in REFUSED else "no_answer"
        way = self.otherwise.get((before["who"], kind))
        return way if way is not None and _same(way["to"], offer["who"]) else None

    def _late(
        self, first: Record, way: Record, offer: Record, before: Record | None
    ) -> list[str]:  # fmt: skip
        """A phone that refuses sends the call on sooner; a time that was guessed is no promise."""
        if self.guessed or (before is not None and before["status"] in REFUSED):
            return []
        after = way["after_seconds"] - first["after_seconds"]
        if abs(after - offer["at"]) <= NEAR:
            return []
        return [f"{offer['who']} got the call after {offer['at']} s, not {after} s"]


def _same(said: str, met: str) -> bool:
    return said == met or (len(met) > 6 and said.endswith(met[-8:]))
