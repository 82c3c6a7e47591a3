"""Works out, step by step, what would happen to a call for an extension at a moment.

No call is placed. The order is that of FreePBX and of our own dialplan: the forward of all calls
first; otherwise a phone in DND is busy, one that is not registered does not answer, and the phone
of an absent person rings until the no-answer forward. A forward set in the phone itself applies
only to calls that reach the phone. What the PBX does not report is listed in `assumes`.
"""

from __future__ import annotations

from callcheck.absences.model import Forward, ForwardKind
from callcheck.absences.snapshot import Snapshot
from callcheck.absences.steps import Coverage, Rehearsal, RehearsalStep, StepKind
from callcheck.calls.directory import Kind, Party, looks_outside
from callcheck.calls.model import Micros, Millis

MOST_HOPS = 20


def rehearse(
    snapshot: Snapshot, extension: str, at: Micros, deputy: str | None = None
) -> Rehearsal:
    """Follows a call for a person, who is taken as absent, through the forwards in force at `at`.

    `deputy` is only named in the advice.
    """
    walk = _Walk(snapshot, extension, at, deputy)
    walk.go()
    walk.doubt()
    return walk.result


class _Walk:
    def __init__(self, snapshot: Snapshot, extension: str, at: Micros, deputy: str | None) -> None:
        self.snapshot, self.owner, self.at = snapshot, extension, at
        party = snapshot.directory.extension(extension)
        self.deputy = deputy or (party.deputy if party else None)
        self.result = Rehearsal(extension, Coverage.NONE, "")

    def go(self) -> None:
        line = self.snapshot.directory.extension(self.owner)
        if line is not None and line.kind is not Kind.MEMBER:
            self._line(line)
            return
        here: str | None = self.owner
        seen: set[str] = set()
        while here is not None:
            if here in seen or len(seen) >= MOST_HOPS:
                self._step(here, StepKind.LOOP)
                self._ends(Coverage.WRONG, f"run in a loop that comes back to {self._named(here)}")
                return
            seen.add(here)
            forward = self._leaves(here)
            if forward is None:
                return
            self.result.forward = self.result.forward or forward
            self._step(here, StepKind.FORWARDS, forward.to, forward.kind)
            here = self._arrives(forward.to or "")

    def _leaves(self, here: str) -> Forward | None:
        """The forward that takes the call away from a phone; None if its path ends there."""
        forwards = self.snapshot.in_force(here, self.at)
        if ForwardKind.ALWAYS in forwards:
            return forwards[ForwardKind.ALWAYS]
        if ForwardKind.DND in forwards:
            self._step(here, StepKind.DND)
            return forwards.get(ForwardKind.BUSY) or self._stuck(here, "takes no calls (DND)")
        gone = here == self.owner or self.snapshot.absent(here, self.at)
        if ForwardKind.FOLLOW_ME in forwards:
            if gone:
                self._step(here, StepKind.FOLLOW_ME)
                return self._stuck(here, "has FollowMe on, to numbers that the PBX does not tell")
            self.result.assumes.append(f"that the FollowMe of {here} gets to somebody")
        if self.snapshot.reachable(here, self.at) is False:
            self._step(here, StepKind.UNREACHABLE)
            way = forwards.get(ForwardKind.NO_ANSWER)
            return way or self._stuck(here, "has a phone that is unreachable")
        return self._meets_phone(here, forwards, gone)

    def _meets_phone(
        self, here: str, forwards: dict[ForwardKind, Forward], gone: bool
    ) -> Forward | None:
        """The call reaches the phone, which may forward it by itself."""
        own = self.snapshot.in_force(here, self.at, by_phone=True)
        if ForwardKind.ALWAYS in own:
            return own[ForwardKind.ALWAYS]
        self._if(here, forwards.get(ForwardKind.BUSY))
        way = self._first(own.get(ForwardKind.NO_ANSWER), forwards.get(ForwardKind.NO_ANSWER))
        if gone:
            return self._rings_out(here, way)
        self._step(here, StepKind.RINGS)
        if way is not None:
            self._if(here, way, self._rings_for(way))
        known = self.snapshot.reachable(here, self.at)
        self._ends(
            Coverage.COVERED, f"go {self._by(here)}{', whose phone is reachable' * bool(known)}"
        )
        return None

    def _first(self, own: Forward | None, pbx: Forward | None) -> Forward | None:
        """The quicker of the phone's no-answer forward and the PBX's."""
        if own is None or pbx is None:
            return own or pbx
        return own if self._rings_for(own) < self._rings_for(pbx) else pbx

    def _rings_for(self, way: Forward) -> Millis:
        known = self.snapshot.rings_for(way, self.at)
        return self.snapshot.ring_ms if known is None else known

    def _if(self, here: str, way: Forward | None, after: Millis = 0) -> None:
        """Records a forward that applies only if the phone is busy or nobody answers."""
        if way is not None:
            step = RehearsalStep(
                here, StepKind.FORWARDS, way.to, way.kind, self.result.eaten_ms + after
            )
            self.result.otherwise.append(step)

    def _rings_out(self, here: str, way: Forward | None) -> Forward | None:
        self._step(here, StepKind.RINGS if here == self.owner else StepKind.ABSENT)
        if way is not None:
            self.result.eaten_ms += self._rings_for(way)
            if self.snapshot.rings_for(way, self.at) is None:
                self.result.assumes.append(
                    f"that {here} rings for {self.snapshot.ring_ms / 1000:g} s before its "
                    "no-answer forward (absences.no_answer_seconds)"
                )
            return way
        if here == self.owner:
            return self._stuck(here, "")
        return self._stuck(here, "is absent too")

    def _stuck(self, here: str, why: str) -> Forward | None:
        """The path ends at a phone that nobody answers."""
        if here == self.owner:
            what = f", which {why}" if why else ""
            self._ends(Coverage.NONE, f"stay at the phone of {self._named(here)}{what}")
        else:
            self._ends(Coverage.WRONG, f"go {self._by(here)}, who {why}")
        return None

    def doubt(self) -> None:
        """Adds what no PBX reports to `assumes`."""
        said = self.result.assumes
        phones = [s.at for s in self.result.steps if s.does in (StepKind.RINGS, StepKind.ABSENT)]
        said += [
            f"the phone {phone} has no forward of its own that we have not seen yet"
            for phone in dict.fromkeys(phones)
        ]
        said.append("that the dialplan follows only these forwards")

    def _arrives(self, to: str) -> str | None:
        """The extension of a target; None if the path ends there."""
        directory = self.snapshot.directory
        party = directory.reached_by(to)
        if party is not None:
            if party.kind is Kind.MEMBER:
                return party.extension
            self._line(party)
            return None
        owner = self._mobile_of(to)
        if owner is not None:
            self._mobile(to, owner)
        elif looks_outside(directory.normal(to)):
            self._step(to, StepKind.OUTSIDE)
            name = self._named(self.owner)
            self._ends(Coverage.WRONG, f"go to an outside number that is not the mobile of {name}")
        else:
            self._step(to, StepKind.UNKNOWN)
            self._ends(Coverage.WRONG, f"go to {to}, which is no extension of this house")
        return None

    def _mobile_of(self, to: str) -> Party | None:
        directory = self.snapshot.directory
        owner = directory.owner_of_mobile(to)
        if owner is None and to[:1] in ("0", "9"):  # the digit for an outside line
            owner = directory.owner_of_mobile(to[1:])
        return owner

    def _mobile(self, to: str, owner: Party) -> None:
        self._step(to, StepKind.MOBILE)
        if owner.extension == self.owner:
            self._ends(Coverage.COVERED, "go to the person's own mobile")
        elif self.snapshot.absent(owner.extension, self.at):
            name = self._named(owner.extension)
            self._ends(Coverage.WRONG, f"go to the mobile of {name}, who is absent too")
        else:
            self._ends(Coverage.COVERED, f"go to the mobile of {self._named(owner.extension)}")

    def _line(self, party: Party) -> None:
        self._step(party.extension, StepKind.LINE)
        if party.kind is Kind.CONFERENCE:
            name = self._named(party.extension)
            self._ends(Coverage.WRONG, f"go to {name}, a conference room where nobody answers")
        else:
            self._ends(Coverage.COVERED, f"go {self._by(party.extension)}, a {party.kind.value}")

    def _ends(self, cover: Coverage, what: str) -> None:
        result = self.result
        result.cover = cover
        result.reason = f"calls for {self.owner} {what}"
        eaten, limit = result.eaten_ms, self.snapshot.limit_ms
        if cover is Coverage.COVERED and eaten:
            left = max(0, limit - eaten)
            result.reason += (
                f", but only after {eaten / 1000:g} s of ringing: {left / 1000:g} of the "
                f"{limit / 1000:g} s are left; forward all calls at once instead"
            )
        elif cover is not Coverage.COVERED:
            result.reason += self._advice()

    def _advice(self) -> str:
        deputy = self.deputy
        if deputy is None:
            return "; forward them to a colleague who is there"
        if deputy == self.owner or self.snapshot.absent(deputy, self.at):
            return f"; forward them to a colleague who is there ({self._named(deputy)} is not)"
        return f"; forward them to {self._named(deputy)}"

    def _by(self, last: str) -> str:
        """`to 203 (Dace)`, or `by 202 to 203 (Dace)`."""
        stops = dict.fromkeys(s.at for s in self.result.steps if s.does is StepKind.FORWARDS)
        between = [stop for stop in stops if stop not in (self.owner, last)]
        by = f"by {' and '.join(between)} " if between else ""
        return f"{by}to {self._named(last)}"

    def _named(self, extension: str) -> str:
        return self.snapshot.directory.named(extension, number_first=True)

    def _step(
        self, at: str, does: StepKind, to: str | None = None, kind: ForwardKind | None = None
    ) -> None:
        self.result.steps.append(RehearsalStep(at, does, to, kind, self.result.eaten_ms))
