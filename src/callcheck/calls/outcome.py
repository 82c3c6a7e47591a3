"""Builds the record of an ended call from its facts (`docs/definitions.md`, The record of a call).

This module decides whose call it was, who answered it and how it got there. `disposition` decides
how the call ended, `timeline` works out its legs, ring times and timeline.
"""

from __future__ import annotations

import re

from callcheck.calls.census import Census, Doubts
from callcheck.calls.conversation import answered_without_bridges_at, went_up_together
from callcheck.calls.directory import Directory, Kind, looks_outside
from callcheck.calls.disposition import NO_ANSWER_CAUSE, REJECTED, Ending
from callcheck.calls.events import (
    BUSY,
    RING,
    BridgeEntered,
    ChannelState,
    DialEnded,
    DialProgressed,
    HangupAsked,
)
from callcheck.calls.model import (
    Call,
    Direction,
    Disposition,
    HungUpBy,
    Micros,
    TimeSource,
    Via,
)
from callcheck.calls.open_call import Dial, OpenCall, is_up
from callcheck.calls.route import Hop, hops_to, meant_by, way_to
from callcheck.calls.timeline import Telling


def ended_call(
    open_call: OpenCall, pbx: str, directory: Directory, now: Micros, census: Census
) -> Call | None:
    """The record of a call; None if it is no call of its own (`docs/definitions.md`, Call)."""
    return _Outcome(open_call, pbx, directory, now, census).call()


_NUMBER = re.compile(r"(?=.*\d)\+?[\d ()./*#-]+")
"""A caller's number. Anything else there is a name, or a word that means "withheld"."""
_CROSSED = 100_000
"""If the caller hangs up within this (µs) after the answer, the two crossed."""


class _Outcome:
    """Works out the record of one ended call. Later fields depend on earlier ones."""

    def __init__(
        self, call: OpenCall, pbx: str, directory: Directory, now: Micros, census: Census
    ) -> None:
        self.c = call
        self.pbx = pbx
        self.directory = directory
        self.root = call.root
        self.ended_at = call.ended_at if call.ended_at is not None else now
        self.census = census
        if call.answerer is None:
            self._answer_without_bridges()
        if HangupAsked not in census.seen:
            self._doubt_crossed_answer()
        self._find_replaced()
        self.dialed = self._dialed()
        self.asked = directory.reached_by(self.dialed) if self.dialed else None
        self.direction = self._direction()
        self.conference = self._is_conference()
        self.hops = self._hops()
        self.ending = ending = Ending(
            call, self.ended_at, self.asked, census, conference=self.conference
        )
        self.complete = call.whole and self.root is not None and call.ended_at is not None
        self.missing = call.doubts if call.answerer is not None else Doubts(ending).kinds()
        self.disposition = ending.disposition(decided=self.complete and not self.missing)
        self.told = Telling(call, ending, directory)
        self.sound = self._is_sound()
        self.extension = self._extension()
        self.hung_up_by = self._hung_up_by()

    def call(self) -> Call | None:
        if self._no_call_of_its_own():
            return None
        c, told, caller = self.c, self.told, self._caller()
        rung, (least, most), forwards = told.ring_start, self._ring_bounds(), self._forwards()
        return Call(
            pbx=self.pbx,
            call_id=c.call_id,
            direction=self.direction,
            caller=caller,
            dialed=self.dialed,
            extension=self.extension,
            unit=self.directory.unit_of(self.extension),
            public=self._is_public(),
            started_at=c.started_at,
            ring_started_at=rung[0] if rung else None,
            ring_source=rung[1] if rung else None,
            answered_at=c.answered_at,
            ringing_ended_at=told.ringing_ended() if rung else None,
            ended_at=max(self.ended_at, c.answered_at or 0),
            disposition=self.disposition,
            complete=self.complete,
            missing=",".join(self.missing),
            sound=self.sound,
            ring_least_ms=least,
            ring_most_ms=most,
            blur_ms=-(-c.blur // 1000),
            time_source=c.time_source,
            answered_by=c.answerer.party if c.answerer else None,
            answered_via=self._via(),
            picked_up_for=self._picked_up_for(),
            forwarded_from=forwards[0].sender if forwards else None,
            forwarded_to=forwards[-1].target if forwards else None,
            transfers=c.transfers,
            final_party=c.talker.party if c.talker else None,
            hung_up_by=self.hung_up_by,
            queue_joined_at=c.queue_joined_at,
            conference=self.conference,
            answered_while_serving=c.serving,
            start_seen=c.start_seen,
            end_seen=c.ended_at is not None,
            legs=told.legs,
            timeline=told.timeline(
                caller, self.dialed, self.disposition, self.hung_up_by, complete=self.complete
            ),
        )

    def _is_public(self) -> bool:
        """Whether the public may call what was dialled. A line that tells no number, perhaps an
        analogue one, is judged by the phone that it rings."""
        party = self.asked
        if party is None and self.dialed is None:
            party = self.directory.extension(self.extension)
        return party.public if party else not self.directory.known

    def _is_sound(self) -> bool:
        """Whether what we saw bounds what we missed. A caller's channel that we found began in the
        second of its uniqueid. If it was still calling when found, nobody had answered. If not,
        somebody may have, but no later than the answer that we saw."""
        c, root = self.c, self.root
        if c.broken or root is None or not c.begun:
            return False  # or it is not known whether this line called or was called
        if not c.found:
            return c.start_seen
        if root not in c.found or self.dialed is None:
            return False
        return c.found[root][1] == RING or c.answerer is not None

    def _ring_bounds(self) -> tuple[int | None, int | None]:
        seen = self.census.seen
        early = DialProgressed not in seen
        unheard = early and ChannelState not in seen
        return self.told.ring_bounds(unheard=unheard, early=early) or (None, None)

    def _forwards(self) -> list[Hop]:
        return [hop for hop in self.hops if hop.via is Via.FORWARD]

    # ── whose call it is ──────────────────────────────────────────────────────────────────────

    def _dialed(self) -> str | None:
        exten = self.root.exten if self.root else None
        if exten not in (None, "s"):
            return exten
        # an originated call without a known extension: use the party that it rang first
        return self.c.legs[0].dest.party if self.c.originated and self.c.legs else None

    def _extension(self) -> str | None:
        if self.direction is Direction.OUTBOUND and not self.asked:
            return None
        if self.asked is not None:
            return self.asked.extension
        return self._first_extension_seen()

    def _first_extension_seen(self) -> str | None:
        if self.c.queue_name and (not self.c.legs or self.c.legs[0].queue):
            return self.c.queue_name
        for leg in self.c.legs[:1]:
            if leg.exten and self.directory.reached_by(leg.exten):
                return meant_by(leg.exten, self.directory)
        forwards = [hop.sender for hop in self.hops if hop.sender]
        if forwards:
            return forwards[0]
        return next((leg.dest.extension for leg in self.c.legs if leg.dest.extension), None)

    def _direction(self) -> Direction:
        root = self.root
        if self.c.originated or (root is not None and not root.phone):
            return Direction.OUTBOUND  # the PBX itself made the first channel
        if root is None or not root.extension:
            return Direction.INBOUND
        if self.asked is not None or any(leg.dest.extension for leg in self.c.legs[:1]):
            return Direction.INTERNAL
        if any(leg.number for leg in self.c.legs):
            return Direction.OUTBOUND
        dialed = self.dialed or ""
        outside = dialed[:1] not in ("*", "#") and looks_outside(dialed)
        return Direction.OUTBOUND if outside else Direction.INTERNAL

    def _caller(self) -> str | None:
        """The caller's extension or number. A withheld number is None, whatever word the PBX
        uses."""
        root = self.root
        if root is None or root.extension:
            return root.extension if root is not None else None
        number = root.caller
        if number is None or number.isdigit():
            return number  # the usual case, and much faster than a pattern
        return number if _NUMBER.fullmatch(number) else None

    def _is_conference(self) -> bool:
        """Whether the caller dialled a conference room, or reached one before anybody answered.
        What happens after the answer changes no verdict."""
        if self.asked is not None and self.asked.kind is Kind.CONFERENCE:
            return True
        joined, answered = self.c.conference_at, self.c.answered_at
        if joined is None or answered is not None:
            return joined is not None and answered is not None and joined < answered
        # or else somebody may have answered first, and led the caller there
        return not any(leg.at < joined and leg.status in ("", "ANSWER") for leg in self.c.legs)

    def _no_call_of_its_own(self) -> bool:
        root = self.root
        if root is None or self.c.legs or not root.extension or self.c.originated:
            return root is not None and not root.phone and not self.c.legs
        if self.c.conference_at is not None or root.agent:
            return True
        dialed = self.dialed or ""
        if dialed[:1] in ("*", "#"):
            return True  # a feature code, or a pickup that found nothing
        failed_pickup = root.cause == REJECTED and not is_up(root) and self.asked is None
        return failed_pickup and self.complete

    # ── who answered, and how the call came there ─────────────────────────────────────────────

    def _answer_without_bridges(self) -> None:
        """Finds the answer from the DialEnd events if bridge events were filtered out or lost: a
        phone answered, and the caller's channel went up with it."""
        root = self.root
        if root is None or not is_up(root):
            return
        for leg in self.c.legs:
            phone = leg.picker or leg.dest
            if not is_up(phone) or not (leg.picker or self._may_be_answered(leg)):
                continue
            if not went_up_together(root, phone):
                if BridgeEntered in self.census.seen:
                    continue
                if leg.picker is None and self._may_be_asked_first(leg):
                    self.c.doubt("BridgeEnter")
                    continue
            if root.asked_at is not None and root.asked_at - (phone.up_at or 0) < _CROSSED:
                if BridgeEntered not in self.census.seen:
                    self.c.doubt("BridgeEnter")
                continue  # hang-up and answer crossed: perhaps nobody spoke
            self.c.answerer = self.c.talker = phone
            self.c.answered_at = answered_without_bridges_at(root, phone)
            if leg.picker is not None:
                self.c.pickup_of = leg
            return

    def _may_be_answered(self, leg: Dial) -> bool:
        """Whether a dial was answered as far as we were told. If we are told the end of no dial, a
        phone and the caller that went up together show it."""
        if leg.status or DialEnded in self.census.seen:
            return leg.status == "ANSWER"
        if self.root is not None and went_up_together(self.root, leg.dest):
            return True
        if BridgeEntered not in self.census.seen:
            self.c.doubt("BridgeEnter")
        return False

    def _may_be_asked_first(self, leg: Dial) -> bool:
        """Whether who lifts may first be asked to press 1, and the caller be kept waiting: behind a
        Local pair (follow-me, a group with confirmation), if the caller's line was up before."""
        rang_out = self.root is not None and self.root.cause == NO_ANSWER_CAUSE
        behind = leg.dialer is not self.root and leg.queue is None
        return rang_out or (behind and not any(dial.queue is not None for dial in way_to(leg)))

    def _doubt_crossed_answer(self) -> None:
        """Withdraws an answer after which the call ended at once: it crossed a hang-up, and without
        HangupRequest we cannot know whose."""
        c = self.c
        if c.answered_at is None or c.ended_at is None:
            return
        if c.time_source is TimeSource.NONE:
            return
        if c.hung_up_by is None and self.ended_at - c.answered_at < _CROSSED:
            c.answerer = c.talker = c.answered_at = None
            c.doubt("HangupRequest")

    def _find_replaced(self) -> None:
        """Finds the leg that an INVITE with Replaces (RFC 3891) took over. Asterisk sends neither
        Pickup nor DialEnd for it, so it is the leg that hung up without a DialEnd."""
        answerer = self.c.answerer
        if answerer is None or answerer.dial is not None or self.c.pickup_of is not None:
            return
        for leg in self.c.legs:
            if not leg.status and leg.picker is None and leg.dest.hung_at is not None:
                leg.picker, self.c.pickup_of = answerer, leg
                return

    def _hops(self) -> list[Hop]:
        answerer = self.c.answerer
        if answerer is not None:
            leg = answerer.dial or self.c.pickup_of
            return hops_to(leg, self.c, self.directory) if leg is not None else []
        ways = [hops_to(leg, self.c, self.directory) for leg in self._last_dials()]
        hops = list(dict.fromkeys(hop for way in ways for hop in way))
        if self.c.queue_name is None and Via.GROUP not in [hop.via for hop in hops]:
            return hops
        # several rang together: a forward by one of them forwards the call for nobody else
        rung = [hops_to(leg, self.c, self.directory) for leg in self.c.legs]
        return [h for h in hops if h.via is not Via.FORWARD or all(h in way for way in rung)]

    def _last_dials(self) -> list[Dial]:
        """How far an unanswered call got: its legs, and what the caller's channel dialled."""
        mine = self.root.dials if self.root is not None else ()
        return [*mine, *(leg for leg in self.c.legs if leg not in mine)]

    def _via(self) -> Via | None:
        if self.c.answerer is None:
            return None
        answerer = self.c.answerer
        if self.c.pickup_of is not None:
            return Via.PICKUP
        if answerer.dial is None:  # it joined by itself, or existed before we listened
            return Via.PICKUP if answerer.linkedid != self.c.call_id else None
        return self.hops[-1].via if self.hops else Via.DIRECT

    def _picked_up_for(self) -> str | None:
        leg = self.c.pickup_of
        if leg is None:
            return None
        if leg.dest.extension:
            return leg.dest.extension
        senders = [hop.sender for hop in self.hops if hop.sender]
        return senders[-1] if senders else self.extension

    def _hung_up_by(self) -> HungUpBy | None:
        if not self.complete:
            return self.c.hung_up_by
        if self.c.answerer is None and self.root is not None and self.root.state == BUSY:
            return HungUpBy.PBX  # the caller was refused; the channel's end looks like a hang-up
        if self.disposition is Disposition.ABANDONED and self.ending.gone_at is not None:
            return HungUpBy.CALLER
        if self.c.hung_up_by is None and self.census.hides("HangupRequest"):
            return None
        return self.c.hung_up_by or HungUpBy.PBX
