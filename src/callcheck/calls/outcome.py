"""The facts of a call that has ended in, the call as the contract describes it out.

The order of the questions is the meaning: did a person answer, did a recording, did the caller
give up, and only then what the phones said.
"""

from __future__ import annotations

from callcheck.calls.directory import Directory, Kind, Party
from callcheck.calls.events import BUSY
from callcheck.calls.model import (
    Call,
    Did,
    Direction,
    Disposition,
    HungUpBy,
    Leg,
    LegResult,
    Micros,
    RingSource,
    Step,
    Via,
)
from callcheck.calls.parts import Dial, OpenCall, is_up
from callcheck.calls.route import Hop, hops_to, meant_by

PAUSE = 500_000
"""A caller whose line the PBX holds for longer (µs) after the last phone fell silent, outside a
queue, is listening to something."""
GAP = 300_000
"""Between two phones of a hunt the caller hears ringing; a shorter silence (µs) ends no attempt."""

_BY_STATUS = {
    "ANSWER": LegResult.ANSWERED,
    "BUSY": LegResult.BUSY,
    "NOANSWER": LegResult.NO_ANSWER,
    "CHANUNAVAIL": LegResult.UNREACHABLE,
    "CONGESTION": LegResult.UNREACHABLE,
}
_BY_CAUSE = {
    1: Disposition.FAILED,
    3: Disposition.UNREACHABLE,
    17: Disposition.BUSY,
    18: Disposition.UNREACHABLE,
    19: Disposition.UNREACHABLE,
    20: Disposition.UNREACHABLE,
    21: Disposition.REJECTED,
}
_REJECTED = 21
_INTERWORKING = 127  # what a SIP caller's CANCEL leaves
_DEAD = frozenset({0, 1, 3, 18, 19, 20, 22, 27, 34, 38, 41, 42, 44, 66, 127})


def ended_call(
    open_call: OpenCall, pbx: str, directory: Directory, now: Micros, *, bridged: bool
) -> Call | None:
    """The record of a call; None for what is no call of its own (contract, section 4)."""
    return _Outcome(open_call, pbx, directory, now, bridged=bridged).call()


class _Outcome:
    """One ended call under examination. Each answer is one property."""

    def __init__(
        self, call: OpenCall, pbx: str, directory: Directory, now: Micros, *, bridged: bool
    ) -> None:
        self.c = call
        self.pbx = pbx
        self.directory = directory
        self.root = call.root
        self.ended_at = call.ended_at if call.ended_at is not None else now
        if call.answerer is None and not bridged:
            self._answer_without_bridges()
        self._find_replaced()
        self.first_legs = [leg for leg in call.legs if not self._after_answer(leg)]
        self.hops = self._hops()
        self.complete = (
            call.whole
            and self.root is not None
            and call.ended_at is not None
            and not self._answer_not_seen()
            and not self._end_not_seen()
        )
        self.disposition = self._disposition()

    def call(self) -> Call | None:
        if self._no_call_of_its_own():
            return None
        c = self.c
        party = self.asked
        rung = self._ring_start()
        self.legs = tuple(self._leg(leg) for leg in c.legs)
        forwards = [hop for hop in self.hops if hop.via is Via.FORWARD]
        return Call(
            pbx=self.pbx,
            call_id=c.call_id,
            direction=self.direction,
            caller=self._caller(),
            dialed=self.dialed,
            extension=self.extension,
            unit=self.directory.unit_of(self.extension),
            public=party.public if party else not self.directory.known,
            started_at=c.started_at,
            ring_started_at=rung[0] if rung else None,
            ring_source=rung[1] if rung else None,
            answered_at=c.answered_at,
            ringing_ended_at=self._ringing_ended() if rung else None,
            ended_at=max(self.ended_at, c.answered_at or 0),
            disposition=self.disposition,
            complete=self.complete,
            time_source=c.time_source,
            answered_by=c.answerer.party if c.answerer else None,
            answered_via=self._via(),
            picked_up_for=self._picked_up_for(),
            forwarded_from=forwards[0].sender if forwards else None,
            forwarded_to=forwards[-1].target if forwards else None,
            transfers=c.transfers,
            final_party=c.talker.party if c.talker else None,
            hung_up_by=self._hung_up_by(),
            queue_joined_at=c.queue_joined_at,
            conference=self.conference,
            answered_while_serving=c.serving,
            start_seen=c.start_seen,
            end_seen=c.ended_at is not None,
            legs=self.legs,
            timeline=self._timeline(),
        )

    # ── whose call it is ──────────────────────────────────────────────────────────────────────

    @property
    def dialed(self) -> str | None:
        exten = self.root.exten if self.root else None
        if exten not in (None, "s"):
            return exten
        # an originated call for which no event told the extension: whom it rang
        return self.c.legs[0].dest.party if self.c.originated and self.c.legs else None

    @property
    def asked(self) -> Party | None:
        dialed = self.dialed
        return self.directory.reached_by(dialed) if dialed else None

    @property
    def extension(self) -> str | None:
        if self.direction is Direction.OUTBOUND and not self.asked:
            return None
        if self.asked is not None:
            return self.asked.extension
        return self._first_extension_seen()

    def _first_extension_seen(self) -> str | None:
        if self.c.queue_name and (not self.c.legs or self.c.legs[0].queue):
            return self.c.queue_name
        for leg in self.c.legs[:1]:
            if leg.exten and self.directory.reached_by(leg.exten):
                return meant_by(leg.exten, self.directory)
        forwards = [hop.sender for hop in self.hops if hop.sender]
        if forwards:
            return forwards[0]
        return next((leg.dest.extension for leg in self.c.legs if leg.dest.extension), None)

    @property
    def direction(self) -> Direction:
        root = self.root
        if self.c.originated:
            return Direction.OUTBOUND
        if root is None or not root.extension:
            return Direction.INBOUND
        if self.asked is not None or any(leg.dest.extension for leg in self.c.legs[:1]):
            return Direction.INTERNAL
        if any(leg.number for leg in self.c.legs):
            return Direction.OUTBOUND
        bare = (self.dialed or "").lstrip("+")
        outside = bare.isdigit() and len(bare) > 5
        return Direction.OUTBOUND if outside else Direction.INTERNAL

    def _caller(self) -> str | None:
        if self.root is None:
            return None
        number = self.root.extension or self.root.caller
        return None if number in ("anonymous", "Anonymous", "restricted", "unknown") else number

    @property
    def conference(self) -> bool:
        asked = self.asked
        return self.c.conference or (asked is not None and asked.kind is Kind.CONFERENCE)

    def _no_call_of_its_own(self) -> bool:
        root = self.root
        if root is None or self.c.legs or not root.extension or self.c.originated:
            return root is not None and not root.phone and not self.c.legs
        if self.c.conference:
            return True
        dialed = self.dialed or ""
        if dialed[:1] in ("*", "#"):
            return True  # a feature code, or a pickup that found nothing
        failed_pickup = root.cause == _REJECTED and not is_up(root) and self.asked is None
        return failed_pickup and self.complete

    # ── who answered, and how the call came there ─────────────────────────────────────────────

    def _answer_without_bridges(self) -> None:
        """A source that filters bridges out: the end of the dial has to do."""
        root = self.root
        if root is None or not is_up(root):
            return
        for leg in self.c.legs:
            if leg.status == "ANSWER" and is_up(leg.dest):
                self.c.answerer = self.c.talker = leg.dest
                self.c.answered_at = leg.dest.up_at
                return

    def _find_replaced(self) -> None:
        """INVITE with Replaces tells of no pickup: the phone whose end was never told is the one
        whose call was taken (asterisk.md, section 4)."""
        answerer = self.c.answerer
        if answerer is None or answerer.dial is not None or self.c.pickup_of is not None:
            return
        for leg in self.c.legs:
            if not leg.status and leg.picker is None and leg.dest.hung_at is not None:
                leg.picker, self.c.pickup_of = answerer, leg
                return

    def _after_answer(self, leg: Dial) -> bool:
        answered = self.c.answered_at
        return answered is not None and leg.at >= answered and leg.dest is not self.c.answerer

    def _hops(self) -> list[Hop]:
        answerer = self.c.answerer
        if answerer is not None:
            leg = answerer.dial or self.c.pickup_of
            return hops_to(leg, self.c, self.directory) if leg is not None else []
        hops: list[Hop] = []
        for leg in self._last_dials():
            hops += [h for h in hops_to(leg, self.c, self.directory) if h not in hops]
        return hops

    def _last_dials(self) -> list[Dial]:
        """Where an unanswered call got to: its legs, and what the caller's channel dialled."""
        mine = list(self.root.dials or ()) if self.root is not None else []
        return [*mine, *(leg for leg in self.c.legs if leg not in mine)]

    def _via(self) -> Via | None:
        if self.c.answerer is None:
            return None
        answerer = self.c.answerer
        if self.c.pickup_of is not None:
            return Via.PICKUP
        if answerer.dial is None:  # it came by itself, or was there before we looked
            return Via.PICKUP if answerer.linkedid != self.c.call_id else None
        return self.hops[-1].via if self.hops else Via.DIRECT

    def _picked_up_for(self) -> str | None:
        leg = self.c.pickup_of
        if leg is None:
            return None
        if leg.dest.extension:
            return leg.dest.extension
        senders = [hop.sender for hop in self.hops if hop.sender]
        return senders[-1] if senders else self.extension

    # ── how it ended ──────────────────────────────────────────────────────────────────────────

    def _disposition(self) -> Disposition:
        if self.c.answerer is not None:
            return Disposition.ANSWERED
        if not self.complete:
            return Disposition.UNKNOWN
        if self._recorded():
            return Disposition.VOICEMAIL
        if self._gave_up():
            return Disposition.ABANDONED
        return self._said_by_phones()

    def _answer_not_seen(self) -> bool:
        """A phone and the caller went up together, yet no bridge was told: an event was lost."""
        root = self.root
        if root is None or root.up_at is None or self.c.answerer is not None:
            return False
        for leg in self.c.legs:
            up_at = leg.dest.up_at
            if leg.dialer is not root or leg.status != "ANSWER" or up_at is None:
                continue
            if 0 <= root.up_at - up_at < 1_000_000 and not leg.dest.joined:
                return True
        return False

    def _end_not_seen(self) -> bool:
        """Something ended without a word, so that an event was lost: a leg that nobody took over,
        or a caller who hung up (the phones stopped ringing before their time)."""
        c, root = self.c, self.root
        if any(not leg.status and leg.picker is None for leg in c.legs):
            return True
        if root is None or root.asked_at is not None or c.answerer is not None:
            return False
        return root.cause == _INTERWORKING or any(
            leg.status == "CANCEL" and not leg.redirected for leg in self._last_round()
        )

    def _recorded(self) -> bool:
        """Whether something spoke to the caller after nobody had answered."""
        root = self.root
        if root is None or not is_up(root) or root.queue is not None:
            return False
        if self.conference:
            return False
        if not self.c.legs:
            return self._spoke_without_ringing()
        if self.c.recording_app:
            return True
        silent_at = self._silent_at()
        if silent_at is None or (self.c.hung_up_by is None and self._timeless()):
            return False
        until = root.asked_at if root.asked_at is not None else self.ended_at
        if root.up_at is not None and silent_at <= root.up_at < until:
            return True
        return until - silent_at >= (PAUSE if not self._timeless() else 1)

    def _spoke_without_ringing(self) -> bool:
        """The PBX answered by itself and rang nobody. At a person's number that is a recording; a
        caller who hangs up in a menu or at a number we know nothing of has given up."""
        asked = self.asked
        if self.c.queue_joined_at is not None:
            return False
        if asked is not None and asked.kind in (Kind.MEMBER, Kind.GROUP):
            return True
        return self.c.hung_up_by is None and (asked is None or asked.kind is not Kind.CONFERENCE)

    def _timeless(self) -> bool:
        return self.c.time_source == "none"

    def _silent_at(self) -> Micros | None:
        """When the last phone fell silent, if all did before the caller's line ended."""
        root = self.root
        ends = [_ended(leg) for leg in self.c.legs]
        if root is None or not ends or any(end is None for end in ends):
            return None
        last = max(end for end in ends if end is not None)
        over = root.asked_at if root.asked_at is not None else self.ended_at
        return last if last < over else None

    def _gave_up(self) -> bool:
        """The caller hung up while there was still something to wait for."""
        root = self.root
        if root is None:
            return False
        if root.asked_at is None or root.state == BUSY:
            return False
        if not self.c.legs or root.queue is not None or self.c.queue_joined_at is not None:
            return True
        silent_at = self._silent_at()
        return silent_at is None or root.asked_at - silent_at < GAP

    def _said_by_phones(self) -> Disposition:
        root = self.root
        results = [self._result(leg) for leg in self._last_round()]
        if (
            root is not None
            and root.state == BUSY
            and not any(r in (LegResult.NO_ANSWER, LegResult.REJECTED) for r in results)
        ):
            return Disposition.BUSY
        for result, disposition in (
            (LegResult.NO_ANSWER, Disposition.NO_ANSWER),
            (LegResult.ANSWERED, Disposition.NO_ANSWER),
            (LegResult.CANCELLED, Disposition.NO_ANSWER),
            (LegResult.BUSY, Disposition.BUSY),
            (LegResult.REJECTED, Disposition.REJECTED),
            (LegResult.UNREACHABLE, Disposition.UNREACHABLE),
        ):
            if result in results:
                return disposition
        if self.c.queue_joined_at is not None:
            return Disposition.NO_ANSWER
        cause = root.cause if root is not None else 0
        return _BY_CAUSE.get(cause, Disposition.FAILED)

    def _last_round(self) -> list[Dial]:
        """The legs that rang last, together."""
        legs = [leg for leg in self.c.legs if leg.forward is None]
        if not legs:
            return []
        if any(leg.queue for leg in legs):
            return legs
        begun = max(leg.at for leg in legs)
        return [leg for leg in legs if (end := _ended(leg)) is None or end > begun]

    def _hung_up_by(self) -> HungUpBy | None:
        if not self.complete:
            return HungUpBy(self.c.hung_up_by) if self.c.hung_up_by else None
        if self.disposition is Disposition.ABANDONED:
            return HungUpBy.CALLER
        return HungUpBy(self.c.hung_up_by) if self.c.hung_up_by else HungUpBy.PBX

    # ── legs and ringing ──────────────────────────────────────────────────────────────────────

    def _ring_start(self) -> tuple[Micros, RingSource] | None:
        rung = [r for leg in self.first_legs if (r := self._rang(leg)) is not None]
        return min(rung) if rung else None

    def _rang(self, leg: Dial) -> tuple[Micros, RingSource] | None:
        if leg.ring_at is not None and leg.ring_source is not None:
            return leg.ring_at, leg.ring_source
        if leg.dest is self.c.answerer or (leg.status == "ANSWER" and is_up(leg.dest)):
            return leg.at, RingSource.DIAL
        return None

    def _ringing_ended(self) -> Micros | None:
        if self.c.answered_at is not None:
            return self.c.answered_at
        if self.c.ended_at is None:
            return None
        ends = [
            min(end if (end := _ended(leg)) is not None else self.ended_at, self.ended_at)
            for leg in self.first_legs
            if self._rang(leg)
        ]
        return max(ends) if ends else None

    def _leg(self, leg: Dial) -> Leg:
        rang = self._rang(leg)
        end = _ended(leg)
        result = self._result(leg)
        stop = leg.dest.up_at if result is LegResult.ANSWERED else end
        timed = not self._timeless() and rang is not None and stop is not None
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

    def _result(self, leg: Dial) -> LegResult | None:
        if _ended(leg) is None and self.c.ended_at is None:
            return None
        if leg.picker is not None:
            return LegResult.PICKED_UP
        if leg.forward is not None:
            return LegResult.FORWARDED
        if leg.dest is self.c.answerer:
            return LegResult.ANSWERED
        if leg.status == "ANSWER":
            return LegResult.ANSWERED if leg.dest.joined else self._left_alone(leg)
        result = _BY_STATUS.get(leg.status)
        if result is None:  # cancelled, or not accepted by who answered
            return self._left_alone(leg)
        if result is LegResult.NO_ANSWER and leg.dest.cause == _REJECTED:
            return LegResult.REJECTED
        if result is LegResult.NO_ANSWER and leg.ring_at is None and leg.dest.cause in _DEAD:
            return LegResult.UNREACHABLE
        return result

    def _left_alone(self, leg: Dial) -> LegResult:
        """A phone that stopped ringing though it had said nothing."""
        end = _ended(leg)
        answered = self.c.answered_at
        if self._before_who_took_it(end):
            return LegResult.NO_ANSWER
        if answered is not None and (end is None or end >= answered - 1_000_000):
            return LegResult.ANSWERED_ELSEWHERE
        if self._gave_up_at(end):
            return LegResult.CANCELLED
        if leg.status == "CANCEL" and leg.queue is None and answered is None:
            return LegResult.CANCELLED
        return LegResult.NO_ANSWER

    def _before_who_took_it(self, end: Micros | None) -> bool:
        """Whether a leg was over before the one was dialled whose call was answered."""
        answerer = self.c.answerer
        taken = self.c.pickup_of or (answerer.dial if answerer is not None else None)
        return end is not None and taken is not None and end < taken.at

    def _gave_up_at(self, end: Micros | None) -> bool:
        asked = self.root.asked_at if self.root is not None else None
        return asked is not None and (end is None or end >= asked - 100_000)

    # ── the timeline ──────────────────────────────────────────────────────────────────────────

    def _timeline(self) -> tuple[Step, ...]:
        c, root = self.c, self.root
        steps = [Step(c.started_at, Did.STARTED, self._caller(), self.dialed)]
        machine_at = root.up_at if root is not None and not c.originated else None
        if machine_at is not None and machine_at < (c.answered_at or self.ended_at) - 100_000:
            steps.append(Step(machine_at, self._pbx_answer(machine_at)))
        for leg, told in zip(c.legs, self.legs, strict=True):
            steps += self._leg_steps(leg, told)
        if c.answered_at is not None and c.answerer is not None:
            steps.append(Step(c.answered_at, Did.ANSWERED, c.answerer.party))
        steps += [Step(*fact) for fact in c.facts]
        if self.complete:
            steps.append(Step(self.ended_at, Did.HUNG_UP, self._hung_up_by()))
        else:
            steps.append(Step(self.ended_at, Did.LOST_SIGHT))
        return tuple(sorted(steps, key=lambda step: step.at))

    def _pbx_answer(self, at: Micros) -> Did:
        recorded = self.disposition is Disposition.VOICEMAIL
        silent = self._silent_at()
        late = silent is not None and at >= silent
        return Did.RECORDING if recorded and (late or not self.c.legs) else Did.PBX_ANSWERED

    def _leg_steps(self, leg: Dial, told: Leg) -> list[Step]:
        who = told.extension or told.number
        steps = [Step(leg.at, Did.DIALED, None, who)]
        if leg.ring_at is not None:
            progress = leg.ring_source is RingSource.PROGRESS
            steps.append(Step(leg.ring_at, Did.PROGRESS if progress else Did.RINGING, who))
        if leg.picker is not None:
            at = leg.picker.up_at or leg.at
            steps.append(Step(at, Did.PICKED_UP, leg.picker.extension, who))
        ending = _DID.get(told.result) if told.result else None
        if ending is not None and told.ended_at is not None:
            steps.append(Step(told.ended_at, ending, who, told.forwarded_to))
        return steps


_DID = {
    LegResult.BUSY: Did.BUSY,
    LegResult.REJECTED: Did.REJECTED,
    LegResult.UNREACHABLE: Did.UNREACHABLE,
    LegResult.NO_ANSWER: Did.NO_ANSWER,
    LegResult.CANCELLED: Did.CANCELLED,
    LegResult.FORWARDED: Did.FORWARDED,
}


def _ended(leg: Dial) -> Micros | None:
    return leg.ended_at if leg.ended_at is not None else leg.dest.hung_at
