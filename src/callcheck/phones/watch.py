"""Follows the forwards of a PBX and whether its phones can be reached, and stores both.

The PBX is asked every `poll_seconds`, after each connect, and after an absence has changed; for a
single extension, when the PBX reports that its forward has changed. The store works in a thread,
so that the event loop never waits for a disk.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from callcheck.absences.model import ForwardKind, Message
from callcheck.absences.service import AbsenceService
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
from callcheck.phones.redirects_302 import Redirects302
from callcheck.store import Forwards, Store, StoreError
from callcheck.store.absences.forwards import Told

log = logging.getLogger(__name__)

LONGEST_WAY = 5_000_000
"""An event that seems to be older than this (in µs) on arrival was stamped by another clock."""


class AskableListener(Protocol):
    """A listener that can be asked."""

    @property
    def state(self) -> State: ...
    @property
    def connects(self) -> int: ...
    async def ask(self, headers: Headers) -> list[Headers]: ...


class PhoneWatch:
    """Follows the forwards and phones of one PBX. To be used on the event loop."""

    def __init__(
        self,
        pbx: str,
        listener: AskableListener,
        config: Config,
        store: Store,
        service: AbsenceService,
    ) -> None:
        self.pbx, self._listener, self._config, self._service = pbx, listener, config, service
        self._forwards = Forwards(store)
        self._directory: Directory = config.directory(pbx)
        self._members = [p.extension for p in self._directory.parties]
        self.looked = False
        """Whether all forwards have been read since the start."""
        self._due = 0.0
        self._seen_connects = -1
        self._hinted: dict[tuple[str, ForwardKind | None], Micros] = {}
        """Whose forward has changed, as the PBX reported: which kind (None: any), and when."""
        self._states: dict[str, bool] = {}
        self._heard_states: dict[str, bool] = {}
        """The states reported since all were last asked for."""
        self._states_changed = False
        self._reachable: dict[str, bool] = {}
        """By extension, what was stored last."""
        self._requests: list[tuple[str, dict[str, str], Micros]] = []
        self.own = Redirects302(pbx, self._forwards, self._directory)
        self._trouble: str | None = None

    def nudge(self) -> None:
        """Asks again at the next step."""
        self._due = 0.0

    def start_anew(self) -> None:
        """Another store is open: all is looked at, and stored, again."""
        self._reachable = {}
        self._states_changed = True
        self.own.start_anew()
        self.nudge()

    def heard(self, raw: bytes) -> None:
        """Takes an event about a phone, or one that our dialplan sends."""
        state = state_of(raw)
        if state is not None:
            self._heard_state(*state, raw)
        elif raw.startswith(b"Event: UserEvent"):
            self._heard_request(raw)

    def _heard_request(self, raw: bytes) -> None:
        ours = user_event(raw)
        if ours is not None:
            self._requests.append((*ours, now()))
            extension = ours[1].get("Extension")
            if extension and ours[0] != "message":
                self._hinted[extension, None] = _moment_of(raw)

    def _heard_state(self, device: str, yes: bool, raw: bytes) -> None:
        follow_me = follow_me_of(device)
        hinted = (follow_me, FOLLOW_ME) if follow_me else self._hints_at(device)
        if hinted is not None:
            self._hinted[hinted[0], ForwardKind(hinted[1])] = _moment_of(raw)
        if follow_me is not None or hinted is None:
            self._heard_states[device] = yes
            self._states_changed |= follow_me is None and self._states.get(device) is not yes
            self._states[device] = yes

    def _hints_at(self, device: str) -> tuple[str, str] | None:
        return hints_at(device, self._config.absences.families)

    async def step(self) -> bool:
        """Asks what is due; whether anything has changed."""
        changed = await self._take_requests()
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
            pass  # the listener logs it; the next connect asks again
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

    async def _take_requests(self) -> bool:
        requests, self._requests = self._requests, []
        for what, headers, at in requests:
            await asyncio.to_thread(self._take, what, headers, at)
        return await asyncio.to_thread(self.own.keep) or bool(requests)

    def _take(self, what: str, headers: Mapping[str, str], at: Micros) -> None:
        extension = headers.get("Extension", "")
        if self._directory.extension(extension) is None:
            return
        if what == "away":
            until = self._time(headers.get("Until", ""))
            if until is not None and until > at:
                self._service.away(extension, until, self._deputy(headers, extension), "dialplan")
        elif what == "back":
            self._service.back(extension, "dialplan")
        elif what == "message":
            by = headers.get("By", "")
            colleague = self._directory.extension(by) is not None and by != extension
            self._service.note(Message(extension, by if colleague else None, at, self.pbx))

    def _deputy(self, headers: Mapping[str, str], extension: str) -> str | None:
        """The colleague to whom the calls go; a mobile or a line is not a deputy."""
        party = self._directory.reached_by(headers.get("To", ""))
        if party is None or party.kind is not Kind.MEMBER or party.extension == extension:
            return None
        return party.extension

    def _time(self, text: str) -> Micros | None:
        """The first moment back: `20261127` is the last day away, `202611271700` a moment in the
        zone of the house, anything else seconds since 1970."""
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
    """When an event happened, by our own clock, which also dates looks: the event's own time if it
    can be right, else its arrival."""
    arrived, stamped = now(), time_in(raw)
    plausible = stamped is not None and arrived - LONGEST_WAY < stamped <= arrived
    return stamped if stamped is not None and plausible else arrived


def _kinds(found: Found) -> dict[tuple[str, ForwardKind], str | None]:
    """In the form of the store: DND and FollowMe have no target."""
    kinds = {(extension, ForwardKind(kind)): to for (extension, kind), to in found.items()}
    aimless = (ForwardKind.DND, ForwardKind.FOLLOW_ME)
    return {key: None if key[1] in aimless else to for key, to in kinds.items()}
