"""Events of who meets whom in, changes of a tracker out: bridges, pickups, transfers, parking,
queues, conferences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcheck.calls import events as happened
from callcheck.calls.model import Did
from callcheck.calls.on_dials import leg_below
from callcheck.calls.open_call import Bridge, missed

if TYPE_CHECKING:
    from callcheck.calls.tracker import Tracker


def on_bridge_entered(tracker: Tracker, event: happened.BridgeEntered) -> None:
    at, bridge_id, technology, creator, uniqueid, swap = event
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
        tracker.meet(channel, at)


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


def on_picked_up(tracker: Tracker, event: happened.PickedUp) -> None:
    picker, target = tracker.channels[event.picker], tracker.channels[event.target]
    call = target.call
    if call is None:
        return
    tracker.absorb(call, picker)
    tracker.picked_up(call, picker, leg_below(target, call))


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


def on_agent_logged_in(tracker: Tracker, event: happened.AgentLoggedIn) -> None:
    tracker.channels[event.uniqueid].agent = True


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
