"""Saved calls and the state of the moment in, the page of `GET /metrics` out."""

from callcheck.metrics.counters import ABSENCE_STATES, CONTENT_TYPE, Metrics, ring_edges
from callcheck.metrics.exposition import Series
from callcheck.metrics.now import Live, PbxNow, StoreNow
from callcheck.metrics.process import process_registry

__all__ = [
    "ABSENCE_STATES",
    "CONTENT_TYPE",
    "Live",
    "Metrics",
    "PbxNow",
    "Series",
    "StoreNow",
    "process_registry",
    "ring_edges",
]
