"""Builds callcheck from a configuration and runs it until it is stopped.

There are a listener and a watch for each PBX on the event loop, one writing thread, and the API in
the same process. Starting goes from the store outwards and stopping from the PBXs inwards, so that
no call is lost that was seen to its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from callcheck import __version__
from callcheck.ami.client import Listener
from callcheck.api.app import make_api
from callcheck.api.backend import ApiSettings, Backend, Token
from callcheck.app.absence_watch import AbsenceWatch
from callcheck.app.configured_store import store_of
from callcheck.app.inspection import Inspection
from callcheck.app.judge import judge_of, wait_limit_of
from callcheck.app.memory import calm_collector
from callcheck.app.open_calls import OpenCalls
from callcheck.app.running.hearing import Hearing
from callcheck.app.running.http_server import HttpServer
from callcheck.app.running.supervisor import AppError, CannotGoOn, Supervisor
from callcheck.app.running.upkeep import Upkeep
from callcheck.app.status import Status
from callcheck.app.watch import Watch
from callcheck.calls.model import Call
from callcheck.clock import Clock, now
from callcheck.config import Config, Pbx
from callcheck.judging.figures import SavedCall, Totals
from callcheck.metrics import Metrics, process_registry, ring_edges
from callcheck.privacy import KeyFileError, Pseudonyms, obtain_key
from callcheck.rules import RULES
from callcheck.store import StoreError
from callcheck.store.writer import Writer

WRITER_LOOK = 1.0
"""Seconds between two looks whether the writing thread lives."""
FRESH, FRESH_RINGING = 0.5, 0.2
"""Seconds for which the API shows the same calls going on, and the same unanswered ones."""


class House:
    """The parts of one running callcheck. Raises AppError if one cannot be built."""

    def __init__(
        self,
        config: Config,
        on_saved: Callable[[Sequence[SavedCall]], None] | None = None,
        clock: Clock = now,
    ) -> None:
        self.config = config
        edges = ring_edges(config.cadence, wait_limit_of(config).ring)
        self.store = store_of(config)
        self._on_saved = on_saved
        try:
            self.store.open()
            pseudonyms = self._pseudonyms()
            totals = self.store.totals()
        except (StoreError, KeyFileError, OSError) as error:
            raise AppError(str(error)) from error
        self.writer = Writer(self.store, self._saved, look=self.store.look)
        self.watched: list[tuple[Listener, Watch]] = []
        self.inspection = Inspection(self.watched)
        self.upkeep = Upkeep(self.store, config.privacy.keep_calls_days)
        self.hearing = Hearing(self.store, self.watched)
        self._keepers = self.upkeep, self.hearing
        self.status = Status(self.watched, self.store, self.writer, self.inspection, self._keepers)
        self.metrics = Metrics(
            process_registry(config.cadence.period_ms), self.status,
            pbxs=[p.name for p in config.pbxs],
            units=[u.id for u in config.units], rules=list(RULES), ring_edges_ms=edges,
            version=__version__,
        )  # fmt: skip
        self.metrics.seed(totals)
        self.store.on_reopened = self._start_anew
        self.absences = AbsenceWatch(config, self.store, self.metrics)
        for pbx in config.pbxs:
            self._listen_to(pbx, pseudonyms, clock)
        try:
            self.hearing.resume()
        except StoreError as error:
            raise AppError(str(error)) from error

    def _listen_to(self, pbx: Pbx, pseudonyms: Pseudonyms, clock: Clock) -> None:
        judge = judge_of(self.config, pbx.name, self.absences.absent_on(pbx.name))
        watch = Watch(
            pbx.name, self.config.directory(pbx.name), judge,
            pseudonyms, self.writer.put, self.metrics.delay_of(pbx.name), clock,
        )  # fmt: skip
        try:
            listener = Listener(pbx, watch)
        except ValueError as error:
            raise AppError(str(error)) from error
        self.watched.append((listener, watch))
        self.absences.follow(listener, watch)

    def _pseudonyms(self) -> Pseudonyms:
        privacy = self.config.privacy
        key = b""
        if privacy.callers == "pseudonym":
            has_calls = bool(self.store.totals().calls)
            key = obtain_key(privacy.key_file, store_has_calls=has_calls)
        return Pseudonyms(key, privacy.callers, self.config.site.country_code)

    def _saved(self, saved: Sequence[SavedCall]) -> None:
        self.metrics.saved(saved)
        if self._on_saved is not None:
            self._on_saved(saved)

    def _start_anew(self, totals: Totals) -> None:
        """Another file is the store now. On the thread that saves."""
        self.metrics.start_anew(totals)
        self.absences.start_anew()
        self.hearing.start_anew()

    async def live(self, stop: asyncio.Event) -> None:
        """Runs until `stop` is set. Raises AppError if a part cannot go on, or if calls that had
        ended could not be stored."""
        calm_collector()
        self.writer.start()
        http = self.config.http
        server = HttpServer(http.host, http.port, self._api())
        parts, why = Supervisor(), None
        for listener, _ in self.watched:
            parts.keep(f"pbx {listener.pbx.name}: its listener", listener.run)
        parts.keep("the HTTP server", server.run)
        for name, work in (
            ("the watch over absences", self.absences.run),
            ("the inspection of the PBXs", self.inspection.run),
            ("the deletion of old calls", self.upkeep.purge),
            ("the syncing of the store", self.upkeep.sync),
            ("the notes on when PBXs were heard", self.hearing.run),
            ("the watch over the saving", self._watch_writer),
        ):
            parts.keep(name, work)
        try:
            why = await parts.until(stop)
        finally:
            lost = await self._stop(parts, server)
        if why or lost:
            raise AppError("; ".join(filter(None, (why, lost))))

    async def _stop(self, parts: Supervisor, server: HttpServer) -> str | None:
        """Ends everything in order; a sentence if calls are lost."""
        parts.stopping()
        closings = (listener.close() for listener, _ in self.watched)
        await asyncio.gather(*closings, return_exceptions=True)
        server.stop()
        for beside in parts.tasks[len(self.watched) + 1 :]:
            beside.cancel()
        await parts.end(within=5.0)
        await asyncio.to_thread(self.writer.close)
        if self.writer.away is None:
            await asyncio.to_thread(self.hearing.note)
        self.store.close()
        lost = self.writer.pending
        if not lost:
            return None
        return (
            f"{lost} calls that had ended are lost, because they could not be stored before the "
            f"stop: {self.writer.away or 'the store was too slow'}"
        )

    async def _watch_writer(self) -> None:
        while self.writer.alive:
            await asyncio.sleep(WRITER_LOOK)
        raise CannotGoOn("the thread that stores calls has ended: please report this")

    def _api(self) -> Any:
        config, site = self.config, self.config.site
        loop = asyncio.get_running_loop()
        settings = ApiSettings(
            units={unit.id: unit.title for unit in config.units},
            parties=config.parties,
            rules=tuple(RULES),
            zone=site.zone,
            tokens=[Token(token.role, token.sha256) for token in config.http.tokens],
            version=__version__,
            cadence=site.cadence,
        )
        backend = Backend(
            reader=self.store,
            open_calls=OpenCalls(partial(self._open_calls, answered=True), loop, FRESH),
            readiness=self.status.readiness,
            metrics=self.metrics.text,
            now=now,
            absences=self.absences.service,
            open_unanswered=OpenCalls(
                partial(self._open_calls, answered=False), loop, FRESH_RINGING
            ),
        )
        return make_api(settings, backend, store_errors=(StoreError,))

    async def _open_calls(self, *, answered: bool) -> list[Call]:
        """Newest first."""
        found = (watch.open_calls(answered=answered) for _, watch in self.watched)
        open_calls = [call for calls in found for call in calls]
        return sorted(open_calls, key=lambda call: call.started_at, reverse=True)


async def run(
    config: Config,
    stop: asyncio.Event,
    on_saved: Callable[[Sequence[SavedCall]], None] | None = None,
    clock: Clock = now,
) -> None:
    """Runs callcheck until `stop` is set. The PBXs' clocks are compared with `clock`. Raises
    AppError if it cannot start or go on, or if it loses calls at the stop."""
    house = await asyncio.to_thread(House, config, on_saved, clock)
    await house.live(stop)
