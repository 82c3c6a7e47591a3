"""Follows channels, dials and bridges, and turns events into ended calls. It has no clock or rules.

A call is the group of channels that one channel started (its linkedid). Two groups are merged only
in `absorb`: after a pickup, or when a parked caller is taken back. No single event shows that a
person answered. The answer is when the caller's channel and a phone that is up are first connected,
over any chain of bridges and Local pairs (`conversation`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from callcheck.calls import events as happened
from callcheck.calls import on_bridges_and_queues, on_channels, on_dials
from callcheck.calls.census import Census
from callcheck.calls.directory import Directory
from callcheck.calls.events import Event
from callcheck.calls.model import Call, Micros, TimeSource
from callcheck.calls.on_channels import MAX_AGE, second_of
from callcheck.calls.open_call import Bridge, Channel, OpenCall, may_be_a_tone
from callcheck.calls.outcome import ended_call

CLOCK_SLIP = 1_000_000
"""Event times may go back by a few ms (4 in our recordings), because Asterisk does not keep events
of different topics in order. If they go back further than this (µs), the clock was set."""
SLIP = 100_000
"""If they go back further than this, we ask our own clock, where there is one to ask."""
FIRST_TIME = 1_000_000_000_000_000
"""A smaller time (µs, before 2001) is the sequence number of an event without a time."""
LATE = 50_000
"""How long (µs) after its end a call waits for a call detail record that may change it."""
LATE_EVENTS = 8
"""The same in a stream without times, in events."""
REMEMBERED = 2048
"""How many channels we remember after hang-up, so that late events do not revive them."""


ON: dict[type[Event], Callable[[Any, Any], None]] = {
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


def _ignore(_: Tracker, __: Event) -> None:
    """An event that affects no call."""


class Recent:
    """A set of the names added last: at least `kept` of them, at most twice as many."""

    __slots__ = ("_before", "_kept", "_now")

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._now: set[str] = set()
        self._before: set[str] = set()

    def add(self, name: str) -> None:
        """Adds a name, and drops the oldest ones."""
        self._now.add(name)
        if len(self._now) >= self._kept:
            self._before, self._now = self._now, set()

    def clear(self) -> None:
        """Removes all names."""
        self._now, self._before = set(), set()

    def __len__(self) -> int:
        return len(self._now) + len(self._before)

    def __contains__(self, name: str) -> bool:
        return name in self._now or name in self._before


class Stranger(LookupError):
    """An event names a channel that the tracker does not know."""


class Channels(dict[str, Channel]):
    """The live channels by uniqueid. Looking up an unknown one raises Stranger."""

    def __missing__(self, uniqueid: str) -> Channel:
        raise Stranger


class Tracker:
    """Follows the channels of one PBX. Feed it events in the order in which they came."""

    def __init__(self, pbx: str, directory: Directory, time_source: TimeSource) -> None:
        self.pbx = pbx
        self.directory = directory
        self.time_source = time_source
        self.now: Micros = 0
        self.channels = Channels()
        self.gone = Recent(REMEMBERED)
        self.calls: dict[str, OpenCall] = {}
        self.halves: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.phones: dict[str, list[Channel]] = {}
        self.ended: deque[Call] = deque()
        self.on_jump: Callable[[Micros], None] | None = None
        """Called with the time of an event that is far later than the last, or earlier."""
        self.measured = False
        """Whether the PBX's clock is checked against the listener's (see `step`)."""
        self.delay: Micros = 0
        """How late events may come, if they are stamped on receipt."""
        self.census = Census()
        self._handlers: dict[type[Event], Callable[[Any, Any], None]] = {}
        """The handlers of the kinds that have come so far."""
        self.late: dict[str, OpenCall] = {}
        """Ended calls that wait for a late call detail record, by their caller's uniqueid."""
        self.opened = 0
        self.closed = 0
        self.merged = 0
        """Groups of channels that were part of another call, or no call at all."""

    def feed(self, event: Event) -> None:
        """Takes one event, and appends calls that it ends to `ended`. Raises Stranger, without any
        change, if it names an unknown channel: feed a `ChannelFound` first, then repeat it."""
        at = event.at
        if at > self.now:
            if at - self.now > SLIP and self.on_jump is not None:
                self.on_jump(at)
            self.now = at
        elif at < self.now - SLIP:
            self._go_back(at)
        if self.late:
            self._close_late(at)
        handler = self._handlers.get(type(event))
        if handler is None:
            handler = self._first_of(type(event))
        handler(self, event)

    def _first_of(self, kind: type[Event]) -> Callable[[Any, Any], None]:
        """Takes note of a kind of events that comes for the first time."""
        self.census.seen.add(kind)
        handler = self._handlers[kind] = ON.get(kind, _ignore)
        return handler

    @property
    def open_calls(self) -> list[OpenCall]:
        """The open calls, oldest first."""
        return list({id(call): call for call in self.calls.values()}.values())

    def so_far(self, call: OpenCall) -> Call | None:
        """The record of an open call as known so far; None if it is no call of its own. The call
        itself is restored: what `outcome` concludes from it now may change before it ends."""
        kept = call.answerer, call.talker, call.answered_at, call.pickup_of, call.doubts
        pickers = [leg.picker for leg in call.legs]
        try:
            return ended_call(call, self.pbx, self.directory, self.now, self.census)
        finally:
            call.answerer, call.talker, call.answered_at, call.pickup_of, call.doubts = kept
            for leg, picker in zip(call.legs, pickers, strict=True):
                leg.picker = picker

    @property
    def open_count(self) -> int:
        """How many calls are open. Any thread may read it."""
        gone = self.closed + self.merged  # first: what opens meanwhile must not make it negative
        return self.opened - gone

    def cut(self) -> None:
        """The stream ended or broke off: ends all open calls here, as incomplete."""
        self._close_late(None)
        for call in self.open_calls:
            self._lose(call)
        self.channels.clear()
        self.bridges.clear()
        self.halves.clear()
        self.phones.clear()
        self.gone.clear()

    def doubt(self, linkedid: str) -> None:
        """Notes that we missed something in this call that nothing bounds."""
        if linkedid in self.calls:
            self.calls[linkedid].broken = True

    def blur(self, linkedids: Iterable[str], by: Micros) -> None:
        """Notes that the time of something in these calls is known only to within `by`."""
        for linkedid in linkedids:
            call = self.calls.get(linkedid)
            if call is not None:
                call.blur = max(call.blur, by)

    def step(self, by: Micros) -> None:
        """The clock of the PBX was set by `by`, or its events came that much later. Times measured
        across that moment are off by as much."""
        for call in self.open_calls:
            call.step_at_leg = len(call.legs)
            if call.answerer is None:
                call.blur += abs(by)

    def _go_back(self, at: Micros) -> None:
        """Follows a time that goes back: perhaps the clock was set, which our own clock shows."""
        if self.on_jump is not None:
            self.on_jump(at)
        if at < self.now - CLOCK_SLIP:
            if not self.measured:
                self._distrust()
            self.now = at

    def learn_time(self, at: Micros) -> None:
        """The first event with a time has come, at `at`. Channels found before it get that time."""
        self.time_source = TimeSource.EVENT
        for call in self.open_calls:
            call.time_source, call.started_at = TimeSource.EVENT, at
            for channel in call.channels:
                if channel.up_at is not None and channel.up_at < FIRST_TIME:
                    channel.up_at = at
                channel.born_at = second_of(channel.uniqueid, at)
                if channel is call.root:
                    call.started_at = channel.born_at
            if call.answered_at is not None and call.answered_at < FIRST_TIME:
                call.answered_at = at
            if call.found:
                call.found = {channel: (at, state) for channel, (_, state) in call.found.items()}
        self.now = at

    def expire(self) -> None:
        """Ends calls that are older than a day: we must have missed their end."""
        self._close_late(None)
        for call in self.open_calls:
            if call.started_at < self.now - MAX_AGE:
                self._lose(call)

    # ── groups ────────────────────────────────────────────────────────────────────────────────

    def group(self, linkedid: str, at: Micros) -> OpenCall:
        """The call that a linkedid belongs to; makes it if it is new."""
        call = self.calls.get(linkedid)
        if call is None:
            call = self.calls[linkedid] = OpenCall(linkedid, at, self.time_source)
            self.opened += 1
        return call

    def absorb(self, kept: OpenCall, channel: Channel) -> None:
        """Merges the call of `channel` into the call `kept`. Calls are merged only here."""
        gone = channel.call
        if gone is None or gone is kept:
            return
        for moved in gone.channels:
            moved.call = kept
        kept.channels += gone.channels
        kept.alive += gone.alive
        kept.legs += gone.legs
        ids = (gone.call_id, *gone.absorbed)
        self.calls.update(dict.fromkeys(ids, kept))
        kept.absorbed += ids
        kept.broken = kept.broken or gone.broken
        kept.cut = kept.cut or gone.cut
        kept.blur = max(kept.blur, gone.blur)
        if gone.found:
            kept.found = {**(kept.found or {}), **gone.found}
        for kind in gone.doubts:
            kept.doubt(kind)
        gone.channels = ()
        self.merged += 1

    def drop(self, channel: Channel) -> None:
        """Removes a channel after its hang-up. Its call ends with the last channel."""
        self._forget(channel)
        self.gone.add(channel.uniqueid)
        call = channel.call
        if call is None:
            return
        call.alive -= 1
        if call.alive or self._awaits_caller(call):
            return
        root = call.root
        if root is not None and may_be_a_tone(call):
            self.late[root.uniqueid] = call
        else:
            self._close(call)

    def _close_late(self, at: Micros | None) -> None:
        """Ends the calls that waited long enough for their call detail record (Cdr), which may come
        some ms after the caller's Hangup. Ends all of them if `at` is None."""
        wait = LATE if self.time_source is not TimeSource.NONE else LATE_EVENTS
        for uniqueid, call in list(self.late.items()):
            if at is None or call.ended_at is None or at - call.ended_at > wait:
                del self.late[uniqueid]
                self._close(call)

    def _awaits_caller(self, call: OpenCall) -> bool:
        """Whether the caller's channel existed before we listened and has not been named yet.
        Closing the call now would report it twice. If nothing comes, `expire` ends it."""
        return call.root is None and call.call_id not in self.gone

    def _forget(self, channel: Channel) -> None:
        """Removes a channel from every table."""
        self.channels.pop(channel.uniqueid, None)
        self.leave(channel)
        alone = not channel.phone and channel.half is None
        if alone and self.halves.pop(channel.name[:-2], None) is channel and channel.call:
            channel.call.broken = True  # the other half of a Local pair was not seen
        phones = self.phones.get(channel.extension) if channel.extension else None
        if phones and channel.extension:
            if channel in phones:
                phones.remove(channel)
            if not phones:
                del self.phones[channel.extension]

    def _close(self, call: OpenCall) -> None:
        self.calls.pop(call.call_id, None)
        for linkedid in call.absorbed:
            self.calls.pop(linkedid, None)
        call.blur = max(call.blur, self.delay)
        record = ended_call(call, self.pbx, self.directory, self.now, self.census)
        self.census.learn(call)
        call.let_go()
        if record is None:
            self.merged += 1
            return
        self.closed += 1
        self.ended.append(record)

    def _lose(self, call: OpenCall) -> None:
        call.cut = True
        for channel in call.channels:
            if channel.hung_at is None:
                self._forget(channel)
        self._close(call)

    def _distrust(self) -> None:
        for call in self.calls.values():
            call.step_at_leg = len(call.legs)
            if call.answerer is None:
                call.broken = True

    # ── bridges ───────────────────────────────────────────────────────────────────────────────

    def leave(self, channel: Channel) -> None:
        """Removes a channel from its bridge."""
        bridge, channel.bridge = channel.bridge, None
        if bridge is not None:
            if channel in bridge.members:
                bridge.members.remove(channel)
            if not bridge.members:
                self.bridges.pop(bridge.bridge_id, None)


__all__ = ["Stranger", "Tracker"]
