"""The house's cadence in, a registry with the figures of this process out."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, PlatformCollector, ProcessCollector

from callcheck.calls.model import Millis


def process_registry(ring_period_ms: Millis) -> CollectorRegistry:
    """Memory, CPU, open files, the Python that runs, and how long a ring is for callcheck.

    A registry of our own, not the global one.
    """
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
