"""The store with the limits, clock and time zone of a configuration."""

from __future__ import annotations

from callcheck.app.judge import wait_limit_of
from callcheck.calls.model import Millis
from callcheck.config import Config
from callcheck.metrics import ring_edges
from callcheck.store import Store


def wait_limits(config: Config) -> tuple[Millis, Millis]:
    """The longest wait that is in time, and the wait below which an abandon is short, in ms."""
    limit = wait_limit_of(config)
    return limit.in_time_ms, limit.short_abandon_ms


def store_of(config: Config) -> Store:
    """The store of a configuration, not opened yet."""
    limit = wait_limit_of(config)
    return Store(
        config.store.url, ring_edges(config.cadence, limit.ring), limits=wait_limits(config),
        zone=config.site.zone, clock=limit.clock,
    )  # fmt: skip
