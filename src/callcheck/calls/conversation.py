"""Works out from bridges and Local pairs who talks with whom: the answer, and what follows it.

One side of a call is the caller's: the caller's own channel or, once the caller has left by a
transfer, the channel that stayed. Everybody connected with that side talks with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcheck.calls.events import UP
from callcheck.calls.model import Did, Micros
from callcheck.calls.open_call import (
    Bridge,
    Channel,
    Dial,
    OpenCall,
    connected,
    is_up,
    left_ringing,
    missed,
)

if TYPE_CHECKING:
    from callcheck.calls.tracker import Tracker

ANSWER_DELAY = 1_500_000
"""If a phone is joined with the caller later than this (µs) after it answered, something held it
back ("press 1 to accept", for instance), and the join is the answer. Shorter delays are normal: the
PBX waits up to half a second for the first sound, and announcing a queue to its member takes a
second."""


_TOGETHER = 1_000_000
"""Dial answers the caller's channel at most this much (µs) after the phone."""


def went_up_together(root: Channel, phone: Channel) -> bool:
    """Whether Dial answered the caller's channel because this phone had answered."""
    if root.up_at is None or phone.up_at is None:
        return False
    return 0 <= root.up_at - phone.up_at < _TOGETHER


def answered_without_bridges_at(root: Channel, phone: Channel) -> Micros | None:
    """When a phone answered, as far as no bridge shows it. Dial answers the caller's channel when
    it joins the two, which an announcement to the phone holds back."""
    if root.up_at is None or phone.up_at is None:
        return phone.up_at
    return root.up_at if root.up_at - phone.up_at > ANSWER_DELAY else phone.up_at


def meet(tracker: Tracker, channel: Channel, at: Micros) -> None:
    """Updates who is connected with whom, after `channel` entered a bridge at `at`."""
    group = connected(channel)
    if len(group) < 2:
        return
    for caller in group:
        call = caller.call
        if call is not None and call.line is caller and not caller.agent:
            others = _persons(group, caller, call)
            if others:
                _talk(tracker, call, others, at)
            elif any(c.extension and c.call is not call for c in group):
                # only a transfer can bring in a phone that belongs to another call
                missed(call, "AttendedTransfer")
    for leg in group:
        if leg.phone:
            leg.joined = True


def go_on(bridge: Bridge) -> None:
    """One of three or more has left a bridge: the others go on talking, so this was no hang-up."""
    group = connected(bridge.members[0])
    for caller in group:
        call = caller.call
        if call is None or call.line is not caller or call.answerer is None:
            continue
        others = _persons(group, caller, call)
        if others:
            call.present = tuple([other.party for other in others])
            call.hung_up_by = None
            if call.talker not in others:
                call.talker = others[0]


def _persons(group: list[Channel], caller: Channel, call: OpenCall) -> list[Channel]:
    return [c for c in group if c is not caller and _is_person(c, call)]


def _is_person(channel: Channel, call: OpenCall) -> bool:
    """Whether a person is on this channel: a phone that was answered or that took the call."""
    if not channel.phone or not is_up(channel):
        return False
    if channel.call is call or channel.dial is not None or channel.agent or channel.call is None:
        return True
    # after the answer a transfer may bring in anybody, from any other call
    return call.answerer is not None or _came_alone(channel)


def _came_alone(channel: Channel) -> bool:
    """Whether a phone joined by itself: a pickup or a retrieval that no event reported."""
    own = channel.call
    if own is None or not channel.extension:
        return False
    return own.root is channel and not own.legs and not channel.dials


def _talk(tracker: Tracker, call: OpenCall, others: list[Channel], at: Micros) -> None:
    others = [_leg_of_agent(call, c, tracker.now) if c.agent else c for c in others]
    for other in others:
        if other.call is not call and other.dial is None and _came_alone(other):
            _claim(tracker, call, other)
    if call.answerer is None:
        asked_at = call.root.asked_at if call.root is not None else None
        if asked_at is not None and asked_at <= at:
            return  # hang-up and answer crossed: the caller was gone before anybody spoke
        unseen = _answered_unseen(call, others, tracker.now)
        _answer(tracker, call, unseen or others[0])
        if unseen is not None:
            call.answered_at = unseen.up_at
            call.present = call.met = (unseen.party,)
            _note_joined(call, others, tracker.now)
    else:
        _note_joined(call, others, tracker.now)
    call.present = tuple([other.party for other in others])
    call.met += tuple([party for party in call.present if party not in call.met])


def _answered_unseen(call: OpenCall, others: list[Channel], now: Micros) -> Channel | None:
    """The phone that had answered the caller before anybody else came, if the bridge of the two was
    not reported: its dial was answered, and the caller's channel went up with it."""
    root = call.root
    if root is None or root.up_at is None or now - root.up_at <= ANSWER_DELAY:
        return None
    for leg in call.legs:
        phone = leg.picker or leg.dest
        answered = leg.picker is not None or leg.status == "ANSWER"
        if answered and phone not in others and went_up_together(root, phone):
            return phone
    return None


def _note_joined(call: OpenCall, others: list[Channel], now: Micros) -> None:
    """Somebody joined a call that had been answered. That is a transfer, unless the call was taken
    back from the parking lot or the party returns to a conversation that went on meanwhile."""
    new = [other for other in others if other.party not in call.present]
    stay = len(new) < len(others)
    new = [other for other in new if not (stay and other.party in call.met)]
    if not new:
        return
    call.hung_up_by = None
    if call.retrieved not in new:
        call.transfers += 1
    call.talker = new[0]
    call.note(now, Did.JOINED, new[0].party, None)


def _answer(tracker: Tracker, call: OpenCall, phone: Channel) -> None:
    said_at = _said_yes_at(phone, tracker.now)
    call.answered_at = tracker.now if tracker.now - said_at > ANSWER_DELAY else said_at
    call.answerer = call.talker = phone
    if phone.dial is None and call.pickup_of is None and call.root is not phone:
        call.pickup_of = next((leg for leg in call.legs if leg.picker is phone), None)
    if phone.extension:
        mine = tracker.phones.get(phone.extension, ())
        call.serving = any(c.bridge is not None and c.name != phone.name for c in mine)


def _claim(tracker: Tracker, call: OpenCall, phone: Channel) -> None:
    """A phone that nobody dialled is connected with the caller: a pickup, or an unparked call."""
    tracker.absorb(call, phone)
    if call.answerer is not None:
        call.retrieved = phone
    else:
        picked_up(tracker, call, phone, None)


def picked_up(tracker: Tracker, call: OpenCall, picker: Channel, leg: Dial | None) -> None:
    """Notes that `picker` took the call that `leg` was ringing for."""
    leg = leg or next((d for d in reversed(call.legs) if left_ringing(d)), None)
    if picker.up_at is None:
        picker.up_at = tracker.now
    if leg is not None:
        leg.picker = picker
        leg.ended_at = leg.ended_at or tracker.now
        if call.answerer in (None, picker):  # the event may come after the answer
            call.pickup_of = leg


def _said_yes_at(phone: Channel, now: Micros) -> Micros:
    """When a phone answered: the end of its dial (after any "press 1"), else when it went up."""
    dial = phone.dial
    if dial is not None and dial.status == "ANSWER" and dial.ended_at is not None:
        return dial.ended_at
    return phone.up_at if phone.up_at is not None else now


def _leg_of_agent(call: OpenCall, agent: Channel, now: Micros) -> Channel:
    """The channel that stands for an agent in this call. After AgentLogin an agent's channel is up
    all day in a call of its own and takes one caller after another. Each caller's offer becomes a
    leg of its own here, which rang as long as the queue's offer did."""
    for leg in call.legs:
        if leg.dest.name == agent.name:
            return leg.dest
    offer = call.root.dials[-1] if call.root is not None and call.root.dials else None
    line = Channel(agent.name, f"{agent.uniqueid} for {call.call_id}")
    line.call, line.phone, line.extension = call, True, agent.extension
    line.state, line.up_at, line.joined = UP, now, True
    leg = line.dial = Dial(call.root, line, offer.at if offer is not None else now)
    if offer is not None:
        leg.queue, leg.exten = offer.queue, offer.exten
        leg.ring_at, leg.ring_source = offer.ring_at, offer.ring_source
    leg.ends(now, "ANSWER")
    call.channels += (line,)
    call.legs += (leg,)
    return line
