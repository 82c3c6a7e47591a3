"""A PBX's forwards and the reach of its phones in, kept in the store with their minute.

It is asked every `poll_seconds`, at once after it was connected and after a change of an absence,
and for a single extension when it tells that its forward has changed. The store's work is done
in a thread; the event loop never waits for a disk.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from callcheck.absences.model import ForwardKind, Message
from callcheck.absences.service import Desk
from callcheck.ami.client import State
from callcheck.ami.events import time_in
from callcheck.ami.link import LinkError
from callcheck.calls.directory import Directory, Kind
from callcheck.calls.model import Micros
from callcheck.clock import now
from callcheck.config import Config
from callcheck.phones.pbx import (
    FOLLOW_ME,
    Ask,
    Denied,
    Found,
    Headers,
    follow_me_of,
    hints_at,
    read_forwards,
    read_some,
    read_states,
    state_of,
    user_event,
)
from callcheck.phones.redirects_302 import OwnForwards
from callcheck.store import Forwards, Store, StoreError
from callcheck.store.absences.forwards import Told

log = logging.getLogger(__name__)

LONGEST_WAY = 5_000_000
"""An event that seems to have been under way for longer (us) has the time of another clock."""


class Asked(Protocol):
    """A listener, as far as questions go."""

    @property
    def state(self) -> State: ...
    @property
    def connects(self) -> int: ...
    async def ask(self, headers: Headers) -> list[Headers]: ...


class Phones:
    """The forwards and phones of one PBX, followed. Used on the event loop."""

    def __init__(self, pbx: str, listener: Asked, config: Config, store: Store, desk: Desk) -> None:
        self.pbx, self._listener, self._config, self._desk = pbx, listener, config, desk
        self._forwards = Forwards(store)
        self._directory: Directory = config.directory(pbx)
        self._members = [p.extension for p in self._directory.parties]
        self.looked = False
        """Whether all forwards were read since the start."""
        self._due = 0.0
        self._seen_connects = -1
        self._hinted: dict[tuple[str, ForwardKind | None], Micros] = {}
        """Whose forward the PBX told to have changed, which kind (None: any), and when."""
        self._states: dict[str, bool] = {}
        self._heard_states: dict[str, bool] = {}
        """Those told since the last list of all was asked for."""
        self._states_changed = False
        self._reachable: dict[str, bool] = {}
        """By extension, what the store was told last."""
        self._told: list[tuple[str, dict[str, str], Micros]] = []
        self.own = OwnForwards(pbx, self._forwards, self._directory)
        self._trouble: str | None = None

    def nudge(self) -> None:
        """Ask again soon."""
        self._due = 0.0

    def heard(self, raw: bytes) -> None:
        """An event about a phone, or of our dialplan."""
        state = state_of(raw)
        if state is not None:
            self._heard_state(*state, _moment_of(raw))
        ours = user_event(raw)
        if ours is not None:
            self._told.append((*ours, now()))
            extension = ours[1].get("Extension")
            if extension and ours[0] != "message":
                self._hinted[extension, None] = _moment_of(raw)

    def _heard_state(self, device: str, yes: bool, at: Micros) -> None:
        follow_me = follow_me_of(device)
        hinted = (follow_me, FOLLOW_ME) if follow_me else self._hints_at(device)
        if hinted is not None:
            self._hinted[hinted[0], ForwardKind(hinted[1])] = at
        if follow_me is not None or hinted is None:
            self._heard_states[device] = yes
            self._states_changed |= follow_me is None and self._states.get(device) is not yes
            self._states[device] = yes

    def _hints_at(self, device: str) -> tuple[str, str] | None:
        return hints_at(device, self._config.absences.families)

    async def step(self) -> bool:
        """Asks what is due. True if anything was found to have changed."""
        changed = await self._take_told()
        if self._listener.state is not State.CONNECTED:
            return changed
        if self._listener.connects != self._seen_connects:
            self._seen_connects, self._due = self._listener.connects, 0.0
        try:
            if time.monotonic() >= self._due:
                self._due = time.monotonic() + self._config.absences.poll_seconds
                changed |= await self._look(self._look_at_all)
            elif self._hinted:
                changed |= await self._look(self._look_at_hinted)
            if self._states_changed:
                changed |= await self._reach()
        except Denied as denied:
            self._complain(str(denied))
        except LinkError:
            pass  # the listener says so itself, and asks again when it is back
        else:
            self._trouble = None
        return changed

    async def _look(self, look: Callable[[Told], Awaitable[bool]]) -> bool:
        told, self._hinted = self._hinted, {}
        try:
            return await look(told)
        except (LinkError, StoreError):
            self._hinted = self._hinted | told  # it is looked at again, and keeps its time
            raise

    async def _look_at_all(self, told: Told) -> bool:
        ask, families = self._ask, self._config.absences.families
        found = await read_forwards(ask, families, self._members)
        self._heard_states.clear()
        listed = await read_states(ask)
        self._states = listed | self._heard_states
        found |= self._follow_me(self._members)
        # what was told while we asked may be what was found; it is looked at once more all the same
        told = {**self._hinted, **told}
        changed = await asyncio.to_thread(
            self._forwards.look, self.pbx, _kinds(found), now(), told=told
        )
        changed = await self._reach() or bool(changed)
        self.looked = True
        return bool(changed)

    async def _look_at_hinted(self, told: Told) -> bool:
        extensions = {extension for extension, _ in told}
        found = await read_some(self._ask, self._config.absences.families, extensions)
        found |= self._follow_me(extensions)
        return bool(
            await asyncio.to_thread(
                self._forwards.look, self.pbx, _kinds(found), now(), extensions, told
            )
        )

    def _follow_me(self, extensions: Collection[str]) -> Found:
        on = {follow_me_of(device) for device, yes in self._states.items() if yes}
        return {(one, FOLLOW_ME): "" for one in extensions if one in on}

    async def _reach(self) -> bool:
        self._states_changed = False
        reachable: dict[str, bool] = {}
        for device, yes in self._states.items():
            extension = self._directory.extension_of_device(device)
            if extension is not None:
                reachable[extension] = yes or reachable.get(extension, False)
        new = {e: yes for e, yes in reachable.items() if self._reachable.get(e) is not yes}
        if not new:
            return False
        changed = await asyncio.to_thread(self._forwards.reach, self.pbx, new, now())
        self._reachable |= new
        return bool(changed)

    async def _take_told(self) -> bool:
        told, self._told = self._told, []
        for what, headers, at in told:
            await asyncio.to_thread(self._take, what, headers, at)
        return await asyncio.to_thread(self.own.keep) or bool(told)

    def _take(self, what: str, headers: Mapping[str, str], at: Micros) -> None:
        extension = headers.get("Extension", "")
        if self._directory.extension(extension) is None:
            return
        if what == "away":
            until = self._time(headers.get("Until", ""))
            if until is not None and until > at:
                self._desk.away(extension, until, self._deputy(headers, extension), "dialplan")
        elif what == "back":
            self._desk.back(extension, "dialplan")
        elif what == "message":
            by = headers.get("By", "")
            colleague = self._directory.extension(by) is not None and by != extension
            self._desk.note(Message(extension, by if colleague else None, at, self.pbx))

    def _deputy(self, headers: Mapping[str, str], extension: str) -> str | None:
        """The colleague to whom the calls go; a mobile or a line is nobody's stand-in."""
        party = self._directory.reached_by(headers.get("To", ""))
        if party is None or party.kind is not Kind.MEMBER or party.extension == extension:
            return None
        return party.extension

    def _time(self, text: str) -> Micros | None:
        """`20261127` (the last day) or `202611271700` on the house's clock, or seconds since
        the epoch."""
        zone = self._config.site.zone
        try:
            if len(text) == 8:
                day = datetime.strptime(text, "%Y%m%d").replace(tzinfo=zone)
                return int((day + timedelta(days=1)).timestamp()) * 1_000_000
            if len(text) == 12:
                moment = datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=zone)
                return int(moment.timestamp()) * 1_000_000
            return int(text) * 1_000_000
        except ValueError:
            return None

    @property
    def _ask(self) -> Ask:
        return self._listener.ask

    def _complain(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.warning("pbx %s: %s", self.pbx, trouble)
        self._trouble = trouble


def _moment_of(raw: bytes) -> Micros:
    """When the PBX told something, on our own clock, by which looks are dated: the event's time
    where it can be right, else its arrival."""
    arrived, told = now(), time_in(raw)
    return told if told is not None and arrived - LONGEST_WAY < told <= arrived else arrived


def _kinds(found: Found) -> dict[tuple[str, ForwardKind], str | None]:
    """As the store keeps it: a phone that takes no calls has no target."""
    kinds = {(extension, ForwardKind(kind)): to for (extension, kind), to in found.items()}
    aimless = (ForwardKind.DND, ForwardKind.FOLLOW_ME)
    return {key: None if key[1] in aimless else to for key, to in kinds.items()}
