"""Events in, ended calls out. Knows channels, dials and bridges; knows no rule and no clock.

A call is the group of channels that one channel started (its linkedid). Two groups become one
only in `absorb`: when somebody picks up, or takes back a parked caller. That a person answered is
never read off a single event: it is the moment from which the caller's channel and a phone that
is up are connected, over bridges and Local pairs, however long that chain is (`connected`).
"""

from __future__ import annotations

from collections import deque

from callcheck.calls.agents import leg_of_agent
from callcheck.calls.channels import Channels, Recent, Stranger
from callcheck.calls.directory import Directory
from callcheck.calls.events import Event
from callcheck.calls.handlers import ON
from callcheck.calls.model import Call, Did, Micros, TimeSource
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
from callcheck.calls.outcome import ended_call

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
        ids = (gone.call_id, *gone.absorbed)
        self.calls.update(dict.fromkeys(ids, kept))
        kept.absorbed += ids
        kept.whole = kept.whole and gone.whole
        gone.channels = ()
        self.merged += 1

    def drop(self, channel: Channel) -> None:
        """A channel is gone; with the last one its call has ended."""
        self._forget(channel)
        self.gone.add(channel.uniqueid)
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
            missed(channel.call)  # the other half of a Local pair
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

    def meet(self, channel: Channel, at: Micros) -> None:
        """Looks who is connected with whom, after `channel` came into a bridge at that time."""
        group = connected(channel)
        if len(group) < 2:
            return
        for caller in group:
            call = caller.call
            if call is not None and call.root is caller and not caller.agent:
                others = [c for c in group if c is not caller and self._is_person(c, call)]
                if others:
                    self._talk(call, others, at)
                elif any(c.extension and c.call is not call for c in group):
                    missed(call)  # how somebody's phone, busy with another call, came to this one
        for leg in group:
            if leg.phone:
                leg.joined = True

    def _is_person(self, channel: Channel, call: OpenCall) -> bool:
        """Whether this is a phone that somebody answered, or that took the call from another."""
        if not channel.phone or not is_up(channel):
            return False
        other = channel.call
        if other is call or channel.dial is not None or channel.agent or other is None:
            return True
        # a phone that came by itself: a pickup or a retrieval of which no event told
        alone = other.root is channel and not other.legs
        return bool(channel.extension) and alone and not channel.dials

    def _talk(self, call: OpenCall, others: list[Channel], at: Micros) -> None:
        others = [leg_of_agent(call, c, self.now) if c.agent else c for c in others]
        for other in others:
            if other.call is not call and other.dial is None:
                self._claim(call, other)
        parties = tuple(other.party for other in others)
        if call.answerer is None:
            asked_at = call.root.asked_at if call.root is not None else None
            if asked_at is not None and asked_at <= at:
                return  # hang-up and answer crossed: the caller was gone before anybody could speak
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
            call.serving = any(c.bridge is not None and c.name != phone.name for c in mine)

    def _claim(self, call: OpenCall, phone: Channel) -> None:
        """A phone that nobody dialled is connected with the caller: it picked up, or took back."""
        self.absorb(call, phone)
        if call.answerer is not None:
            call.retrieved = phone
        else:
            self.picked_up(call, phone, None)

    def picked_up(self, call: OpenCall, picker: Channel, leg: Dial | None) -> None:
        """Notes that `picker` took the call that `leg` was ringing for."""
        leg = leg or next((d for d in reversed(call.legs) if left_ringing(d)), None)
        if picker.up_at is None:
            picker.up_at = self.now
        if leg is not None:
            leg.picker = picker
            leg.ended_at = leg.ended_at or self.now
            if call.answerer in (None, picker):  # the event may come after the answer
                call.pickup_of = leg


def _said_yes_at(phone: Channel, now: Micros) -> Micros:
    """When a phone answered: the end of its dial (after "press 1", if asked), else its going up."""
    dial = phone.dial
    if dial is not None and dial.status == "ANSWER" and dial.ended_at is not None:
        return dial.ended_at
    return phone.up_at if phone.up_at is not None else now


__all__ = ["Stranger", "Tracker"]
