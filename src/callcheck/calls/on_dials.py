"""Handles the events of dials: which channel rings which, and how that ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from callcheck.calls import events as happened
from callcheck.calls.conversation import picked_up
from callcheck.calls.events import RINGING, UP
from callcheck.calls.model import Micros
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

_NUMBER = re.compile(r"\+?\d[\d*#]*")
UNTOLD = "?"
"""Stands for the dialling channel's extension if we had no DialBegin."""
STATUSES = frozenset(
    [
        "ANSWER",
        "NOANSWER",
        "BUSY",
        "CANCEL",
        "CHANUNAVAIL",
        "CONGESTION",
        "ABORT",
        "CONTINUE",
        "GOTO",
        "DONTCALL",
        "TORTURE",
        "INVALIDARGS",
    ]
)
"""How a dial may end (Asterisk: app_dial's DIALSTATUS, and CONTINUE, ABORT and GOTO of DialEnd)."""
_SAME_MOMENT = 100_000
"""Events of one step of the PBX lie closer together than this (µs)."""


def on_dial_begun(tracker: Tracker, event: happened.DialBegun) -> None:
    at, exten, dialed_by, _, uniqueid, _ = event
    dest = tracker.channels[uniqueid]
    dialer = tracker.channels[dialed_by] if dialed_by else None
    call, known = dest.call, dest.dial
    if call is None or (known is not None and known.dialer is dialer):
        return  # told twice
    if dialer is None and call.root is dest:
        call.originated = call.begun = tracker.census.originates = True
        _note_called(tracker, dest, event)
    elif call.originated and _is_clicker(call, dest, dialer):
        call.root = dest
        _note_called(tracker, dest, event)
    elif dialer is not None and call.root is dest and _came_by_itself(dest, dialer):
        _take_over(tracker, dest, dialer, at)
    else:
        dial = dest.dial = Dial(dialer, dest, at)
        dial.exten = exten
        if dest.phone:
            _add_leg(tracker, call, dial, event)
        if dialer is not None:
            _note_queue(call, dialer, dest, event.dial_string)
            _dialled(call, dialer, dial)


def _note_queue(call: OpenCall, dialer: Channel, dest: Channel, dial_string: str | None) -> None:
    """Detects a queue by its dial string: a queue dials by device ("PJSIP/201"), Dial reports the
    string without the technology ("201"). So we know of the queue even without QueueCallerJoin."""
    if dialer.queue is not None or not dial_string or "/" not in dial_string:
        return
    technology = dest.name.partition("/")[0]
    if dial_string.startswith(technology + "/"):
        dialer.queue = ""
        call.queue_name = call.queue_name or ""


def _note_called(tracker: Tracker, caller: Channel, event: happened.DialBegun) -> None:
    """An originated call rings its caller first. If that is an outside number, this dial has it."""
    if caller.phone and caller.extension is None and caller.caller is None:
        caller.caller = _outside(tracker, caller, event)


def _came_by_itself(dest: Channel, dialer: Channel) -> bool:
    """Whether a dialled channel that began a call of its own is a pickup. Dial and Queue make the
    channels that they dial, so one that is up already took the place of a phone that has not
    rung."""
    return dest.state == UP and dialer.call is not dest.call


def _take_over(tracker: Tracker, picker: Channel, dialer: Channel, at: Micros) -> None:
    call = dialer.call
    if call is None:
        return
    left = next(
        (d for d in reversed(dialer.dials) if d.status == "CANCEL" and _at_once(d, at)), None
    )
    tracker.absorb(call, picker)
    picked_up(tracker, call, picker, left and leg_below(left.dest, call))


def _at_once(dial: Dial, at: Micros) -> bool:
    return dial.ended_at is not None and at - dial.ended_at < _SAME_MOMENT


def _add_leg(tracker: Tracker, call: OpenCall, dial: Dial, event: happened.DialBegun) -> None:
    call.legs += (dial,)
    if dial.dest.extension is None:
        dial.number = _outside(tracker, dial.dest, event)
    if dial.dest.state == RINGING:
        dial.rings(event.at, BY_180)


def _outside(tracker: Tracker, dest: Channel, event: happened.DialBegun) -> str | None:
    """The outside number that was dialled. The caller ID of the dialled channel holds it too, but
    only for an outside line; on any other device it is what somebody configured."""
    trunk = tracker.directory.is_trunk(dest.device)
    found = outside_number(event.dial_string, contacts=trunk)
    if found is None and trunk and event.dest_number and _NUMBER.fullmatch(event.dest_number):
        return event.dest_number
    return found


def _dialled(call: OpenCall, dialer: Channel, dial: Dial) -> None:
    dial.queue = dialer.queue
    dialer.dials += (dial,)
    if call.root is dialer and dialer.name.startswith("SIP/"):
        call.begun = (
            True  # chan_sip's callers are born Down; one that dials is no phone that is rung
        )
    if call.line is dialer:
        call.hung_up_by = None
        if call.originated and not _is_number(dialer.exten):
            dialer.exten = dial.exten


def _is_clicker(call: OpenCall, dest: Channel, dialer: Channel | None) -> bool:
    """Whether this is the caller of a click-to-dial over a Local pair: the first phone it rings."""
    root = call.root
    if root is None or root.phone or not dest.phone or dialer is None:
        return False
    while not dialer.phone and dialer is not root.half and dialer.half is not None:
        above = dialer.half.dial
        if above is None or above.dialer is None:
            return False
        dialer = above.dialer
    return dialer is root.half


def _is_number(exten: str | None) -> bool:
    return bool(exten) and exten not in ("s", "h", "i", "t")


def outside_number(dial_string: str | None, *, contacts: bool = True) -> str | None:
    """The number in a dial string: `29111222@trunk`, `trunk/29111222`, `trunk/sip:29111222@…`.

    With `contacts`, the user part of a SIP address counts as a number. For an outside line it is
    one; for a phone the address is its contact, whose user part may be anything.
    """
    last = (dial_string or "").rpartition("/")[2]
    scheme, colon, rest = last.partition(":")
    if colon and scheme.lower() in ("sip", "sips", "tel"):
        last = rest if contacts else ""
    user = last.partition("@")[0].partition(";")[0]
    return user if _NUMBER.fullmatch(user) else None


def on_originated(tracker: Tracker, event: happened.Originated) -> None:
    channel = tracker.channels.get(event.uniqueid)
    if channel is not None and not _is_number(channel.exten):
        channel.exten = event.exten


def on_dial_progressed(tracker: Tracker, event: happened.DialProgressed) -> None:
    at, dialer, uniqueid, status = event
    dest = tracker.channels[uniqueid]
    dial = dest.dial or _learned(tracker, dialer, dest)
    if dial is None:
        return
    if status == "RINGING":
        dial.rings(at, BY_180)
    elif status == "PROGRESS":
        dial.rings(at, BY_183)


def on_dial_ended(tracker: Tracker, event: happened.DialEnded) -> None:
    at, exten, dialer, uniqueid, forward, status = event
    dest = tracker.channels[uniqueid]
    if dest.dial is None and status == "ANSWER" and _takes_over(tracker, dialer, dest):
        return
    dial = dest.dial or _learned(tracker, dialer, dest)
    if dial is None:
        return
    if status == "CANCEL" and dial.exten not in (exten, UNTOLD) and not dial.ended_at:
        dial.redirected = True
    if status not in STATUSES:
        missed(dest.call, "DialEnd")  # the event is damaged
        return
    dial.ends(at, status)
    if forward and dial.forward is None:
        dial.forward = forward
    if status == "ANSWER":
        went_up(tracker, dest)


def _learned(tracker: Tracker, dialed_by: str | None, dest: Channel) -> Dial | None:
    """Adds the dial of a channel that was dialled without a DialBegin. It began when the channel
    was made. None for a channel that began a call of its own, since nobody dialled it."""
    call = dest.call
    if call is None or call.root is dest or dest.agent or dest.linkedid == dest.uniqueid:
        return None
    dialer = tracker.channels.get(dialed_by) if dialed_by else None
    if dialer is None or dialer.call is not call or call.originated:
        missed(call, "DialBegin")
        return None
    if any(leg.picker is dest for leg in call.legs):
        return None
    dial = dest.dial = Dial(dialer, dest, dest.born_at)
    dial.exten = UNTOLD
    if dest.phone:
        call.legs += (dial,)
        if dest.extension is None and tracker.directory.is_trunk(dest.device):
            dial.number = dest.caller
        if dest.rang_at is not None:
            dial.rings(dest.rang_at, BY_180)
        elif dest.state == RINGING:
            missed(call, "DialBegin")  # we cannot know since when it rings
    tracker.census.traces["DialBegin"] += 1
    _dialled(call, dialer, dial)
    return dial


def _takes_over(tracker: Tracker, dialed_by: str | None, dest: Channel) -> bool:
    """Whether a channel that nobody dialled answers because it took the place of a ringing phone.
    If so, notes the pickup."""
    own = dest.call
    dialer = tracker.channels.get(dialed_by) if dialed_by else None
    if not dest.phone or own is None or dialer is None or dialer.call in (None, own):
        return False
    left = next((d for d in reversed(dialer.dials) if left_ringing(d)), None)
    going_on = [d for d in dialer.dials if d.ended_at is None]
    if left is None and len(going_on) == 1:
        left = going_on[0]
    call = dialer.call
    tracker.absorb(call, dest)
    picked_up(tracker, call, dest, left and leg_below(left.dest, call))
    return True


def leg_below(target: Channel, call: OpenCall) -> Dial | None:
    """The leg that rang: the target itself, or the phone behind a Local pair."""
    while target.half is not None and target.half.dials:
        target = target.half.dials[-1].dest
    return target.dial if target.dial in call.legs else None
