"""Maps each kind of event to its handler.

Handlers are short functions, grouped by subject into the `on_…` modules. Work that needs more than
a few lines is a method of the tracker.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from callcheck.calls import events as happened
from callcheck.calls import on_bridges_and_queues, on_channels, on_dials
from callcheck.calls.events import Event

if TYPE_CHECKING:
    from callcheck.calls.tracker import Tracker

ON: dict[type[Event], Callable[[Tracker, Any], None]] = {
    happened.ChannelBorn: on_channels.on_channel_born,
    happened.ChannelFound: on_channels.on_channel_found,
    happened.ChannelStatus: on_channels.on_channel_status,
    happened.ChannelState: on_channels.on_channel_state,
    happened.ChannelRenamed: on_channels.on_channel_renamed,
    happened.DialBegun: on_dials.on_dial_begun,
    happened.Originated: on_dials.on_originated,
    happened.DialProgressed: on_dials.on_dial_progressed,
    happened.DialEnded: on_dials.on_dial_ended,
    happened.BridgeEntered: on_bridges_and_queues.on_bridge_entered,
    happened.BridgeLeft: on_bridges_and_queues.on_bridge_left,
    happened.HangupAsked: on_channels.on_hangup_asked,
    happened.HangupOrdered: on_channels.on_hangup_ordered,
    happened.HungUp: on_channels.on_hung_up,
    happened.PickedUp: on_bridges_and_queues.on_picked_up,
    happened.BlindlyTransferred: on_bridges_and_queues.on_blindly_transferred,
    happened.AttendedlyTransferred: on_bridges_and_queues.on_attendedly_transferred,
    happened.Parked: on_bridges_and_queues.on_parked,
    happened.Unparked: on_bridges_and_queues.on_unparked,
    happened.QueueJoined: on_bridges_and_queues.on_queue_joined,
    happened.QueueLeft: on_bridges_and_queues.on_queue_left,
    happened.QueueAbandoned: on_bridges_and_queues.on_queue_abandoned,
    happened.RecordWritten: on_bridges_and_queues.on_record_written,
    happened.AgentLoggedIn: on_bridges_and_queues.on_agent_logged_in,
    happened.ConferenceJoined: on_bridges_and_queues.on_conference_joined,
    happened.AppStarted: on_bridges_and_queues.on_app_started,
    happened.PbxWentDown: on_bridges_and_queues.on_pbx_went_down,
}
"""The handler of each kind of event; other kinds do not affect a call."""
