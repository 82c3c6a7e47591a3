"""The page of `GET /metrics`: counters of saved calls, and gauges read at the scrape."""

from callcheck.metrics.counters import Metrics, ring_edges
from callcheck.metrics.exposition import Series
from callcheck.metrics.now import Live, PbxNow, StoreNow
from callcheck.metrics.process import process_registry

__all__ = [
    "Live",
    "Metrics",
    "PbxNow",
    "Series",
    "StoreNow",
    "process_registry",
    "ring_edges",
]
