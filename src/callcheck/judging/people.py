"""Names for the parties of a call, in the words that the reasons of the rules use.

No method returns an outside number, because rules judge a call before its numbers are replaced by
pseudonyms. A party is an extension or an outside number, as in `Call`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from callcheck.calls.directory import Directory, Kind, looks_outside
from callcheck.calls.model import Call, Millis, Via

_MOST = 3
"""A reason names at most so many phones."""


@dataclass(frozen=True, slots=True)
class People:
    """The people of one house, by its directory."""

    directory: Directory = field(default_factory=Directory)

    def owner(self, call: Call) -> str | None:
        """The extension of the person whose call it was; None if the caller dialled a line, or if
        we do not know the person.

        A call to a line becomes a person's call when it is picked up from that person's phone, or
        forwarded by it.
        """
        for party in (self._person_asked(call), call.picked_up_for, call.forwarded_from):
            who = self.extension(call, party)
            if who is not None and self._is_person(who):
                return who
        return None

    def extension(self, call: Call, party: str | None) -> str | None:
        """The extension of a party, also if it is a person's own mobile; None for outsiders."""
        if party is None or self.directory.extension(party):
            return party
        holder = self.directory.owner_of_mobile(party)
        if holder is not None:
            return holder.extension
        inside = any(leg.extension == party for leg in call.legs) or not looks_outside(party)
        return party if inside else None

    def name(self, call: Call, party: str | None) -> str:
        """`Anna (201)`, `201`, or "an outside number"."""
        extension = self.extension(call, party)
        if extension is None:
            return "an outside number"
        if extension != party:
            return self._mobile(extension)
        return self.directory.named(extension)

    def answered_by(self, call: Call) -> str:
        """` by Berta (202) of the same unit, who picked up for Anna (201)`; "" if unknown."""
        party = call.answered_by
        if not party:
            return ""
        extension = self.extension(call, party)
        if extension is None:
            return " at an outside number" + self._way(call, None, "which")
        owner = self.owner(call)
        if extension == party:
            head = f" by {self.name(call, party)}{self._unit(call, extension, owner)}"
        elif extension == owner:
            head = f" on {self._mobile(extension)}"
        else:
            whose = self.name(call, extension)
            head = f" by {whose}{self._unit(call, extension, owner)} on a mobile"
        return head + self._way(call, extension, "whom")

    def rang(self, call: Call) -> str:
        """`Anna (201) and Berta (202) rang for 25 s`, for an unanswered call."""
        rung = [leg.extension or leg.number for leg in call.legs if leg.ring_started_at is not None]
        names = _listed([self.name(call, party) for party in rung]) or self.asked(call)
        sent = call.forwarded_from
        via = f", forwarded by {self.name(call, sent)}" if sent and sent not in rung else ""
        return f"{names} rang for {_ringing(call)}{via}"

    def asked(self, call: Call) -> str:
        """Whom the caller asked for."""
        return self.name(call, call.extension) if call.extension else "the phone"

    def _person_asked(self, call: Call) -> str | None:
        if self.directory.extension(call.extension):
            return call.extension  # `owner` rejects it if it is a line
        several = call.answered_via in (Via.QUEUE, Via.GROUP) or call.queue_joined_at is not None
        return None if several else call.extension

    def _is_person(self, party: str | None) -> bool:
        known = self.directory.extension(party)
        return known is None or known.kind is Kind.MEMBER

    def _mobile(self, extension: str) -> str:
        known = self.directory.extension(extension)
        return f"{known.name}'s mobile" if known and known.name else f"the mobile of {extension}"

    def _unit(self, call: Call, extension: str, owner: str | None) -> str:
        """Whether the unit is the owner's. For a call to a line we mention only another unit; for a
        call to a menu nothing, because a menu serves all units."""
        if extension == owner:
            return ""
        home = self.directory.unit_of(owner) if owner else call.unit
        unit = self.directory.unit_of(extension)
        asked = self.directory.extension(call.extension)
        if not unit or not home:
            return ""
        if owner is None and asked is not None and asked.kind is Kind.IVR:
            return ""
        if unit == home:
            return " of the same unit" if owner else ""
        return " of another unit"

    def _way(self, call: Call, extension: str | None, who: str) -> str:
        """How the call reached the person who answered."""
        said, way = extension, ""
        if call.answered_via is Via.PICKUP and call.picked_up_for:
            said = call.picked_up_for
            way = f", who picked up for {self.name(call, said)}"
        elif call.answered_via in (Via.QUEUE, Via.GROUP):
            way = self._round(call, call.answered_via)
        elif call.answered_via is Via.TRANSFER:
            way = f", to {who} the ringing call was transferred"
        sender = call.forwarded_from
        if sender and sender not in (extension, said):
            way += f", to {who} {self.name(call, sender)} had forwarded"
        return way

    def _round(self, call: Call, via: Via) -> str:
        line = self.directory.extension(call.extension)
        if line is not None and line.kind is not Kind.MEMBER:
            return f" in {via.value} {self.name(call, line.extension)}"
        return " in a queue" if via is Via.QUEUE else " in a group"


NOBODY = People()
"""For a house without a directory."""


def tenths(ms: Millis) -> str:
    """Seconds with tenths, rounded down: a time before the limit never reads as the limit."""
    whole, rest = divmod(ms, 1000)
    return f"{whole}.{rest // 100} s" if rest >= 100 else f"{whole} s"


def _listed(names: Iterable[str]) -> str:
    different = list(dict.fromkeys(names))
    more = len(different) - _MOST
    if more > 0:
        return f"{', '.join(different[:_MOST])} and {more} more"
    *most, last = different or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _ringing(call: Call) -> str:
    if call.ring_bounds is None:
        return tenths(call.ring_ms or 0)
    least, most = call.ring_bounds
    return f"at least {tenths(least)}" if least or most is None else f"at most {tenths(most)}"
