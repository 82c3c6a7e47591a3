"""Handles the events of one channel: its birth, its states, its hang-up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from callcheck.calls import events as happened
from callcheck.calls.conversation import meet
from callcheck.calls.events import DOWN, RING, RINGING, SHUTDOWN, UP
from callcheck.calls.model import HungUpBy, Micros
from callcheck.calls.open_call import BY_180, PBX_STOPPED, Bridge, Channel, OpenCall, connected

SECOND = 1_000_000
MAX_AGE = 24 * 3600 * SECOND
"""We have missed the end of a call that has been open for longer than this (µs)."""

if TYPE_CHECKING:
    from callcheck.calls.tracker import Tracker


def on_channel_born(tracker: Tracker, event: happened.ChannelBorn) -> None:
    at, name, state, caller, exten, uniqueid, linkedid = event
    if uniqueid in tracker.channels:
        return
    starts = linkedid == uniqueid
    channel = tracker.channels[uniqueid] = Channel(name, uniqueid)
    channel.named(name, tracker.directory)
    channel.state, channel.caller, channel.exten, channel.born_at = state, caller, exten, at
    if name.startswith("Local/"):
        _pair(tracker, channel)
    if channel.extension:
        tracker.phones.setdefault(channel.extension, []).append(channel)
    strange = not starts and linkedid not in tracker.calls
    call = channel.call = tracker.group(uniqueid if starts else linkedid, at)
    channel.linkedid = call.call_id  # one string shared by all channels of a call, to save memory
    call.channels += (channel,)
    call.alive += 1
    if starts and call.root is None:
        call.root = channel
        call.begun = state != DOWN
        call.start_seen = True
        if len(call.channels) > 1:
            call.broken = True
    elif strange:
        call.broken = True


def on_channel_found(tracker: Tracker, event: happened.ChannelFound) -> None:
    known = tracker.channels.get(event.uniqueid)
    if known is not None:
        known.exten = known.exten or event.exten
        return
    known_call = tracker.calls.get(event.linkedid)
    broken = known_call is not None and known_call.broken
    on_channel_born(tracker, event)
    channel = tracker.channels[event.uniqueid]
    channel.born_at = second_of(event.uniqueid, event.at)
    if channel.state == UP:
        channel.up_at = event.at
    call = channel.call
    if call is None:
        return
    if call.root is channel:
        call.start_seen = False
        call.started_at = channel.born_at
    # the call began while we watched, so this channel did too and we missed its Newchannel
    call.broken = broken or (call.start_seen and call.root is not channel)
    call.found = {**(call.found or {}), channel: (event.at, channel.state)}


def on_channel_status(tracker: Tracker, event: happened.ChannelStatus) -> None:
    """Takes a channel from a listing. If it is new to us, it existed before we listened."""
    at, name, state, caller, exten, uniqueid, linkedid, bridge_id, answered = event
    found = happened.ChannelFound(at, name, state, caller, exten, uniqueid, linkedid)
    on_channel_found(tracker, found)
    channel = tracker.channels[uniqueid]
    call = channel.call
    if call is None or call.found is None or channel not in call.found:
        return
    if answered:
        channel.up_at = int(answered.replace(".", ""))
    if bridge_id and channel.bridge is None and channel.state == UP:
        bridge = tracker.bridges.setdefault(bridge_id, Bridge(bridge_id))
        bridge.members.append(channel)
        bridge.shared = bridge.shared or len(bridge.members) > 1
        channel.bridge = bridge
        _found_talking(call, bridge)


def _found_talking(call: OpenCall, bridge: Bridge) -> None:
    """If a caller and a phone dialled for the same call were found in one bridge, the call has been
    answered, by this phone or by somebody before it."""
    root = call.root
    phones = [c for c in bridge.members if c.phone and c.call is call and c is not root]
    if call.answerer is None and root in bridge.members and phones:
        call.answerer = call.talker = phones[0]
        call.answered_at = phones[0].up_at
        call.present = call.met = (phones[0].party,)
        for channel in bridge.members:
            channel.joined = True


_UNIQUEID = re.compile(r"(?:.*-)?(\d{9,11})\.\d+")


def second_of(uniqueid: str, at: Micros) -> Micros:
    """When a channel that we found was made. Its uniqueid begins with the second, after the system
    name if there is one (Asterisk, ast_channel_alloc)."""
    match = _UNIQUEID.fullmatch(uniqueid)
    second = int(match[1]) * SECOND if match else at
    return second if at - MAX_AGE < second <= at else at


def _pair(tracker: Tracker, channel: Channel) -> None:
    name = channel.name[:-2]
    other = tracker.halves.pop(name, None)
    if other is None or other.name == channel.name:
        tracker.halves[name] = channel
    else:
        channel.half, other.half = other, channel


def on_channel_state(tracker: Tracker, event: happened.ChannelState) -> None:
    at, state, uniqueid = event
    channel = tracker.channels[uniqueid]
    channel.state = state
    if state == UP:
        went_up(tracker, channel)
    elif state == RINGING and channel.dial is not None:
        channel.dial.rings(at, BY_180)
    elif state == RINGING and channel.rang_at is None:
        channel.rang_at = at
    elif state == RING and channel.call is not None and channel.call.root is channel:
        channel.call.begun = True


def went_up(tracker: Tracker, channel: Channel) -> None:
    """Notes that a channel has been answered, whichever event reported it."""
    if channel.up_at is None:
        channel.up_at = tracker.now
        if channel.bridge is not None:
            meet(tracker, channel, tracker.now)


def on_channel_renamed(tracker: Tracker, event: happened.ChannelRenamed) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is None or event.name.endswith(("<ZOMBIE>", "<MASQ>")):
        return
    channel.named(event.name, tracker.directory)


def on_hangup_asked(tracker: Tracker, event: happened.HangupAsked) -> None:
    channel = tracker.channels[event.uniqueid]
    if not channel.phone or channel.ordered_at is not None:
        return
    channel.asked_at = channel.asked_at or event.at
    call = channel.call
    if call is not None and call.root is channel:
        call.hung_up_by = call.hung_up_by or HungUpBy.CALLER
        return
    for other in connected(channel):
        spoken = other.call
        if spoken is not None and spoken.line is other and spoken.answerer is not None:
            spoken.hung_up_by = spoken.hung_up_by or HungUpBy.ANSWERER


def on_hangup_ordered(tracker: Tracker, event: happened.HangupOrdered) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is not None and event.why & SHUTDOWN and channel.call is not None:
        channel.call.doubt(PBX_STOPPED)
    if channel is not None and channel.ordered_at is None:
        channel.ordered_at = event.at  # IAX2 then sends a HangupRequest, too
        channel.last_exten = event.exten


def on_hung_up(tracker: Tracker, event: happened.HungUp) -> None:
    at, state, exten, uniqueid, cause = event
    channel = tracker.channels[uniqueid]
    if state and state != channel.state:
        tracker.census.proofs.add("Newstate")  # we were told of another state
    if channel.bridge is not None:
        tracker.census.proofs.add("BridgeLeave")
        if not channel.bridge.private:
            channel.left_hold_at = at
    channel.hung_at, channel.cause = at, cause
    channel.state = state or channel.state
    if state == RINGING and channel.dial is not None:
        channel.dial.silent = False  # it rang, even if no event said when
    if exten != "h" or channel.last_exten is None:  # the `h` extension runs after the call
        channel.last_exten = exten
    call = channel.call
    if call is not None and call.root is channel:
        # Hangup may come some time after the caller has hung up
        call.ended_at = at if channel.asked_at is None else min(at, channel.asked_at)
    tracker.drop(channel)
