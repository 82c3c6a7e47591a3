"""Events in, ended calls out. Knows channels, dials and bridges; knows no rule and no clock.

A call is the group of channels that one channel started (its linkedid). Two groups become one
only in `absorb`: when somebody picks up, or takes back a parked caller. That a person answered is
never read off a single event: it is the moment from which the caller's channel and a phone that
is up are connected, over bridges and Local pairs, however long that chain is (`connected`).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import Any

from callcheck.calls import events as happened
from callcheck.calls.directory import Directory
from callcheck.calls.events import DOWN, RINGING, UP, Event
from callcheck.calls.model import Call, Did, HungUpBy, Micros, RingSource, TimeSource
from callcheck.calls.outcome import ended_call
from callcheck.calls.parts import Bridge, Channel, Dial, OpenCall, is_up

ANSWER_DELAY = 1_500_000
"""A phone that is joined with the caller later than this (µs) after it answered was kept from the
caller, by a "press 1 to accept" for instance: then the join is the answer. Up to half a second
is the PBX waiting for the first sound, a second an announcement to a queue's member."""
CLOCK_SLIP = 1_000_000
"""Event times may go back by some ms (asterisk.md, section 9); by more, times cannot be trusted."""
MAX_AGE = 24 * 3600 * 1_000_000
"""A call open for longer has lost its end."""
REMEMBERED = 2048
"""How many channels that have hung up are remembered, so that stragglers do not revive them."""

_NUMBER = re.compile(r"(?:^|[/:])(\+?\d[\d*#]*)(?:@|$)")


class Stranger(LookupError):
    """An event names a channel that was never introduced."""


class Channels(dict[str, Channel]):
    """The channels alive, by uniqueid; asking for one that is not known raises Stranger."""

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
        self.gone: dict[str, None] = {}
        self.calls: dict[str, OpenCall] = {}
        self.halves: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.phones: dict[str, list[Channel]] = {}
        self.ended: deque[Call] = deque()
        self.bridged = False
        """Whether this stream tells of bridges at all."""
        self.opened = 0
        self.closed = 0
        self.merged = 0
        """Groups that turned out to be part of another call, or no call at all."""

    def feed(self, event: Event) -> None:
        """Takes one event; calls that it ends are appended to `ended`. Raises Stranger, and changes
        nothing, if a channel must be introduced (`ChannelFound`) before it makes sense."""
        at = event.at
        if at < self.now - CLOCK_SLIP:
            self._distrust()
            self.now = at
        elif at > self.now:
            self.now = at
        handler = ON.get(type(event))
        if handler is not None:
            handler(self, event)

    @property
    def open_calls(self) -> list[OpenCall]:
        """The calls that are going on, oldest first."""
        return list({id(call): call for call in self.calls.values()}.values())

    def so_far(self, call: OpenCall) -> Call | None:
        """What is known of a call that goes on; None for what is no call of its own."""
        return ended_call(call, self.pbx, self.directory, self.now, bridged=self.bridged)

    def cut(self) -> None:
        """The stream ended or broke off: what is open ends here, as incomplete."""
        for call in self.open_calls:
            self._lose(call)
        self.channels.clear()
        self.bridges.clear()
        self.halves.clear()
        self.phones.clear()
        self.gone.clear()

    def doubt(self, linkedid: str) -> None:
        """Something of this call was not seen as it was: it is not judged."""
        if linkedid in self.calls:
            self.calls[linkedid].whole = False

    def learn_time(self, at: Micros) -> None:
        """The first event with a time has come, at `at`: what was found before is as old as it."""
        self.time_source = TimeSource.EVENT
        for call in self.open_calls:
            call.time_source, call.started_at = TimeSource.EVENT, at
            for channel in call.channels:
                channel.up_at = at if channel.up_at is not None else None
        self.now = at

    def expire(self) -> None:
        """Ends calls whose end was lost long ago."""
        for call in self.open_calls:
            if call.started_at < self.now - MAX_AGE:
                self._lose(call)

    # ── groups ────────────────────────────────────────────────────────────────────────────────

    def group(self, linkedid: str, at: Micros) -> OpenCall:
        """The call that a linkedid belongs to, made if need be."""
        call = self.calls.get(linkedid)
        if call is None:
            call = self.calls[linkedid] = OpenCall(linkedid, at, self.time_source)
            self.opened += 1
        return call

    def absorb(self, kept: OpenCall, channel: Channel) -> None:
        """Makes the group of `channel` part of the call `kept`. The only way two become one."""
        gone = channel.call
        if gone is None or gone is kept:
            return
        for moved in gone.channels:
            moved.call = kept
        kept.channels += gone.channels
        kept.alive += gone.alive
        kept.legs += gone.legs
        for linkedid in gone.ids:
            self.calls[linkedid] = kept
        kept.ids.extend(gone.ids)
        kept.whole = kept.whole and gone.whole
        gone.channels = []
        self.merged += 1

    def drop(self, channel: Channel) -> None:
        """A channel is gone; with the last one its call has ended."""
        self._forget(channel)
        self.gone[channel.uniqueid] = None
        if len(self.gone) > REMEMBERED:
            del self.gone[next(iter(self.gone))]
        call = channel.call
        if call is None:
            return
        call.alive -= 1
        if not call.alive and not self._awaits_caller(call):
            self._close(call)

    def _awaits_caller(self, call: OpenCall) -> bool:
        """Whether the caller's own channel, there before we looked, has yet to be heard of: closed
        now, the call would be told twice. If nothing comes, its age ends it."""
        return call.root is None and call.call_id not in self.gone

    def _forget(self, channel: Channel) -> None:
        """Takes a channel out of every table."""
        self.channels.pop(channel.uniqueid, None)
        self.leave(channel)
        alone = not channel.phone and channel.half is None
        if alone and self.halves.pop(channel.name[:-2], None) is channel:
            _missed(channel.call)  # the other half of a Local pair
        phones = self.phones.get(channel.extension) if channel.extension else None
        if phones and channel.extension:
            if channel in phones:
                phones.remove(channel)
            if not phones:
                del self.phones[channel.extension]

    def _close(self, call: OpenCall) -> None:
        for linkedid in call.ids:
            self.calls.pop(linkedid, None)
        record = ended_call(call, self.pbx, self.directory, self.now, bridged=self.bridged)
        call.let_go()
        if record is None:
            self.merged += 1
            return
        self.closed += 1
        self.ended.append(record)

    def _lose(self, call: OpenCall) -> None:
        call.whole = False
        for channel in call.channels:
            if channel.hung_at is None:
                self._forget(channel)
        self._close(call)

    def _distrust(self) -> None:
        for call in self.calls.values():
            call.whole = False

    # ── bridges ───────────────────────────────────────────────────────────────────────────────

    def leave(self, channel: Channel) -> None:
        """Takes a channel out of its bridge."""
        bridge, channel.bridge = channel.bridge, None
        if bridge is not None:
            if channel in bridge.members:
                bridge.members.remove(channel)
            if not bridge.members:
                self.bridges.pop(bridge.bridge_id, None)

    def meet(self, channel: Channel) -> None:
        """Looks who is connected with whom, now that `channel` has come into a bridge."""
        group = connected(channel)
        if len(group) < 2:
            return
        for caller in group:
            call = caller.call
            if call is not None and call.root is caller:
                others = [c for c in group if c is not caller and self._is_person(c, call)]
                if others:
                    self._talk(call, others)
        for leg in group:
            if leg.phone:
                leg.joined = True

    def _is_person(self, channel: Channel, call: OpenCall) -> bool:
        """Whether this is a phone that somebody answered, or that took the call from another."""
        if not channel.phone or not is_up(channel):
            return False
        other = channel.call
        if other is call or channel.dial is not None or other is None:
            return True
        # a phone that came by itself: a pickup or a retrieval of which no event told
        return bool(channel.extension) and not other.legs and not channel.dials

    def _talk(self, call: OpenCall, others: list[Channel]) -> None:
        for other in others:
            if other.call is not call and other.dial is None:
                self._claim(call, other)
        parties = tuple(other.party for other in others)
        if call.answerer is None:
            self._answer(call, others[0])
        elif new := [other for other in others if other.party not in call.present]:
            call.hung_up_by = None
            if call.retrieved not in new:
                call.transfers += 1
            call.talker = new[0]
            call.note(self.now, Did.JOINED, new[0].party, None)
        call.present = parties

    def _answer(self, call: OpenCall, phone: Channel) -> None:
        said_at = _said_yes_at(phone, self.now)
        call.answered_at = self.now if self.now - said_at > ANSWER_DELAY else said_at
        call.answerer = call.talker = phone
        if phone.dial is None and call.pickup_of is None and call.root is not phone:
            call.pickup_of = next((leg for leg in call.legs if leg.picker is phone), None)
        extension = phone.extension
        if extension:
            mine = self.phones.get(extension, ())
            call.serving = any(c.bridge is not None and c is not phone for c in mine)

    def _claim(self, call: OpenCall, phone: Channel) -> None:
        """A phone that nobody dialled is connected with the caller: it picked up, or took back."""
        self.absorb(call, phone)
        if call.answerer is not None:
            call.retrieved = phone
        else:
            self.picked_up(call, phone, None)

    def picked_up(self, call: OpenCall, picker: Channel, leg: Dial | None) -> None:
        """Notes that `picker` took the call that `leg` was ringing for."""
        leg = leg or next((d for d in reversed(call.legs) if _left_ringing(d)), None)
        if picker.up_at is None:
            picker.up_at = self.now
        if leg is not None:
            leg.picker = picker
            leg.ended_at = leg.ended_at or self.now
            if call.answerer in (None, picker):  # the event may come after the answer
                call.pickup_of = leg


def connected(channel: Channel) -> list[Channel]:
    """All channels that can hear this one, over private bridges and Local pairs."""
    seen: dict[int, Channel] = {id(channel): channel}
    todo = [channel]
    while todo:
        here = todo.pop()
        near = list(here.bridge.members) if here.bridge and here.bridge.private else []
        if here.half is not None:
            near.append(here.half)
        for other in near:
            if id(other) not in seen:
                seen[id(other)] = other
                todo.append(other)
    return list(seen.values())


def _said_yes_at(phone: Channel, now: Micros) -> Micros:
    """When a phone answered: the end of its dial (after "press 1", if asked), else its going up."""
    dial = phone.dial
    if dial is not None and dial.status == "ANSWER" and dial.ended_at is not None:
        return dial.ended_at
    return phone.up_at if phone.up_at is not None else now


def _left_ringing(dial: Dial) -> bool:
    """A leg that hung up with no end told: somebody else has its call (asterisk.md, section 4)."""
    return dial.dest.hung_at is not None and not dial.status and dial.picker is None


# ── handlers, one for each kind of event ──────────────────────────────────────────────────────


def on_channel_born(tracker: Tracker, event: happened.ChannelBorn) -> None:
    if event.uniqueid in tracker.channels:
        return
    starts = event.linkedid == event.uniqueid
    linkedid = event.uniqueid if starts else event.linkedid
    channel = Channel(event.name, event.uniqueid)
    channel.named(event.name, tracker.directory)
    channel.state, channel.caller, channel.exten = event.state, event.caller, event.exten
    tracker.channels[event.uniqueid] = channel
    if event.name.startswith("Local/"):
        _pair(tracker, channel)
    if channel.extension:
        tracker.phones.setdefault(channel.extension, []).append(channel)
    strange = not starts and linkedid not in tracker.calls
    call = channel.call = tracker.group(linkedid, event.at)
    channel.linkedid = call.call_id  # one string for all of a call
    call.channels.append(channel)
    call.alive += 1
    if starts and call.root is None:
        call.root = channel
        call.originated = event.state == DOWN
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
    channel = tracker.channels[event.uniqueid]
    channel.state = event.state
    if event.state == UP:
        _went_up(tracker, channel)
    elif event.state == RINGING and channel.dial is not None:
        channel.dial.rings(event.at, RingSource.RINGING)


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
    dest = tracker.channels[event.dest]
    dialer = tracker.channels[event.dialer] if event.dialer else None
    call = dest.call
    if call is None:
        return
    if dialer is None and call.root is dest:
        call.originated = True
    elif _is_clicker(call, dest, dialer):
        call.root = dest
    else:
        dial = dest.dial = Dial(dialer, dest, event.at)
        dial.exten = event.exten
        if dest.phone:
            _add_leg(call, dial, event)
        if dialer is not None:
            _dialled(call, dialer, dial)


def _add_leg(call: OpenCall, dial: Dial, event: happened.DialBegun) -> None:
    call.legs.append(dial)
    if dial.dest.extension is None:
        dial.number = outside_number(event.dial_string) or event.dest_number
    if dial.dest.state == RINGING:
        dial.rings(event.at, RingSource.RINGING)


def _dialled(call: OpenCall, dialer: Channel, dial: Dial) -> None:
    dial.queue = dialer.queue
    if dialer.dials is None:
        dialer.dials = []
    dialer.dials.append(dial)
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
        _missed(phone.call)


def on_dial_progressed(tracker: Tracker, event: happened.DialProgressed) -> None:
    dest = tracker.channels[event.dest]
    if dest.dial is None:
        _undialled(dest)
    elif event.status == "RINGING":
        dest.dial.rings(event.at, RingSource.RINGING)
    elif event.status == "PROGRESS":
        dest.dial.rings(event.at, RingSource.PROGRESS)


def on_dial_ended(tracker: Tracker, event: happened.DialEnded) -> None:
    dest = tracker.channels[event.dest]
    if dest.dial is None:
        _undialled_answer(tracker, event, dest)
        return
    if event.status == "CANCEL" and dest.dial.exten != event.exten and not dest.dial.ended_at:
        dest.dial.redirected = True
    dest.dial.ends(event.at, event.status)
    if event.forward and dest.dial.forward is None:
        dest.dial.forward = event.forward
    if event.status == "ANSWER":
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
        leg = next((d for d in reversed(dialer.dials or ()) if _left_ringing(d)), None)
        tracker.absorb(dialer.call, dest)
        tracker.picked_up(dialer.call, dest, leg)


def on_bridge_entered(tracker: Tracker, event: happened.BridgeEntered) -> None:
    channel = tracker.channels[event.uniqueid]
    tracker.bridged = True
    bridge = tracker.bridges.get(event.bridge)
    if bridge is None:
        bridge = tracker.bridges[event.bridge] = Bridge(event.bridge)
    if event.technology == "holding_bridge" or event.creator == "ConfBridge":
        bridge.private = False
    if channel not in bridge.members:
        bridge.members.append(channel)
    bridge.shared = bridge.shared or len(bridge.members) > 1
    swapped = tracker.channels.get(event.swap) if event.swap else None
    if swapped is not None and swapped is not channel:
        tracker.leave(swapped)
    if channel.bridge is not bridge:
        if channel.bridge is not None:
            _missed(channel.call)  # that it left the other
        tracker.leave(channel)
        channel.bridge = bridge
    if bridge.private and (len(bridge.members) > 1 or channel.half is not None):
        tracker.meet(channel)


def on_bridge_left(tracker: Tracker, event: happened.BridgeLeft) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is None:
        return
    call, bridge = channel.call, channel.bridge
    if bridge is None or bridge is not tracker.bridges.get(event.bridge):
        _missed(call)  # its entry
        return
    if bridge.private and not bridge.shared and call is not None and call.root is channel:
        _missed(call)  # whoever was in the bridge with this caller
    tracker.leave(channel)


def _missed(call: OpenCall | None) -> None:
    """An event tells of another that we did not get: the call is not judged."""
    if call is not None:
        call.whole = False


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
    channel = tracker.channels[event.uniqueid]
    channel.hung_at = event.at
    channel.cause = event.cause
    call = channel.call
    if call is not None and call.root is channel:
        call.ended_at = event.at
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
        _missed(channel.call)  # that it joined
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
