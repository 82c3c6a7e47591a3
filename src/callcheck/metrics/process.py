"""Metrics of the process itself."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, PlatformCollector, ProcessCollector

from callcheck.calls.model import Millis


def process_registry(ring_period_ms: Millis) -> CollectorRegistry:
    """A new registry with memory, CPU, open files, the Python version, and the ring period."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    period = Gauge(
        "callcheck_ring_period_seconds",
        "From the start of one ring to the start of the next, in the country of the site.",
        registry=registry,
    )
    period.set(ring_period_ms / 1000)
    return registry
