"""Weighs what calls prove to be kept from us, until an administrator can be told without doubt.

Most kinds of events leave traces in others. A kind is hidden if not one event of it ever came and
calls that were seen whole have left traces enough.
"""

from __future__ import annotations

from collections import Counter

from callcheck.calls.on_dials import UNTOLD
from callcheck.calls.open_call import (
    BY_180,
    Channel,
    Dial,
    OpenCall,
    left_ringing,
    was_cancelled,
)

PROOF, SIGN = 4, 1
"""What a trace counts that only a missing event leaves, and one that may have another cause."""
ENOUGH = 12
"""Three proofs, since a single event may have been lost."""


class Proofs:
    """The traces of one stream, by the AMI name of the event that did not come."""

    __slots__ = ("weight",)

    def __init__(self) -> None:
        self.weight: Counter[str] = Counter()

    def enough(self, name: str) -> bool:
        """Whether an event of this kind must have been sent, if none came."""
        return self.weight[name] >= ENOUGH

    def add(self, name: str, weight: int = PROOF) -> None:
        """Notes a trace."""
        self.weight[name] += weight

    def learn(self, call: OpenCall) -> None:
        """Looks at a call that has ended."""
        if call.found:
            self._look_for_births(call)
        elif call.whole:
            self._look_at_hangups(call)
            for leg in call.legs:
                if leg.dialer is not None:  # an ARI application's dials leave fewer events
                    self._look_at(leg)
            for kind in call.doubts:
                self.add(kind)

    def _look_for_births(self, call: OpenCall) -> None:
        """A dial makes the channel that it dials: none was there before we looked."""
        for leg in call.legs:
            found = (call.found or {}).get(leg.dest)
            if found is not None and found[0] == leg.at:
                self.add("Newchannel")

    def _look_at_hangups(self, call: OpenCall) -> None:
        root, answerer = call.root, call.answerer
        if root is None or root.asked_at is not None:
            return
        if was_cancelled(root):
            self.add("HangupRequest")
        elif answerer is not None and not call.facts and _by_far_end(root, answerer):
            self.add("HangupRequest", SIGN)  # nobody transferred the caller

    def _look_at(self, leg: Dial) -> None:
        if leg.exten == UNTOLD:
            self.add("DialBegin")
        if leg.ring_source is BY_180:
            self.add("DialState")
        if leg.status == "ANSWER":
            self.add("BridgeEnter")
        if left_ringing(leg):
            self.add("DialEnd")


def _by_far_end(*pair: Channel) -> bool:
    """Whether a HangupRequest was due of one of two channels that talked with each other.

    The SIP drivers send one whenever the far end hangs up. The PBX ends few calls by itself, and
    says so (SoftHangupRequest), which chan_sip does for its far end's BYE too.
    """
    return all(
        one.name.startswith("SIP/") or (one.name.startswith("PJSIP/") and one.ordered_at is None)
        for one in pair
    )
