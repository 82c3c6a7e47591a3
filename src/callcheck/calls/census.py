"""Detects which kinds of events the PBX does not send to us.

An event filter, a missing class of rights or another program can hide any kind of event. The PBX
does not report this, but most kinds leave traces in events of other kinds. A single trace may be
one lost event; a kind counts as hidden if there are traces and no event of it ever came.
"""

from __future__ import annotations

from collections import Counter

from callcheck.calls import events as happened
from callcheck.calls.disposition import (
    NO_ANSWER_CAUSE,
    PAUSE,
    SAME_EVENTS,
    SOON,
    Ending,
    ended,
    rang_out,
)
from callcheck.calls.events import (
    UP,
    BridgeEntered,
    ChannelState,
    DialEnded,
    DialProgressed,
    Event,
    HangupAsked,
    HangupOrdered,
    QueueLeft,
)
from callcheck.calls.model import LegResult
from callcheck.calls.open_call import (
    CLOCK_SET,
    PBX_STOPPED,
    Channel,
    Dial,
    OpenCall,
    is_up,
    was_cancelled,
)
from callcheck.calls.proofs import Proofs

EVENT_OF: dict[str, type[Event]] = {
    "Newchannel": happened.ChannelBorn,
    "Newstate": happened.ChannelState,
    "DialBegin": happened.DialBegun,
    "DialState": happened.DialProgressed,
    "DialEnd": happened.DialEnded,
    "BridgeEnter": happened.BridgeEntered,
    "BridgeLeave": happened.BridgeLeft,
    "HangupRequest": happened.HangupAsked,
    "QueueCallerJoin": happened.QueueJoined,
    "AttendedTransfer": happened.AttendedlyTransferred,
}
"""The kinds that we look for traces of, by their names in AMI."""
_OF_A_DIAL = frozenset(
    [
        happened.DialBegun,
        happened.DialProgressed,
        happened.DialEnded,
        happened.BridgeEntered,
    ]
)


class Census:
    """Which kinds of events one stream has had, and which it has shown to be missing."""

    __slots__ = ("originates", "proofs", "seen", "traces")

    def __init__(self) -> None:
        self.seen: set[type[Event]] = set()
        self.traces: Counter[str] = Counter()
        self.proofs = Proofs()
        self.originates = False
        """Whether the PBX ever made a call by itself."""

    def told(self, kind: type[Event]) -> bool:
        """Whether an event of this kind ever came."""
        return kind in self.seen

    def hides(self, name: str) -> bool:
        """Whether the traffic proves that this kind is hidden from us."""
        return self.traces[name] > 0 and EVENT_OF[name] not in self.seen

    def hidden(self) -> list[str]:
        """Every kind that the traffic proves beyond doubt to be hidden from us."""
        unseen = (name for name, kind in EVENT_OF.items() if kind not in self.seen)
        return [name for name in unseen if self.proofs.enough(name)]

    def learn(self, call: OpenCall) -> None:
        """Searches a call that has ended for traces of events that did not come."""
        for kind in call.doubts:
            if kind not in (PBX_STOPPED, CLOCK_SET):
                self.traces[kind] += 1
        root = call.root
        asked = happened.HangupAsked in self.seen
        if not asked and root is not None and was_cancelled(root):
            self.traces["HangupRequest"] += 1
        if not asked or not self.seen.issuperset(_OF_A_DIAL) or call.found or call.doubts:
            self.proofs.learn(call)  # or else it proves nothing


class Doubts:
    """Finds the kinds of events without which the end of a call that no event showed to be
    answered cannot be known."""

    def __init__(self, ending: Ending) -> None:
        self.ending = ending
        self.call = ending.c

    def kinds(self) -> tuple[str, ...]:
        """The missing kinds of events, by their names in AMI; empty if the end is known."""
        doubts = self.call.doubts
        if self._end_not_told():
            doubts += ("HangupRequest",)
        if self.call.step_at_leg is not None and self.call.blur:
            doubts += (CLOCK_SET,)
        if any(map(self._lift_missed, self.call.channels)) or self._lifts_untold():
            doubts += ("Newstate",)
        if any(self._dial_end_missed(leg) for leg in self.ending.first_legs):
            doubts += ("DialEnd",)
        if any(self._dial_missed(channel) for channel in self.call.channels):
            doubts += ("DialBegin",)
        if self._stopped_unseen():
            doubts += ("SoftHangupRequest",)
        if self._joining_missed():
            doubts += ("BridgeEnter",)
        if self._leaving_missed():
            doubts += ("QueueCallerLeave",)
        if self.ending.gone_at is None and any(map(self._progress_missed, self.ending.first_legs)):
            doubts += ("DialState",)
        return doubts

    def _dial_end_missed(self, leg: Dial) -> bool:
        """Whether a dial ended and no event said how. Its phone's hang-up says when, but the call
        may have been picked up, or an operator may have ended it. A dial without a dialer (made by
        an ARI application) has no DialEnd."""
        root = self.ending.root
        if leg.status or leg.picker is not None or leg.dialer is None or root is None:
            return False
        if leg.dest.hung_at is None:
            return False  # it goes on
        return is_up(root) or (self.ending.gone_at is None and root.cause != NO_ANSWER_CAUSE)

    def _progress_missed(self, leg: Dial) -> bool:
        """Whether an outside line may have rung with 183 and no 180. Only DialState reports that,
        and this PBX sends no DialState."""
        if leg.dest.extension or not leg.silent or self.ending.census.told(DialProgressed):
            return False
        end = ended(leg)
        if self.ending.result(leg) is not LegResult.UNREACHABLE:
            return False
        least = SAME_EVENTS if self.ending.timeless else SOON
        return end is not None and end - leg.at >= least

    def _dial_missed(self, channel: Channel) -> bool:
        """Whether a phone's channel was made for this call, but no event reported its dial."""
        undialled = channel.phone and channel.dial is None and not channel.agent
        if not undialled or channel is self.ending.root:
            return False
        found = self.call.found is not None and channel in self.call.found
        return channel.linkedid == self.call.call_id and not found and not self.call.originated

    def _stopped_unseen(self) -> bool:
        """Whether the PBX may have been stopped on purpose. Only SoftHangupRequest reports that;
        without it, the caller's channel ends with no cause at all."""
        ending = self.ending
        root = ending.root
        if root is None or root.cause or ending.gone_at is not None:
            return False
        if ending.census.told(HangupOrdered):
            return False
        if root.hung_at is not None:
            return True
        cut_off = (leg for leg in ending.last_round() if ended(leg) is not None)
        return any(map(self._at_the_end, cut_off))

    def _joining_missed(self) -> bool:
        """Whether an application may have joined the caller with a call that it originated, or kept
        the caller on hold, both of which only a bridge shows."""
        call, root, census = self.call, self.ending.root, self.ending.census
        if root is None or not is_up(root) or call.tone is not None or census.told(BridgeEntered):
            return False
        if call.legs:  # dialled by an application, which may have kept the caller on hold
            return self.ending.gone_at is not None and call.legs[-1].dialer is None
        return census.originates and self.ending.spoke_without_ringing()

    def _leaving_missed(self) -> bool:
        """Whether the caller may have left the queue for a recording. Where the PBX sends no
        QueueCallerLeave, that looks the same as waiting for the queue's next try."""
        ending = self.ending
        root, silent_at = ending.root, ending.silent_at()
        if root is None or root.queue is None or silent_at is None:
            return False
        until = ending.gone_at if ending.gone_at is not None else ending.ended_at
        paused = until - silent_at >= (PAUSE if not ending.timeless else 1)
        return paused and not ending.census.told(QueueLeft)

    def _end_not_told(self) -> bool:
        """Whether phones stopped ringing early and no event says why: the caller hung up without a
        HangupRequest, or somebody else ended the call."""
        if self.ending.gone_at is not None or self.ending.root is None or self.ending.time_was_up():
            return False
        if self._left_unserved(self.ending.root) or self._left_waiting(self.ending.root):
            return True
        return any(
            leg.status == "CANCEL"
            and not leg.redirected
            and not rang_out(leg)
            and self._at_the_end(leg)
            for leg in self.ending.last_round()
        )

    def _left_unserved(self, root: Channel) -> bool:
        """Whether a queue reports that the caller left unserved while no phone rang, as the call
        ended: the caller hung up, or the queue's time was up and the dialplan hung up at once."""
        at, ending = root.abandoned_at, self.ending
        if at is None or ending.census.told(HangupAsked) or ending.timeless:
            return False
        cut_off = (d.ended_at for d in self.call.legs if d.status in ("CANCEL", "NOANSWER"))
        if any(end is not None and abs(end - at) < ending.moment for end in cut_off):
            return False  # so the ringing ended with it, and is judged by that
        return abs(ending.ended_at - at) < ending.moment

    def _left_waiting(self, root: Channel) -> bool:
        """Whether the caller was kept waiting to the end, and may have hung up."""
        return self.ending.kept_waiting(root) and not self.ending.census.told(HangupAsked)

    def _lift_missed(self, channel: Channel) -> bool:
        """Whether only its hang-up shows that a phone had been answered, and nothing when."""
        up = channel.state == UP and channel.up_at is None
        return up and channel.phone and channel is not self.ending.root

    def _lifts_untold(self) -> bool:
        """Whether a call goes on, and nothing would tell us if a phone of it had been answered."""
        told = self.ending.census.told
        return self.call.ended_at is None and not told(ChannelState) and not told(DialEnded)

    def _at_the_end(self, leg: Dial) -> bool:
        """Whether the caller's channel ended with this leg. If it went on, the dialplan cancelled
        the leg."""
        end = self.ending.ended_at
        return self.ending.timeless or end - (leg.ended_at or end) < SOON
