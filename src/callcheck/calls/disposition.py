"""The facts of a call that has ended in, how it ended out: for its caller and for each leg.

The order of the questions is the meaning: did a person answer, did a recording, did the caller
give up, and only then what the phones said.
"""

from __future__ import annotations

from callcheck.calls.directory import Kind, Party
from callcheck.calls.events import BUSY
from callcheck.calls.model import Disposition, LegResult, Micros, TimeSource
from callcheck.calls.open_call import Dial, OpenCall, is_up

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
REJECTED = 21
_DOUBTFUL = (LegResult.NO_ANSWER, LegResult.BUSY)
_SAID_NO = {17: LegResult.BUSY, REJECTED: LegResult.REJECTED}
_SAID_OTHERWISE = (LegResult.NO_ANSWER, LegResult.REJECTED, LegResult.UNREACHABLE)
"""What a phone said that the busy tone, with which a dialplan ends any call, does not tell."""
_NOBODY_THERE = frozenset({18, 19, 20})  # SIP 408 and 480; chan_sip's dial says BUSY of them
_INTERWORKING = 127  # what a SIP caller's CANCEL leaves
_DEAD = frozenset({0, 1, 3, 18, 19, 20, 22, 27, 34, 38, 41, 42, 44, 66, 127})


class Ending:
    """One ended call, asked how it ended. `asked` is whom the dialled number reaches."""

    def __init__(
        self, call: OpenCall, ended_at: Micros, asked: Party | None, *, conference: bool
    ) -> None:
        self.c = call
        self.root = call.root
        self.ended_at = ended_at
        self.asked = asked
        self.conference = conference
        self.timeless = call.time_source is TimeSource.NONE
        self.first_legs = [leg for leg in call.legs if not self._after_answer(leg)]
        """The legs of the public's waiting time: what rings after the first answer is none."""

    def _after_answer(self, leg: Dial) -> bool:
        answered = self.c.answered_at
        return answered is not None and leg.at >= answered and leg.dest is not self.c.answerer

    def seen(self) -> bool:
        """Whether nothing is missing, as far as what was seen can tell."""
        return not self._answer_not_seen() and not self._end_not_seen()

    def disposition(self, *, complete: bool) -> Disposition:
        """How the call ended for its caller."""
        if self.c.answerer is not None:
            return Disposition.ANSWERED
        if not complete:
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
        if any(not leg.status and leg.picker is None for leg in self.first_legs):
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
        silent_at = self.silent_at()
        if silent_at is None or (self.c.hung_up_by is None and self.timeless):
            return False
        until = root.asked_at if root.asked_at is not None else self.ended_at
        if root.up_at is not None and silent_at <= root.up_at < until:
            return True
        return until - silent_at >= (PAUSE if not self.timeless else 1)

    def _spoke_without_ringing(self) -> bool:
        """The PBX answered by itself and rang nobody. At a person's number that is a recording; a
        caller who hangs up in a menu or at a number we know nothing of has given up."""
        asked = self.asked
        if self.c.queue_joined_at is not None:
            return False
        if asked is not None and asked.kind in (Kind.MEMBER, Kind.GROUP):
            return True
        return self.c.hung_up_by is None and (asked is None or asked.kind is not Kind.CONFERENCE)

    def silent_at(self) -> Micros | None:
        """When the last phone fell silent, if all did before the caller's line ended."""
        root = self.root
        # a phone that said yes but never got the caller was not silent before it hung up
        ends = [leg.dest.hung_at if leg.status == "ANSWER" else ended(leg) for leg in self.c.legs]
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
        silent_at = self.silent_at()
        return silent_at is None or root.asked_at - silent_at < GAP

    def _said_by_phones(self) -> Disposition:
        root = self.root
        results = [self.result(leg) for leg in self._last_round()]
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
        return [leg for leg in legs if (end := ended(leg)) is None or end > begun]

    def result(self, leg: Dial) -> LegResult | None:
        """How a leg ended; None where that was not seen."""
        if ended(leg) is None and self.c.ended_at is None:
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
        if result is LegResult.BUSY and leg.dest.cause in _NOBODY_THERE:
            result = LegResult.NO_ANSWER
        # a queue says NOANSWER of them all, chan_sip's dial BUSY of most
        if result in _DOUBTFUL and leg.dest.cause in _SAID_NO:
            return _SAID_NO[leg.dest.cause]
        if result is LegResult.NO_ANSWER and leg.ring_at is None and leg.dest.cause in _DEAD:
            return LegResult.UNREACHABLE
        return result

    def _left_alone(self, leg: Dial) -> LegResult:
        """A phone that stopped ringing though it had said nothing."""
        end = ended(leg)
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


def ended(leg: Dial) -> Micros | None:
    """When a leg was over, by its own word or by its channel's end."""
    return leg.ended_at if leg.ended_at is not None else leg.dest.hung_at
