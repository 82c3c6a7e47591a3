"""Decides how a call ended, for its caller and for each leg (`docs/definitions.md`).

The order of the questions matters: did a person answer, did a recording take the call, did the
caller give up, and only then what the phones reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcheck.calls.directory import Kind, Party
from callcheck.calls.events import BUSY
from callcheck.calls.model import Disposition, LegResult, Micros, TimeSource
from callcheck.calls.open_call import Channel, Dial, OpenCall, is_up, was_cancelled
from callcheck.calls.route import way_to

if TYPE_CHECKING:
    from callcheck.calls.census import Census

PAUSE = 500_000
"""If the PBX keeps the caller's channel for longer (µs) after the last phone stopped ringing,
outside a queue, the caller is listening to a recording."""
GAP = 300_000
"""A hunt leaves short gaps (µs) between two phones, while the caller still hears ringing."""

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
REJECTED = 21
_DOUBTFUL = (LegResult.NO_ANSWER, LegResult.BUSY)
_SAID_NO = {17: LegResult.BUSY, REJECTED: LegResult.REJECTED}
_SAID_OTHERWISE = (LegResult.NO_ANSWER, LegResult.REJECTED, LegResult.UNREACHABLE)
"""Results that outweigh a busy tone, since a dialplan may end any call with one."""
_BUSY_TONE = 17
NO_ANSWER_CAUSE = 19  # Dial sets it on the caller's channel when its time is up
_NOBODY_THERE = frozenset({18, 19, 20})  # SIP 408 and 480; chan_sip reports them as BUSY
_SAME_MOMENT = 100_000
"""Events of one step of the PBX lie closer together than this (µs)."""
SOON = 1_000_000
"""An outside line that cannot be reached reports so within this (µs)."""
SAME_EVENTS = 3
"""The same in a stream without times, in events."""
_DEAD = frozenset({0, 1, 3, 18, 19, 20, 22, 27, 34, 38, 41, 42, 44, 66, 127})


class Ending:
    """How one call ended. `asked` is the party that the dialled number reaches, if any."""

    def __init__(
        self,
        call: OpenCall,
        ended_at: Micros,
        asked: Party | None,
        census: Census,
        *,
        conference: bool,
    ) -> None:
        self.c = call
        self.root = call.root
        self.ended_at = ended_at
        self.asked = asked
        self.census = census
        self.conference = conference
        self.timeless = call.time_source is TimeSource.NONE
        self.moment = _SAME_MOMENT if not self.timeless else SAME_EVENTS
        self.gone_at = self._gone_at()
        """When the caller hung up, reported or deduced; None if the PBX ended the call, or if that
        is not known."""
        self.first_legs = [leg for leg in call.legs if not self._after_answer(leg)]
        """The legs of the caller's wait, without those that rang after the first answer."""

    def _after_answer(self, leg: Dial) -> bool:
        c, answered = self.c, self.c.answered_at
        if answered is None or leg.dest is c.answerer:
            return False
        if c.step_at_leg is not None:
            # the clock was set between the two, so their times cannot be compared
            since_step = leg in c.legs[c.step_at_leg :]
            answered_before_step = not c.blur
            if since_step == answered_before_step:
                return since_step
        return leg.at >= answered

    def disposition(self, *, decided: bool) -> Disposition:
        """How the call ended for its caller."""
        if self.c.answerer is not None:
            return Disposition.ANSWERED
        if not decided:
            return Disposition.UNKNOWN
        if self._recorded():
            return Disposition.VOICEMAIL
        if self._gave_up():
            return Disposition.ABANDONED
        return self._said_by_phones()

    def _gone_at(self) -> Micros | None:
        root = self.root
        if root is None or root.asked_at is not None or self.c.answerer is not None:
            return root.asked_at if root is not None else None
        if was_cancelled(root) or self._left_the_queue(root):
            return self._last_cancel(root) or root.hung_at
        return self._lifted_too_late(root)

    def _lifted_too_late(self, root: Channel) -> Micros | None:
        """When a phone was answered just as the caller hung up. The caller's channel then ended at
        once, and was never answered."""
        if is_up(root) or root.hung_at is None or self.timeless:
            return None
        for leg in self.c.legs:
            end, up_at = leg.dest.hung_at, leg.dest.up_at
            if end is None or up_at is None or end - up_at >= self.moment:
                continue
            if root.hung_at - end < self.moment:
                return up_at
        return None

    def _left_the_queue(self, root: Channel) -> bool:
        """Whether the caller hung up in the queue. A queue also reports "abandoned" when its own
        time is up, but then the dialplan goes on."""
        at, hung_at = root.abandoned_at, root.hung_at
        if at is None or hung_at is None or root.last_exten != root.waited_in:
            return False
        cut_off = (
            d.ended_at is not None and abs(d.ended_at - at) < _SAME_MOMENT
            for d in root.dials
            if d.status == "CANCEL"
        )
        return hung_at - at < _SAME_MOMENT and any(cut_off)

    def in_queue(self, root: Channel) -> bool:
        """Whether the caller waited in a queue to the end."""
        at, end = root.abandoned_at, self.ended_at
        if root.queue is None:
            left_at, gone_at = root.left_queue_at, self.gone_at
            if left_at is None or self.timeless:  # without times, only the order is known
                return left_at is not None and gone_at is not None and left_at >= gone_at
            return end - left_at < self.moment
        return at is None or end - at < self.moment

    def kept_waiting(self, root: Channel) -> bool:
        """Whether the caller waited outside a queue to the end, for instance between two dials."""
        left_at = root.left_hold_at
        held = left_at is not None and abs(self.ended_at - left_at) < self.moment
        return held or self.c.kept_waiting

    def _last_cancel(self, root: Channel) -> Micros | None:
        ends = [d.ended_at for d in root.dials if d.status == "CANCEL" and d.ended_at is not None]
        last = max(ends, default=None)
        return last if last is not None and self.ended_at - last < _SAME_MOMENT * 10 else None

    def time_was_up(self) -> bool:
        """Whether the cause on the caller's channel shows that a dial rang out. FollowMe cancels
        its phones and reports no timeout of its own."""
        return self.root is not None and self.root.cause == NO_ANSWER_CAUSE

    def _recorded(self) -> bool:
        """Whether a recording played to the caller after nobody had answered."""
        root = self.root
        if root is None or not is_up(root) or self.in_queue(root) or self.kept_waiting(root):
            return False
        if self.conference:
            return False
        if not self.c.legs:
            return self.spoke_without_ringing()
        if self.c.recording_app:
            return True
        silent_at = self.silent_at()
        if silent_at is None or (self.c.hung_up_by is None and self.timeless):
            return False
        if self.c.tone:
            return False
        until = self.gone_at if self.gone_at is not None else self.ended_at
        if root.up_at is not None and silent_at <= root.up_at < until:
            return True
        if (
            root.cause == _BUSY_TONE and self.c.tone is None
        ):  # Busy() sets it; after a recording the cause is another
            return False
        return until - silent_at >= (PAUSE if not self.timeless else 1)

    def spoke_without_ringing(self) -> bool:
        """Whether the PBX answered by itself and rang nobody at a person's number: a recording. At
        any other number it is an announcement or a menu, before anybody was asked for."""
        asked = self.asked
        if self.c.queue_name is not None or self.c.tone:
            return False
        return asked is not None and asked.kind is Kind.MEMBER

    def silent_at(self) -> Micros | None:
        """When the last phone stopped ringing, if all did before the caller's channel ended."""
        root = self.root
        # a phone that answered but never got the caller ends the ringing only when it hangs up
        ends = [leg.dest.hung_at if leg.status == "ANSWER" else ended(leg) for leg in self.c.legs]
        if root is None or not ends or any(end is None for end in ends):
            return None
        last = max(end for end in ends if end is not None)
        over = self.gone_at if self.gone_at is not None else self.ended_at
        return last if last < over else None

    def _gave_up(self) -> bool:
        """Whether the caller hung up while a phone, a queue or a menu might still have answered."""
        root, gone_at = self.root, self.gone_at
        if root is None or root.state == BUSY:
            return False
        if gone_at is None:
            return self._nothing_came(root)
        if not self.c.legs or self.c.queue_name is not None:
            return True
        silent_at = self.silent_at()
        return silent_at is None or gone_at - silent_at < GAP or self.kept_waiting(root)

    def _nothing_came(self, root: Channel) -> bool:
        """Whether a menu or an announcement ended the call before anybody was dialled."""
        nobody = self.asked is None or self.asked.kind is not Kind.MEMBER
        return is_up(root) and not self.c.legs and nobody and self.c.queue_name is None

    def _said_by_phones(self) -> Disposition:
        root = self.root
        results = [self.result(leg) for leg in self.last_round()]
        if (
            root is not None
            and root.state == BUSY
            and not any(r in _SAID_OTHERWISE for r in results)
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
        if self.c.queue_name is not None:
            return Disposition.NO_ANSWER
        cause = root.cause if root is not None else 0
        return _BY_CAUSE.get(cause, Disposition.FAILED)

    def last_round(self) -> list[Dial]:
        """The legs that rang last, together."""
        legs = [leg for leg in self.c.legs if leg.forward is None]
        if not legs:
            return []
        if any(leg.queue is not None for leg in legs):
            return legs
        begun = max(leg.at for leg in legs)
        return [leg for leg in legs if (end := ended(leg)) is None or end > begun]

    def result(self, leg: Dial) -> LegResult | None:
        """How a leg ended; None if we did not see it."""
        if ended(leg) is None and self.c.ended_at is None:
            return None
        if leg.picker is not None:
            return LegResult.PICKED_UP
        if leg.forward is not None:
            return LegResult.FORWARDED
        if self._crossed(leg):
            return LegResult.CANCELLED
        if leg.dest is self.c.answerer or (leg.status == "ANSWER" and leg.dest.joined):
            return LegResult.ANSWERED
        return self._said(leg)

    def _said(self, leg: Dial) -> LegResult:
        """The result of a leg that nobody took, from its DialEnd and its hang-up cause."""
        cause, result = leg.dest.cause, _BY_STATUS.get(leg.status)
        if result is None or leg.status == "ANSWER":  # cancelled, or answered but not accepted
            return self._left_alone(leg)
        if result is LegResult.BUSY and cause in _NOBODY_THERE:
            result = LegResult.NO_ANSWER
        # a queue reports NOANSWER for all of them, chan_sip BUSY for most
        if result in _DOUBTFUL and cause in _SAID_NO:
            return _SAID_NO[cause]
        if result is LegResult.NO_ANSWER and leg.ring_at is None and cause in _DEAD:
            return LegResult.UNREACHABLE
        return result

    def _crossed(self, leg: Dial) -> bool:
        """Whether a phone was answered at the moment when the caller hung up."""
        gone_at = self.gone_at
        if gone_at is None or self.c.answerer is not None or leg.ended_at is None:
            return False
        return is_up(leg.dest) and not leg.dest.joined and leg.ended_at >= gone_at

    def _left_alone(self, leg: Dial) -> LegResult:
        """The result of a leg that stopped ringing without an answer or a refusal by the phone."""
        if leg.dest.cause in _SAID_NO and not leg.status:
            return _SAID_NO[leg.dest.cause]
        if not leg.status and leg.silent and self.gone_at is None:
            return LegResult.UNREACHABLE
        end = ended(leg)
        if self._before_who_took_it(end) or rang_out(leg):
            return LegResult.NO_ANSWER
        if self._taken_elsewhere(leg, end):
            return LegResult.ANSWERED_ELSEWHERE
        if self._gave_up_at(leg, end):
            return LegResult.CANCELLED
        cancelled = leg.status == "CANCEL" and leg.queue is None and not self.time_was_up()
        if cancelled and self.c.answered_at is None:
            return LegResult.CANCELLED
        return LegResult.NO_ANSWER

    def _taken_elsewhere(self, leg: Dial, end: Micros | None) -> bool:
        """Whether another phone was answered while this one rang."""
        answered = self.c.answered_at
        if answered is None:
            return False
        if not self._after_answer(leg):
            return end is None or end >= answered - 1_000_000
        return any(
            other.status == "ANSWER" and other.dest.joined and other.ended_at is not None
            and other.ended_at >= leg.at and (end is None or end >= other.ended_at - 1_000_000)
            for other in self.c.legs
            if other is not leg
        )  # fmt: skip

    def _before_who_took_it(self, end: Micros | None) -> bool:
        """Whether a leg was over before the leg that was answered was dialled."""
        answerer = self.c.answerer
        taken = self.c.pickup_of or (answerer.dial if answerer is not None else None)
        return end is not None and taken is not None and end < taken.at

    def _gave_up_at(self, leg: Dial, end: Micros | None) -> bool:
        gone_at = self.gone_at
        if gone_at is None or end is None:
            return gone_at is not None
        exact = self.timeless and not leg.status  # its phone hung up, in the order of the events
        return end >= gone_at - (0 if exact else self.moment)


def rang_out(leg: Dial) -> bool:
    """Whether a leg was cancelled because a dial above it timed out.

    Where a Local pair leads to the phone, the dial above reports NOANSWER and hangs the pair up.
    The dial below then sees only that its caller is gone, and reports CANCEL.
    """
    if leg.status not in ("CANCEL", "ABORT"):
        return False
    return any(
        above.status not in ("", "CANCEL", "ABORT", "ANSWER")
        and above.ended_at is not None
        and (leg.ended_at or above.ended_at) - above.ended_at < _SAME_MOMENT * 10
        for above in way_to(leg)[:-1]
    )


def ended(leg: Dial) -> Micros | None:
    """When a leg was over: its DialEnd, else the end of its channel."""
    return leg.ended_at if leg.ended_at is not None else leg.dest.hung_at
