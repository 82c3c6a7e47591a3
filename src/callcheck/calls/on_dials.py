"""The events of a dial in, changes of a tracker out: who rings whom, and how that ended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from callcheck.calls import events as happened
from callcheck.calls.events import RINGING
from callcheck.calls.on_channels import went_up
from callcheck.calls.open_call import (
    BY_180,
    BY_183,
    Channel,
    Dial,
    OpenCall,
    left_ringing,
    missed,
)

if TYPE_CHECKING:
    from callcheck.calls.tracker import Tracker

_NUMBER = re.compile(r"(?:^|[/:])(\+?\d[\d*#]*)(?:@|$)")


def on_dial_begun(tracker: Tracker, event: happened.DialBegun) -> None:
    at, exten, dialed_by, _, uniqueid, _ = event
    dest = tracker.channels[uniqueid]
    dialer = tracker.channels[dialed_by] if dialed_by else None
    call = dest.call
    if call is None:
        return
    if dialer is None and call.root is dest:
        call.originated = call.begun = True
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
        went_up(tracker, dest)


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
        left = next((d for d in reversed(dialer.dials) if left_ringing(d)), None)
        tracker.absorb(dialer.call, dest)
        tracker.picked_up(dialer.call, dest, left and leg_below(left.dest, dialer.call))


def leg_below(target: Channel, call: OpenCall) -> Dial | None:
    """The leg that rang: the target itself, or the phone behind a Local pair."""
    while target.half is not None and target.half.dials:
        target = target.half.dials[-1].dest
    return target.dial if target.dial in call.legs else None
