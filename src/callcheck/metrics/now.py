"""Gauges and counters that are read at the moment of a scrape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Literal, Protocol

from callcheck.metrics.exposition import NumberFamily


@dataclass(frozen=True, slots=True)
class PbxNow:
    """One PBX at the moment of a scrape. Counts are since the start of this process."""

    name: str
    connected: bool = False
    login_refused: bool = False
    last_event_age: float | None = None
    """Seconds since its last event; None before the first one, exported as NaN."""
    gap_seconds: float = 0.0
    """Seconds without a connection to it."""
    open_calls: int = 0
    broken_messages: int = 0
    dropped_messages: int = 0
    clock_steps: int = 0
    events_missing: Mapping[str, bool] = field(default_factory=dict)
    """By kind of event, whether the PBX must have sent some that never came."""


@dataclass(frozen=True, slots=True)
class StoreNow:
    """The store's writer at the moment of a scrape. Counts are of calls."""

    pending: int = 0
    dropped: int = 0
    refused: int = 0
    repeated: int = 0
    """Calls whose id another call had before."""


class Live(Protocol):
    """What a scrape asks for."""

    def pbxs(self) -> Sequence[PbxNow]: ...
    def store(self) -> StoreNow: ...


FamilyKind = Literal["counter", "gauge"]

_OF_PBX: tuple[tuple[str, FamilyKind, str, Callable[[PbxNow], float]], ...] = (
    ("callcheck_ami_connected", "gauge", "1 while logged in to the PBX.",
     lambda pbx: pbx.connected),
    ("callcheck_ami_login_refused", "gauge", "1 while the PBX refuses our user or password.",
     lambda pbx: pbx.login_refused),
    ("callcheck_ami_last_event_age_seconds", "gauge",
     "Time since the last event; NaN before the first.",
     lambda pbx: nan if pbx.last_event_age is None else pbx.last_event_age),
    ("callcheck_ami_gap_seconds_total", "counter", "Time in which the PBX was not heard.",
     lambda pbx: pbx.gap_seconds),
    ("callcheck_ami_broken_messages_total", "counter", "Messages that could not be read.",
     lambda pbx: pbx.broken_messages),
    ("callcheck_ami_dropped_messages_total", "counter", "Messages dropped for want of room.",
     lambda pbx: pbx.dropped_messages),
    ("callcheck_clock_steps_total", "counter", "Times that the clock of the PBX was set.",
     lambda pbx: pbx.clock_steps),
    ("callcheck_open_calls", "gauge", "Calls going on.", lambda pbx: pbx.open_calls),
)  # fmt: skip

_OF_STORE: tuple[tuple[str, FamilyKind, str, Callable[[StoreNow], float]], ...] = (
    ("callcheck_store_pending", "gauge", "Ended calls that wait to be stored.",
     lambda store: store.pending),
    ("callcheck_store_dropped_calls_total", "counter", "Calls lost because the queue was full.",
     lambda store: store.dropped),
    ("callcheck_store_refused_calls_total", "counter", "Calls that the database refused.",
     lambda store: store.refused),
    ("callcheck_store_repeated_ids_total", "counter",
     "Calls that the PBX gave the id of an earlier call.", lambda store: store.repeated),
)  # fmt: skip


def _missing(pbxs: Sequence[PbxNow]) -> NumberFamily:
    text = "1 for a kind of event that the PBX must have sent and that never came."
    family = NumberFamily("callcheck_events_missing", "gauge", text, ("pbx", "kind"))
    for pbx in pbxs:
        for kind, missing in pbx.events_missing.items():
            family.set((pbx.name, kind), missing)
    return family


def families_of(live: Live) -> list[NumberFamily]:
    """The metric families, in a fixed order."""
    pbxs, store = live.pbxs(), live.store()
    families = []
    for name, kind, text, of_pbx in _OF_PBX:
        family = NumberFamily(name, kind, text, ("pbx",))
        for pbx in pbxs:
            family.set((pbx.name,), of_pbx(pbx))
        families.append(family)
    families.append(_missing(pbxs))
    for name, kind, text, of_store in _OF_STORE:
        family = NumberFamily(name, kind, text)
        family.set((), of_store(store))
        families.append(family)
    return families
