"""A channel's own events in, changes of a tracker out: its birth, its states, its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcheck.calls import events as happened
from callcheck.calls.events import DOWN, RING, RINGING, UP
from callcheck.calls.model import HungUpBy
from callcheck.calls.open_call import BY_180, Channel, connected

if TYPE_CHECKING:
    from callcheck.calls.tracker import Tracker


def on_channel_born(tracker: Tracker, event: happened.ChannelBorn) -> None:
    at, name, state, caller, exten, uniqueid, linkedid = event
    if uniqueid in tracker.channels:
        return
    starts = linkedid == uniqueid
    channel = tracker.channels[uniqueid] = Channel(name, uniqueid)
    channel.named(name, tracker.directory)
    channel.state, channel.caller, channel.exten = state, caller, exten
    if name.startswith("Local/"):
        _pair(tracker, channel)
    if channel.extension:
        tracker.phones.setdefault(channel.extension, []).append(channel)
    strange = not starts and linkedid not in tracker.calls
    call = channel.call = tracker.group(uniqueid if starts else linkedid, at)
    channel.linkedid = call.call_id  # one string for all of a call
    call.channels += (channel,)
    call.alive += 1
    if starts and call.root is None:
        call.root = channel
        call.begun = state != DOWN
        call.start_seen = True
        if len(call.channels) > 1:
            call.whole = False
    elif strange:
        call.whole = False


def on_channel_found(tracker: Tracker, event: happened.ChannelFound) -> None:
    known = tracker.channels.get(event.uniqueid)
    if known is not None:
        known.exten = known.exten or event.exten
        return
    on_channel_born(tracker, event)
    channel = tracker.channels[event.uniqueid]
    if channel.state == UP:
        channel.up_at = event.at
    call = channel.call
    if call is not None:
        call.whole = False
        call.start_seen = call.start_seen and call.root is not channel


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
    elif state == RING and channel.call is not None and channel.call.root is channel:
        channel.call.begun = True


def went_up(tracker: Tracker, channel: Channel) -> None:
    """Notes that a channel has been answered, however that was told."""
    if channel.up_at is None:
        channel.up_at = tracker.now
        if channel.bridge is not None:
            tracker.meet(channel, tracker.now)


def on_channel_renamed(tracker: Tracker, event: happened.ChannelRenamed) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is None or event.name.endswith(("<ZOMBIE>", "<MASQ>")):
        return
    channel.named(event.name, tracker.directory)


def on_hangup_asked(tracker: Tracker, event: happened.HangupAsked) -> None:
    channel = tracker.channels[event.uniqueid]
    if not channel.phone or channel.ordered:
        return
    channel.asked_at = channel.asked_at or event.at
    call = channel.call
    if call is not None and call.root is channel:
        call.hung_up_by = call.hung_up_by or HungUpBy.CALLER
        return
    for other in connected(channel):
        spoken = other.call
        if spoken is not None and spoken.root is other and spoken.answerer is not None:
            spoken.hung_up_by = spoken.hung_up_by or HungUpBy.ANSWERER


def on_hangup_ordered(tracker: Tracker, event: happened.HangupOrdered) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is not None:
        channel.ordered = True  # IAX2 then tells of its far end's hang-up, which was none


def on_hung_up(tracker: Tracker, event: happened.HungUp) -> None:
    at, uniqueid, cause = event
    channel = tracker.channels[uniqueid]
    channel.hung_at, channel.cause = at, cause
    call = channel.call
    if call is not None and call.root is channel:
        # whoever called may be gone before the PBX has noticed it everywhere
        call.ended_at = at if channel.asked_at is None else min(at, channel.asked_at)
    tracker.drop(channel)
