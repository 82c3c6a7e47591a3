"""Works out the legs, ring times and timeline of an ended call."""

from __future__ import annotations

from operator import attrgetter

from callcheck.calls.directory import Directory
from callcheck.calls.disposition import Ending, ended
from callcheck.calls.events import RING, RINGING
from callcheck.calls.model import (
    Did,
    Disposition,
    HungUpBy,
    Leg,
    LegResult,
    Micros,
    Millis,
    RingSource,
    Step,
)
from callcheck.calls.open_call import Dial, OpenCall, is_up
from callcheck.calls.route import meant_by

_AT = attrgetter("at")
# looked up once: in Python 3.11 an enumeration's attribute takes ten times as long as a name
_STARTED, _PBX_ANSWERED, _RECORDING = Did.STARTED, Did.PBX_ANSWERED, Did.RECORDING
_DIALED, _RINGING, _PROGRESS = Did.DIALED, Did.RINGING, Did.PROGRESS
_PICKED_UP, _ANSWERED = Did.PICKED_UP, Did.ANSWERED
_HUNG_UP, _LOST_SIGHT = Did.HUNG_UP, Did.LOST_SIGHT
_LEG_ANSWERED, _VOICEMAIL = LegResult.ANSWERED, Disposition.VOICEMAIL
_DIAL, _BY_PROGRESS, _BY_180 = RingSource.DIAL, RingSource.PROGRESS, RingSource.RINGING
_DID = {
    LegResult.BUSY: Did.BUSY,
    LegResult.REJECTED: Did.REJECTED,
    LegResult.UNREACHABLE: Did.UNREACHABLE,
    LegResult.NO_ANSWER: Did.NO_ANSWER,
    LegResult.CANCELLED: Did.CANCELLED,
    LegResult.FORWARDED: Did.FORWARDED,
}


class Telling:
    """The legs, ring times and timeline of one ended call."""

    def __init__(self, call: OpenCall, ending: Ending, directory: Directory) -> None:
        self.c = call
        self.root = call.root
        self.ending = ending
        self.ended_at = ending.ended_at
        self.directory = directory
        self.legs = tuple([self._leg(leg) for leg in call.legs])
        self.ring_start = self._ring_start()

    def _ring_start(self) -> tuple[Micros, RingSource] | None:
        first: tuple[Micros, RingSource] | None = None
        for leg in self.ending.first_legs:
            rang = self._rang(leg)
            if rang is not None and (first is None or rang < first):
                first = rang
        return first

    def _rang(self, leg: Dial) -> tuple[Micros, RingSource] | None:
        if leg.ring_at is not None and leg.ring_source is not None:
            return leg.ring_at, leg.ring_source
        if leg.dest is self.c.answerer or (leg.status == "ANSWER" and is_up(leg.dest)):
            return leg.at, _DIAL
        return None

    def ringing_ended(self) -> Micros | None:
        if self.c.answered_at is not None:
            return self.c.answered_at
        if self.c.ended_at is None:
            return None
        ends = [
            min(end if (end := ended(leg)) is not None else self.ended_at, self.ended_at)
            for leg in self.ending.first_legs
            if self._rang(leg)
        ]
        return max(ends) if ends else None

    def ring_bounds(self, *, unheard: bool, early: bool) -> tuple[Millis, Millis | None] | None:
        """The least and the most that the ringing lasted (ms); None if it is known exactly.
        `unheard` means that the PBX reports no ringing at all, neither by Newstate nor by
        DialState; `early` that it sends no DialState, which alone reports early media (183), so
        that a phone may have rung before its Newstate."""
        c = self.c
        going_on = c.answered_at is None and c.ended_at is None
        silent = c.answered_at is not None and self.ring_start is None
        early = early and self.ring_start is not None and self.ring_start[1] is _BY_180
        bounded = unheard or early or going_on or silent
        if self.ending.timeless or not (c.found or c.blur or bounded):
            return None
        began = self._ring_began(unheard=unheard, early=early)
        if began is None:
            return None
        earliest, latest = began
        until = c.answered_at if c.answered_at is not None else self._last_ringing()
        least = max(0, until - latest - c.blur) // 1000
        return least, None if going_on else max(0, until - earliest + c.blur) // 1000

    def _ring_began(self, *, unheard: bool, early: bool) -> tuple[Micros, Micros] | None:
        """The two moments between which the first phone began to ring; None if none did."""
        start = self.ring_start
        if self.c.found:
            seen = [at for at, state in self.c.found.values() if state == RINGING]
            seen += [start[0]] if start is not None else []
            if self.c.answered_at is not None:
                seen.append(self.c.answered_at)  # some phone rang before that
                if not self._was_calling():  # perhaps somebody had answered already
                    return self.c.started_at, self.c.answered_at
            return (self.c.started_at, min(seen)) if seen else None
        if start is not None and not unheard:
            dialled = [leg.at for leg in self.ending.first_legs if early and self._rang(leg)]
            return min(dialled, default=start[0]), start[0]
        rang = [leg.at for leg in self.ending.first_legs if unheard and self._may_have_rung(leg)]
        answered_at = self.c.answered_at
        if answered_at is not None:  # whatever rang, it did so during the call
            return min(rang, default=self.c.started_at), answered_at
        return (min(rang), self._last_ringing()) if rang else None

    def _was_calling(self) -> bool:
        """Whether nobody had answered the caller's channel yet when we found it."""
        found, root = self.c.found, self.root
        return found is not None and root is not None and found.get(root, (0, 0))[1] == RING

    def _may_have_rung(self, leg: Dial) -> bool:
        return not leg.silent or is_up(leg.dest) or leg.dest.hung_at is None

    def _last_ringing(self) -> Micros:
        """When the last phone stopped ringing, or when the call was last seen."""
        ends = [ended(leg) for leg in self.ending.first_legs]
        ends += [
            channel.hung_at
            for channel, (_, state) in (self.c.found or {}).items()
            if state == RINGING
        ]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else self.ended_at

    def _leg(self, leg: Dial) -> Leg:
        rang = self._rang(leg)
        end = ended(leg)
        result = self.ending.result(leg)
        stop = leg.dest.up_at if result is _LEG_ANSWERED else end
        timed = not self.ending.timeless and rang is not None and stop is not None
        return Leg(
            extension=leg.dest.extension,
            number=leg.number,
            device=leg.dest.device,
            channel=leg.dest.name,
            dialed_at=leg.at,
            ring_started_at=rang[0] if rang else None,
            ended_at=end,
            ring_source=rang[1] if rang else None,
            result=result,
            forwarded_to=self._sent_to(leg),
            ring_ms=max(0, (stop - rang[0]) // 1000) if timed and rang and stop else None,
        )

    def _sent_to(self, leg: Dial) -> str | None:
        if leg.forward is None:
            return None
        return meant_by(leg.forward, self.directory) or leg.forward

    def timeline(
        self,
        caller: str | None,
        dialed: str | None,
        disposition: Disposition,
        hung_up_by: HungUpBy | None,
        *,
        complete: bool,
    ) -> tuple[Step, ...]:
        """The steps of the call in the order of their times."""
        c, root = self.c, self.root
        steps = [Step(c.started_at, _STARTED, caller, dialed)]
        machine_at = root.up_at if root is not None and not c.originated else None
        if machine_at is not None and machine_at < (c.answered_at or self.ended_at) - 100_000:
            steps.append(Step(machine_at, self._pbx_answer(machine_at, disposition)))
        for leg, told in zip(c.legs, self.legs, strict=True):
            steps += self._leg_steps(leg, told)
        if c.answered_at is not None and c.answerer is not None:
            steps.append(Step(c.answered_at, _ANSWERED, c.answerer.party))
        steps += [Step(*fact) for fact in c.facts]
        if complete:
            steps.append(Step(self.ended_at, _HUNG_UP, hung_up_by))
        else:
            steps.append(Step(self.ended_at, _LOST_SIGHT))
        steps.sort(key=_AT)
        return tuple(steps)

    def _pbx_answer(self, at: Micros, disposition: Disposition) -> Did:
        recorded = disposition is _VOICEMAIL
        silent = self.ending.silent_at()
        late = silent is not None and at >= silent
        return _RECORDING if recorded and (late or not self.c.legs) else _PBX_ANSWERED

    def _leg_steps(self, leg: Dial, told: Leg) -> list[Step]:
        who = told.extension or told.number
        steps = [Step(leg.at, _DIALED, None, who)]
        if leg.ring_at is not None:
            progress = leg.ring_source is _BY_PROGRESS
            steps.append(Step(leg.ring_at, _PROGRESS if progress else _RINGING, who))
        if leg.picker is not None:
            at = leg.picker.up_at or leg.at
            steps.append(Step(at, _PICKED_UP, leg.picker.extension, who))
        ending = _DID.get(told.result) if told.result else None
        if ending is not None and told.ended_at is not None:
            steps.append(Step(told.ended_at, ending, who, told.forwarded_to))
        return steps
