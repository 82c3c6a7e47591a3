"""Builds callcheck from a configuration and runs it until it is stopped.

There are a listener and a watch for each PBX on the event loop, one writing thread, and the API in
the same process. Starting goes from the store outwards and stopping from the PBXs inwards, so that
no call is lost that was seen to its end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from callcheck import __version__
from callcheck.ami.client import Listener
from callcheck.api.app import make_api
from callcheck.api.backend import ApiSettings, Backend, Token
from callcheck.api.edge.server import Server
from callcheck.app.absence_watch import AbsenceWatch
from callcheck.app.configured_store import store_of
from callcheck.app.inspection import Inspection
from callcheck.app.judge import judge_of, wait_limit_of
from callcheck.app.memory import calm_collector
from callcheck.app.open_calls import OpenCalls
from callcheck.app.status import Status
from callcheck.app.watch import Watch
from callcheck.calls.model import Call
from callcheck.clock import Clock, now
from callcheck.config import Config
from callcheck.judging.figures import SavedCall
from callcheck.metrics import Metrics, process_registry, ring_edges
from callcheck.privacy import KeyFileError, Pseudonyms, obtain_key
from callcheck.rules import RULES
from callcheck.store import CallsDuringAbsence, StoreError
from callcheck.store.writer import Writer

log = logging.getLogger(__name__)

DAY_US = 24 * 3600 * 1_000_000
FRESH, FRESH_RINGING = 0.5, 0.2
"""Seconds for which the API shows the same calls going on, and the same unanswered ones."""
CHECKPOINT_EVERY = 1.0
"""Seconds after which saved calls survive a power cut as well."""
PURGE_EVERY = 3600.0
"""Seconds between two deletions of calls that are older than they may be kept."""


class AppError(Exception):
    """callcheck cannot start. The message says why and what to do."""


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
        self.writer = Writer(self.store, self._saved)
        self.watched: list[tuple[Listener, Watch]] = []
        self.inspection = Inspection(self.watched)
        self.status = Status(self.watched, self.store, self.writer, self.inspection)
        self.metrics = Metrics(
            process_registry(config.cadence.period_ms), self.status,
            pbxs=[p.name for p in config.pbxs],
            units=[u.id for u in config.units], rules=list(RULES), ring_edges_ms=edges,
            version=__version__,
        )  # fmt: skip
        self.metrics.seed(totals)
        self.absences = AbsenceWatch(config, self.store, self.metrics)
        for pbx in config.pbxs:
            judge = judge_of(config, pbx.name, self.absences.absent_on(pbx.name))
            watch = Watch(
                pbx.name, config.directory(pbx.name), judge,
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

    async def live(self, stop: asyncio.Event) -> None:
        """Runs until `stop` is set, or until a part fails for good (AppError)."""
        listening = self._bound()
        calm_collector()
        self.writer.start()
        server = Server(self._api())
        tasks = [
            asyncio.create_task(server.serve(sockets=[listening])),
            *(asyncio.create_task(listener.run()) for listener, _ in self.watched),
            asyncio.create_task(self.absences.run()),
            asyncio.create_task(self.inspection.run()),
            asyncio.create_task(self._purge()),
            asyncio.create_task(self._checkpoint()),
        ]
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            await self._stop(server, tasks)
            listening.close()

    async def _stop(self, server: Server, tasks: list[asyncio.Task[None]]) -> None:
        for listener, _ in self.watched:
            await listener.close()
        server.should_exit = True
        for beside in tasks[-4:]:
            beside.cancel()
        _, late = await asyncio.wait(tasks, timeout=5.0)
        for task in late:
            task.cancel()
        await asyncio.to_thread(self.writer.close)
        self.store.close()

    def _bound(self) -> socket.socket:
        http = self.config.http
        try:
            family = socket.AF_INET6 if ":" in http.host else socket.AF_INET
            bound = socket.create_server((http.host, http.port), family=family, backlog=128)
        except OSError as error:
            raise AppError(
                f"cannot listen on {http.host}:{http.port} ({_why(error)}); "
                "is another callcheck running? Change listen under [http]"
            ) from error
        # asyncio does this for sockets it creates itself; without it a kept connection waits
        # 40 ms for the second packet of each response
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return bound

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

    async def _checkpoint(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT_EVERY)
            with contextlib.suppress(StoreError):  # the writer meets the same error and logs it
                await asyncio.to_thread(self.store.checkpoint)

    async def _purge(self) -> None:
        while True:
            before = now() - self.config.privacy.keep_calls_days * DAY_US
            try:
                gone = await asyncio.to_thread(self.store.purge, before)
                await asyncio.to_thread(CallsDuringAbsence(self.store).purge, before)
            except StoreError as error:
                log.warning("calls past their retention could not be deleted: %s", error)
            else:
                if gone:
                    log.info("%d calls past their retention deleted", gone)
            await asyncio.sleep(PURGE_EVERY)


async def run(
    config: Config,
    stop: asyncio.Event,
    on_saved: Callable[[Sequence[SavedCall]], None] | None = None,
    clock: Clock = now,
) -> None:
    """Runs callcheck until `stop` is set. The PBXs' clocks are compared with `clock`. Raises
    AppError if it cannot start."""
    house = await asyncio.to_thread(House, config, on_saved, clock)
    await house.live(stop)


def _why(error: OSError) -> str:
    """The reason alone; the messages of asyncio and socket repeat the address."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
