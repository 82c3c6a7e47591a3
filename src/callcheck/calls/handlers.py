"""Events in, changes of a tracker out: one short handler for each kind of event, and the table.

What a handler cannot say in a few lines is a method of the tracker.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from callcheck.calls import events as happened
from callcheck.calls.events import DOWN, RINGING, UP, Event
from callcheck.calls.model import Did, HungUpBy, RingSource
from callcheck.calls.parts import Bridge, Channel, Dial, OpenCall, connected, left_ringing, missed

if TYPE_CHECKING:
    from callcheck.calls.tracker import Tracker

BY_180, BY_183 = RingSource.RINGING, RingSource.PROGRESS
_NUMBER = re.compile(r"(?:^|[/:])(\+?\d[\d*#]*)(?:@|$)")


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
        call.originated = state == DOWN
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
        call.originated = False
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
        _went_up(tracker, channel)
    elif state == RINGING and channel.dial is not None:
        channel.dial.rings(at, BY_180)


def _went_up(tracker: Tracker, channel: Channel) -> None:
    if channel.up_at is None:
        channel.up_at = tracker.now
        if channel.bridge is not None:
            tracker.meet(channel)


def on_channel_renamed(tracker: Tracker, event: happened.ChannelRenamed) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is None or event.name.endswith(("<ZOMBIE>", "<MASQ>")):
        return
    channel.named(event.name, tracker.directory)


def on_dial_begun(tracker: Tracker, event: happened.DialBegun) -> None:
    at, exten, dialed_by, _, uniqueid, _ = event
    dest = tracker.channels[uniqueid]
    dialer = tracker.channels[dialed_by] if dialed_by else None
    call = dest.call
    if call is None:
        return
    if dialer is None and call.root is dest:
        call.originated = True
    elif _is_clicker(call, dest, dialer):
        call.root = dest
    else:
        dial = dest.dial = Dial(dialer, dest, at)
        dial.exten = exten
        if dest.phone:
            _add_leg(call, dial, event)
        if dialer is not None:
            _dialled(call, dialer, dial)


def _add_leg(call: OpenCall, dial: Dial, event: happened.DialBegun) -> None:
    call.legs += (dial,)
    if dial.dest.extension is None:
        dial.number = outside_number(event.dial_string) or event.dest_number
    if dial.dest.state == RINGING:
        dial.rings(event.at, BY_180)


def _dialled(call: OpenCall, dialer: Channel, dial: Dial) -> None:
    dial.queue = dialer.queue
    dialer.dials += (dial,)
    if call.root is dialer:
        call.hung_up_by = None
        if call.originated and not _is_number(dialer.exten):
            dialer.exten = dial.exten


def _is_clicker(call: OpenCall, dest: Channel, dialer: Channel | None) -> bool:
    """Click-to-dial over a Local pair: the first phone it rings is the caller."""
    root = call.root
    if not call.originated or root is None or root.phone or not dest.phone or dialer is None:
        return False
    while not dialer.phone and dialer is not root.half and dialer.half is not None:
        above = dialer.half.dial
        if above is None or above.dialer is None:
            return False
        dialer = above.dialer
    return dialer is root.half


def _is_number(exten: str | None) -> bool:
    return bool(exten) and exten not in ("s", "h", "i", "t")


def outside_number(dial_string: str | None) -> str | None:
    """The number in a dial string: `29111222@trunk`, `trunk/29111222`, `trunk/sip:29111222@…`."""
    match = _NUMBER.search(dial_string or "")
    return match[1] if match else None


def on_originated(tracker: Tracker, event: happened.Originated) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is not None and not _is_number(channel.exten):
        channel.exten = event.exten


def _undialled(phone: Channel) -> None:
    """A dial goes on whose beginning we did not get; an originated call tells of none."""
    if phone.phone and (phone.call is None or phone.call.root is not phone):
        missed(phone.call)


def on_dial_progressed(tracker: Tracker, event: happened.DialProgressed) -> None:
    at, uniqueid, status = event
    dest = tracker.channels[uniqueid]
    if dest.dial is None:
        _undialled(dest)
    elif status == "RINGING":
        dest.dial.rings(at, BY_180)
    elif status == "PROGRESS":
        dest.dial.rings(at, BY_183)


def on_dial_ended(tracker: Tracker, event: happened.DialEnded) -> None:
    at, exten, _, uniqueid, forward, status = event
    dest = tracker.channels[uniqueid]
    dial = dest.dial
    if dial is None:
        _undialled_answer(tracker, event, dest)
        return
    if status == "CANCEL" and dial.exten != exten and not dial.ended_at:
        dial.redirected = True
    dial.ends(at, status)
    if forward and dial.forward is None:
        dial.forward = forward
    if status == "ANSWER":
        _went_up(tracker, dest)


def _undialled_answer(tracker: Tracker, event: happened.DialEnded, dest: Channel) -> None:
    """An answer of a channel that nobody dialled: it took the place of one that was ringing."""
    if event.status != "ANSWER":
        _undialled(dest)
    if event.status != "ANSWER" or not dest.phone or dest.call is None:
        return
    dialer = tracker.channels.get(event.dialer) if event.dialer else None
    if dialer is None or dialer.call is None:
        return
    if dest.call.root is not dest and dest.call is dialer.call:
        if not any(leg.picker is dest for leg in dest.call.legs):
            dest.call.whole = False  # a leg of this call whose DialBegin we did not see
        return
    if dialer.call is not dest.call:
        leg = next((d for d in reversed(dialer.dials) if left_ringing(d)), None)
        tracker.absorb(dialer.call, dest)
        tracker.picked_up(dialer.call, dest, leg)


def on_bridge_entered(tracker: Tracker, event: happened.BridgeEntered) -> None:
    _, bridge_id, technology, creator, uniqueid, swap = event
    channel = tracker.channels[uniqueid]
    tracker.bridged = True
    bridge = tracker.bridges.get(bridge_id)
    if bridge is None:
        bridge = tracker.bridges[bridge_id] = Bridge(bridge_id)
    if technology == "holding_bridge" or creator == "ConfBridge":
        bridge.private = False
    if channel not in bridge.members:
        bridge.members.append(channel)
    bridge.shared = bridge.shared or len(bridge.members) > 1
    swapped = tracker.channels.get(swap) if swap else None
    if swapped is not None and swapped is not channel:
        tracker.leave(swapped)
    if channel.bridge is not bridge:
        if channel.bridge is not None:
            missed(channel.call)  # that it left the other
        tracker.leave(channel)
        channel.bridge = bridge
    if bridge.private and (len(bridge.members) > 1 or channel.half is not None):
        tracker.meet(channel)


def on_bridge_left(tracker: Tracker, event: happened.BridgeLeft) -> None:
    _, bridge_id, uniqueid = event
    channel = tracker.channels.get(uniqueid)
    if channel is None:
        return
    call, bridge = channel.call, channel.bridge
    if bridge is None or bridge is not tracker.bridges.get(bridge_id):
        missed(call)  # its entry
        return
    if bridge.private and not bridge.shared and call is not None and call.root is channel:
        missed(call)  # whoever was in the bridge with this caller
    tracker.leave(channel)


def on_hangup_asked(tracker: Tracker, event: happened.HangupAsked) -> None:
    channel = tracker.channels[event.uniqueid]
    if not channel.phone:
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


def on_hung_up(tracker: Tracker, event: happened.HungUp) -> None:
    at, uniqueid, cause = event
    channel = tracker.channels[uniqueid]
    channel.hung_at, channel.cause = at, cause
    call = channel.call
    if call is not None and call.root is channel:
        call.ended_at = at
    tracker.drop(channel)


def on_picked_up(tracker: Tracker, event: happened.PickedUp) -> None:
    picker, target = tracker.channels[event.picker], tracker.channels[event.target]
    call = target.call
    if call is None:
        return
    tracker.absorb(call, picker)
    tracker.picked_up(call, picker, _leg_below(target, call))


def _leg_below(target: Channel, call: OpenCall) -> Dial | None:
    """The leg that rang: the target itself, or the phone behind a Local pair."""
    while target.half is not None and target.half.dials:
        target = target.half.dials[-1].dest
    return target.dial if target.dial in call.legs else None


def on_blindly_transferred(tracker: Tracker, event: happened.BlindlyTransferred) -> None:
    _note_transfer(tracker, event.transferer, event.exten)


def on_attendedly_transferred(tracker: Tracker, event: happened.AttendedlyTransferred) -> None:
    target = tracker.channels.get(event.target) if event.target else None
    _note_transfer(tracker, event.transferer, target.party if target else None)


def _note_transfer(tracker: Tracker, transferer: str, to: str | None) -> None:
    channel = tracker.channels.get(transferer)
    if channel is not None and channel.call is not None:
        channel.call.note(tracker.now, Did.TRANSFERRED, channel.party, to)


def on_parked(tracker: Tracker, event: happened.Parked) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is not None and channel.call is not None:
        channel.call.note(event.at, Did.PARKED, None, None)


def on_unparked(tracker: Tracker, event: happened.Unparked) -> None:
    channel = tracker.channels.get(event.uniqueid)
    retriever = tracker.channels.get(event.retriever) if event.retriever else None
    if channel is None or channel.call is None or retriever is None:
        return
    tracker.absorb(channel.call, retriever)
    channel.call.retrieved = retriever
    channel.call.note(event.at, Did.RETRIEVED, retriever.extension, None)


def on_queue_joined(tracker: Tracker, event: happened.QueueJoined) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is None or channel.call is None:
        return
    channel.queue = event.queue
    call = channel.call
    call.queue_name = call.queue_name or event.queue
    call.queue_joined_at = call.queue_joined_at or event.at
    call.note(event.at, Did.QUEUED, None, event.queue)


def on_queue_left(tracker: Tracker, event: happened.QueueLeft) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is None or channel.call is None:
        return
    if channel.queue is None:
        missed(channel.call)  # that it joined
    else:
        channel.call.note(event.at, Did.LEFT_QUEUE, None, channel.queue)
        channel.queue = None


def on_conference_joined(tracker: Tracker, event: happened.ConferenceJoined) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is not None and channel.call is not None:
        channel.call.conference = True


_MESSAGES = frozenset({"voicemail", "playback", "background", "record", "minivmrecord"})


def on_app_started(tracker: Tracker, event: happened.AppStarted) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is None or channel.call is None:
        return
    call = channel.call
    call.recording_app = bool(call.legs) and event.app.lower() in _MESSAGES


def on_pbx_went_down(tracker: Tracker, _: happened.PbxWentDown) -> None:
    tracker.cut()


def on_noted(tracker: Tracker, event: happened.Noted) -> None:
    channel = tracker.channels.get(event.uniqueid) if event.uniqueid else None
    if channel is not None and channel.call is not None:
        channel.call.note(event.at, Did.NOTED, event.name, event.text)


ON: dict[type[Event], Callable[[Tracker, Any], None]] = {
    happened.ChannelBorn: on_channel_born,
    happened.ChannelFound: on_channel_found,
    happened.ChannelState: on_channel_state,
    happened.ChannelRenamed: on_channel_renamed,
    happened.DialBegun: on_dial_begun,
    happened.Originated: on_originated,
    happened.DialProgressed: on_dial_progressed,
    happened.DialEnded: on_dial_ended,
    happened.BridgeEntered: on_bridge_entered,
    happened.BridgeLeft: on_bridge_left,
    happened.HangupAsked: on_hangup_asked,
    happened.HungUp: on_hung_up,
    happened.PickedUp: on_picked_up,
    happened.BlindlyTransferred: on_blindly_transferred,
    happened.AttendedlyTransferred: on_attendedly_transferred,
    happened.Parked: on_parked,
    happened.Unparked: on_unparked,
    happened.QueueJoined: on_queue_joined,
    happened.QueueLeft: on_queue_left,
    happened.ConferenceJoined: on_conference_joined,
    happened.AppStarted: on_app_started,
    happened.Noted: on_noted,
    happened.PbxWentDown: on_pbx_went_down,
}
"""What is done with each kind of event: the whole of the tracker's reach."""
