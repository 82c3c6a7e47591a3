"""Handles events of bridges, pickups, transfers, parking, queues and conferences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcheck.calls import events as happened
from callcheck.calls.conversation import go_on, meet, picked_up
from callcheck.calls.model import Did, HungUpBy
from callcheck.calls.on_dials import leg_below
from callcheck.calls.open_call import Bridge, Channel, OpenCall, missed

if TYPE_CHECKING:
    from callcheck.calls.tracker import Tracker


def on_bridge_entered(tracker: Tracker, event: happened.BridgeEntered) -> None:
    at, bridge_id, technology, creator, uniqueid, swap = event
    channel = tracker.channels[uniqueid]
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
            missed(channel.call, "BridgeLeave")
        tracker.leave(channel)
        channel.bridge = bridge
    if bridge.private and (len(bridge.members) > 1 or channel.half is not None):
        meet(tracker, channel, at)


def on_bridge_left(tracker: Tracker, event: happened.BridgeLeft) -> None:
    _, bridge_id, uniqueid = event
    channel = tracker.channels.get(uniqueid)
    if channel is None:
        return
    call, bridge = channel.call, channel.bridge
    if bridge is None or bridge is not tracker.bridges.get(bridge_id):
        missed(call, "BridgeEnter")
        return
    if bridge.private and not bridge.shared and call is not None and call.root is channel:
        missed(call, "BridgeEnter")  # the other party's, who was in it with this caller
    tracker.leave(channel)
    if not bridge.private:
        channel.left_hold_at = event.at
    elif len(bridge.members) > 1:
        go_on(bridge)


def on_picked_up(tracker: Tracker, event: happened.PickedUp) -> None:
    picker, target = tracker.channels[event.picker], tracker.channels[event.target]
    call = target.call
    if call is None:
        return
    tracker.absorb(call, picker)
    picked_up(tracker, call, picker, leg_below(target, call))


def on_blindly_transferred(tracker: Tracker, event: happened.BlindlyTransferred) -> None:
    transferer = tracker.channels.get(event.transferer)
    transferee = tracker.channels.get(event.transferee) if event.transferee else None
    if transferer is not None:
        _note_transfer(tracker, transferer, event.exten)
        _leave_to(transferer, transferee)


def on_attendedly_transferred(tracker: Tracker, event: happened.AttendedlyTransferred) -> None:
    _, first, second_id, transferee_id, target_id, destination = event
    transferer = tracker.channels.get(first)
    second = tracker.channels.get(second_id) if second_id else None
    transferee = tracker.channels.get(transferee_id) if transferee_id else None
    target = tracker.channels.get(target_id) if target_id else None
    if transferer is None:
        return
    _note_transfer(tracker, transferer, target.party if target else None)
    if destination == "App" and second is not None and transferee is not None:
        # the caller replaces a channel that waits in an application, mostly a queue
        transferee.queue, second.queue = second.queue, None
    if _leave_to(transferer, transferee) and transferee is not None:
        meet(tracker, transferee, event.at)  # BridgeEnter may come before AttendedTransfer


def _note_transfer(tracker: Tracker, transferer: Channel, to: str | None) -> None:
    if transferer.call is not None:
        transferer.call.note(tracker.now, Did.TRANSFERRED, transferer.party, to)


def _leave_to(transferer: Channel, transferee: Channel | None) -> bool:
    """The caller transfers the other side: the call goes on with the channel that stays."""
    call = transferer.call
    if call is None or call.line is not transferer or call.answerer is None:
        return False
    if transferee is None or transferee.call is not call:
        return False
    call.stayed = transferee
    call.hung_up_by = call.hung_up_by or HungUpBy.CALLER
    return True


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


def on_queue_abandoned(tracker: Tracker, event: happened.QueueAbandoned) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is not None:
        channel.abandoned_at, channel.waited_in = event.at, event.exten


def on_queue_left(tracker: Tracker, event: happened.QueueLeft) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is None or channel.call is None:
        return
    if channel.queue is None:
        missed(channel.call, "QueueCallerJoin")
        return
    if channel.queue:
        channel.call.note(event.at, Did.LEFT_QUEUE, None, channel.queue)
    elif channel.call.whole:  # that it waited there showed only in how it was dialled
        tracker.census.proofs.add("QueueCallerJoin")
    channel.queue, channel.left_queue_at = None, event.at


def on_agent_logged_in(tracker: Tracker, event: happened.AgentLoggedIn) -> None:
    tracker.channels[event.uniqueid].agent = True


def on_conference_joined(tracker: Tracker, event: happened.ConferenceJoined) -> None:
    channel = tracker.channels.get(event.uniqueid)
    call = channel.call if channel is not None else None
    if call is not None and call.conference_at is None:
        call.conference_at = event.at


MESSAGES = frozenset({"voicemail", "playback", "background", "record", "minivmrecord"})
TONES = frozenset({"busy", "congestion", "playtones"})
WAITS = frozenset({"musiconhold", "park"})


def on_record_written(tracker: Tracker, event: happened.RecordWritten) -> None:
    channel = tracker.channels.get(event.uniqueid)
    call = tracker.late.get(event.uniqueid)
    if channel is not None and channel.call is not None and channel.call.root is channel:
        call = channel.call
    if call is not None:
        _note_app(call, event.app.lower())


def on_app_started(tracker: Tracker, event: happened.AppStarted) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is None or channel.call is None:
        return
    call = channel.call
    app = event.app.lower()
    call.recording_app = bool(call.legs) and app in MESSAGES
    if call.root is channel:
        _note_app(call, app)


def _note_app(call: OpenCall, app: str) -> None:
    if app in TONES:
        call.tone = True
    elif app in MESSAGES:
        call.tone = False
    call.kept_waiting = app in WAITS


def on_pbx_went_down(tracker: Tracker, _: happened.PbxWentDown) -> None:
    tracker.cut()
