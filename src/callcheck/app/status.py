"""The state of connections and store at this moment, for metrics and readiness."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from callcheck.ami.advice import LOGIN_REFUSED, NO_CONNECTION
from callcheck.ami.client import Listener, State
from callcheck.api.backend import Readiness
from callcheck.api.readiness import PbxHealth, readiness
from callcheck.app.inspection import Inspection
from callcheck.app.watch import Watch
from callcheck.calls.census import EVENT_OF
from callcheck.metrics import PbxNow, StoreNow
from callcheck.store import Store, StoreError
from callcheck.store.writer import Writer

CHECKED_FOR = 5.0
"""Seconds for which the result of the store's health check is reused."""


class Keeper(Protocol):
    """Works on the store by a timer."""

    @property
    def problem(self) -> str | None:
        """Why it could not the last time, in a sentence."""


class Status:
    """Reads the state of listeners, store and writer when asked."""

    def __init__(
        self,
        pairs: Sequence[tuple[Listener, Watch]],
        store: Store,
        writer: Writer,
        inspection: Inspection,
        keepers: Sequence[Keeper] = (),
    ) -> None:
        self._pairs = pairs
        self._inspection = inspection
        self._store = store
        self._writer = writer
        self._keepers = keepers
        self._checked_at = -CHECKED_FOR
        self._problem: str | None = None

    def pbxs(self) -> Sequence[PbxNow]:
        return [_pbx_now(listener, watch) for listener, watch in self._pairs]

    def store(self) -> StoreNow:
        writer = self._writer
        return StoreNow(writer.pending, writer.dropped, writer.refused, self._store.repeated)

    def readiness(self) -> Readiness:
        """Whether callcheck can do its job, in sentences."""
        pbxs = [_health(listener, watch) for listener, watch in self._pairs]
        return readiness(pbxs, self._store_problem(), self._inspection.same)

    def _store_problem(self) -> str | None:
        away = self._writer.away
        if away is None:
            problems = (keeper.problem for keeper in self._keepers)
            return next(filter(None, problems), None) or self._checked()
        waiting = self._writer.pending
        if not waiting:
            return away
        return f"{away}; {waiting} ended calls wait in memory and are lost if callcheck is stopped"

    def _checked(self) -> str | None:
        """Why the store cannot be written to, as found a moment ago."""
        if time.monotonic() - self._checked_at > CHECKED_FOR:
            try:
                self._store.check()
            except StoreError as error:
                self._problem = str(error)
            else:
                self._problem = None
            self._checked_at = time.monotonic()
        return self._problem


def _pbx_now(listener: Listener, watch: Watch) -> PbxNow:
    follower = watch.follower
    return PbxNow(
        name=listener.pbx.name,
        connected=listener.state is State.CONNECTED,
        login_refused=listener.state is State.REFUSED,
        last_event_age=listener.last_event_age,
        gap_seconds=listener.gap_seconds,
        open_calls=follower.tracker.open_count,
        broken_messages=follower.broken + listener.sink_failures,
        dropped_messages=listener.oversized,
        clock_steps=follower.clock_steps,
        events_missing=dict.fromkeys(EVENT_OF, False) | dict.fromkeys(watch.hidden, True),
    )


def _health(listener: Listener, watch: Watch) -> PbxHealth:
    pbx = listener.pbx
    return PbxHealth(
        name=pbx.name,
        state=listener.state,
        address=f"{pbx.host}:{pbx.port}",
        username=pbx.username,
        missing_classes=tuple(sorted(listener.rights.missing_read.copy())),
        hidden_events=tuple(watch.hidden),
        silent=listener.rights.silent,
        timestamps=watch.timed,
        advice=LOGIN_REFUSED if listener.state is State.REFUSED else NO_CONNECTION,
    )
